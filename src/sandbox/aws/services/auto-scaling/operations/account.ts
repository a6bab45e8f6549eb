// What Auto Scaling knows of itself, and the target groups that groups are tied to.
import type {
  AttachLoadBalancerTargetGroupsResultType,
  AttachLoadBalancerTargetGroupsType,
  DescribeAccountLimitsAnswer,
  DescribeAdjustmentTypesAnswer,
  DescribeAutoScalingNotificationTypesAnswer,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse,
  DescribeTerminationPolicyTypesAnswer,
  DetachLoadBalancerTargetGroupsResultType,
  DetachLoadBalancerTargetGroupsType,
} from "@aws-sdk/client-auto-scaling";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { findGroup, onGroup } from "../lookup.ts";
import { configurations, groups } from "../state.ts";
import { terminationPolicyTypes } from "../termination.ts";

export const accountOperations: Readonly<Record<string, Operation>> = {
  DescribeAccountLimits: operation<object, DescribeAccountLimitsAnswer>((_input, ctx) => ({
    MaxNumberOfAutoScalingGroups: 500,
    MaxNumberOfLaunchConfigurations: 200,
    NumberOfAutoScalingGroups: ctx.table(groups).size,
    NumberOfLaunchConfigurations: ctx.table(configurations).size,
  })),

  DescribeAdjustmentTypes: operation<object, DescribeAdjustmentTypesAnswer>(() => ({
    AdjustmentTypes: ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"].map((AdjustmentType) => ({
      AdjustmentType,
    })),
  })),

  DescribeAutoScalingNotificationTypes: operation<object, DescribeAutoScalingNotificationTypesAnswer>(() => ({
    AutoScalingNotificationTypes: [
      "autoscaling:EC2_INSTANCE_LAUNCH",
      "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
      "autoscaling:EC2_INSTANCE_TERMINATE",
      "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
      "autoscaling:TEST_NOTIFICATION",
    ],
  })),

  DescribeTerminationPolicyTypes: operation<object, DescribeTerminationPolicyTypesAnswer>(() => ({
    TerminationPolicyTypes: [...terminationPolicyTypes],
  })),

  AttachLoadBalancerTargetGroups: operation<
    AttachLoadBalancerTargetGroupsType,
    AttachLoadBalancerTargetGroupsResultType
  >({
    permissions: onGroup("AttachLoadBalancerTargetGroups"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const targetGroups = [...new Set([...group.targetGroups, ...(input.TargetGroupARNs ?? [])])];
      ctx.table(groups).update(group.name, { targetGroups });
      return {};
    },
  }),

  DetachLoadBalancerTargetGroups: operation<
    DetachLoadBalancerTargetGroupsType,
    DetachLoadBalancerTargetGroupsResultType
  >({
    permissions: onGroup("DetachLoadBalancerTargetGroups"),
    run: (input, ctx) => {
      const group = findGroup(ctx, input.AutoScalingGroupName);
      const targetGroups = group.targetGroups.filter((arn) => !input.TargetGroupARNs?.includes(arn));
      ctx.table(groups).update(group.name, { targetGroups });
      return {};
    },
  }),

  DescribeLoadBalancerTargetGroups: operation<
    DescribeLoadBalancerTargetGroupsRequest,
    DescribeLoadBalancerTargetGroupsResponse
  >((input, ctx) => ({
    LoadBalancerTargetGroups: findGroup(ctx, input.AutoScalingGroupName).targetGroups.map((arn) => ({
      LoadBalancerTargetGroupARN: arn,
      State: "InService",
    })),
  })),
};
