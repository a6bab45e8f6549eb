// What exists and the file no longer names: taken down under --prune, noted otherwise. Only what eksctl's tags and names,
// or the cluster stack's own Fargate role, prove to be the file's.
import { stackSeconds } from "../duration.ts";
import type { FoundStack } from "../found.ts";
import type { StepEffect, StepKind } from "../plan.ts";
import { draft, type Draft, type Planning } from "../planning.ts";
import type { Work } from "../work.ts";
import { stackIamActions } from "./stack.ts";

/** Stacks that can be pruned, by the tag that names what they hold. */
const prunable: readonly { tag: string; kind: StepKind; word: string }[] = [
  { tag: "alpha.eksctl.io/nodegroup-name", kind: "nodegroup", word: "Node group" },
  { tag: "eksctl.io/v1alpha2/nodegroup-name", kind: "nodegroup", word: "Node group" },
  { tag: "alpha.eksctl.io/iamserviceaccount-name", kind: "iamserviceaccount", word: "IAM service account" },
  { tag: "alpha.eksctl.io/addon-name", kind: "addon-role", word: "Role of add-on" },
  { tag: "alpha.eksctl.io/addon-podidentityassociation-name", kind: "addon-role", word: "Pod identity role of add-on" },
  { tag: "alpha.eksctl.io/podidentityassociation-name", kind: "pod-identity-role", word: "Pod identity role" },
];

function whatItHolds(stack: FoundStack): { kind: StepKind; name: string; word: string } | undefined {
  for (const { tag, kind, word } of prunable) {
    const name = stack.tags[tag];
    if (name !== undefined) return { kind, name, word };
  }
  if (stack.name.includes("-accessentry-"))
    return { kind: "accessentry", name: principalOf(stack), word: "Access entry" };
  return undefined;
}

/** Stacks of access entries are named by a hash; a person knows the principal. */
export function principalOf(stack: FoundStack): string {
  const principal = stack.template?.Resources["AccessEntry"]?.Properties?.["PrincipalArn"];
  return typeof principal === "string" ? principal : (stack.name.split("-").at(-1) ?? stack.name);
}

/** Kinds that nothing relies on by the time they go: records, and roles whose users have gone before. */
const unnoticed: ReadonlySet<StepKind> = new Set(["addon-role", "fargate-role", "key-pair", "log-retention"]);

/** What it does to those who run when something goes: nodes, pods that use a role, people who have access. */
export const effectOfRemoval = (kind: StepKind): StepEffect => (unnoticed.has(kind) ? "none" : "interrupts");

const removed = (text: string): Draft["why"] => [{ code: "plan/removed", text }];

function removal(
  kind: StepKind,
  name: string,
  text: string,
  facts: { iamActions: string[]; duration: number; work: Work; stack?: string; after?: string[] },
): Draft {
  return draft({
    kind,
    name,
    action: "delete",
    effect: effectOfRemoval(kind),
    phase: "removal",
    why: removed(text),
    ...facts,
  });
}

/** The add-on stays, and its pods have the role of this stack: neither EKS nor eksctl takes a role away from an add-on. */
function isInUse(planning: Planning, addon: string, stack: FoundStack): boolean {
  const wanted = planning.objects.aws.find((object) => object.kind === "addon" && object.name === addon);
  const role = planning.found.addons.get(addon)?.serviceAccountRoleArn;
  if (wanted?.kind !== "addon" || wanted.serviceAccountRole || role === undefined) return false;
  // Pod identities take its place.
  if (wanted.podIdentityAssociations.length > 0) return false;
  return Object.values(stack.outputs).includes(role);
}

function stacks(planning: Planning): Draft[] {
  const wanted = new Set(planning.stacks.map(({ stackName }) => stackName));
  return [...planning.found.stacks.values()].flatMap((stack): Draft[] => {
    const held = whatItHolds(stack);
    if (wanted.has(stack.name) || !held) return [];
    const text = `${held.word} ${held.name} isn't in the file`;
    if (!planning.prune) {
      planning.notes.push({ code: "plan/not-in-file", text: `${text}; --prune takes it down` });
      return [];
    }
    if (held.kind === "addon-role" && isInUse(planning, held.name, stack)) {
      planning.notes.push({
        code: "plan/left-alone",
        text: `${text}, but the add-on runs with it; it stays as long as the add-on does`,
      });
      return [];
    }
    const types = Object.values(stack.template?.Resources ?? {}).map(({ Type }) => Type);
    return [
      removal(held.kind, held.name, text, {
        stack: stack.name,
        duration: stack.template ? stackSeconds(stack.template, "delete") : 60,
        iamActions: stackIamActions("delete", types),
        // The role goes after what uses it.
        after: [`removed-association/${held.name}`, `removed-addon/${held.name}`],
        work: { do: "delete-stack", stack: stack.name },
      }),
    ];
  });
}

