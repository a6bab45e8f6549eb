// A pod and what of its cluster bears on its credentials, read from the API server.
import type { Aws } from "../../aws/index.ts";
import { LotseError } from "../../base/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read } from "../explanation.ts";
import type { ClusterFacts, ContainerFacts, EnvironmentSources, PodFacts, ServiceAccountFacts } from "../pod/world.ts";
import { attempt } from "./attempt.ts";
import type { DaemonSetObject } from "./daemons.ts";
import { agentAmong, proxyAmong } from "./daemons.ts";
import { readNode } from "./node.ts";
import type { ClusterHalf } from "./pod-world.ts";

/** A Pod, a ConfigMap, a Secret, as far as they are looked at. */
export type PodObject = KubeObject & PodFacts;
type WithData = KubeObject & { data?: Readonly<Record<string, string>> };

const containersOf = ({ spec }: PodFacts): readonly ContainerFacts[] => [
  ...spec.containers,
  ...(spec.initContainers ?? []),
];

/** Names of the ConfigMaps and Secrets that environments refer to. */
export function referencesOf(pod: PodFacts): { configMaps: string[]; secrets: string[] } {
  const containers = containersOf(pod);
  const entries = containers.flatMap(({ env }) => env ?? []);
  const sources = containers.flatMap(({ envFrom }) => envFrom ?? []);
  const unique = (names: readonly (string | undefined)[]): string[] => [
    ...new Set(names.filter((name): name is string => name !== undefined)),
  ];
  return {
    configMaps: unique([
      ...entries.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
      ...sources.map(({ configMapRef }) => configMapRef?.name),
    ]),
    secrets: unique([
      ...entries.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...sources.map(({ secretRef }) => secretRef?.name),
    ]),
  };
}

async function sourcesOf(kube: Kube, pod: PodFacts): Promise<EnvironmentSources> {
  const { namespace } = pod.metadata;
  const { configMaps, secrets } = referencesOf(pod);
  const maps = configMaps.map(async (name) => {
    const data = await attempt(`ConfigMap ${name}`, async () => {
      const found = await kube.find<WithData>(resources.configMaps, { namespace, name });
      return found && (found.data ?? {});
    });
    return [name, data] as const;
  });
  const keys = secrets.map(async (name) => {
    const known = await attempt(`Secret ${name}`, async () => {
      const found = await kube.find<WithData>(resources.secrets, { namespace, name });
      return found && Object.keys(found.data ?? {});
    });
    return [name, known] as const;
  });
  return { configMaps: new Map(await Promise.all(maps)), secretKeys: new Map(await Promise.all(keys)) };
}

/** A pod by name. @throws LotseError `explain/no-pod`, `kube/…` */
export async function findPod(kube: Kube, namespace: string, name: string): Promise<PodFacts> {
  const found = await kube.find<PodObject>(resources.pods, { namespace, name });
  if (found) return found;
  throw new LotseError("explain/no-pod", {
    title: `There is no pod ${namespace}/${name}`,
    remedy: `\`kubectl get pods -n ${namespace}\` lists those that there are; write NAMESPACE/NAME.`,
  });
}

/** The service account of that name. */
export async function findServiceAccount(
  kube: Kube,
  namespace: string,
  name: string,
): Promise<Known<ServiceAccountFacts | undefined>> {
  return attempt(`service account ${namespace}/${name}`, async () => {
    const found = await kube.find(resources.serviceAccounts, { namespace, name });
    return found && { annotations: found.metadata.annotations ?? {} };
  });
}

/** Reads what the cluster says of a pod. */
export async function readClusterHalf(
  aws: Aws,
  kube: Kube,
  cluster: ClusterFacts,
  pod: PodFacts,
): Promise<ClusterHalf> {
  const { namespace } = pod.metadata;
  const { nodeName, serviceAccountName = "default" } = pod.spec;
  const [sources, space, serviceAccount, daemonSets, node] = await Promise.all([
    sourcesOf(kube, pod),
    attempt(`namespace ${namespace}`, async () => {
      return (await kube.find(resources.namespaces, { name: namespace }))?.metadata.annotations ?? {};
    }),
    findServiceAccount(kube, namespace, serviceAccountName),
    attempt("DaemonSets", async () => kube.list<DaemonSetObject>(resources.daemonSets)),
    nodeName === undefined ? read(undefined) : readNode(aws, kube, nodeName),
  ]);
  return {
    cluster,
    pod,
    sources,
    namespaceAnnotations: space,
    serviceAccount,
    agent: isRead(daemonSets) ? agentAmong(daemonSets.value) : daemonSets,
    proxy: isRead(daemonSets) ? read(proxyAmong(daemonSets.value)) : daemonSets,
    node,
  };
}
