// Finding groups, and who Auto Scaling is when it calls EC2.
import type { Context, Permission } from "../../core/index.ts";
import { calendarSubject } from "../../core/clock.ts";
import { AwsError, servicePrincipal } from "../../core/index.ts";
import type { Group, GroupInstance } from "./state.ts";
import { groupInstances, groups } from "./state.ts";

/** Auto Scaling's answer to nearly everything that is wrong. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

/** What every paginated operation says to a token that it hasn't given. */
export const invalidToken = (): AwsError =>
  new AwsError("InvalidNextToken", "The NextToken value is not valid.", { status: 400 });

/** A group by name; EC2 Auto Scaling has one sentence for all that's missing. */
export function findGroup(ctx: Context, name: string | undefined): Readonly<Group> {
  const group = ctx.table(groups).get(name ?? "");
  if (!group) throw validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name ?? ""}' not found`);
  return group;
}

/** A group that is to be changed or deleted: these operations have a sentence of their own for one that isn't there. */
export function findGroupToChange(ctx: Context, name: string | undefined): Readonly<Group> {
  const group = ctx.table(groups).get(name ?? "");
  if (!group) throw validationError("AutoScalingGroup name not found - null");
  return group;
}

/**
 * An instance of any group.
 *
 * @throws AwsError ValidationError when no group holds it
 */
export function findInstance(ctx: Context, id: string | undefined): Readonly<GroupInstance> {
  const row = ctx.table(groupInstances).get(id ?? "");
  if (!row) throw validationError(`Instance Id not found - No managed instance found for instance ID: ${id ?? ""}`);
  return row;
}

/** The instances that a group holds, in any state. */
export function instancesOf(ctx: Context, group: string): Readonly<GroupInstance>[] {
  return ctx.table(groupInstances).by("group", group);
}

/** Auto Scaling by its service-linked role. */
export function asAutoScaling(ctx: Context): Context {
  return ctx.as(servicePrincipal("autoscaling.amazonaws.com", ctx.account));
}

export const subjectOf = (group: string): string => `group/${group}`;

/** Subject of a timer that no read hurries: what happens at a time rather than after a while. */
export const calendarOf = (what: string): string => `${calendarSubject}auto-scaling/${what}`;

/** Permission on the group that a request names. */
export function onGroup(action: string): (input: object, ctx: Context) => readonly Permission[] {
  return (input, ctx) => {
    const { AutoScalingGroupName: name } = input as { AutoScalingGroupName?: string };
    const group = name === undefined ? undefined : ctx.table(groups).get(name);
    const resource =
      group?.arn ??
      `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:autoScalingGroup:*:autoScalingGroupName/${name ?? "*"}`;
    const conditions = Object.fromEntries(
      (group?.tags ?? []).flatMap(({ key, value }) => [
        [`aws:ResourceTag/${key}`, value],
        [`autoscaling:ResourceTag/${key}`, value],
      ]),
    );
    return [{ action: `autoscaling:${action}`, resource, conditions }];
  };
}
