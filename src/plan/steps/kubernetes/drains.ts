// Pods move before their nodes go: a drain before every node group that is deleted or made anew.
import { draft, type Draft, type Planning } from "../../planning.ts";
import { insideIamActions } from "./inside.ts";

/** True for steps after which the nodes of a group are gone. */
export const losesNodes = (step: Pick<Draft, "kind" | "action" | "effect">): boolean =>
  step.kind === "nodegroup" && (step.action === "delete" || (step.action === "replace" && step.effect === "replaces"));

/** Seconds that a group's pods take to move, typically (experience, inferred). */
export const drainSeconds = 120;

/** What others wait for when they need the nodes of a group empty. */
export const drained = (group: string): string => `drained/${group}`;

/** Groups on whose nodes pods find a new place: those that stay, and those that are made before others go. */
function havens(planning: Planning, drafts: readonly Draft[]): string[] {
  const losing = new Set(drafts.filter(losesNodes).map(({ name }) => name));
  const living = [...planning.found.stacks.values()].flatMap(
    ({ tags }) => tags["alpha.eksctl.io/nodegroup-name"] ?? [],
  );
  const wanted = planning.stacks.filter(({ kind }) => kind === "nodegroup").map(({ name }) => name);
  return [...new Set([...living, ...planning.found.nodeGroups.keys(), ...wanted])].filter((name) => !losing.has(name));
}

/** The steps, and the drains before those that take nodes away. */
export function withDrains(planning: Planning, drafts: readonly Draft[]): Draft[] {
  const status = planning.found.cluster?.status;
  if (status !== "ACTIVE" && status !== "UPDATING") return [...drafts];
  // Where no node is left, the budget of CoreDNS would forbid to the end what can't be otherwise.
  const sparing = havens(planning, drafts).length === 0 ? { sparing: ["kube-system"] } : {};
  return drafts.flatMap((step): Draft[] => {
    if (!losesNodes(step)) return [step];
    const drain = draft({
      kind: "drain",
      name: step.name,
      action: "update",
      effect: "interrupts",
      phase: step.phase,
      why: [
        {
          code: "plan/nodes-go",
          text: `pods on the nodes of ${step.name} move before the nodes go, as fast as their disruption budgets allow`,
        },
      ],
      duration: drainSeconds,
      iamActions: insideIamActions,
      provides: [drained(step.name)],
      work: { do: "drain-nodegroup", nodeGroup: step.name, ...sparing },
    });
    return [drain, { ...step, after: [...step.after, drained(step.name)] }];
  });
}
