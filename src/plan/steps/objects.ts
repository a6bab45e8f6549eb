// What AWS holds beside stacks and add-ons, each compared with what is there: one small builder per kind.
import type { FargateProfile } from "@aws-sdk/client-eks";
import type {
  DesiredAccessEntry,
  DesiredAsgTags,
  DesiredAwsObject,
  DesiredFargateProfile,
  DesiredKeyPair,
  DesiredLogRetention,
  DesiredOidcProvider,
  DesiredPodIdentityAssociation,
  DesiredSuspendedProcesses,
} from "../../stacks/index.ts";
import { sameMeaning } from "../compare/canonical.ts";
import { shown } from "../compare/differences.ts";
import type { Why } from "../plan.ts";
import { draft, why, type Draft, type Planning } from "../planning.ts";
import { roleArn } from "./addons.ts";
import { tagDifference } from "./tags.ts";

type Common = Pick<Draft, "provides" | "after">;

const common = (object: DesiredAwsObject): Common => ({ provides: [object.id], after: [...object.after] });
const line = (object: DesiredAwsObject): readonly (string | number)[] => object.source[0] ?? [];
const missing = (planning: Planning, object: DesiredAwsObject, text: string): Why =>
  why(planning, "plan/missing", text, line(object));

function oidcProvider(planning: Planning, object: DesiredOidcProvider): Draft[] {
  if (planning.found.oidcProvider) return [];
  return [
    draft({
      ...common(object),
      kind: "oidc-provider",
      name: planning.found.name,
      action: "create",
      phase: "network",
      why: [missing(planning, object, "IAM has no OIDC provider for the cluster's issuer")],
      duration: 5,
      iamActions: [
        "iam:CreateOpenIDConnectProvider",
        "iam:GetOpenIDConnectProvider",
        "iam:TagOpenIDConnectProvider",
        "eks:DescribeCluster",
      ],
      work: { do: "create-object", object },
    }),
  ];
}

function profileDifferences(planning: Planning, object: DesiredFargateProfile, existing: FargateProfile): string[] {
  const selectors = (list: readonly { namespace?: string | undefined; labels?: unknown }[] = []): unknown =>
    list
      .map(({ namespace, labels }) =>
        JSON.stringify([namespace, Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))]),
      )
      .toSorted();
  const role = roleArn(planning, object.podExecutionRole);
  return [
    ...(sameMeaning(selectors(object.selectors), selectors(existing.selectors))
      ? []
      : [`selectors: ${shown(existing.selectors)} → ${shown(object.selectors)}`]),
    ...(object.subnets === undefined || sameMeaning(object.subnets, existing.subnets, "Subnets")
      ? []
      : [`subnets: ${shown(existing.subnets)} → ${shown(object.subnets)}`]),
    ...(role === undefined || role === existing.podExecutionRoleArn
      ? []
      : [`pod execution role: ${existing.podExecutionRoleArn} → ${role}`]),
  ];
}

const profileSeconds = { create: 100, delete: 90 };

function fargateProfile(planning: Planning, object: DesiredFargateProfile): Draft[] {
  const existing = planning.found.fargateProfiles.get(object.name);
  const base = { ...common(object), kind: "fargateprofile" as const, name: object.name, phase: "fargate" as const };
  const iamActions = [
    "eks:CreateFargateProfile",
    "eks:DescribeFargateProfile",
    "eks:TagResource",
    "iam:PassRole",
    "iam:GetRole",
    "iam:CreateServiceLinkedRole",
  ];
  if (!existing || existing.status === "CREATING" || existing.status === "DELETING") {
    const reason = existing
      ? why(planning, "plan/in-progress", `Fargate profile ${object.name} is in ${existing.status}`, line(object))
      : missing(planning, object, `Fargate profile ${object.name} doesn't exist`);
    return [
      draft({
        ...base,
        action: "create",
        why: [reason],
        duration: profileSeconds.create,
        iamActions,
        work: { do: "create-object", object },
      }),
    ];
  }
  const failed = (existing.status ?? "").endsWith("FAILED");
  const differences = profileDifferences(planning, object, existing);
  if (failed || differences.length > 0) {
    const reasons = failed
      ? [`Fargate profile ${object.name} is in ${existing.status}`]
      : [...differences, "EKS can't change a profile: it is deleted and made anew"];
    return [
      draft({
        ...base,
        action: "replace",
        effect: "replaces",
        why: reasons.map((text) => why(planning, failed ? "plan/profile-failed" : "plan/changed", text, line(object))),
        duration: profileSeconds.create + profileSeconds.delete,
        iamActions: [...iamActions, "eks:DeleteFargateProfile"],
        work: { do: "replace-fargate-profile", object },
      }),
    ];
  }
  const tags = tagDifference(existing.tags ?? {}, object.tags, []);
  if (!tags || existing.fargateProfileArn === undefined) return [];
  return [
    draft({
      ...base,
      action: "update",
      why: tags.lines.map((text) => why(planning, "plan/changed", text, [...line(object), "tags"])),
      iamActions: ["eks:TagResource"],
      work: { do: "tag-resource", arn: existing.fargateProfileArn, set: tags.set, remove: [] },
    }),
  ];
}

