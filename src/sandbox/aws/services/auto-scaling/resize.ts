// Changing a group's sizes, whoever asks: a user, a schedule, a policy.
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { checkSizes } from "./group-input.ts";
import { kick } from "./reconcile.ts";
import type { Group } from "./state.ts";
import { groups } from "./state.ts";

/**
 * Gives a group new sizes and lets it act on them.
 *
 * @param change `why` is how the causes of the coming activities begin
 * @throws AwsError ValidationError unless min ≤ desired ≤ max
 */
export function resize(
  ctx: Context,
  group: Readonly<Group>,
  change: Partial<Pick<Group, "min" | "max" | "desired">> & { why: string },
): Readonly<Group> {
  const after: Group = { ...group, ...change, failures: 0 };
  checkSizes(after.min, after.max, after.desired);
  if (after.desired !== group.desired) after.scaledAt = ctx.now();
  kick(ctx, group.name);
  return ctx.table(groups).put(group.name, after);
}

/** @throws AwsError ScalingActivityInProgress while the group rests from its last change of capacity */
export function checkCooldown(ctx: Context, group: Readonly<Group>, seconds: number): void {
  if (group.scaledAt === undefined || ctx.now() >= group.scaledAt + seconds * 1000) return;
  throw new AwsError("ScalingActivityInProgress", `The group ${group.name} is in its cooldown period.`, {
    status: 400,
  });
}
