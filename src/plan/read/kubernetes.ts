// Reads what exists inside a cluster of what its file asks for: a handful of objects by name, lists only where they are
// bounded by what is asked.
import { describeCluster, openCluster, readAwsAuthMap } from "../../access/index.ts";
import type { Aws } from "../../aws/index.ts";
import { errorMessage, isLotseError, LotseError } from "../../base/index.ts";
import type { Cluster } from "../../config/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Known } from "../../stacks/index.ts";
import type { ControllerWish } from "../controllers.ts";
import type { Found } from "../found.ts";
import type {
  FoundKubernetes,
  FoundNode,
  FoundServiceAccount,
  FoundStorageClass,
  KubernetesMode,
  KubernetesView,
  NodeTaint,
} from "../kubernetes-view.ts";
import { objectId } from "../steps/kubernetes/controllers.ts";
import { selfManaged } from "../steps/kubernetes/nodes.ts";
import { pluginNames } from "../steps/kubernetes/workloads.ts";
import { wantedFrom, type Wanted } from "../wanted.ts";

/** eksctl's label on the nodes of its groups, and EKS's on those of managed groups. */
export const groupLabels: readonly string[] = ["alpha.eksctl.io/nodegroup-name", "eks.amazonaws.com/nodegroup"];

/** A node as the API server has it. */
export interface NodeObject extends KubeObject {
  spec: { unschedulable?: boolean; providerID?: string; taints?: NodeTaint[] };
  status: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** Whether a node takes pods. */
export const isReady = (node: NodeObject): boolean =>
  (node.status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

/** The nodes of a group, managed or not. */
export async function nodesOfGroup(kube: Kube, group: string): Promise<NodeObject[]> {
  const lists = await Promise.all(
    groupLabels.map(async (label) => kube.list<NodeObject>(resources.nodes, { labelSelector: `${label}=${group}` })),
  );
  return [...new Map(lists.flat().map((node) => [node.metadata.name, node])).values()];
}

const asFound = (node: NodeObject): FoundNode => ({
  name: node.metadata.name,
  ready: isReady(node),
  labels: node.metadata.labels ?? {},
  taints: node.spec.taints ?? [],
});

/** What the file makes worth looking at. */
interface Questions {
  /** `namespace/name`. */
  serviceAccounts: string[];
  awsAuth: boolean;
  coredns: boolean;
  daemonSets: string[];
  storageClasses: boolean;
  /** Self-managed groups. */
  groups: string[];
  /** Objects of roles of lotse. */
  controllers: Pick<KubeObject, "apiVersion" | "kind" | "metadata">[];
  /** Whether the file says anything of them: then those that are installed are looked for. */
  installed: boolean;
}

function questionsOf(cluster: Cluster, found: Found, wanted: Wanted, wishes: readonly ControllerWish[]): Questions {
  const objects = wanted.objects.kubernetes;
  const leaving = [...found.stacks.values()].flatMap(
    ({ tags }) => tags["alpha.eksctl.io/iamserviceaccount-name"] ?? [],
  );
  const unmanaged = [...found.stacks.values()].some(
    ({ tags }) => tags["alpha.eksctl.io/nodegroup-type"] === "unmanaged",
  );
  const accounts = objects.flatMap((object) => (object.kind === "service-account" ? [object.name] : []));
  const groups = selfManaged({ stacks: wanted.stacks, cluster }).map(({ stack }) => stack.name);
  const mode = found.cluster?.accessConfig?.authenticationMode ?? "CONFIG_MAP";
  return {
    serviceAccounts: [...new Set([...accounts, ...leaving])],
    awsAuth: objects.some(({ kind }) => kind === "aws-auth") || (unmanaged && mode !== "API"),
    coredns: objects.some(({ kind }) => kind === "coredns-on-fargate"),
    daemonSets: objects.flatMap((object) => (object.kind === "device-plugin" ? [pluginNames[object.plugin]] : [])),
    storageClasses: cluster.platform?.storage?.defaultClass !== undefined,
    groups: groups.filter((name) => found.autoScalingGroups.has(name)),
    controllers: wishes.flatMap(({ objects: each }) => each),
    installed: cluster.platform?.controllers !== undefined,
  };
}

async function readServiceAccounts(kube: Kube, names: readonly string[]): Promise<Map<string, FoundServiceAccount>> {
  const found = await Promise.all(
    names.map(async (id) => {
      const [namespace = "", name = ""] = id.split("/");
      const object = await kube.find(resources.serviceAccounts, { namespace, name });
      if (!object || object.metadata.deletionTimestamp !== undefined) return [];
      const { labels = {}, annotations = {} } = object.metadata;
      return [[id, { labels, annotations }] as const];
    }),
  );
  return new Map(found.flat());
}

async function readNamespaces(kube: Kube, accounts: readonly string[]): Promise<Set<string>> {
  const names = [...new Set(accounts.map((id) => id.split("/")[0] ?? ""))];
  const found = await Promise.all(names.map(async (name) => kube.find(resources.namespaces, { name })));
  return new Set(found.flatMap((object) => object?.metadata.name ?? []));
}

interface Deployment extends KubeObject {
  spec: { template: { metadata?: { annotations?: Record<string, string> } } };
}

async function readDaemonSets(kube: Kube, names: readonly string[]): Promise<Set<string>> {
  const found = await Promise.all(
    names.map(async (name) => kube.find(resources.daemonSets, { namespace: "kube-system", name })),
  );
  return new Set(found.flatMap((object) => object?.metadata.name ?? []));
}

/** Marks the class that claims without one get. */
export const defaultClassAnnotation = "storageclass.kubernetes.io/is-default-class";

async function readStorageClasses(kube: Kube): Promise<FoundStorageClass[]> {
  const classes = await kube.list(resources.storageClasses);
  return classes.map(({ metadata: { name, annotations } }) => ({
    name,
    isDefault: annotations?.[defaultClassAnnotation] === "true",
  }));
}

/** Labels of everything that installs a role. */
const ofLotse = "app.kubernetes.io/managed-by=lotse,app.kubernetes.io/name=lotse";
const roleLabel = "app.kubernetes.io/component";

/** Roles that are installed, by their workloads; with the objects of the same labels that go with them. */
async function readInstalled(kube: Kube): Promise<Map<string, KubeObject[]>> {
  const { resourceOf } = await import("../../controllers/index.ts");
  const selection = { labelSelector: ofLotse };
  const workloads = await Promise.all([
    kube.list(resources.deployments, selection),
    kube.list(resources.daemonSets, selection),
  ]);
  const found = new Map<string, KubeObject[]>();
  for (const workload of workloads.flat()) {
    const name = workload.metadata.labels?.[roleLabel];
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), workload]);
  }
  if (found.size === 0) return found;
  const others = await Promise.all(
    installedKinds.map(async ([apiVersion, kind]) => kube.list(resourceOf({ apiVersion, kind }), selection)),
  );
  for (const object of others.flat()) {
    const list = found.get(object.metadata.labels?.[roleLabel] ?? "");
    // Webhooks go before what answers them, rights after what uses them.
    if (object.kind.endsWith("WebhookConfiguration")) list?.unshift(object);
    else list?.push(object);
  }
  return found;
}