function associations(planning: Planning): Draft[] {
  const wanted = new Set(
    planning.objects.aws.flatMap((object) =>
      object.kind === "pod-identity-association" ? [`${object.namespace}/${object.serviceAccount}`] : [],
    ),
  );
  return planning.found.podIdentityAssociations.flatMap(
    ({ namespace, serviceAccount, associationId, ownerArn, tags }): Draft[] => {
      const name = `${namespace}/${serviceAccount}`;
      const isOurs = tags?.["alpha.eksctl.io/podidentityassociation-name"] !== undefined;
      if (wanted.has(name) || ownerArn !== undefined || associationId === undefined || !isOurs) return [];
      const text = `Pod identity association ${name} isn't in the file`;
      if (!planning.prune) {
        planning.notes.push({ code: "plan/not-in-file", text: `${text}; --prune takes it down` });
        return [];
      }
      return [
        {
          ...removal("pod-identity-association", name, text, {
            duration: 5,
            iamActions: ["eks:DeletePodIdentityAssociation"],
            work: { do: "delete-pod-identity", associationId },
          }),
          provides: [`removed-association/${name}`],
        },
      ];
    },
  );
}

/** EKS doesn't tell who made an add-on, and puts in some by itself (GuardDuty's agent); a role stack of eksctl's does. */
function addons(planning: Planning): Draft[] {
  const wanted = new Set(planning.objects.aws.flatMap((object) => (object.kind === "addon" ? [object.name] : [])));
  const ours = new Set(
    [...planning.found.stacks.values()].flatMap(({ tags }) => [
      tags["alpha.eksctl.io/addon-name"],
      tags["alpha.eksctl.io/addon-podidentityassociation-name"],
    ]),
  );
  return [...planning.found.addons.keys()].flatMap((name): Draft[] => {
    if (wanted.has(name)) return [];
    const text = `Add-on ${name} isn't in the file`;
    const isOurs = ours.has(name);
    if (!planning.prune || !isOurs) {
      planning.notes.push({
        code: "plan/not-in-file",
        text: isOurs
          ? `${text}; --prune takes it down`
          : `${text}, and nothing shows that it ever was; it is left alone (aws eks delete-addon takes it down)`,
      });
      return [];
    }
    return [
      {
        ...removal("addon", name, text, {
          duration: 30,
          iamActions: ["eks:DeleteAddon", "eks:DescribeAddon"],
          work: { do: "delete-addon", addon: name },
        }),
        provides: [`removed-addon/${name}`],
      },
    ];
  });
}

function fargateProfiles(planning: Planning): Draft[] {
  const wanted = new Set(
    planning.objects.aws.flatMap((object) => (object.kind === "fargate-profile" ? [object.name] : [])),
  );
  const roles = [...planning.found.stacks.values()].map(({ outputs }) => outputs["FargatePodExecutionRoleARN"]);
  return [...planning.found.fargateProfiles].flatMap(([name, { podExecutionRoleArn }]): Draft[] => {
    if (wanted.has(name)) return [];
    const isOurs = podExecutionRoleArn !== undefined && roles.includes(podExecutionRoleArn);
    const text = `Fargate profile ${name} isn't in the file`;
    if (!planning.prune || !isOurs) {
      planning.notes.push({
        code: "plan/not-in-file",
        text: isOurs ? `${text}; --prune takes it down` : `${text} and has a role of its own; it is left alone`,
      });
      return [];
    }
    return [
      {
        ...removal("fargateprofile", name, text, {
          duration: 90,
          iamActions: ["eks:DeleteFargateProfile", "eks:DescribeFargateProfile"],
          work: { do: "delete-fargate-profile", profile: name },
        }),
      },
    ];
  });
}

/** Steps that take down what the file no longer names. */
export function removals(planning: Planning): Draft[] {
  return [...stacks(planning), ...associations(planning), ...addons(planning), ...fargateProfiles(planning)];
}
