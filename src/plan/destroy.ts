// The plan that takes a cluster down, from what exists alone: no file needed, half-made clusters included.
import { stackSeconds } from "./duration.ts";
import type { Found, FoundStack } from "./found.ts";
import { summarise } from "./make-plan.ts";
import { ordered } from "./order.ts";
import type { Note, Plan, StepKind } from "./plan.ts";
import { draft, type Draft } from "./planning.ts";
import type { Inhabitants } from "./read/inhabitants.ts";
import { drained, drainSeconds } from "./steps/kubernetes/drains.ts";
import { insideDraft, insideIamActions } from "./steps/kubernetes/inside.ts";
import { effectOfRemoval, principalOf } from "./steps/removals.ts";
import { stackIamActions } from "./steps/stack.ts";
import type { Work } from "./work.ts";

interface Removal {
  kind: StepKind;
  name: string;
  text: string;
  provides: string;
  after: string[];
  work: Work;
  iamActions: string[];
  duration: number;
  stack?: string;
}

function step({ text, provides, ...rest }: Removal): Draft {
  return draft({
    ...rest,
    action: "delete",
    effect: effectOfRemoval(rest.kind),
    phase: "beside",
    why: [{ code: "plan/destroy", text }],
    provides: [provides],
  });
}

const groups = ["nodes", "profiles", "addons", "roles", "access", "cluster"] as const;
type Group = (typeof groups)[number];

function groupOf(stack: FoundStack): { group: Group; kind: StepKind } {
  const { tags, name } = stack;
  if (name.endsWith("-cluster") && tags["alpha.eksctl.io/cluster-oidc-enabled"] !== undefined)
    return { group: "cluster", kind: "cluster" };
  if (tags["alpha.eksctl.io/nodegroup-name"] ?? tags["eksctl.io/v1alpha2/nodegroup-name"])
    return { group: "nodes", kind: "nodegroup" };
  if (tags["alpha.eksctl.io/iamserviceaccount-name"] !== undefined)
    return { group: "roles", kind: "iamserviceaccount" };
  if (tags["alpha.eksctl.io/podidentityassociation-name"] !== undefined)
    return { group: "roles", kind: "pod-identity-role" };
  if (name.includes("-accessentry-")) return { group: "access", kind: "accessentry" };
  if (name.endsWith("-fargate")) return { group: "roles", kind: "fargate-role" };
  return { group: "roles", kind: "addon-role" };
}

/** What a stack's removal has to wait for: what uses what it holds. */
const after: Readonly<Record<Group, readonly string[]>> = {
  nodes: [],
  profiles: [],
  addons: ["gone:nodes", "gone:profiles"],
  roles: ["gone:nodes", "gone:profiles", "gone:addons", "gone:associations"],
  access: ["gone:nodes"],
  cluster: ["gone:nodes", "gone:profiles", "gone:addons", "gone:associations", "gone:roles", "gone:access"],
};

/** For what EKS, its CNI or load balancers leave behind in the network. */
const sweeping = [
  "ec2:DescribeNetworkInterfaces",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeSecurityGroups",
  "ec2:DeleteSecurityGroup",
];

function stacks(found: Found): Removal[] {
  const clusterStack = `eksctl-${found.name}-cluster`;
  return [...found.stacks.values()].map((stack): Removal => {
    const { group, kind } =
      stack.name === clusterStack ? { group: "cluster" as const, kind: "cluster" as const } : groupOf(stack);
    const types = Object.values(stack.template?.Resources ?? {}).map(({ Type }) => Type);
    const named = [
      "alpha.eksctl.io/nodegroup-name",
      "alpha.eksctl.io/iamserviceaccount-name",
      "alpha.eksctl.io/podidentityassociation-name",
    ]
      .map((key) => stack.tags[key])
      .find((value) => value !== undefined);
    return {
      kind,
      name:
        group === "cluster"
          ? found.name
          : kind === "accessentry"
            ? principalOf(stack)
            : (named ?? stack.name.replace(`eksctl-${found.name}-`, "").replace(/^addon-/, "")),
      stack: stack.name,
      text: `stack ${stack.name} (${stack.status})`,
      provides: `gone:${group}`,
      after: [...after[group]],
      work: { do: "delete-stack", stack: stack.name },
      iamActions: [...stackIamActions("delete", types), ...(group === "cluster" ? sweeping : [])],
      duration: stack.template ? stackSeconds(stack.template, "delete") : group === "cluster" ? 240 : 60,
    };
  });
}

