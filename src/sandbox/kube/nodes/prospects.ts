// Whether waiting helps pods that a budget holds back: others that start may soon stand in for them.
import type { KubeClient, KubeObject } from "../client.ts";
import type { Pod } from "../pods/pod.ts";
import { isOver } from "../pods/pod.ts";

/** What may let pods go that aren't let go now. */
export interface Prospects {
  /** Something is under way that may end by itself in a moment. */
  moving: boolean;
  /** Text that differs when there was progress. */
  seen: string;
}

interface Budget extends KubeObject {
  metadata: KubeObject["metadata"] & { generation?: number };
  status?: {
    observedGeneration?: number;
    currentHealthy?: number;
    expectedPods?: number;
    disruptionsAllowed?: number;
  };
}

const statusOf = (pod: Pod, type: string): string | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type)?.status;

/** The scheduler has found no place for it. */
const isHomeless = (pod: Pod): boolean => statusOf(pod, "PodScheduled") === "False";
const isReady = (pod: Pod): boolean => statusOf(pod, "Ready") === "True";

/** Looks at the budgets and pods around pods that weren't let go. */
export async function readProspects(client: KubeClient, refused: readonly Pod[]): Promise<Prospects> {
  const namespaces = [...new Set(refused.map(({ metadata }) => metadata.namespace ?? "default"))];
  const found = await Promise.all(namespaces.map((namespace) => around(client, namespace)));
  return { moving: found.some(({ moving }) => moving), seen: found.map(({ seen }) => seen).join(" ") };
}

async function around(client: KubeClient, namespace: string): Promise<Prospects> {
  const place = encodeURIComponent(namespace);
  const [{ items: budgets }, { items: pods }] = await Promise.all([
    client.get<{ items: Budget[] }>(`/apis/policy/v1/namespaces/${place}/poddisruptionbudgets`),
    client.get<{ items: Pod[] }>(`/api/v1/namespaces/${place}/pods`),
  ]);
  const waiting = pods.filter((pod) => !isOver(pod) && !isReady(pod));
  const starting = waiting.some((pod) => !isHomeless(pod));
  const homeless = waiting.some(isHomeless);
  const moving = budgets.some(({ metadata, status = {} }) => {
    const { observedGeneration = 0, currentHealthy = 0, expectedPods = 0, disruptionsAllowed = 0 } = status;
    // Its controller hasn't looked, or the next try is let through.
    if (observedGeneration < (metadata.generation ?? 0) || disruptionsAllowed > 0) return true;
    // Pods are missing that somebody is about to make, unless those that are there find no place.
    return currentHealthy < expectedPods && !homeless;
  });
  const states = budgets.map(({ metadata, status }) => [metadata.name, status?.currentHealthy, status?.expectedPods]);
  const uids = waiting.map((pod) => `${pod.metadata.uid} ${pod.spec.nodeName ?? ""}`);
  return { moving: starting || moving, seen: JSON.stringify([states, uids]) };
}
