// When two templates mean the same: lists whose order eksctl leaves to chance are sorted, user data is read, the two spellings
// of Fn::GetAtt are one. What is equal here needs no change set.
import type { Template, TemplateValue } from "./template.ts";

/** Members whose value is a set. eksctl fills them from Go maps, in random order. */
const sets: ReadonlySet<string> = new Set([
  "ManagedPolicyArns",
  "RouteTableIds",
  "SecurityGroupIds",
  "SubnetIds",
  "Subnets",
  "Tags",
  "VPCZoneIdentifier",
]);

type Json = TemplateValue | undefined;

function sorted(list: readonly TemplateValue[]): TemplateValue[] {
  return list
    .map((item): [string, TemplateValue] => [JSON.stringify(item), item])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}

/** Duplicates of a tag are one tag. */
function unique(list: readonly TemplateValue[]): TemplateValue[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}

/** Labels and taints of nodes, which are sets too. */
const sortFlags = (text: string): string =>
  text.replaceAll(
    /--(node-labels|register-with-taints)=(\S+)/g,
    (_, flag: string, list: string) => `--${flag}=${list.split(",").sort().join(",")}`,
  );

/** User data as text: decoded, with one MIME boundary, one kind of line end, labels and taints in order. */
export function readUserData(base64: string): string {
  const text = Buffer.from(base64, "base64").toString().replaceAll("\r\n", "\n");
  const boundary = /boundary=(\S+)/.exec(text)?.[1];
  return sortFlags(boundary === undefined ? text : text.replaceAll(boundary, "BOUNDARY"));
}

function normaliseMember(key: string, value: TemplateValue): TemplateValue {
  if (key === "UserData" && typeof value === "string") return { text: readUserData(value) };
  if (key === "Fn::GetAtt" && typeof value === "string") {
    const [logicalId = "", ...attribute] = value.split(".");
    return [logicalId, attribute.join(".")];
  }
  const inner = normalise(value);
  if (sets.has(key) && Array.isArray(inner)) return sorted(unique(inner as TemplateValue[]));
  // Outputs join the ids of subnets; their order says nothing.
  if (key === "Fn::Join" && Array.isArray(inner) && Array.isArray(inner[1])) return [inner[0] ?? "", sorted(inner[1])];
  return inner;
}

function normalise(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return value.map(normalise);
  // The types know no null, but an inline policy of the file may hold one.
  if (typeof value !== "object" || (value as unknown) === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, normaliseMember(key, item)]),
  );
}

/** A template in the form in which equal meaning is equal text. */
export function normaliseTemplate(template: Template): TemplateValue {
  return normalise(JSON.parse(JSON.stringify(template)) as TemplateValue);
}

/** One place where two templates differ. `path` reads `Resources.VPC.Properties.CidrBlock`. */
export interface TemplateDifference {
  readonly path: string;
  /** Absent when the member is only in the second template. */
  readonly before?: TemplateValue;
  /** Absent when the member is only in the first. */
  readonly after?: TemplateValue;
}

function walk(before: Json, after: Json, path: string, found: TemplateDifference[]): void {
  if (before === after) return;
  const containers = [before, after].map(
    (value) => typeof value === "object" && (value as unknown) !== null && !Array.isArray(value),
  );
  if (containers[0] && containers[1]) {
    const left = before as Readonly<Record<string, TemplateValue>>;
    const right = after as Readonly<Record<string, TemplateValue>>;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
      walk(left[key], right[key], path === "" ? key : `${path}.${key}`, found);
    return;
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  found.push({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

/** What differs in meaning between two templates; empty when nothing does. */
export function compareTemplates(before: Template, after: Template): TemplateDifference[] {
  const found: TemplateDifference[] = [];
  walk(normaliseTemplate(before), normaliseTemplate(after), "", found);
  return found;
}
