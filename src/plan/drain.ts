// The plan that empties the nodes of groups, or lets pods onto them again.
import { LotseError } from "../base/index.ts";
import type { Aws } from "../aws/index.ts";
import type { Found } from "./found.ts";
import { summarise } from "./make-plan.ts";
import { ordered } from "./order.ts";
import type { Note, Plan } from "./plan.ts";
import type { Draft } from "./planning.ts";
import { readFound } from "./read/found.ts";
import { drainSeconds } from "./steps/kubernetes/drains.ts";
import { insideDraft } from "./steps/kubernetes/inside.ts";

/** A plan of some steps on what was found; not made from a file. */
export function planOf(found: Found, drafts: readonly Draft[], notes: readonly Note[] = []): Plan {
  const steps = ordered(drafts);
  return {
    cluster: found.name,
    region: found.region,
    account: found.account,
    caller: found.caller,
    steps,
    notes: [...notes],
    summary: summarise(steps),
  };
}

/** @throws LotseError `plan/no-cluster` */
export function requireLiving(found: Found): NonNullable<Found["cluster"]> {
  if (found.cluster) return found.cluster;
  throw new LotseError("plan/no-cluster", {
    title: `There is no cluster ${found.name} in ${found.region}`,
    remedy: "lotse get cluster shows those of the region",
  });
}

/** Names of the node groups that exist, managed and self-managed. */
export function groupNames(found: Found): string[] {
  const stacks = [...found.stacks.values()].flatMap(
    ({ tags }) => tags["alpha.eksctl.io/nodegroup-name"] ?? tags["eksctl.io/v1alpha2/nodegroup-name"] ?? [],
  );
  return [...new Set([...found.nodeGroups.keys(), ...stacks])].toSorted();
}

/** @throws LotseError `plan/no-nodegroup` for a name that no group has */
export function requireGroups(found: Found, names: readonly string[]): void {
  const known = groupNames(found);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new LotseError("plan/no-nodegroup", {
    title: `Cluster ${found.name} has no node group ${unknown.join(", ")}`,
    remedy: known.length > 0 ? `It has ${known.join(", ")}` : "It has none",
  });
}

/** Which groups, and which way. */
export interface DrainPlanOptions {
  /** Names; all groups of the cluster when absent. */
  nodeGroups?: readonly string[];
  /** Lets pods onto the nodes again. */
  undo?: boolean;
}

/** Plans the draining of node groups, all of them at a time. @throws LotseError `plan/no-cluster`, `plan/no-nodegroup` */
export async function planDrain(cluster: string, aws: Aws, options: DrainPlanOptions = {}): Promise<Plan> {
  const found = await readFound(aws, cluster, { templates: false });
  requireLiving(found);
  const names = options.nodeGroups ?? groupNames(found);
  requireGroups(found, names);
  const { undo = false } = options;
  const text = undo ? "its nodes take pods again" : "its nodes take no more pods, and those on them move";
  return planOf(
    found,
    names.map((name) =>
      insideDraft({
        kind: "drain",
        name,
        action: "update",
        effect: undo ? "in place" : "interrupts",
        why: [{ code: "plan/asked", text }],
        duration: undo ? 2 : drainSeconds,
        work: { do: "drain-nodegroup", nodeGroup: name, undo },
      }),
    ),
  );
}
