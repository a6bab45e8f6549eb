// Which pod an address belongs to at this moment. The copy of the node's pods is quick and may be behind: an address that a
// pod has just left may already be another one's. So who asks for a token is looked up in the API server itself.
import { isIPv6 } from "node:net";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { FlagValues, Informer } from "../frame/index.ts";
import { annotationKeys } from "./flags.ts";

/** A pod as far as the proxy cares. */
export interface NodePod extends KubeObject {
  spec: { nodeName?: string; hostNetwork?: boolean };
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  state?: { terminated?: object };
}

const ended = new Set(["Succeeded", "Failed"]);

/** Every container is over: its address isn't its own any more, whatever its object says. */
function isOver({ metadata, status = {} }: NodePod): boolean {
  if (ended.has(status.phase ?? "")) return true;
  const { containerStatuses = [] } = status;
  return (
    metadata.deletionTimestamp !== undefined &&
    containerStatuses.length > 0 &&
    containerStatuses.every(({ state }) => state?.terminated !== undefined)
  );
}

/** IPv4 in IPv6's clothes is IPv4, `::ffff:10.0.0.1`; IPv6 has many spellings, of which this gives one. */
export function plainAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  return isIPv6(plain) ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain;
}

/** The addresses that are a pod's own; none while it has none, after its end, or when it has its node's. */
export function addressesOf(pod: NodePod): readonly string[] {
  if (pod.spec.hostNetwork || isOver(pod)) return [];
  const { podIP, podIPs = [] } = pod.status ?? {};
  return [...new Set([...(podIP ? [podIP] : []), ...podIPs.map(({ ip }) => ip)].map(plainAddress))];
}

/** What is kept of a pod: of its annotations those that the flags name. */
export function slimPod(pod: NodePod, flags: FlagValues): NodePod {
  const { apiVersion, kind, metadata, spec, status = {} } = pod;
  const { name, namespace, uid, resourceVersion, annotations = {}, deletionTimestamp } = metadata;
  const { roleKey, externalIdKey, sessionNameKey } = annotationKeys(flags);
  const keys = new Set([roleKey, externalIdKey, sessionNameKey]);
  const identity = Object.entries(annotations).filter(([key]) => keys.has(key));
  const states = (all: ContainerStatus[] | undefined): ContainerStatus[] =>
    (all ?? []).map(({ state }) => ({ state: state?.terminated ? { terminated: {} } : {} }));
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      annotations: Object.fromEntries(identity),
    },
    spec: {
      ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
      ...(spec.hostNetwork ? { hostNetwork: true } : {}),
    },
    status: {
      ...(status.phase === undefined ? {} : { phase: status.phase }),
      ...(status.podIP === undefined ? {} : { podIP: status.podIP }),
      ...(status.podIPs === undefined ? {} : { podIPs: status.podIPs }),
      containerStatuses: states(status.containerStatuses),
    },
  };
}

export interface PodDirectory {
  /** By UID, while it has this address: for whoever holds a token. A copy that hasn't heard of it yet isn't believed. */
  holding(uid: string, address: string): Promise<NodePod | undefined>;
  /**
   * The one pod that has an address, as the API server says it now.
   *
   * A pod that has only just started may be ahead of its own status; so it is asked again for a while.
   * @returns the pod, or why there is none
   */
  at(address: string, signal: AbortSignal): Promise<NodePod | string>;
}

/** kube2iam's backoff: at most a second between two looks, two seconds in all. */
const pauses = [50, 150, 300, 500, 1000];

export interface DirectoryOptions {
  kube: Kube;
  pods: Informer<NodePod>;
  /** Only pods of this node are served. */
  node: string;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Opens the directory of a node's pods; the informer has an index `address`. */
export function openDirectory({ kube, pods, node, sleep }: DirectoryOptions): PodDirectory {
  const look = async (address: string): Promise<NodePod[]> => {
    const fieldSelector = `status.podIP=${address},spec.nodeName=${node}`;
    const listed = address.includes(":")
      ? // The API server selects by the first address only; of two families that is usually IPv4's.
        await kube.list<NodePod>(resources.pods, { fieldSelector: `spec.nodeName=${node}` })
      : await kube.list<NodePod>(resources.pods, { fieldSelector });
    return listed.filter((pod) => addressesOf(pod).includes(address));
  };
  return {
    async holding(uid, address) {
      const isIt = ({ metadata }: NodePod): boolean => metadata.uid === uid;
      return pods.byIndex("address", address).find(isIt) ?? (await look(address)).find(isIt);
    },
    async at(address, signal) {
      for (let i = 0; ; i += 1) {
        const found = await look(address);
        const [pod] = found;
        if (pod && found.length === 1) return pod;
        const pause = pauses[i];
        if (pause === undefined || signal.aborted) {
          const names = found.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).join(", ");
          return found.length === 0
            ? `no pod of node ${node} has the address ${address}`
            : `${found.length} pods have the address ${address}: ${names}`;
        }
        await sleep(pause, signal);
      }
    },
  };
}
