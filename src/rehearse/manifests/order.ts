// In which order objects are applied: what others need comes first, as Helm's install order has it.
import type { Manifest } from "./document.ts";

const kinds =
  `Namespace CustomResourceDefinition PriorityClass NetworkPolicy ResourceQuota LimitRange PodDisruptionBudget
ServiceAccount Secret ConfigMap StorageClass VolumeAttributesClass PersistentVolume PersistentVolumeClaim ClusterRole
ClusterRoleBinding Role RoleBinding RuntimeClass IngressClass Service Endpoints EndpointSlice DaemonSet Pod ReplicationController ReplicaSet
Deployment HorizontalPodAutoscaler StatefulSet Job CronJob Ingress`.split(/\s+/);
/** They may stand in the way of everything that comes after them. */
const last = [
  "APIService",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
];
const rank: ReadonlyMap<string, number> = new Map([
  ...kinds.map((kind, i) => [kind, i] as const),
  ...last.map((kind, i) => [kind, kinds.length + 1 + i] as const),
]);

/** Objects that can be applied side by side, in waves. Kinds that nobody knows are custom resources: after all of Kubernetes'. */
export function inWaves(manifests: readonly Manifest[]): Manifest[][] {
  const waves = new Map<number, Manifest[]>();
  for (const manifest of manifests) {
    const wave = rank.get(manifest.object.kind) ?? kinds.length;
    waves.set(wave, [...(waves.get(wave) ?? []), manifest]);
  }
  return [...waves].toSorted(([a], [b]) => a - b).map(([, wave]) => wave);
}