/** What is taken down with a role, besides its workload. */
const installedKinds: readonly (readonly [string, string])[] = [
  ["v1", "ServiceAccount"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["v1", "Service"],
  ["policy/v1", "PodDisruptionBudget"],
  ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
  ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
];

async function readControllers(kube: Kube, wanted: Questions["controllers"]): Promise<Map<string, KubeObject>> {
  if (wanted.length === 0) return new Map();
  const { resourceOf } = await import("../../controllers/index.ts");
  const found = await Promise.all(
    wanted.map(async (object) => {
      const { name, namespace } = object.metadata;
      const there = await kube.find(resourceOf(object), { name, ...(namespace === undefined ? {} : { namespace }) });
      return there ? [[objectId(object), there] as const] : [];
    }),
  );
  return new Map(found.flat());
}

async function ask(kube: Kube, questions: Questions): Promise<FoundKubernetes> {
  const { serviceAccounts: accounts, awsAuth, coredns, daemonSets, storageClasses, groups } = questions;
  const [namespaces, serviceAccounts, map, deployment, sets, classes, roles, installed, nodes] = await Promise.all([
    readNamespaces(kube, accounts),
    readServiceAccounts(kube, accounts),
    awsAuth ? readAwsAuthMap(kube) : undefined,
    coredns ? kube.find<Deployment>(resources.deployments, { namespace: "kube-system", name: "coredns" }) : undefined,
    readDaemonSets(kube, daemonSets),
    storageClasses ? readStorageClasses(kube) : [],
    readControllers(kube, questions.controllers),
    questions.installed ? readInstalled(kube) : new Map<string, KubeObject[]>(),
    Promise.all(groups.map(async (name) => [name, (await nodesOfGroup(kube, name)).map(asFound)] as const)),
  ]);
  return {
    namespaces,
    serviceAccounts,
    ...(map && { awsAuth: map.data ?? {} }),
    ...(deployment && { corednsAnnotations: deployment.spec.template.metadata?.annotations ?? {} }),
    daemonSets: sets,
    storageClasses: classes,
    controllers: roles,
    installedControllers: installed,
    nodes: new Map(nodes),
  };
}

const nothing: FoundKubernetes = {
  namespaces: new Set(),
  serviceAccounts: new Map(),
  daemonSets: new Set(),
  storageClasses: [],
  nodes: new Map(),
};

/** Where nobody may or can go, people are told how to do without. */
export function withWayOut(error: unknown): unknown {
  if (!isLotseError(error) || !/^kube\/(unreachable|unauthorized|denied)$/.test(error.code)) return error;
  const { code, severity: _severity, remedy, ...facts } = error.diagnostic;
  return new LotseError(
    code,
    { ...facts, remedy: [remedy, "With --aws-only, nothing inside the cluster is touched."].filter(Boolean).join(" ") },
    { cause: error },
  );
}

/** Opens the living cluster, reads, and closes; what can't be reached is judged by `mode`. */
export async function visit<T>(
  aws: Aws,
  name: string,
  mode: Exclude<KubernetesMode, "never">,
  read: (kube: Kube) => Promise<T>,
): Promise<{ read: T } | { unreachable: string }> {
  // Who can do without the inside isn't kept waiting for an API server that nobody reaches from here.
  const kube = openCluster(aws, await describeCluster(aws, name), mode === "when-reachable" ? { retries: 2 } : {});
  try {
    return { read: await read(kube) };
  } catch (error) {
    if (mode === "when-reachable" && isLotseError(error) && error.code === "kube/unreachable")
      return { unreachable: error.diagnostic.detail ?? errorMessage(error) };
    throw withWayOut(error);
  } finally {
    kube.close();
  }
}

/** True when the control plane can be asked: it is there, and not on its way in or out. */
export const answers = ({ cluster }: Found): boolean => cluster?.status === "ACTIVE" || cluster?.status === "UPDATING";

/**
 * What is known of the inside of the cluster. Nothing is contacted when the file asks for nothing inside of it.
 *
 * @throws LotseError `kube/…` when it can't be read and `mode` is `required`, or the cluster lets the caller not in
 */
export async function readKubernetes(
  aws: Aws,
  cluster: Cluster,
  found: Found,
  known: Known,
  { mode, wishes = [] }: { mode: Exclude<KubernetesMode, "never">; wishes?: readonly ControllerWish[] },
): Promise<KubernetesView> {
  if (!found.cluster || !answers(found)) return { state: "to-come" };
  const wanted = wantedFrom(cluster, found, known);
  const questions = questionsOf(cluster, found, wanted, wishes);
  const isEmpty = Object.values(questions).every((asked) => (Array.isArray(asked) ? asked.length === 0 : !asked));
  if (wanted.refusals.length > 0 || isEmpty) return { state: "read", found: nothing };
  const visited = await visit(aws, found.name, mode, (kube) => ask(kube, questions));
  return "read" in visited
    ? { state: "read", found: visited.read }
    : { state: "unreachable", reason: visited.unreachable };
}
