// Log streams and their events: put, get, filter.
import type {
  CreateLogStreamRequest,
  DeleteLogStreamRequest,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
  LogStream,
  PutLogEventsRequest,
  PutLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { AwsError, NotEmulatedError, operation } from "../../../core/index.ts";
import {
  groupArn,
  givenGroup,
  groupName,
  invalidParameter,
  notFound,
  onGroup,
  page,
  requireGroup,
  requireStream,
  streamKey,
} from "../lookup.ts";
import type { EventRow, StreamRow } from "../state.ts";
import { streams } from "../state.ts";

const hour = 3600 * 1000;
/** In one answer, and in one batch. */
const mostEvents = 10_000;

function streamOf(ctx: Context, row: Readonly<StreamRow>): LogStream {
  const times = row.events.map((event) => event.timestamp);
  return {
    logStreamName: row.name,
    creationTime: row.createdAt,
    ...(times.length > 0 ? { firstEventTimestamp: Math.min(...times), lastEventTimestamp: Math.max(...times) } : {}),
    ...(row.lastIngestion === undefined ? {} : { lastIngestionTime: row.lastIngestion }),
    uploadSequenceToken: "49039859595985859585959595985959",
    arn: `${groupArn(ctx, row.group)}:log-stream:${row.name}`,
    storedBytes: 0,
  };
}

function create(input: Sent<CreateLogStreamRequest>, ctx: Context): object {
  const { name: group } = requireGroup(ctx, input.logGroupName);
  const name = input.logStreamName;
  if (name.length < 1 || name.length > 512 || /[:*]/.test(name))
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    );
  const key = streamKey(group, name);
  if (ctx.table(streams).has(key))
    throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
  ctx.table(streams).put(key, { group, name, createdAt: ctx.now(), events: [] });
  return {};
}

function describe(input: Sent<DescribeLogStreamsRequest>, ctx: Context): DescribeLogStreamsResponse {
  const { name } = requireGroup(ctx, input.logGroupName ?? input.logGroupIdentifier);
  const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false } = input;
  if (orderBy !== "LogStreamName" && orderBy !== "LastEventTime")
    throw invalidParameter(
      `1 validation error detected: Value '${String(orderBy)}' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LastEventTime, LogStreamName]`,
    );
  if (orderBy === "LastEventTime" && prefix !== undefined)
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const rows = ctx
    .table(streams)
    .by("group", name)
    .filter((row) => prefix === undefined || row.name.startsWith(prefix))
    .map((row) => streamOf(ctx, row))
    .toSorted((a, b) =>
      orderBy === "LastEventTime"
        ? (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0)
        : (a.logStreamName ?? "") < (b.logStreamName ?? "")
          ? -1
          : 1,
    );
  const { items, nextToken } = page(descending ? rows.toReversed() : rows, input, "DescribeLogStreams");
  return { logStreams: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

function put(input: Sent<PutLogEventsRequest>, ctx: Context): PutLogEventsResponse {
  const row = requireStream(ctx, input.logGroupName, input.logStreamName);
  const retention = requireGroup(ctx, row.group).retentionDays;
  const now = ctx.now();
  const sent = input.logEvents.map(({ timestamp = 0, message = "" }) => ({ timestamp, message }));
  if (sent.length === 0 || sent.length > 10_000) throw invalidParameter("A batch holds between 1 and 10000 log events");
  if (sent.some((event, i) => i > 0 && event.timestamp < (sent[i - 1]?.timestamp ?? 0)))
    throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
  const oldest = now - Math.min(14, retention ?? 14) * 24 * hour;
  const newest = now + 2 * hour;
  const accepted = sent.filter((event) => event.timestamp >= oldest && event.timestamp <= newest);
  const tooOld = sent.filter((event) => event.timestamp < oldest).length;
  const tooNew = sent.findIndex((event) => event.timestamp > newest);
  const added = accepted.map((event): EventRow => ({
    ...event,
    id: ctx.ids.random.text("0123456789", 56),
    ingestion: now,
  }));
  ctx.table(streams).update(streamKey(row.group, row.name), {
    events: [...row.events, ...added].toSorted((a, b) => a.timestamp - b.timestamp),
    lastIngestion: now,
  });
  const rejected = {
    ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
  };
  return {
    nextSequenceToken: "49039859595985859585959595985959",
    ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}),
  };
}

const within = (
  event: EventRow,
  input: { startTime?: number | undefined; endTime?: number | undefined },
  inclusive: boolean,
): boolean =>
  event.timestamp >= (input.startTime ?? 0) &&
  (input.endTime === undefined || (inclusive ? event.timestamp <= input.endTime : event.timestamp < input.endTime));

