import type {
  DescribeLogGroupsResponse,
  DescribeLogStreamsResponse,
  FilterLogEventsResponse,
  GetLogEventsResponse,
  PutLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { refusal } from "../../testing.ts";
import { Cloud } from "../../core/index.ts";
import { kms } from "../kms/index.ts";
import { logs } from "./index.ts";

const account = "123456789012";
const start = Date.parse("2026-11-21");
const logGroupName = "/app/web";
const logStreamName = "one";

function world(): <Output>(operation: string, input?: object) => Output {
  const cloud = new Cloud({ services: [logs, kms], start, seed: 3 });
  const principal = administratorOf(account, "aws");
  const call = <Output>(operation: string, input: object = {}): Output =>
    cloud.invoke<Output>({ service: "cloudwatch-logs", operation, input, account, region: "eu-central-1", principal });
  call("CreateLogGroup", { logGroupName, tags: { team: "a" } });
  call("CreateLogStream", { logGroupName, logStreamName });
  return call;
}

describe("log groups", () => {
  it("are made once, kept as long as told, tagged, and deleted with their streams", ({ expect }) => {
    const call = world();
    expect(refusal(() => call("CreateLogGroup", { logGroupName }))).toBe(
      "ResourceAlreadyExistsException: The specified log group already exists",
    );
    expect(refusal(() => call("PutRetentionPolicy", { logGroupName, retentionInDays: 2 }))).toMatch(
      /InvalidParameterException.*enum value set/,
    );
    call("PutRetentionPolicy", { logGroupName, retentionInDays: 7 });
    expect(
      call<DescribeLogGroupsResponse>("DescribeLogGroups", { logGroupNamePrefix: "/app" }).logGroups,
    ).toMatchObject([
      { logGroupName, retentionInDays: 7, arn: "arn:aws:logs:eu-central-1:123456789012:log-group:/app/web:*" },
    ]);
    const resourceArn = "arn:aws:logs:eu-central-1:123456789012:log-group:/app/web";
    call("TagResource", { resourceArn, tags: { cost: "b" } });
    expect(call("ListTagsForResource", { resourceArn })).toEqual({ tags: { team: "a", cost: "b" } });
    call("DeleteLogGroup", { logGroupName });
    expect(refusal(() => call("DescribeLogStreams", { logGroupName }))).toBe(
      "ResourceNotFoundException: The specified log group does not exist.",
    );
  });

  it("take keys that exist", ({ expect }) => {
    const kmsKeyId = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-4000-8000-000000000000";
    expect(refusal(() => world()("AssociateKmsKey", { logGroupName, kmsKeyId }))).toMatch(
      /InvalidParameterException.*KMS/,
    );
  });
});

describe("log events", () => {
  const put = (call: ReturnType<typeof world>, texts: readonly string[]): PutLogEventsResponse =>
    call("PutLogEvents", {
      logGroupName,
      logStreamName,
      logEvents: texts.map((message, i) => ({ message, timestamp: start + i })),
    });

  it("come back in order, page by page in both directions", ({ expect }) => {
    const call = world();
    put(call, ["a", "b", "c", "d", "e"]);
    const get = (input: object): GetLogEventsResponse =>
      call("GetLogEvents", { logGroupName, logStreamName, limit: 2, ...input });
    const texts = (answer: GetLogEventsResponse): unknown => answer.events?.map((event) => event.message);
    const first = get({ startFromHead: true });
    const second = get({ nextToken: first.nextForwardToken });
    const third = get({ nextToken: second.nextForwardToken });
    expect([texts(first), texts(second), texts(third)]).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(get({ nextToken: third.nextForwardToken }).nextForwardToken).toBe(third.nextForwardToken);
    expect(texts(get({}))).toEqual(["d", "e"]);
  });

  it("are filtered by words and phrases", ({ expect }) => {
    const call = world();
    put(call, ["ERROR disk full", "INFO disk fine", "ERROR net down"]);
    const filter = (filterPattern: string): unknown =>
      call<FilterLogEventsResponse>("FilterLogEvents", { logGroupName, filterPattern }).events?.map(
        (event) => event.message,
      );
    expect(filter("ERROR")).toEqual(["ERROR disk full", "ERROR net down"]);
    expect(filter('"disk full"')).toEqual(["ERROR disk full"]);
    expect(filter("?full ?fine")).toEqual(["ERROR disk full", "INFO disk fine"]);
    expect(filter("ERROR -disk")).toEqual(["ERROR net down"]);
    expect(refusal(() => filter("{ $.x = 1 }"))).toMatch(/NotEmulated/);
  });

  it("that are too old or too new are named, and unordered batches refused", ({ expect }) => {
    const call = world();
    const send = (times: readonly number[]): PutLogEventsResponse =>
      call("PutLogEvents", {
        logGroupName,
        logStreamName,
        logEvents: times.map((timestamp) => ({ message: "x", timestamp })),
      });
    const day = 24 * 3600 * 1000;
    expect(send([start - 20 * day, start, start + day]).rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      tooNewLogEventStartIndex: 2,
    });
    expect(refusal(() => send([start, start - 1]))).toMatch(/chronological order/);
    const { logStreams } = call<DescribeLogStreamsResponse>("DescribeLogStreams", { logGroupName });
    expect(logStreams).toMatchObject([{ logStreamName, lastEventTimestamp: start }]);
  });
});
