// Firehose's delivery streams: that they are there, of which kind, and active. No record is taken.
// https://docs.aws.amazon.com/firehose/latest/APIReference/
import type {
  CreateDeliveryStreamInput,
  CreateDeliveryStreamOutput,
  DeleteDeliveryStreamInput,
  DeleteDeliveryStreamOutput,
  DescribeDeliveryStreamInput,
  DescribeDeliveryStreamOutput,
  ListDeliveryStreamsInput,
  ListDeliveryStreamsOutput,
} from "@aws-sdk/client-firehose";
import type { Context, ServiceDefinition, TableDefinition } from "../../core/index.ts";
import { AwsError, defineService, defineTable, operation } from "../../core/index.ts";

interface StreamRow {
  name: string;
  arn: string;
  type: "DirectPut" | "KinesisStreamAsSource";
  createdAt: number;
}

const streams: TableDefinition<StreamRow> = defineTable("firehose/streams");

function find(ctx: Context, name: string | undefined): Readonly<StreamRow> {
  const row = ctx.table(streams).get(name ?? "");
  if (row) return row;
  throw new AwsError("ResourceNotFoundException", `Firehose ${name} under account ${ctx.account} not found.`);
}

const arnOf = (ctx: Context, name = ""): string =>
  `arn:${ctx.partition}:firehose:${ctx.region}:${ctx.account}:deliverystream/${name}`;

const on =
  (action: string) =>
  ({ DeliveryStreamName }: { DeliveryStreamName?: string | undefined }, ctx: Context) => [
    { action: `firehose:${action}`, resource: arnOf(ctx, DeliveryStreamName) },
  ];

export const firehose: ServiceDefinition = defineService({
  id: "firehose",
  iamPrefix: "firehose",
  operations: {
    CreateDeliveryStream: operation<CreateDeliveryStreamInput, CreateDeliveryStreamOutput>({
      permissions: on("CreateDeliveryStream"),
      run: (input, ctx) => {
        const name = input.DeliveryStreamName ?? "";
        if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(name))
          throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value '${name}' at 'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
          );
        if (ctx.table(streams).has(name))
          throw new AwsError(
            "ResourceInUseException",
            `Firehose ${name} under accountId ${ctx.account} already exists`,
          );
        const type = input.DeliveryStreamType === "KinesisStreamAsSource" ? "KinesisStreamAsSource" : "DirectPut";
        const row: StreamRow = { name, arn: arnOf(ctx, name), type, createdAt: ctx.now() };
        ctx.table(streams).put(name, row);
        return { DeliveryStreamARN: row.arn };
      },
    }),
    DescribeDeliveryStream: operation<DescribeDeliveryStreamInput, DescribeDeliveryStreamOutput>({
      permissions: on("DescribeDeliveryStream"),
      run: (input, ctx) => {
        const row = find(ctx, input.DeliveryStreamName);
        return {
          DeliveryStreamDescription: {
            DeliveryStreamName: row.name,
            DeliveryStreamARN: row.arn,
            DeliveryStreamStatus: "ACTIVE",
            DeliveryStreamType: row.type,
            VersionId: "1",
            CreateTimestamp: new Date(row.createdAt),
            Destinations: [],
            HasMoreDestinations: false,
          },
        };
      },
    }),
    ListDeliveryStreams: operation<ListDeliveryStreamsInput, ListDeliveryStreamsOutput>((input, ctx) => {
      const names = ctx
        .table(streams)
        .list(({ type }) => input.DeliveryStreamType === undefined || type === input.DeliveryStreamType)
        .map(({ name }) => name)
        .toSorted();
      const after = input.ExclusiveStartDeliveryStreamName;
      const from = names.filter((name) => after === undefined || name > after);
      const page = from.slice(0, input.Limit ?? 10);
      return { DeliveryStreamNames: page, HasMoreDeliveryStreams: page.length < from.length };
    }),
    DeleteDeliveryStream: operation<DeleteDeliveryStreamInput, DeleteDeliveryStreamOutput>({
      permissions: on("DeleteDeliveryStream"),
      run: (input, ctx) => {
        ctx.table(streams).delete(find(ctx, input.DeliveryStreamName).name);
        return {};
      },
    }),
  },
});
