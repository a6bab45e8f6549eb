// Every emulated operation of CloudWatch Logs: a life in which it works and its effect is seen, and its own refusal.
import type { SweepRow, SweepWorld } from "../../sweeping.ts";
import { describeSweep, row, text } from "../../sweeping.ts";
import { logs } from "./index.ts";

const logGroupName = "/aws/eks/demo/cluster";
const logStreamName = "api";
const group = { logGroupName };
const stream = { logGroupName, logStreamName };
const arn = `arn:aws:logs:eu-central-1:123456789012:log-group:${logGroupName}`;
const noGroup = "ResourceNotFoundException: The specified log group does not exist.";
const noStream = "ResourceNotFoundException: The specified log stream does not exist.";

const make = (w: SweepWorld, more: object = {}): void => void w.call("CreateLogGroup", { ...group, ...more });
const open = (w: SweepWorld): void => {
  make(w);
  w.call("CreateLogStream", stream);
};
const write = (w: SweepWorld, ...messages: string[]): void => {
  open(w);
  const timestamp = w.cloud.clock.now();
  w.call("PutLogEvents", { ...stream, logEvents: messages.map((message) => ({ timestamp, message })) });
};
const look = (w: SweepWorld): unknown => w.call("DescribeLogGroups");
const tags = (w: SweepWorld): unknown => w.call("ListTagsForResource", { resourceArn: arn });
const key = (w: SweepWorld): string => text(w.on("kms", "CreateKey"), "KeyMetadata", "Arn");

