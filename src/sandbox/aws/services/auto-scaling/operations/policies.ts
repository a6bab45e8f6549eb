// Scaling policies. Alarms would carry them out: the sandbox has no metrics, so no alarm ever rings, as in a group that
// is neither busy nor idle. ExecutePolicy carries out those that may be asked for by hand.
import type {
  DeletePolicyType,
  DescribePoliciesType,
  ExecutePolicyType,
  PoliciesType,
  PolicyARNType,
  PutScalingPolicyType,
  ScalingPolicy,
  StepAdjustment,
} from "@aws-sdk/client-auto-scaling";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { moment } from "../activities.ts";
import { findGroup, invalidToken, onGroup, validationError } from "../lookup.ts";
import { checkCooldown, resize } from "../resize.ts";
import type { Policy } from "../state.ts";
import { groups, policies } from "../state.ts";

const adjustments = ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"];

/** What each type of policy must say. */
const members: Readonly<Record<string, readonly (keyof PutScalingPolicyType)[]>> = {
  PredictiveScaling: ["PredictiveScalingConfiguration"],
  SimpleScaling: ["AdjustmentType", "ScalingAdjustment"],
  StepScaling: ["AdjustmentType", "StepAdjustments"],
  TargetTrackingScaling: ["TargetTrackingConfiguration"],
};

function check(input: PutScalingPolicyType): void {
  const type = input.PolicyType ?? "SimpleScaling";
  const needed = members[type];
  if (!needed)
    throw validationError(`PolicyType ${type} is not valid. Valid values: ${Object.keys(members).join(", ")}`);
  const missing = needed.find((name) => input[name] === undefined);
  if (missing) throw validationError(`${missing} is required for policies of type ${type}`);
  if (input.AdjustmentType !== undefined && !adjustments.includes(input.AdjustmentType))
    throw validationError(`AdjustmentType ${input.AdjustmentType} is not valid.`);
}

function policyItem(row: Readonly<Policy>): ScalingPolicy {
  return {
    PolicyType: "SimpleScaling",
    Enabled: true,
    Alarms: [],
    ...(row.input as Partial<ScalingPolicy>),
    AutoScalingGroupName: row.group,
    PolicyName: row.name,
    PolicyARN: row.arn,
  };
}

function findPolicy(ctx: Context, name: string | undefined, group: string | undefined): Readonly<Policy> | undefined {
  const rows = ctx.table(policies).list((one) => one.arn === name || one.name === name);
  const found = rows.filter((one) => one.arn === name || group === undefined || one.group === group);
  // A name alone will do where only one group has such a policy.
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The capacity after an adjustment. Percentages are cut towards zero, but never to nothing (AWS: "12.7 becomes 12 …
 * .67 becomes 1").
 */
export function adjusted(
  capacity: number,
  type: string | undefined,
  by: number,
  magnitude: number | undefined,
): number {
  if (type === "ExactCapacity") return by;
  if (type !== "PercentChangeInCapacity") return capacity + by;
  const exact = (capacity * by) / 100;
  const whole = Math.abs(exact) < 1 ? Math.sign(exact) : Math.trunc(exact);
  return capacity + Math.sign(by) * Math.max(Math.abs(whole), magnitude ?? 0);
}

/** The step whose bounds, counted from the alarm's threshold, hold the metric. */
function stepFor(steps: readonly StepAdjustment[], difference: number): StepAdjustment | undefined {
  return steps.find(({ MetricIntervalLowerBound: low = -Infinity, MetricIntervalUpperBound: high = Infinity }) =>
    difference >= 0 ? difference >= low && difference < high : difference > low && difference <= high,
  );
}

function adjustmentOf(policy: PutScalingPolicyType, input: ExecutePolicyType): number {
  const type = policy.PolicyType ?? "SimpleScaling";
  if (type === "SimpleScaling") return policy.ScalingAdjustment ?? 0;
  if (type !== "StepScaling") throw validationError(`Policies of type ${type} can't be executed.`);
  const { MetricValue: value, BreachThreshold: threshold } = input;
  if (value === undefined || threshold === undefined)
    throw validationError("MetricValue and BreachThreshold are required for policies of type StepScaling");
  const step = stepFor(policy.StepAdjustments ?? [], value - threshold);
  if (!step) throw validationError(`There is no step adjustment for the metric value ${value}.`);
  return step.ScalingAdjustment ?? 0;
}

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutScalingPolicy: operation<PutScalingPolicyType, PolicyARNType>({
    permissions: onGroup("PutScalingPolicy"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      check(input);
      const name = input.PolicyName ?? "";
      const key = `${group.name}/${name}`;
      const arn =
        ctx.table(policies).get(key)?.arn ??
        `arn:${ctx.partition}:autoscaling:${ctx.region}:${ctx.account}:scalingPolicy:${ctx.ids.uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
      const stored = JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
      ctx.table(policies).put(key, { name, group: group.name, arn, input: stored });
      return { PolicyARN: arn, Alarms: [] };
    },
  }),

  ExecutePolicy: operation<ExecutePolicyType, object>({
    permissions: onGroup("ExecutePolicy"),
    run: (input, ctx) => {
      const row = findPolicy(ctx, input.PolicyName, input.AutoScalingGroupName);
      const group = row && ctx.table(groups).get(row.group);
      if (!row || !group) throw validationError("PolicyName not found");
      const policy = row.input as unknown as PutScalingPolicyType;
      if (policy.Enabled === false) throw validationError(`Policy ${row.name} is disabled.`);
      if (input.HonorCooldown) checkCooldown(ctx, group, policy.Cooldown ?? group.cooldown);
      const magnitude = policy.MinAdjustmentMagnitude ?? policy.MinAdjustmentStep;
      const wanted = adjusted(group.desired, policy.AdjustmentType, adjustmentOf(policy, input), magnitude);
      const desired = Math.min(Math.max(wanted, group.min), group.max);
      const why = `At ${moment(ctx)} a user request executed policy ${row.name} changing the desired capacity from ${group.desired} to ${desired}. `;
      resize(ctx, group, { desired, why });
      return {};
    },
  }),

  DescribePolicies: operation<DescribePoliciesType, PoliciesType>((input, ctx) => {
    const rows = input.AutoScalingGroupName
      ? ctx.table(policies).by("group", findGroup(ctx, input.AutoScalingGroupName).name)
      : ctx.table(policies).list();
    const typeOf = (row: Readonly<Policy>): string =>
      (row.input["PolicyType"] as string | undefined) ?? "SimpleScaling";
    const named = rows.filter(
      (row) =>
        (!input.PolicyNames?.length || input.PolicyNames.some((name) => name === row.name || name === row.arn)) &&
        (!input.PolicyTypes?.length || input.PolicyTypes.includes(typeOf(row))),
    );
    const { items, nextToken } = paginate(named, {
      token: input.NextToken,
      max: input.MaxRecords,
      pageSize: 50,
      ceiling: 100,
      scope: "auto-scaling/DescribePolicies",
      keyOf: (row) => row.arn,
      invalidToken,
    });
    return { ScalingPolicies: items.map(policyItem), ...(nextToken ? { NextToken: nextToken } : {}) };
  }),

  DeletePolicy: operation<DeletePolicyType, object>({
    permissions: onGroup("DeletePolicy"),
    run: (input, ctx) => {
      const row = findPolicy(ctx, input.PolicyName, input.AutoScalingGroupName);
      if (!row) throw validationError("PolicyName not found");
      ctx.table(policies).delete(`${row.group}/${row.name}`);
      return {};
    },
  }),
};
