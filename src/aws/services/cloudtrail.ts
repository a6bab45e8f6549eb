// The CloudTrail client and the operations of it that lotse calls; loaded on first use.
import { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("cloudtrail", CloudTrailClient, {
  DescribeTrails: DescribeTrailsCommand,
  GetTrailStatus: GetTrailStatusCommand,
});
