// The CloudWatchLogs client and the operations of it that lotse calls; loaded on first use.
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("logs", CloudWatchLogsClient, {
  DeleteLogGroup: DeleteLogGroupCommand,
  DescribeLogGroups: DescribeLogGroupsCommand,
  PutRetentionPolicy: PutRetentionPolicyCommand,
});