const groups: readonly SweepRow[] = [
  row(
    "CreateLogGroup",
    (w) => (make(w), look(w)),
    { logGroups: [{ logGroupName, logGroupArn: arn }] },
    (w) => (make(w), group),
    "ResourceAlreadyExistsException: The specified log group already exists",
  ),
  row(
    "DeleteLogGroup",
    (w) => (make(w), w.call("DeleteLogGroup", group), look(w)),
    { logGroups: [] },
    () => group,
    noGroup,
  ),
  row(
    "DescribeLogGroups",
    (w) => (make(w), w.call("DescribeLogGroups", { logGroupNamePrefix: "/aws/eks" })),
    { logGroups: [{ logGroupName }] },
    () => ({ limit: 51 }),
    "InvalidParameterException: 1 validation error detected: Value '51' at 'limit'",
  ),
  row(
    "PutRetentionPolicy",
    (w) => (make(w), w.call("PutRetentionPolicy", { ...group, retentionInDays: 7 }), look(w)),
    { logGroups: [{ retentionInDays: 7 }] },
    (w) => (make(w), { ...group, retentionInDays: 8 }),
    "InvalidParameterException: 1 validation error detected: Value '8' at 'retentionInDays'",
  ),
  row(
    "DeleteRetentionPolicy",
    (w) => {
      make(w);
      w.call("PutRetentionPolicy", { ...group, retentionInDays: 7 });
      w.call("DeleteRetentionPolicy", group);
      return {
        members: Object.keys((look(w) as { logGroups: object[] }).logGroups[0] ?? {}).includes("retentionInDays"),
      };
    },
    { members: false },
    () => group,
    noGroup,
  ),
  row(
    "PutLogGroupDeletionProtection",
    (w) => (
      make(w),
      w.call("PutLogGroupDeletionProtection", { logGroupIdentifier: arn, deletionProtectionEnabled: true }),
      look(w)
    ),
    { logGroups: [{ deletionProtectionEnabled: true }] },
    () => ({ logGroupIdentifier: arn, deletionProtectionEnabled: true }),
    noGroup,
  ),
  row(
    "AssociateKmsKey",
    (w) => {
      make(w);
      const kmsKeyId = key(w);
      w.call("AssociateKmsKey", { ...group, kmsKeyId });
      return { same: text(look(w), "logGroups", 0, "kmsKeyId") === kmsKeyId };
    },
    { same: true },
    (w) => (
      make(w),
      { ...group, kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012" }
    ),
    "InvalidParameterException: The specified KMS Key Id could not be found",
  ),
  row(
    "DisassociateKmsKey",
    (w) => {
      make(w, { kmsKeyId: key(w) });
      w.call("DisassociateKmsKey", { resourceIdentifier: arn });
      return { members: Object.keys((look(w) as { logGroups: object[] }).logGroups[0] ?? {}).includes("kmsKeyId") };
    },
    { members: false },
    () => group,
    noGroup,
  ),
];

const tagging: readonly SweepRow[] = [
  row(
    "TagResource",
    (w) => (make(w), w.call("TagResource", { resourceArn: arn, tags: { a: "1" } }), tags(w)),
    { tags: { a: "1" } },
    (w) => (make(w), { resourceArn: arn, tags: { "aws:a": "1" } }),
    "InvalidParameterException: Tag keys can't begin with aws:",
  ),
  row(
    "UntagResource",
    (w) => (
      make(w, { tags: { a: "1", b: "2" } }),
      w.call("UntagResource", { resourceArn: arn, tagKeys: ["a"] }),
      { tags: Object.keys((tags(w) as { tags: object }).tags) }
    ),
    { tags: ["b"] },
    () => ({ resourceArn: arn, tagKeys: ["a"] }),
    noGroup,
  ),
  row(
    "ListTagsForResource",
    (w) => (make(w, { tags: { a: "1" } }), tags(w)),
    { tags: { a: "1" } },
    () => ({ resourceArn: arn }),
    noGroup,
  ),
  row(
    "TagLogGroup",
    (w) => (make(w), w.call("TagLogGroup", { ...group, tags: { a: "1" } }), tags(w)),
    { tags: { a: "1" } },
    () => ({ ...group, tags: { a: "1" } }),
    noGroup,
  ),
  row(
    "UntagLogGroup",
    (w) => (
      make(w, { tags: { a: "1" } }),
      w.call("UntagLogGroup", { ...group, tags: ["a"] }),
      { tags: Object.keys((tags(w) as { tags: object }).tags) }
    ),
    { tags: [] },
    () => ({ ...group, tags: ["a"] }),
    noGroup,
  ),
  row(
    "ListTagsLogGroup",
    (w) => (make(w, { tags: { a: "1" } }), w.call("ListTagsLogGroup", group)),
    { tags: { a: "1" } },
    () => group,
    noGroup,
  ),
];

const streams: readonly SweepRow[] = [
  row(
    "CreateLogStream",
    (w) => (open(w), w.call("DescribeLogStreams", group)),
    { logStreams: [{ logStreamName }] },
    (w) => (open(w), stream),
    "ResourceAlreadyExistsException: The specified log stream already exists",
  ),
  row(
    "DeleteLogStream",
    (w) => (open(w), w.call("DeleteLogStream", stream), w.call("DescribeLogStreams", group)),
    { logStreams: [] },
    (w) => (make(w), stream),
    noStream,
  ),
  row(
    "DescribeLogStreams",
    (w) => (open(w), w.call("DescribeLogStreams", { logGroupIdentifier: arn })),
    { logStreams: [{ logStreamName }] },
    (w) => (make(w), { ...group, orderBy: "Size" }),
    "InvalidParameterException: 1 validation error detected: Value 'Size' at 'orderBy'",
  ),
  row(
    "PutLogEvents",
    (w) => (write(w, "ahoy"), w.call("GetLogEvents", stream)),
    { events: [{ message: "ahoy" }] },
    (w) => (
      open(w),
      {
        ...stream,
        logEvents: [
          { timestamp: 2, message: "b" },
          { timestamp: 1, message: "a" },
        ],
      }
    ),
    "InvalidParameterException: Log events in a single PutLogEvents request must be in chronological order.",
  ),
  row(
    "GetLogEvents",
    (w) => (write(w, "a", "b"), w.call("GetLogEvents", { ...stream, limit: 1, startFromHead: true })),
    { events: [{ message: "a" }] },
    (w) => (open(w), { ...stream, limit: 10_001 }),
    "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit'",
  ),
  row(
    "FilterLogEvents",
    (w) => (write(w, "audit ok", "error here"), w.call("FilterLogEvents", { ...group, filterPattern: "error" })),
    { events: [{ message: "error here", logStreamName }] },
    (w) => (make(w), { ...group, logStreamNames: ["absent"] }),
    noStream,
  ),
];

describeSweep(logs, { groups, tagging, streams });
