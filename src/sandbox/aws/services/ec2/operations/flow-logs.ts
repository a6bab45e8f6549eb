// Flow logs of VPCs, subnets and interfaces. They are kept and shown; no traffic flows here that they could record.
import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  DeleteFlowLogsRequest,
  DeleteFlowLogsResult,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog as FlowLogItem,
  UnsuccessfulItem,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation, servicePrincipal } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import type { Kind } from "../kinds.ts";
import { find, flowLogKind, networkInterfaceKind, required, subnetKind, vpcKind } from "../kinds.ts";
import type { FlowLog } from "../state.ts";
import { flowLogs } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

const defaultFormat =
  "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

const resourceKinds: Readonly<Record<string, Kind>> = {
  VPC: vpcKind as unknown as Kind,
  Subnet: subnetKind as unknown as Kind,
  NetworkInterface: networkInterfaceKind as unknown as Kind,
};

const listing: Listing<FlowLog, FlowLogItem> = {
  operation: "DescribeFlowLogs",
  kind: flowLogKind,
  indexed: { "resource-id": "resource" },
  filters: () => ({
    "deliver-log-status": () => "SUCCESS",
    "flow-log-id": (row) => row.id,
    "log-destination-type": (row) => row.destinationType,
    "log-group-name": (row) => row.logGroup,
    "resource-id": (row) => row.resourceId,
    "traffic-type": (row) => row.trafficType,
  }),
  render: (row) => ({
    CreationTime: new Date(row.createdAt),
    ...(row.permissionArn ? { DeliverLogsPermissionArn: row.permissionArn } : {}),
    DeliverLogsStatus: "SUCCESS",
    FlowLogId: row.id,
    FlowLogStatus: "ACTIVE",
    ...(row.logGroup ? { LogGroupName: row.logGroup } : {}),
    ResourceId: row.resourceId,
    ...(row.trafficType ? { TrafficType: row.trafficType as "ALL" } : {}),
    LogDestinationType: row.destinationType,
    ...(row.destination ? { LogDestination: row.destination } : {}),
    LogFormat: row.format,
    Tags: tagList(row.tags).Tags ?? [],
    MaxAggregationInterval: row.interval,
    ...(row.options ? { DestinationOptions: row.options as NonNullable<FlowLogItem["DestinationOptions"]> } : {}),
  }),
};

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameter", message);
}

type Destination = Pick<FlowLog, "destinationType" | "destination" | "logGroup" | "permissionArn">;

/** Where records go: a log group by name or ARN, a bucket, a stream. */
function destinationOf(input: CreateFlowLogsRequest): Destination {
  const { LogDestination: destination, LogGroupName: logGroup, DeliverLogsPermissionArn: permissionArn } = input;
  const destinationType = input.LogDestinationType ?? "cloud-watch-logs";
  if (logGroup && destinationType !== "cloud-watch-logs")
    throw invalid("LogDestination type must be cloud-watch-logs if LogGroupName is provided.");
  if (!logGroup && !destination) throw invalid("LogDestination can't be empty if LogGroupName is not provided.");
  if (logGroup && destination) throw invalid("Please only provide LogGroupName or only provide LogDestination.");
  if (destinationType === "cloud-watch-logs" && !permissionArn)
    throw invalid("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.");
  const named = destinationType === "cloud-watch-logs" ? (destination?.split(":")[6] ?? logGroup) : undefined;
  return {
    destinationType,
    ...(destination ? { destination } : {}),
    ...(named ? { logGroup: named } : {}),
    ...(permissionArn ? { permissionArn } : {}),
  };
}

/** The bucket that isn't there, if the destination is one. */
function missingBucket(ctx: Context, { destinationType, destination = "" }: Destination): string | undefined {
  if (destinationType !== "s3") return undefined;
  const bucket = destination.split(":::")[1]?.split("/")[0] ?? "";
  try {
    ctx.as(servicePrincipal("delivery.logs.amazonaws.com", ctx.account)).call("s3", "HeadBucket", { Bucket: bucket });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError && (error.code === "NoSuchBucket" || error.code === "NotFound")) return bucket;
    if (error instanceof AwsError) return undefined; // there, but not for everyone: delivery fails later, not this call
    throw error;
  }
}

