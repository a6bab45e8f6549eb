// Which instance is in the wrong zone: groups keep their zones even, and leave zones that they no longer have.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage
import type { Group, GroupInstance } from "./state.ts";

/** The instance that is to move, or undefined when the zones are as even as they can be. Protected ones stay. */
export function misplaced(
  group: Readonly<Group>,
  present: readonly Readonly<GroupInstance>[],
): Readonly<GroupInstance> | undefined {
  const movable = present.filter((row) => row.state === "InService" && !row.protected);
  const stray = movable.find((row) => !group.zones.includes(row.zone));
  if (stray) return stray;
  const load = new Map(group.zones.map((zone) => [zone, 0]));
  for (const row of present) load.set(row.zone, (load.get(row.zone) ?? 0) + 1);
  const counts = [...load.values()];
  const fullest = Math.max(...counts);
  if (fullest - Math.min(...counts) < 2) return undefined;
  return movable.find((row) => load.get(row.zone) === fullest);
}
