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

/** The steps, and the drains before those that take nodes away. */
export function withDrains(planning: Planning, drafts: readonly Draft[]): Draft[] {
  const status = planning.found.cluster?.status;
  if (status !== "ACTIVE" && status !== "UPDATING") return [...drafts];
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
      work: { do: "drain-nodegroup", nodeGroup: step.name },
    });
    return [drain, { ...step, after: [...step.after, drained(step.name)] }];
  });
}