const same = (a: FlowLog, b: Omit<FlowLog, "id" | "tags" | "createdAt">): boolean =>
  a.resourceId === b.resourceId &&
  a.destination === b.destination &&
  a.logGroup === b.logGroup &&
  a.trafficType === b.trafficType &&
  a.format === b.format;

export const flowLogOperations: Readonly<Record<string, Operation>> = {
  CreateFlowLogs: operation<CreateFlowLogsRequest, CreateFlowLogsResult>((input, ctx) => {
    const type = required(input.ResourceType, "resourceType");
    const kind = resourceKinds[type];
    if (!kind) throw invalidValue(type, "resourceType");
    if (!input.TrafficType)
      throw new AwsError("MissingParameter", "The request must include the TrafficType parameter.");
    const destination = destinationOf(input);
    const interval = input.MaxAggregationInterval ?? 600;
    if (interval !== 60 && interval !== 600) throw invalid("Invalid Flow Log Max Aggregation Interval");
    const tags = tagsFor(ctx, input.TagSpecifications, "vpc-flow-log");
    const bucket = missingBucket(ctx, destination);
    const Unsuccessful: UnsuccessfulItem[] = [];
    const FlowLogIds: string[] = [];
    for (const asked of required(input.ResourceIds, "resourceIds")) {
      const resourceId = find(ctx, kind, asked, "resourceId").id;
      const wish = {
        resourceId,
        trafficType: input.TrafficType,
        ...destination,
        format: input.LogFormat ?? defaultFormat,
        interval,
        ...(input.DestinationOptions ? { options: input.DestinationOptions as NonNullable<FlowLog["options"]> } : {}),
      };
      if (bucket !== undefined) {
        const Error = { Code: "400", Message: `LogDestination: ${bucket} does not exist.` };
        Unsuccessful.push({ ResourceId: resourceId, Error });
        continue;
      }
      if (
        ctx
          .table(flowLogs)
          .by("resource", resourceId)
          .some((row) => same(row, wish))
      )
        throw new AwsError(
          "FlowLogAlreadyExists",
          "Error. There is an existing Flow Log with the same configuration and log destination.",
        );
      const id = ctx.ids.ec2("fl");
      ctx.table(flowLogs).put(id, { id, ...wish, createdAt: ctx.now(), tags });
      FlowLogIds.push(id);
    }
    return { ...(input.ClientToken ? { ClientToken: input.ClientToken } : {}), FlowLogIds, Unsuccessful };
  }),

  DeleteFlowLogs: operation<DeleteFlowLogsRequest, DeleteFlowLogsResult>((input, ctx) => {
    const ids = required(input.FlowLogIds, "flowLogIds");
    const missing = ids.filter((id) => !ctx.table(flowLogs).has(id));
    if (missing.length > 0)
      throw new AwsError(
        flowLogKind.notFound,
        `These flow log ids in the input list are not found: [TotalCount: ${missing.length}] ${missing.join(" ")}`,
      );
    for (const id of ids) ctx.table(flowLogs).delete(id);
    return { Unsuccessful: [] };
  }),

  DescribeFlowLogs: operation<DescribeFlowLogsRequest, DescribeFlowLogsResult>((input, ctx) => {
    // An id that names nothing is no mistake here.
    const known = input.FlowLogIds?.filter((id) => ctx.table(flowLogs).has(id));
    if (input.FlowLogIds?.length && known?.length === 0) return { FlowLogs: [] };
    const { items, ...next } = describe(ctx, listing, { ...input, Filters: input.Filter }, known);
    return { FlowLogs: items, ...next };
  }),
};
