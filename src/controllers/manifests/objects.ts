// Everything that installs a role, in the order in which it can be applied.
import type { IamStatement, RoleDefinition } from "../frame/role.ts";
import { installedName } from "../frame/running-role.ts";
import type { ManifestOptions } from "./options.ts";
import { builtInNamespaces, labelsOf, selectorOf } from "./options.ts";
import { rulesByNamespace } from "./rbac.ts";
import { certManagerObjects, webhookConfigurationsOf } from "./webhooks.ts";
import { workloadOf } from "./workload.ts";

/** The IAM policy of a role's service account; undefined when it calls nothing. */
export function iamPolicyOf(
  role: RoleDefinition,
): { Version: "2012-10-17"; Statement: readonly IamStatement[] } | undefined {
  return role.iam?.length ? { Version: "2012-10-17", Statement: role.iam } : undefined;
}

/** The namespace, where it isn't one that every cluster has. */
export function namespaceObjects({ namespace }: Pick<ManifestOptions, "namespace">): object[] {
  return builtInNamespaces.includes(namespace)
    ? []
    : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }];
}

function rbacObjects(role: RoleDefinition, options: ManifestOptions): object[] {
  const name = installedName(role);
  const labels = labelsOf(role);
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", name, namespace: options.namespace }];
  return [...rulesByNamespace(role, options)].flatMap(([namespace, rules]) => {
    const kind = namespace === "" ? "ClusterRole" : "Role";
    const metadata = { name, ...(namespace === "" ? {} : { namespace }), labels };
    return [
      { apiVersion: `${apiGroup}/v1`, kind, metadata, rules },
      { apiVersion: `${apiGroup}/v1`, kind: `${kind}Binding`, metadata, roleRef: { apiGroup, kind, name }, subjects },
    ];
  });
}

function serviceObjects(role: RoleDefinition, { namespace }: ManifestOptions): object[] {
  const port = role.listener?.servicePort;
  if (port === undefined) return [];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: installedName(role), namespace, labels: labelsOf(role) },
      spec: {
        selector: selectorOf(role),
        ports: [{ name: "serve", port, targetPort: "serve", protocol: "TCP" }],
      },
    },
  ];
}

function budgetObjects(role: RoleDefinition, { namespace }: ManifestOptions): object[] {
  if (role.workload.kind !== "Deployment" || (role.workload.replicas ?? 1) < 2) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: installedName(role), namespace, labels: labelsOf(role) },
      // A pod that isn't ready is of no use to anybody: it mustn't keep a node from being drained.
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selectorOf(role) },
      },
    },
  ];
}

/** The objects of a role, without the namespace. */
export function objectsOf(role: RoleDefinition, options: ManifestOptions): object[] {
  const name = installedName(role);
  const arn = options.roleArns?.[role.name];
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name,
      namespace: options.namespace,
      labels: labelsOf(role),
      ...(arn === undefined ? {} : { annotations: { "eks.amazonaws.com/role-arn": arn } }),
    },
  };
  return [
    account,
    ...rbacObjects(role, options),
    ...(role.extraObjects?.({ namespace: options.namespace }) ?? []),
    ...certManagerObjects(role, options),
    ...serviceObjects(role, options),
    workloadOf(role, options),
    ...budgetObjects(role, options),
    ...webhookConfigurationsOf(role, options),
  ];
}
