// LookupEvents: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
import type { Event, LookupEventsRequest, LookupEventsResponse, Resource } from "@aws-sdk/client-cloudtrail";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import type { TrailRow } from "../../../trail.ts";
import { cloudTrailRecord, eventSourceOf, trailOf } from "../../../trail.ts";

/** Names in a request by which CloudTrail indexes resources; the value is the resource's type. */
const resourceNames: Readonly<Record<string, string>> = {
  roleName: "AWS::IAM::Role",
  userName: "AWS::IAM::User",
  instanceProfileName: "AWS::IAM::InstanceProfile",
  vpcId: "AWS::EC2::VPC",
  subnetId: "AWS::EC2::Subnet",
  groupId: "AWS::EC2::SecurityGroup",
  launchTemplateName: "AWS::EC2::LaunchTemplate",
  stackName: "AWS::CloudFormation::Stack",
  clusterName: "AWS::EKS::Cluster",
  nodegroupName: "AWS::EKS::Nodegroup",
  autoScalingGroupName: "AWS::AutoScaling::AutoScalingGroup",
  bucket: "AWS::S3::Bucket",
  keyId: "AWS::KMS::Key",
};

function resourcesOf(row: Readonly<TrailRow>): Resource[] {
  const found = new Map<string, string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const type = resourceNames[name];
      if (type !== undefined && typeof inner === "string") found.set(inner, type);
      else collect(inner);
    }
  };
  collect(row.input);
  collect(row.output);
  const name = (row.input as { name?: unknown }).name;
  if (row.service === "eks" && typeof name === "string") found.set(name, "AWS::EKS::Cluster");
  return [...found].map(([ResourceName, ResourceType]) => ({ ResourceName, ResourceType }));
}

function eventOf(row: Readonly<TrailRow>): Event {
  const { accessKeyId, name } = row.principal;
  return {
    EventId: row.id,
    EventName: row.operation,
    EventTime: new Date(row.time),
    EventSource: eventSourceOf(row),
    ReadOnly: String(row.readOnly),
    Username: name,
    Resources: resourcesOf(row),
    CloudTrailEvent: JSON.stringify(cloudTrailRecord(row)),
    ...(accessKeyId === undefined ? {} : { AccessKeyId: accessKeyId }),
  };
}

/** What each attribute is compared with. */
const attributes: Readonly<Record<string, (row: Readonly<TrailRow>) => readonly (string | undefined)[]>> = {
  EventId: (row) => [row.id],
  EventName: (row) => [row.operation],
  EventSource: (row) => [eventSourceOf(row)],
  ReadOnly: (row) => [String(row.readOnly)],
  Username: (row) => [row.principal.name],
  AccessKeyId: (row) => [row.principal.accessKeyId],
  ResourceName: (row) => resourcesOf(row).map(({ ResourceName }) => ResourceName),
  ResourceType: (row) => resourcesOf(row).map(({ ResourceType }) => ResourceType),
};

const pageSize = 50;

function filterOf(input: LookupEventsRequest): (row: Readonly<TrailRow>) => boolean {
  const asked = input.LookupAttributes ?? [];
  // "Currently the list can contain only one item."
  if (asked.length > 1)
    throw new AwsError("InvalidLookupAttributesException", "You can only specify one lookup attribute.");
  const [{ AttributeKey, AttributeValue } = {}] = asked;
  const valuesOf = AttributeKey === undefined ? undefined : attributes[AttributeKey];
  if (AttributeKey !== undefined && !valuesOf) {
    throw new AwsError("InvalidLookupAttributesException", `Lookup attribute ${AttributeKey} is not valid.`);
  }
  const from = input.StartTime?.getTime() ?? -Infinity;
  const to = input.EndTime?.getTime() ?? Infinity;
  if (from > to) throw new AwsError("InvalidTimeRangeException", "The end time must be after the start time.");
  return (row) =>
    row.time >= from && row.time <= to && (valuesOf === undefined || valuesOf(row).includes(AttributeValue ?? ""));
}

export const lookupOperations: Readonly<Record<string, Operation>> = {
  LookupEvents: operation<LookupEventsRequest, LookupEventsResponse>((input, ctx) => {
    if (input.EventCategory !== undefined) {
      throw new AwsError("InvalidEventCategoryException", "The sandbox keeps management events only.");
    }
    if (input.MaxResults !== undefined && (input.MaxResults < 1 || input.MaxResults > pageSize)) {
      throw new AwsError("InvalidMaxResultsException", `MaxResults must be between 1 and ${pageSize}.`);
    }
    const page = paginate(trailOf(ctx).filter(filterOf(input)), {
      token: input.NextToken,
      max: input.MaxResults,
      pageSize,
      scope: "cloudtrail/LookupEvents",
      keyOf: (row) => row.id,
      invalidToken: () => new AwsError("InvalidNextTokenException", "The next token is not valid."),
    });
    return {
      Events: page.items.map(eventOf),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }),
};
