// Kubernetes API versions that were, or will be, taken away: the lifecycle that k8s.io/api v0.36.3 and
// k8s.io/apiextensions-apiserver v0.36.3 write down for each kind (`APILifecycleRemoved`, `APILifecycleReplacement`); where a
// kind left that module before it did, and for replacements that it doesn't name, Kubernetes' "Deprecated API Migration Guide".
import { minorOf } from "./eks-versions.ts";

/** A version of a kind that servers stop serving. */
export interface RemovedApi {
  /** `policy/v1beta1`. */
  apiVersion: string;
  kind: string;
  /** First minor of Kubernetes that doesn't serve it any more: `1.25`. */
  removedIn: string;
  /** `policy/v1`, or `apps/v1`; undefined when nothing takes its place. */
  replacement: string | undefined;
}

const admission = "admissionregistration.k8s.io";
const flow = "flowcontrol.apiserver.k8s.io";
const rbac = "rbac.authorization.k8s.io";

/** apiVersion, kinds, the minor without it, what takes its place. */
const rows: readonly (readonly [string, string, number, string?])[] = [
  ["extensions/v1beta1", "DaemonSet Deployment ReplicaSet", 16, "apps/v1"],
  ["extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"],
  ["extensions/v1beta1", "PodSecurityPolicy", 16],
  ["extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"],
  ["apps/v1beta1", "ControllerRevision Deployment StatefulSet", 16, "apps/v1"],
  ["apps/v1beta2", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", 16, "apps/v1"],
  [`${admission}/v1beta1`, "MutatingWebhookConfiguration ValidatingWebhookConfiguration", 22, `${admission}/v1`],
  ["apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 22, "apiextensions.k8s.io/v1"],
  ["apiregistration.k8s.io/v1beta1", "APIService", 22, "apiregistration.k8s.io/v1"],
  ["authentication.k8s.io/v1beta1", "TokenReview", 22, "authentication.k8s.io/v1"],
  [
    "authorization.k8s.io/v1beta1",
    "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    22,
    "authorization.k8s.io/v1",
  ],
  ["certificates.k8s.io/v1beta1", "CertificateSigningRequest", 22, "certificates.k8s.io/v1"],
  ["coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1"],
  ["networking.k8s.io/v1beta1", "Ingress IngressClass", 22, "networking.k8s.io/v1"],
  [`${rbac}/v1beta1`, "ClusterRole ClusterRoleBinding Role RoleBinding", 22, `${rbac}/v1`],
  [`${rbac}/v1alpha1`, "ClusterRole ClusterRoleBinding Role RoleBinding", 22, `${rbac}/v1`],
  ["scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1"],
  ["storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", 22, "storage.k8s.io/v1"],
  ["storage.k8s.io/v1alpha1", "VolumeAttachment", 24, "storage.k8s.io/v1"],
  ["storage.k8s.io/v1alpha1", "CSIStorageCapacity", 24, "storage.k8s.io/v1"],
  ["autoscaling/v2beta1", "HorizontalPodAutoscaler", 25, "autoscaling/v2"],
  ["batch/v1beta1", "CronJob", 25, "batch/v1"],
  ["discovery.k8s.io/v1beta1", "EndpointSlice", 25, "discovery.k8s.io/v1"],
  ["events.k8s.io/v1beta1", "Event", 25, "events.k8s.io/v1"],
  ["node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1"],
  ["policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"],
  ["policy/v1beta1", "PodSecurityPolicy", 25],
  ["autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2"],
  [`${flow}/v1beta1`, "FlowSchema PriorityLevelConfiguration", 26, `${flow}/v1`],
  ["storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1"],
  [`${flow}/v1beta2`, "FlowSchema PriorityLevelConfiguration", 29, `${flow}/v1`],
  [`${flow}/v1beta3`, "FlowSchema PriorityLevelConfiguration", 32, `${flow}/v1`],
  [`${admission}/v1alpha1`, "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding", 32, `${admission}/v1`],
  [`${admission}/v1beta1`, "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding", 34, `${admission}/v1`],
  ["storage.k8s.io/v1alpha1", "VolumeAttributesClass", 35, "storage.k8s.io/v1"],
  ["networking.k8s.io/v1beta1", "IPAddress ServiceCIDR", 37, "networking.k8s.io/v1"],
  ["storage.k8s.io/v1beta1", "VolumeAttributesClass", 37, "storage.k8s.io/v1"],
  [`${admission}/v1alpha1`, "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding", 38, `${admission}/v1`],
  [
    "resource.k8s.io/v1beta1",
    "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
    38,
    "resource.k8s.io/v1",
  ],
  [
    "resource.k8s.io/v1beta2",
    "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
    39,
    "resource.k8s.io/v1",
  ],
  [`${admission}/v1beta1`, "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding", 40, `${admission}/v1`],
];

const table: readonly RemovedApi[] = rows.flatMap(([apiVersion, kinds, minor, replacement]) =>
  kinds.split(" ").map((kind) => Object.freeze({ apiVersion, kind, removedIn: `1.${minor}`, replacement })),
);
const byName: ReadonlyMap<string, RemovedApi> = new Map(table.map((row) => [`${row.apiVersion}/${row.kind}`, row]));

/** Every row, in the order of removal as far as groups allow. */
export function removedApis(): readonly RemovedApi[] {
  return table;
}

/** The row of a kind in a version, whenever it goes; undefined for what stays. */
export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return byName.get(`${apiVersion}/${kind}`);
}

/** What becomes of a kind's version on the way from one minor of Kubernetes to another. */
export interface ApiFate {
  row: RemovedApi;
  /** `gone`: neither serves it; `removed`: the way takes it away; `deprecated`: it goes later. */
  fate: "gone" | "removed" | "deprecated";
}

/** The fate of a kind between two minors (`1.34`, `1.36`); undefined for what stays. */
export function apiFate(apiVersion: string, kind: string, from: string, to: string): ApiFate | undefined {
  const row = removedApi(apiVersion, kind);
  if (!row) return undefined;
  const lacks = (version: string): boolean => minorOf(row.removedIn) <= minorOf(version);
  return { row, fate: lacks(from) ? "gone" : lacks(to) ? "removed" : "deprecated" };
}
