// The CloudFormation client and the operations of it that lotse calls; loaded on first use.
import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("cloudformation", CloudFormationClient, {
  ContinueUpdateRollback: ContinueUpdateRollbackCommand,
  CreateChangeSet: CreateChangeSetCommand,
  CreateStack: CreateStackCommand,
  DeleteChangeSet: DeleteChangeSetCommand,
  DeleteStack: DeleteStackCommand,
  DescribeChangeSet: DescribeChangeSetCommand,
  DescribeStackEvents: DescribeStackEventsCommand,
  DescribeStackResources: DescribeStackResourcesCommand,
  DescribeStacks: DescribeStacksCommand,
  ExecuteChangeSet: ExecuteChangeSetCommand,
  GetTemplate: GetTemplateCommand,
  UpdateTerminationProtection: UpdateTerminationProtectionCommand,
});
