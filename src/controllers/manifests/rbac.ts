// What a role may do in the cluster: what its definition says, and what the parts of the frame need that it uses.
import { installedName } from "../frame/running-role.ts";
import { webhookConfigurations } from "../frame/certificates/keeper.ts";
import type { RbacRule, RoleDefinition } from "../frame/role.ts";
import type { ManifestOptions } from "./options.ts";

const read = ["get", "list", "watch"] as const;

/** All rules of a role; `own` namespaces as they are. */
export function rulesOf(role: RoleDefinition, { certificates }: Pick<ManifestOptions, "certificates">): RbacRule[] {
  const name = installedName(role);
  const watched = role.watches.map(({ resource, namespace }): RbacRule => ({
    apiGroups: [resource.group],
    resources: [resource.plural],
    verbs: read,
    ...(namespace === undefined ? {} : { namespace }),
  }));
  const events: RbacRule[] = role.events
    ? [{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] }]
    : [];
  const leases: RbacRule = { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [], namespace: "own" };
  const election: RbacRule[] = role.leaderElection
    ? [
        // What is created has no name yet, as far as RBAC goes.
        { ...leases, verbs: ["create"] },
        { ...leases, resourceNames: [name], verbs: ["get", "update"] },
      ]
    : [];
  return [...role.rbac, ...watched, ...events, ...election, ...certificateRules(role, name, certificates)];
}

function certificateRules(
  role: RoleDefinition,
  name: string,
  certificates: ManifestOptions["certificates"],
): RbacRule[] {
  if (role.listener?.certificate !== "own" || certificates !== "own") return [];
  const secrets: RbacRule = { apiGroups: [""], resources: ["secrets"], verbs: [], namespace: "own" };
  const kinds = [...new Set((role.webhooks ?? []).map(({ kind }) => kind))];
  return [
    { ...secrets, verbs: ["create"] },
    { ...secrets, resourceNames: [name], verbs: ["get", "update"] },
    ...kinds.map((kind): RbacRule => ({
      apiGroups: [webhookConfigurations[kind].group],
      resources: [webhookConfigurations[kind].plural],
      resourceNames: [name],
      verbs: ["get", "patch"],
    })),
  ];
}

const subject = (rule: RbacRule): string =>
  JSON.stringify([rule.apiGroups ?? [], rule.resources ?? [], rule.resourceNames ?? [], rule.nonResourceURLs ?? []]);

/** One rule for each subject, with all its verbs. */
function merged(rules: readonly RbacRule[]): object[] {
  const bySubject = new Map<string, { rule: RbacRule; verbs: Set<string> }>();
  for (const rule of rules) {
    const at = bySubject.get(subject(rule)) ?? { rule, verbs: new Set<string>() };
    for (const verb of rule.verbs) at.verbs.add(verb);
    bySubject.set(subject(rule), at);
  }
  return [...bySubject.values()].map(({ rule: { namespace: _namespace, ...rule }, verbs }) => ({
    ...rule,
    verbs: [...verbs].toSorted(),
  }));
}

/** Rules by where they hold: `""` is the whole cluster. */
export function rulesByNamespace(role: RoleDefinition, options: ManifestOptions): Map<string, object[]> {
  const groups = new Map<string, RbacRule[]>();
  for (const rule of rulesOf(role, options)) {
    const namespace = rule.namespace === "own" ? options.namespace : (rule.namespace ?? "");
    groups.set(namespace, [...(groups.get(namespace) ?? []), rule]);
  }
  return new Map([...groups].map(([namespace, rules]) => [namespace, merged(rules)]));
}
