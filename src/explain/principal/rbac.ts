// RBAC's decision a second time, to say which binding and which rule make it. The API server has the last word.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
import type { Wanted } from "./world.ts";

/** A rule of a role. */
export interface RbacRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** A Role or ClusterRole. */
export interface RbacRole {
  metadata: { name: string; namespace?: string; labels?: Readonly<Record<string, string>> };
  rules?: readonly RbacRule[] | null;
  aggregationRule?: { clusterRoleSelectors?: readonly LabelSelector[] } | null;
}

/** Chooses roles whose rules are added up. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** Whom a binding is for. */
export interface RbacSubject {
  kind: string;
  name: string;
  namespace?: string;
}

/** A RoleBinding or ClusterRoleBinding. */
export interface RbacBinding {
  metadata: { name: string; namespace?: string };
  subjects?: readonly RbacSubject[] | null;
  roleRef: { kind: string; name: string };
}

/** All roles and bindings of a cluster. */
export interface Rbac {
  roles: readonly RbacRole[];
  clusterRoles: readonly RbacRole[];
  roleBindings: readonly RbacBinding[];
  clusterRoleBindings: readonly RbacBinding[];
}

/** Somebody in Kubernetes. */
export interface KubeUser {
  username: string;
  groups: readonly string[];
}

/** A rule that allows, and how it comes to apply. */
export interface RbacGrant {
  binding: RbacBinding;
  subject: RbacSubject;
  /** Place in the binding's list. */
  subjectIndex: number;
  role: RbacRole;
  rule: RbacRule;
  ruleIndex: number;
}

/** A binding of somebody, and the role it gives; undefined when there is no such role. */
export interface HeldRole {
  binding: RbacBinding;
  subject: RbacSubject;
  subjectIndex: number;
  role: RbacRole | undefined;
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes("*") || list.includes(value));

/** Whether a rule allows something. */
export function ruleAllows(rule: RbacRule, wanted: Wanted): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (wanted.kind === "path") {
    return (rule.nonResourceURLs ?? []).some((pattern) =>
      pattern.endsWith("*") ? wanted.path.startsWith(pattern.slice(0, -1)) : pattern === wanted.path,
    );
  }
  const { group, resource, subresource, name = "" } = wanted;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const { resources = [], resourceNames = [] } = rule;
  return (
    has(rule.apiGroups, group) &&
    (has(resources, full) || (subresource !== undefined && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

/** Whether a subject of a binding means somebody. */
export function isMeant(subject: RbacSubject, { username, groups }: KubeUser, namespace: string): boolean {
  if (subject.kind === "User") return subject.name === username;
  if (subject.kind === "Group") return groups.includes(subject.name);
  const account = `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
  return subject.kind === "ServiceAccount" && username === account;
}

function selected(role: RbacRole, { matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  const labels = role.metadata.labels ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      if (operator === "In") return value !== undefined && values.includes(value);
      return operator === "NotIn" && (value === undefined || !values.includes(value));
    })
  );
}

/** Rules of a role; of an aggregated one whose rules nobody has filled in, those of the roles that it selects. */
export function rulesOf(role: RbacRole, { clusterRoles }: Rbac): readonly RbacRule[] {
  if ((role.rules ?? []).length > 0 || !role.aggregationRule) return role.rules ?? [];
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  return clusterRoles
    .filter((other) => other !== role && selectors.some((selector) => selected(other, selector)))
    .flatMap(({ rules }) => rules ?? []);
}

function roleOf(binding: RbacBinding, { roles, clusterRoles }: Rbac): RbacRole | undefined {
  const { kind, name } = binding.roleRef;
  if (kind === "ClusterRole") return clusterRoles.find(({ metadata }) => metadata.name === name);
  const { namespace } = binding.metadata;
  return roles.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

/** Every role that somebody holds where something is wanted: cluster-wide, and in its namespace. */
export function heldRoles(rbac: Rbac, user: KubeUser, wanted: Wanted): HeldRole[] {
  const namespace = wanted.kind === "resource" ? wanted.namespace : "";
  const here = namespace === "" ? [] : rbac.roleBindings.filter(({ metadata }) => metadata.namespace === namespace);
  return [...rbac.clusterRoleBindings, ...here].flatMap((binding) => {
    const subjects = binding.subjects ?? [];
    const subjectIndex = subjects.findIndex((subject) => isMeant(subject, user, binding.metadata.namespace ?? ""));
    const subject = subjects[subjectIndex];
    return subject ? [{ binding, subject, subjectIndex, role: roleOf(binding, rbac) }] : [];
  });
}

/** The rules that allow something, each with its binding. */
export function rbacGrants(rbac: Rbac, user: KubeUser, wanted: Wanted): RbacGrant[] {
  return heldRoles(rbac, user, wanted).flatMap(({ binding, subject, subjectIndex, role }) => {
    if (!role) return [];
    const rules = rulesOf(role, rbac);
    const ruleIndex = rules.findIndex((rule) => ruleAllows(rule, wanted));
    const rule = rules[ruleIndex];
    return rule ? [{ binding, subject, subjectIndex, role, rule, ruleIndex }] : [];
  });
}

/** `ClusterRoleBinding ops`, `RoleBinding shop/readers`. */
export function bindingName({ metadata: { name, namespace } }: RbacBinding): string {
  return namespace === undefined ? `ClusterRoleBinding ${name}` : `RoleBinding ${namespace}/${name}`;
}

/** `verbs get, list on pods in apps`. */
export function ruleText(rule: RbacRule): string {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const groups = apiGroups.map((group) => (group === "" ? "core" : group)).join(", ");
  const what = nonResourceURLs.length > 0 ? nonResourceURLs.join(", ") : `${resources.join(", ")} of ${groups}`;
  return `${verbs.join(", ")} on ${what}${resourceNames.length > 0 ? ` named ${resourceNames.join(", ")}` : ""}`;
}