function objects(found: Found): Removal[] {
  const inStacks = new Set([...found.stacks.values()].map(({ tags }) => tags["alpha.eksctl.io/nodegroup-name"]));
  const nodeGroups = [...found.nodeGroups.keys()].filter((name) => !inStacks.has(name));
  return [
    ...nodeGroups.map((name): Removal => ({
      kind: "nodegroup",
      name,
      text: `node group ${name} has no stack of its own`,
      provides: "gone:nodes",
      after: [],
      work: { do: "delete-nodegroup", nodeGroup: name },
      iamActions: ["eks:DeleteNodegroup", "eks:DescribeNodegroup"],
      duration: 200,
    })),
    ...[...found.fargateProfiles.keys()].map((name, i, all): Removal => ({
      kind: "fargateprofile",
      name,
      text: `Fargate profile ${name}`,
      provides: i === all.length - 1 ? "gone:profiles" : `gone:profile/${name}`,
      after: i === 0 ? [] : [`gone:profile/${all[i - 1]}`],
      work: { do: "delete-fargate-profile", profile: name },
      iamActions: ["eks:DeleteFargateProfile", "eks:DescribeFargateProfile"],
      duration: 90,
    })),
    ...[...found.addons.keys()].map((name): Removal => ({
      kind: "addon",
      name,
      text: `add-on ${name}`,
      provides: "gone:addons",
      after: [...after.addons],
      work: { do: "delete-addon", addon: name },
      iamActions: ["eks:DeleteAddon", "eks:DescribeAddon"],
      duration: 30,
    })),
    ...found.podIdentityAssociations
      .filter(({ ownerArn }) => ownerArn === undefined || ownerArn === "")
      .flatMap(({ associationId, namespace, serviceAccount }): Removal[] =>
        associationId === undefined
          ? []
          : [
              {
                kind: "pod-identity-association",
                name: `${namespace}/${serviceAccount}`,
                text: `pod identity association ${namespace}/${serviceAccount}`,
                provides: "gone:associations",
                after: [],
                work: { do: "delete-pod-identity", associationId },
                iamActions: ["eks:DeletePodIdentityAssociation"],
                duration: 5,
              },
            ],
      ),
    ...(found.oidcProvider
      ? [
          {
            kind: "oidc-provider" as const,
            name: found.name,
            text: `OIDC provider ${found.oidcProvider.arn}`,
            provides: "gone:roles",
            after: ["gone:nodes"],
            work: { do: "delete-oidc-provider" as const, arn: found.oidcProvider.arn },
            iamActions: ["iam:DeleteOpenIDConnectProvider"],
            duration: 5,
          },
        ]
      : []),
  ];
}

function controlPlane(found: Found): Removal[] {
  if (!found.cluster || found.stacks.has(`eksctl-${found.name}-cluster`)) return [];
  return [
    {
      kind: "cluster",
      name: found.name,
      text: `control plane ${found.name} has no stack any more`,
      provides: "gone:control-plane",
      after: [...after.cluster],
      work: { do: "delete-cluster" },
      iamActions: ["eks:DeleteCluster", "eks:DescribeCluster"],
      duration: 240,
    },
  ];
}

export interface DestroyExtras {
  /** Key pairs that eksctl or lotse imported for this cluster's node groups. */
  keyPairs: readonly string[];
  /** Who lives in the cluster; absent where nobody is to ask. */
  inhabitants?: Inhabitants;
  /** Whether pods move before their nodes go. */
  drain: boolean;
}

const loadBalancersGone = "gone:load-balancers";