/** The same document, however it is spaced; text that is no JSON is compared as it is. */
function sameJson(a: string, b: string | undefined): boolean {
  if (a === b || b === undefined) return a === b;
  try {
    return sameMeaning(JSON.parse(a), JSON.parse(b));
  } catch {
    // EKS will say what is wrong with it.
    return false;
  }
}

function podIdentityAssociation(planning: Planning, object: DesiredPodIdentityAssociation): Draft[] {
  const name = `${object.namespace}/${object.serviceAccount}`;
  const existing = planning.found.podIdentityAssociations.find(
    ({ namespace, serviceAccount }) => namespace === object.namespace && serviceAccount === object.serviceAccount,
  );
  const base = { ...common(object), kind: "pod-identity-association" as const, name, phase: "beside" as const };
  if (!existing) {
    return [
      draft({
        ...base,
        action: "create",
        why: [missing(planning, object, `${name} has no pod identity association`)],
        iamActions: [
          "eks:CreatePodIdentityAssociation",
          "eks:DescribePodIdentityAssociation",
          "eks:TagResource",
          "iam:PassRole",
          "iam:GetRole",
        ],
        work: { do: "create-object", object },
      }),
    ];
  }
  const role = roleArn(planning, object.role);
  const target = object.targetRoleArn;
  const { disableSessionTags: sessionTags, policy } = object;
  const lines = [
    ...(role !== existing.roleArn ? [`role: ${existing.roleArn} → ${role ?? "the one of its new stack"}`] : []),
    ...(target !== undefined && target !== existing.targetRoleArn
      ? [`target role: ${existing.targetRoleArn ?? "none"} → ${target}`]
      : []),
    ...(sessionTags !== undefined && sessionTags !== (existing.disableSessionTags ?? false)
      ? [`disable session tags: ${existing.disableSessionTags ?? false} → ${sessionTags}`]
      : []),
    ...(policy !== undefined && !sameJson(policy, existing.policy)
      ? [`session policy: ${existing.policy ?? "none"} → ${policy}`]
      : []),
  ];
  if (existing.associationId === undefined) return [];
  if (lines.length === 0) {
    const tags = tagDifference(existing.tags ?? {}, object.tags, []);
    if (!tags || existing.associationArn === undefined) return [];
    return [
      draft({
        ...base,
        action: "update",
        why: tags.lines.map((text) => why(planning, "plan/changed", text, line(object))),
        iamActions: ["eks:TagResource"],
        work: { do: "tag-resource", arn: existing.associationArn, set: tags.set, remove: [] },
      }),
    ];
  }
  return [
    draft({
      ...base,
      action: "update",
      effect: "in place",
      why: lines.map((text) => why(planning, "plan/changed", text, line(object))),
      iamActions: ["eks:UpdatePodIdentityAssociation", "iam:PassRole", "iam:GetRole"],
      work: {
        do: "update-pod-identity",
        associationId: existing.associationId,
        role: object.role,
        ...(target !== undefined && { targetRoleArn: target }),
        ...(sessionTags !== undefined && { disableSessionTags: sessionTags }),
        ...(policy !== undefined && { policy }),
      },
    }),
  ];
}

