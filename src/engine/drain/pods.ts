// Which pods of a node have to go before it does.
import { resources, type Kube, type KubeObject } from "../../kube/index.ts";

/** A pod as far as draining goes. */
export interface Pod extends KubeObject {
  spec: { nodeName?: string; terminationGracePeriodSeconds?: number };
  status?: { phase?: string };
}

/** Of pods that the node's own kubelet made out of a file; nobody can evict them. */
const mirrorAnnotation = "kubernetes.io/config.mirror";

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[mirrorAnnotation] !== undefined;

/** Pods of DaemonSets come back at once wherever there is a node, drained or not. */
const isOfDaemonSet = ({ metadata }: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind, controller }) => controller === true && kind === "DaemonSet");

/** `shop/web-1`. */
export const podName = ({ metadata }: Pod): string => `${metadata.namespace ?? ""}/${metadata.name}`;

/** The pods on a node that have to move; those on their way out included. */
export async function podsToMove(kube: Kube, node: string, sparing: ReadonlySet<string>): Promise<Pod[]> {
  const pods = await kube.list<Pod>(resources.pods, { fieldSelector: `spec.nodeName=${node}` });
  return pods.filter((pod) => !isMirror(pod) && !isOfDaemonSet(pod) && !sparing.has(pod.metadata.namespace ?? ""));
}
