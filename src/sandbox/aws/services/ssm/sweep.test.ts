// Every emulated operation of Systems Manager: a life in which it works and its effect is seen, and its own refusal.
import type { SweepRow, SweepWorld } from "../../sweeping.ts";
import { describeSweep, row } from "../../sweeping.ts";
import { ssm } from "./index.ts";

const Name = "/app/colour";
const given = { Name };
const put = (w: SweepWorld, Value = "blue", more: object = {}): void =>
  void w.call("PutParameter", { Name, Value, Type: "String", ...more });
const get = (w: SweepWorld): unknown => w.call("GetParameter", given);
const noParameter = `ParameterNotFound: Parameter ${Name} not found.`;
const resource = { ResourceType: "Parameter", ResourceId: Name };
const noResource = "InvalidResourceId: The resource ID is not valid.";
const tags = (w: SweepWorld): unknown => w.call("ListTagsForResource", resource);
const tagged = (w: SweepWorld): void => put(w, "blue", { Tags: [{ Key: "a", Value: "1" }] });

const parameters: readonly SweepRow[] = [
  row(
    "PutParameter",
    (w) => (put(w), put(w, "red", { Overwrite: true }), get(w)),
    { Parameter: { Value: "red", Version: 2 } },
    (w) => (put(w), { Name, Value: "red", Type: "String" }),
    "ParameterAlreadyExists: The parameter already exists.",
  ),
  row(
    "GetParameter",
    (w) => (put(w, "s3cret", { Type: "SecureString" }), w.call("GetParameter", { Name, WithDecryption: true })),
    { Parameter: { Value: "s3cret", Type: "SecureString" } },
    () => given,
    noParameter,
  ),
  row(
    "GetParameters",
    (w) => (put(w), w.call("GetParameters", { Names: [Name, "/absent"] })),
    { Parameters: [{ Name }], InvalidParameters: ["/absent"] },
    () => ({ Names: Array.from({ length: 11 }, (_, i) => `/p${i}`) }),
    "ValidationException: 1 validation error detected:",
  ),
  row(
    "GetParametersByPath",
    (w) => (put(w), w.call("GetParametersByPath", { Path: "/app" })),
    { Parameters: [{ Name }] },
    () => ({ Path: "app" }),
    "ValidationException",
  ),
  row(
    "GetParameterHistory",
    (w) => (put(w), put(w, "red", { Overwrite: true }), w.call("GetParameterHistory", given)),
    { Parameters: [{ Value: "blue" }, { Value: "red" }] },
    () => given,
    noParameter,
  ),
  row(
    "DescribeParameters",
    (w) => (put(w), w.call("DescribeParameters", { ParameterFilters: [{ Key: "Path", Values: ["/app"] }] })),
    { Parameters: [{ Name, Tier: "Standard" }] },
    (w) => (put(w), { ParameterFilters: [{ Key: "Colour", Values: ["x"] }] }),
    "InvalidFilterKey: The following filter key is not valid: Colour.",
  ),
  row(
    "DeleteParameter",
    (w) => (put(w), w.call("DeleteParameter", given), w.call("DescribeParameters")),
    { Parameters: [] },
    () => given,
    noParameter,
  ),
  row(
    "DeleteParameters",
    (w) => (put(w), w.call("DeleteParameters", { Names: [Name, "/absent"] })),
    { DeletedParameters: [Name], InvalidParameters: ["/absent"] },
    () => ({ Names: Array.from({ length: 11 }, (_, i) => `/p${i}`) }),
    "ValidationException: 1 validation error detected: Value '[/p0, /p1,",
  ),
];

const labels: readonly SweepRow[] = [
  row(
    "LabelParameterVersion",
    (w) => (
      put(w),
      w.call("LabelParameterVersion", { Name, Labels: ["live"] }),
      w.call("GetParameter", { Name: `${Name}:live` })
    ),
    { Parameter: { Value: "blue", Selector: ":live" } },
    (w) => (put(w), { Name, ParameterVersion: 9, Labels: ["live"] }),
    "ParameterVersionNotFound: Systems Manager could not find version 9 of /app/colour.",
  ),
  row(
    "UnlabelParameterVersion",
    (w) => (
      put(w),
      w.call("LabelParameterVersion", { Name, Labels: ["live"] }),
      w.call("UnlabelParameterVersion", { Name, ParameterVersion: 1, Labels: ["live", "other"] })
    ),
    { RemovedLabels: ["live"], InvalidLabels: ["other"] },
    (w) => (put(w), { Name, ParameterVersion: 9, Labels: ["live"] }),
    "ParameterVersionNotFound: Systems Manager could not find version 9 of /app/colour.",
  ),
];

const tagging: readonly SweepRow[] = [
  row(
    "AddTagsToResource",
    (w) => (put(w), w.call("AddTagsToResource", { ...resource, Tags: [{ Key: "a", Value: "1" }] }), tags(w)),
    { TagList: [{ Key: "a", Value: "1" }] },
    () => ({ ...resource, Tags: [{ Key: "a", Value: "1" }] }),
    noResource,
  ),
  row(
    "RemoveTagsFromResource",
    (w) => (tagged(w), w.call("RemoveTagsFromResource", { ...resource, TagKeys: ["a"] }), tags(w)),
    { TagList: [] },
    () => ({ ...resource, TagKeys: ["a"] }),
    noResource,
  ),
  row(
    "ListTagsForResource",
    (w) => (tagged(w), tags(w)),
    { TagList: [{ Key: "a", Value: "1" }] },
    () => resource,
    noResource,
  ),
];

describeSweep(ssm, { parameters, labels, tagging });
