// The AutoScaling client and the operations of it that lotse calls; loaded on first use.
import {
  AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("autoscaling", AutoScalingClient, {
  CreateOrUpdateTags: CreateOrUpdateTagsCommand,
  DescribeAutoScalingGroups: DescribeAutoScalingGroupsCommand,
  ResumeProcesses: ResumeProcessesCommand,
  SuspendProcesses: SuspendProcessesCommand,
  UpdateAutoScalingGroup: UpdateAutoScalingGroupCommand,
});
