// The AutoScaling client and the operations of it that lotse calls; loaded on first use.
import {
  AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("autoscaling", AutoScalingClient, {
  CreateOrUpdateTags: CreateOrUpdateTagsCommand,
  DeleteTags: DeleteTagsCommand,
  DescribeAutoScalingGroups: DescribeAutoScalingGroupsCommand,
  DescribeScalingActivities: DescribeScalingActivitiesCommand,
  ResumeProcesses: ResumeProcessesCommand,
  SuspendProcesses: SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroup: TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroup: UpdateAutoScalingGroupCommand,
});
