// What EMR on EKS may do in a namespace (EMR on EKS Development Guide, "Enabling cluster access"): the rights that go with
// the mapping of its role.
import type { Kube, KubeObject, Resource } from "../kube/index.ts";
import { resources } from "../kube/index.ts";

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const roles: Resource = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "roles",
  kind: "Role",
  namespaced: true,
};

const all = ["get", "list", "watch", "describe", "create", "edit", "delete", "annotate", "patch", "label"];
const allAndMany = [...all, "deletecollection"];

const emr: readonly Rule[] = [
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
  {
    apiGroups: [""],
    resources: ["serviceaccounts", "services", "configmaps", "events", "pods", "pods/log", "persistentvolumeclaims"],
    verbs: allAndMany,
  },
  { apiGroups: [""], resources: ["secrets"], verbs: ["create", "patch", "delete", "watch"] },
  { apiGroups: ["apps"], resources: ["statefulsets", "deployments"], verbs: all },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: all },
  { apiGroups: ["extensions", "networking.k8s.io"], resources: ["ingresses"], verbs: all },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: allAndMany },
];

/** Rights by the service's name; identity refuses names that aren't here. */
const services: Readonly<Record<string, readonly Rule[]>> = { "emr-containers": emr };

interface Role extends KubeObject {
  rules: readonly Rule[];
}
interface RoleBinding extends KubeObject {
  subjects: readonly { kind: string; name: string; apiGroup: string }[];
  roleRef: { kind: string; name: string; apiGroup: string };
}

/** Gives a service its rights in a namespace: a Role and its binding to the service's user. */
export async function applyServiceRoles(kube: Kube, name: string, namespace: string): Promise<void> {
  const rules = services[name];
  if (!rules) return;
  const apiGroup = roles.group;
  const apiVersion = `${apiGroup}/v1`;
  const metadata = { name, namespace };
  await kube.apply<Role>(roles, { apiVersion, kind: "Role", metadata, rules });
  await kube.apply<RoleBinding>(resources.roleBindings, {
    apiVersion,
    kind: "RoleBinding",
    metadata,
    subjects: [{ kind: "User", name, apiGroup }],
    roleRef: { kind: "Role", name, apiGroup },
  });
}