/** Services whose load balancers nobody would delete once the cluster is gone; before the nodes, on which their controller may run. */
function loadBalancers(inhabitants: Inhabitants | undefined): Draft[] {
  if (inhabitants?.state !== "read" || inhabitants.loadBalancers.length === 0) return [];
  const services = inhabitants.loadBalancers;
  return [
    insideDraft({
      kind: "load-balancers",
      name: services.length === 1 ? `${services[0]?.namespace}/${services[0]?.name}` : `${services.length} Services`,
      action: "delete",
      effect: "interrupts",
      why: services.map(({ namespace, name, host }) => ({
        code: "plan/load-balancers",
        text: `Service ${namespace}/${name} has a load balancer${host === undefined ? "" : ` (${host})`}, which would outlive the cluster and block its network`,
      })),
      duration: 60,
      provides: [loadBalancersGone],
      work: { do: "delete-load-balancers", services: services.map(({ namespace, name }) => ({ namespace, name })) },
    }),
  ];
}

/** Drains of all node groups. Pods of kube-system stay: they serve the others to the end, and go with the nodes. */
function drains(groupsToGo: readonly string[]): Draft[] {
  return groupsToGo.map((name) =>
    insideDraft({
      kind: "drain",
      name,
      action: "update",
      effect: "interrupts",
      why: [{ code: "plan/nodes-go", text: `pods on the nodes of ${name} end in order before the nodes go` }],
      duration: drainSeconds,
      iamActions: insideIamActions,
      provides: [drained(name)],
      after: [loadBalancersGone],
      work: { do: "drain-nodegroup", nodeGroup: name, sparing: ["kube-system"] },
    }),
  );
}

function notesOf(inhabitants: Inhabitants | undefined): Note[] {
  if (!inhabitants) return [];
  if (inhabitants.state === "unreachable") {
    const text = `Nodes go without being drained, and load balancers of Services may stay behind: ${inhabitants.reason}`;
    return [{ code: "kube/unreachable", text }];
  }
  return inhabitants.volumes.map(({ id, claim }) => ({
    code: "plan/orphaned-volume",
    text: `Volume ${id} of claim ${claim} stays behind; kubectl delete pvc before, or aws ec2 delete-volume after`,
  }));
}

/** Steps that take down everything of a cluster, in an order that AWS accepts. */
export function planDestroy(found: Found, extras: DestroyExtras): Plan {
  const cluster = ["gone:cluster", "gone:control-plane", ...after.cluster];
  const removals: Removal[] = [
    ...stacks(found),
    ...objects(found),
    ...controlPlane(found),
    ...extras.keyPairs.map((name): Removal => ({
      kind: "key-pair",
      name,
      text: `SSH key ${name} of a node group`,
      provides: "gone:key-pairs",
      after: ["gone:nodes"],
      work: { do: "delete-key-pair", name },
      iamActions: ["ec2:DeleteKeyPair"],
      duration: 2,
    })),
    // Nothing else takes it: EKS leaves the control plane's logs when the cluster goes.
    ...(found.logGroup
      ? [
          {
            kind: "log-retention" as const,
            name: found.name,
            text: `log group ${found.logGroup.name}`,
            provides: "gone:logs",
            after: cluster,
            work: { do: "delete-log-group" as const, name: found.logGroup.name },
            iamActions: ["logs:DeleteLogGroup"],
            duration: 2,
          },
        ]
      : []),
  ];
  const { inhabitants, drain } = extras;
  const nodeGroups = removals.flatMap(({ kind, name }) => (kind === "nodegroup" ? [name] : []));
  const drafts = [
    ...loadBalancers(inhabitants),
    ...(drain && inhabitants?.state === "read" ? drains(nodeGroups) : []),
    ...removals.map(step).map((each) =>
      each.kind === "nodegroup" || each.kind === "fargateprofile"
        ? {
            ...each,
            after: [...each.after, loadBalancersGone, ...(each.kind === "nodegroup" ? [drained(each.name)] : [])],
          }
        : each,
    ),
  ];
  const steps = ordered(drafts);
  return {
    cluster: found.name,
    region: found.region,
    account: found.account,
    caller: found.caller,
    steps,
    notes: notesOf(inhabitants),
    summary: summarise(steps),
  };
}