function logRetention(planning: Planning, object: DesiredLogRetention): Draft[] {
  const have = planning.found.logGroup?.retentionDays;
  if (have === object.days) return [];
  if (planning.found.logGroupUnseen && planning.found.cluster) {
    const text = `The caller may not see the retention time of ${object.logGroup} (logs:DescribeLogGroups); it is left as it is`;
    planning.notes.push({ code: "plan/unseen", text });
    return [];
  }
  return [
    draft({
      ...common(object),
      kind: "log-retention",
      name: planning.found.name,
      action: planning.found.logGroup ? "update" : "create",
      phase: "beside",
      why: [
        why(
          planning,
          "plan/changed",
          `retention of ${object.logGroup}: ${have === undefined ? "for ever" : `${have} days`} → ${object.days} days`,
          line(object),
        ),
      ],
      iamActions: ["logs:PutRetentionPolicy", "logs:DescribeLogGroups"],
      work: { do: "create-object", object },
    }),
  ];
}

function accessEntry(planning: Planning, object: DesiredAccessEntry): Draft[] {
  if (planning.found.accessEntries.has(object.principalArn)) return [];
  return [
    draft({
      ...common(object),
      kind: "accessentry",
      name: object.principalArn,
      action: "create",
      phase: "beside",
      why: [missing(planning, object, `${object.principalArn} has no access entry; its nodes couldn't join`)],
      iamActions: ["eks:CreateAccessEntry", "eks:DescribeAccessEntry"],
      work: { do: "create-object", object },
    }),
  ];
}

function keyPair(planning: Planning, object: DesiredKeyPair): Draft[] {
  if (planning.looked.keyPairs.has(object.name)) return [];
  return [
    draft({
      ...common(object),
      kind: "key-pair",
      name: object.name,
      action: "create",
      phase: "network",
      why: [missing(planning, object, `EC2 doesn't know the SSH key of node group ${object.nodeGroup}`)],
      iamActions: ["ec2:ImportKeyPair", "ec2:DescribeKeyPairs"],
      work: { do: "create-object", object },
    }),
  ];
}

function suspendedProcesses(planning: Planning, object: DesiredSuspendedProcesses): Draft[] {
  const asg = planning.found.autoScalingGroups.get(object.nodeGroup);
  const todo = object.processes.filter((process) => !asg?.suspended.includes(process));
  if (todo.length === 0) return [];
  return [
    draft({
      ...common(object),
      kind: "suspended-processes",
      name: object.nodeGroup,
      action: "update",
      phase: "beside",
      why: [
        why(
          planning,
          "plan/changed",
          `suspended processes: ${asg?.suspended.join(", ") || "none"} → ${object.processes.join(", ")}`,
          line(object),
        ),
      ],
      iamActions: ["autoscaling:SuspendProcesses", "autoscaling:DescribeAutoScalingGroups"],
      work: { do: "create-object", object },
    }),
  ];
}

function asgTags(planning: Planning, object: DesiredAsgTags): Draft[] {
  const difference = tagDifference(planning.found.autoScalingGroups.get(object.nodeGroup)?.tags ?? {}, object.tags, []);
  if (!difference) return [];
  return [
    draft({
      ...common(object),
      kind: "asg-tags",
      name: object.nodeGroup,
      action: "update",
      phase: "beside",
      why: difference.lines.map((text) => why(planning, "plan/changed", text, line(object))),
      iamActions: ["autoscaling:CreateOrUpdateTags", "autoscaling:DescribeAutoScalingGroups"],
      work: { do: "create-object", object },
    }),
  ];
}

/** The builder of each kind; add-ons and identity providers have files of their own. */
const builders: {
  [K in Exclude<DesiredAwsObject["kind"], "addon" | "identity-provider">]: (
    planning: Planning,
    object: Extract<DesiredAwsObject, { kind: K }>,
  ) => Draft[];
} = {
  "access-entry": accessEntry,
  "asg-tags": asgTags,
  "fargate-profile": fargateProfile,
  "key-pair": keyPair,
  "log-retention": logRetention,
  "oidc-provider": oidcProvider,
  "pod-identity-association": podIdentityAssociation,
  "suspended-processes": suspendedProcesses,
};

/** Steps for everything beside stacks and add-ons. */
export function objects(planning: Planning): Draft[] {
  return planning.objects.aws.flatMap((object): Draft[] =>
    object.kind === "addon" || object.kind === "identity-provider"
      ? []
      : builders[object.kind](planning, object as never),
  );
}
