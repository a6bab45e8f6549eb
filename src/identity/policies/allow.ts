// What access policies allow: an authorizer that stands beside RBAC and never denies.
import type { AssociatedPolicy, PolicyScope } from "../mapping/access-entries.ts";
import { customerPolicies } from "./customer.ts";
import type { PolicyRule } from "./rules.ts";
import { servicePolicies } from "./service.ts";

/** A request for an object, by the names of SubjectAccessReview. Empty texts count as missing. */
export interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

/** A request for a path that is no object, as `/healthz`. */
export interface NonResourceAttributes {
  path?: string;
  verb?: string;
}

/** What somebody wants to do. */
export interface AccessAttributes {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: NonResourceAttributes;
}

/** Allowed and by which policy, or no opinion: then RBAC decides. */
export type PolicyOpinion = { allowed: true; policy: string; reason: string } | { allowed: false };

/** How well the content of a policy is known. */
export interface AccessPolicyContent {
  rules: readonly PolicyRule[];
  /** `rules`: AWS documents them so. `words`: read out of a description. `unknown`: AWS only names the policy. */
  basis: "rules" | "words" | "unknown";
}

/** Name of a policy: the last part of its ARN. */
export function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Rules of a policy, by name or ARN. */
export function accessPolicyContent(nameOrArn: string): AccessPolicyContent {
  const name = policyName(nameOrArn);
  if (Object.hasOwn(customerPolicies, name)) return { rules: customerPolicies[name] ?? [], basis: "rules" };
  if (Object.hasOwn(servicePolicies, name)) return { rules: servicePolicies[name] ?? [], basis: "words" };
  return { rules: [], basis: "unknown" };
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes("*") || list.includes(value));

/** The position-by-position match of a name with `*` in it. */
function matchesName(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === name;
  const last = rest.pop() ?? "";
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function inScope(scope: PolicyScope, namespace: string | undefined): boolean {
  if (scope.type === "cluster") return true;
  return Boolean(namespace) && (scope.namespaces ?? []).some((pattern) => matchesName(pattern, namespace ?? ""));
}

function allowsResource(rule: PolicyRule, wanted: ResourceAttributes): boolean {
  const { verb = "", group = "", resource = "", subresource = "", name = "" } = wanted;
  const full = subresource === "" ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? [];
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(resources, full) || (subresource !== "" && resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames === undefined || rule.resourceNames.includes(name))
  );
}

function allowsPath(rule: PolicyRule, { path = "", verb = "" }: NonResourceAttributes): boolean {
  const fits = (pattern: string): boolean =>
    pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
  return has(rule.verbs, verb) && (rule.nonResourceURLs ?? []).some(fits);
}

/**
 * Whether associated policies allow something. A policy in namespace scope allows nothing that has no namespace: no
 * nodes, no paths. Getting a namespace itself counts as within it, as kube-apiserver says so.
 */
export function policyAllows(policies: readonly AssociatedPolicy[], wanted: AccessAttributes): PolicyOpinion {
  const { resourceAttributes: resource, nonResourceAttributes: path } = wanted;
  for (const { policyArn, accessScope } of policies) {
    const { rules } = accessPolicyContent(policyArn);
    const allowed = resource
      ? inScope(accessScope, resource.namespace) && rules.some((rule) => allowsResource(rule, resource))
      : path !== undefined && accessScope.type === "cluster" && rules.some((rule) => allowsPath(rule, path));
    if (!allowed) continue;
    const where = accessScope.type === "cluster" ? "the cluster" : `namespaces ${accessScope.namespaces?.join(", ")}`;
    const policy = policyName(policyArn);
    return { allowed: true, policy, reason: `EKS access policy ${policy} over ${where}` };
  }
  return { allowed: false };
}
