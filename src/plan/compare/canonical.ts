// One spelling for template values that mean the same to CloudFormation, so that two templates can be compared by text.
import { readUserData } from "../../stacks/index.ts";

/** Lists whose order means nothing: eksctl's own come out in random order (Go map iteration). */
const unordered = new Set([
  "Tags",
  "TagSpecifications",
  "SubnetIds",
  "Subnets",
  "VPCZoneIdentifier",
  "SecurityGroupIds",
  "SecurityGroups",
  "Groups",
  "ManagedPolicyArns",
  "EnabledTypes",
  "PublicAccessCidrs",
  "RouteTableIds",
  "Action",
  "NotAction",
  "Resource",
  "Roles",
  "KubernetesGroups",
  "AccessPolicies",
  "Namespaces",
  "Taints",
  "TargetGroupARNs",
  "LoadBalancerNames",
  "DependsOn",
]);

/** Places where a single value and a list of one are the same: IAM policy documents and principals. */
const listOrOne = new Set([
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Service",
  "AWS",
  "Federated",
  "Statement",
]);

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && Object.keys(value as object).length === 0);

function intrinsic(object: Record<string, unknown>): unknown {
  const keys = Object.keys(object);
  if (keys.length !== 1) return undefined;
  const getAtt = object["Fn::GetAtt"];
  // JSON templates may spell it as one string: "Role1.Arn".
  if (typeof getAtt === "string") return { "Fn::GetAtt": getAtt.split(/\.(.*)/s, 2) };
  const sub = object["Fn::Sub"];
  if (typeof sub === "string" && !partition(sub).includes("${")) return partition(sub);
  const join = object["Fn::Join"];
  if (Array.isArray(join) && join[0] === "," && Array.isArray(join[1])) {
    return { "Fn::Join": [",", (join[1] as unknown[]).map((item) => canonical(item)).toSorted(byText)] };
  }
  return undefined;
}

/**
 * ARNs with AWS's first partition: a stack holds none of another partition than its own, and CloudFormation sees no
 * change between `arn:${AWS::Partition}:…` and the same written out.
 */
const partition = (value: string): string =>
  value.replaceAll(/\barn:(?:\$\{AWS::Partition\}|aws-[a-z-]+):/g, "arn:aws:");

const text = (value: unknown): string => JSON.stringify(value) ?? "";
const byText = (a: unknown, b: unknown): number => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);

/**
 * The value in its one spelling: keys sorted, scalars as text, empty members gone, sets sorted.
 *
 * @param key the member it stands in, for what depends on that
 */
export function canonical(value: unknown, key = ""): unknown {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return key === "UserData" ? readUserData(value) : partition(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    if (unordered.has(key)) return dedupe(items.toSorted(byText));
    return items;
  }
  if (value === null || typeof value !== "object") return undefined;
  const object = value as Record<string, unknown>;
  const special = intrinsic(object);
  if (special !== undefined) return special;
  if ("Fn::Base64" in object && key === "UserData") return canonical(object["Fn::Base64"]);
  const entries = Object.keys(object)
    .toSorted()
    .flatMap((member): [string, unknown][] => {
      const raw = object[member];
      const inner = canonical(listOrOne.has(member) && !Array.isArray(raw) ? [raw] : raw, member);
      return isEmpty(inner) ? [] : [[member, inner]];
    });
  return Object.fromEntries(entries);
}

function dedupe(sorted: unknown[]): unknown[] {
  return sorted.filter((item, i) => i === 0 || text(item) !== text(sorted[i - 1]));
}

/** True when CloudFormation would see no difference. */
export function sameMeaning(a: unknown, b: unknown, key = ""): boolean {
  const [left, right] = [canonical(a, key), canonical(b, key)];
  return (isEmpty(left) && isEmpty(right)) || text(left) === text(right);
}
