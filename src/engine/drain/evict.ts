// One pod goes: by the Eviction API, which asks the disruption budgets, or by deletion, which doesn't.
import { isNotFound, KubeRefusal, resources, type Kube } from "../../kube/index.ts";
import type { DrainOptions } from "./options.ts";
import type { Pod } from "./pods.ts";

/** Undefined when the pod is on its way or gone; else what keeps it, in the API server's words. */
export async function evict(kube: Kube, pod: Pod, options: DrainOptions): Promise<string | undefined> {
  const { name, namespace = "", uid } = pod.metadata;
  const grace = Math.min(pod.spec.terminationGracePeriodSeconds ?? 30, options.maxGrace);
  const key = { namespace, name };
  try {
    if (options.disableEviction) {
      await kube.delete(resources.pods, key, { gracePeriodSeconds: grace, ...(uid !== undefined && { uid }) });
      return undefined;
    }
    await kube.post(resources.pods, key, "eviction", {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace },
      deleteOptions: { gracePeriodSeconds: grace, ...(uid !== undefined && { preconditions: { uid } }) },
    });
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!(error instanceof KubeRefusal)) throw error;
    const { status, message, causes } = error.refusal;
    // Another pod of the same name has taken its place: this one is gone.
    if (status === 409) return undefined;
    const budget = causes.find(({ reason }) => reason === "DisruptionBudget")?.message;
    if (budget !== undefined) return budget;
    // Busy, or a namespace that is being deleted with a budget that nobody updates any more.
    if (status === 429) return message;
    if (status === 500 && /more than one PodDisruptionBudget/.test(message)) return message;
    throw error;
  }
}
