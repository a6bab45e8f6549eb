// Lifecycle hooks.
import type {
  CompleteLifecycleActionAnswer,
  CompleteLifecycleActionType,
  DeleteLifecycleHookAnswer,
  DeleteLifecycleHookType,
  DescribeLifecycleHookTypesAnswer,
  DescribeLifecycleHooksAnswer,
  DescribeLifecycleHooksType,
  PutLifecycleHookAnswer,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatAnswer,
  RecordLifecycleActionHeartbeatType,
} from "@aws-sdk/client-auto-scaling";
import type { AwsError, Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { findGroup, findInstance, onGroup, validationError } from "../lookup.ts";
import { completeHook, heartbeat } from "../reconcile.ts";
import type { GroupInstance } from "../state.ts";
import { groupInstances, hooks } from "../state.ts";

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

type Answer = CompleteLifecycleActionType | RecordLifecycleActionHeartbeatType;

/** What a hook still waits for: by the instance's id, or by the token that the hook's message holds. */
function findWait(
  ctx: Context,
  input: Answer,
): { row: Readonly<GroupInstance>; wait: NonNullable<GroupInstance["waits"]>[number] } {
  const { AutoScalingGroupName: group = "", LifecycleHookName: name = "", LifecycleActionToken: token } = input;
  findGroup(ctx, group);
  if (!ctx.table(hooks).has(`${group}/${name}`)) throw noHook(name, group);
  const id = input.InstanceId;
  if (id === undefined && token === undefined)
    throw validationError("Either InstanceId or LifecycleActionToken must be specified.");
  const row =
    id === undefined
      ? ctx
          .table(groupInstances)
          .by("group", group)
          .find((one) => one.waits?.some((wait) => wait.token === token))
      : findInstance(ctx, id);
  const wait = row?.waits?.find((one) => one.hook === name && (token === undefined || one.token === token));
  if (!row || !wait || row.group !== group)
    throw validationError(
      id === undefined
        ? `No active Lifecycle Action found with token ${token}`
        : `No active Lifecycle Action found with instance ID ${id}`,
    );
  return { row, wait };
}

const noHook = (name: string, group: string): AwsError =>
  validationError(`No Lifecycle Hook found with name ${name} in Auto Scaling Group ${group}`);

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
      // Whoever waits for it goes on at once.
      for (const row of ctx.table(groupInstances).by("group", group.name)) {
        const wait = row.waits?.find((one) => one.hook === input.LifecycleHookName);
        if (wait) completeHook(ctx, row, wait, "CONTINUE");
      }
      if (!ctx.table(hooks).delete(`${group.name}/${input.LifecycleHookName}`))
        throw noHook(input.LifecycleHookName ?? "", group.name);
      return {};
    },
  }),

  DescribeLifecycleHookTypes: operation<object, DescribeLifecycleHookTypesAnswer>(() => ({
    LifecycleHookTypes: [...transitions],
  })),

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
      const { row, wait } = findWait(ctx, input);
      const result = input.LifecycleActionResult ?? "";
      if (result !== "CONTINUE" && result !== "ABANDON")
        throw validationError("The LifecycleActionResult must be CONTINUE or ABANDON.");
      completeHook(ctx, row, wait, result);
      return {};
    },
  }),

  RecordLifecycleActionHeartbeat: operation<RecordLifecycleActionHeartbeatType, RecordLifecycleActionHeartbeatAnswer>({
    permissions: onGroup("RecordLifecycleActionHeartbeat"),
    run: (input, ctx) => {
      const { row, wait } = findWait(ctx, input);
      heartbeat(ctx, row, wait);
      return {};
    },
  }),
};
