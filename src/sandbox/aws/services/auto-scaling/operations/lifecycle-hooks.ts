// Lifecycle hooks.
import type {
  CompleteLifecycleActionAnswer,
  CompleteLifecycleActionType,
  DeleteLifecycleHookAnswer,
  DeleteLifecycleHookType,
  DescribeLifecycleHooksAnswer,
  DescribeLifecycleHooksType,
  PutLifecycleHookAnswer,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatAnswer,
  RecordLifecycleActionHeartbeatType,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { findGroup, findInstance, onGroup, validationError } from "../lookup.ts";
import { completeHook } from "../reconcile.ts";
import { hooks } from "../state.ts";

const transitions: readonly string[] = ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"];

/** Makes a hook or changes one. */
export function putHook(ctx: Context, input: PutLifecycleHookType): void {
  const { AutoScalingGroupName: group = "", LifecycleHookName: name = "", LifecycleTransition: transition } = input;
  const key = `${group}/${name}`;
  const before = ctx.table(hooks).get(key);
  const wanted = transition ?? before?.LifecycleTransition;
  if (!wanted || !transitions.includes(wanted))
    throw validationError(`Please specify a valid LifecycleTransition: ${transitions.join(", ")}.`);
  const timeout = input.HeartbeatTimeout ?? before?.HeartbeatTimeout ?? 3600;
  if (timeout < 30 || timeout > 7200) throw validationError("HeartbeatTimeout must be between 30 and 7200 seconds.");
  ctx.table(hooks).put(key, {
    ...before,
    group,
    LifecycleHookName: name,
    LifecycleTransition: wanted,
    HeartbeatTimeout: timeout,
    DefaultResult: input.DefaultResult ?? before?.DefaultResult ?? "ABANDON",
    ...(input.NotificationMetadata === undefined ? {} : { NotificationMetadata: input.NotificationMetadata }),
    ...(input.NotificationTargetARN === undefined ? {} : { NotificationTargetARN: input.NotificationTargetARN }),
    ...(input.RoleARN === undefined ? {} : { RoleARN: input.RoleARN }),
  });
}

export const lifecycleHookOperations: Readonly<Record<string, Operation>> = {
  PutLifecycleHook: operation<PutLifecycleHookType, PutLifecycleHookAnswer>({
    permissions: onGroup("PutLifecycleHook"),
    run: (input, ctx) => {
      findGroup(ctx, input.AutoScalingGroupName);
      putHook(ctx, input);
      return {};
    },
  }),

  DeleteLifecycleHook: operation<DeleteLifecycleHookType, DeleteLifecycleHookAnswer>({
    permissions: onGroup("DeleteLifecycleHook"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      if (!ctx.table(hooks).delete(`${group.name}/${input.LifecycleHookName}`))
        throw validationError(`No Lifecycle Hook found with name ${input.LifecycleHookName} in group ${group.name}`);
      return {};
    },
  }),

  DescribeLifecycleHooks: operation<DescribeLifecycleHooksType, DescribeLifecycleHooksAnswer>((input, ctx) => {
    const group = findGroup(ctx, input.AutoScalingGroupName);
    const names = input.LifecycleHookNames;
    const rows = ctx.table(hooks).by("group", group.name);
    return {
      LifecycleHooks: rows
        .filter((row) => !names?.length || names.includes(row.LifecycleHookName ?? ""))
        .map(({ group: name, ...hook }) => ({ ...hook, AutoScalingGroupName: name, GlobalTimeout: 172800 })),
    };
  }),

  CompleteLifecycleAction: operation<CompleteLifecycleActionType, CompleteLifecycleActionAnswer>({
    permissions: onGroup("CompleteLifecycleAction"),
    run: (input, ctx) => {
      findGroup(ctx, input.AutoScalingGroupName);
      const row = findInstance(ctx, input.InstanceId);
      if (!row.state.endsWith(":Wait"))
        throw validationError(`No active Lifecycle Action found with instance ID ${row.id}`);
      completeHook(ctx, row, input.LifecycleActionResult ?? "ABANDON");
      return {};
    },
  }),

  RecordLifecycleActionHeartbeat: operation<RecordLifecycleActionHeartbeatType, RecordLifecycleActionHeartbeatAnswer>({
    permissions: onGroup("RecordLifecycleActionHeartbeat"),
    run: (input, ctx) => {
      findGroup(ctx, input.AutoScalingGroupName);
      const row = findInstance(ctx, input.InstanceId);
      if (!row.state.endsWith(":Wait"))
        throw validationError(`No active Lifecycle Action found with instance ID ${row.id}`);
      return {};
    },
  }),
};