/** Pages go both ways: `f/` and `b/` with the place they begin at, as AWS's tokens look. */
function get(input: Sent<GetLogEventsRequest>, ctx: Context): GetLogEventsResponse {
  const row = requireStream(ctx, input.logGroupName ?? input.logGroupIdentifier, input.logStreamName);
  const all = row.events.filter((event) => within(event, input, false));
  const limit = input.limit ?? mostEvents;
  if (limit < 1 || limit > mostEvents)
    throw invalidParameter(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${
        limit < 1 ? "greater than or equal to 1" : `less than or equal to ${mostEvents}`
      }`,
    );
  const token = /^([fb])\/(\d+)$/.exec(input.nextToken ?? "");
  if (input.nextToken !== undefined && !token) throw invalidParameter("The specified nextToken is invalid.");
  const backward = token ? token[1] === "b" : !input.startFromHead;
  const at = token ? Number(token[2]) : backward ? all.length : 0;
  const start = backward ? Math.max(0, at - limit) : at;
  const end = backward ? at : Math.min(all.length, at + limit);
  return {
    events: all
      .slice(start, end)
      .map((event) => ({ timestamp: event.timestamp, message: event.message, ingestionTime: event.ingestion })),
    nextForwardToken: `f/${end}`,
    nextBackwardToken: `b/${start}`,
  };
}

/** Terms of a filter pattern: all must be in the message; `?term` any; `-term` none; quotes hold phrases together. */
function matcher(pattern: string | undefined): (message: string) => boolean {
  const text = pattern?.trim() ?? "";
  if (text === "") return () => true;
  if (text.startsWith("{") || text.startsWith("[") || text.startsWith("%"))
    throw new NotEmulatedError("logs filter patterns over JSON, columns and regular expressions");
  const terms = [...text.matchAll(/([?-]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign = "", phrase, word = ""]) => ({
    sign,
    term: phrase ?? word,
  }));
  const of = (sign: string): string[] => terms.filter((each) => each.sign === sign).map((each) => each.term);
  const [all, any, none] = [of(""), of("?"), of("-")];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term))) &&
    !none.some((term) => message.includes(term));
}

function filter(input: Sent<FilterLogEventsRequest>, ctx: Context): FilterLogEventsResponse {
  const { name } = requireGroup(ctx, input.logGroupName ?? input.logGroupIdentifier);
  const { logStreamNames: wanted, logStreamNamePrefix: prefix } = input;
  if (wanted && prefix !== undefined)
    throw invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive");
  const rows = ctx.table(streams).by("group", name);
  const missing = wanted?.find((each) => !rows.some((row) => row.name === each));
  if (missing !== undefined) throw notFound("The specified log stream does not exist.");
  const matches = matcher(input.filterPattern);
  const events = rows
    .filter((row) => (!wanted || wanted.includes(row.name)) && (prefix === undefined || row.name.startsWith(prefix)))
    .flatMap((row) => row.events.map((event) => ({ event, stream: row.name })))
    .filter(({ event }) => within(event, input, true) && matches(event.message))
    .toSorted((a, b) => a.event.timestamp - b.event.timestamp)
    .map(({ event, stream }) => ({
      logStreamName: stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestion,
      eventId: event.id,
    }));
  const { items, nextToken } = page(events, input, "FilterLogEvents", 10_000);
  return { events: items, searchedLogStreams: [], ...(nextToken === undefined ? {} : { nextToken }) };
}

const onStream = (action: string) => (input: { logStreamName?: string | undefined }, ctx: Context) => [
  {
    action: `logs:${action}`,
    resource: `${groupArn(ctx, groupName(givenGroup(input)))}:log-stream:${input.logStreamName}`,
  },
];

export const streamOperations: Readonly<Record<string, Operation>> = {
  CreateLogStream: operation<Sent<CreateLogStreamRequest>, object>({
    run: create,
    permissions: onGroup("CreateLogStream"),
  }),
  DescribeLogStreams: operation<Sent<DescribeLogStreamsRequest>, DescribeLogStreamsResponse>({
    run: describe,
    permissions: onGroup("DescribeLogStreams"),
  }),
  DeleteLogStream: operation<Sent<DeleteLogStreamRequest>, object>({
    permissions: onStream("DeleteLogStream"),
    run: (input, ctx) => {
      const row = requireStream(ctx, input.logGroupName, input.logStreamName);
      ctx.table(streams).delete(streamKey(row.group, row.name));
      return {};
    },
  }),
  PutLogEvents: operation<Sent<PutLogEventsRequest>, PutLogEventsResponse>({
    run: put,
    permissions: onStream("PutLogEvents"),
  }),
  GetLogEvents: operation<Sent<GetLogEventsRequest>, GetLogEventsResponse>({
    run: get,
    permissions: onStream("GetLogEvents"),
  }),
  FilterLogEvents: operation<Sent<FilterLogEventsRequest>, FilterLogEventsResponse>({
    run: filter,
    readOnly: true,
    permissions: onGroup("FilterLogEvents"),
  }),
};
