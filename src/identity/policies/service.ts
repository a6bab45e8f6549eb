// Access policies for EKS's own components. AWS describes them in words, not in rules (EKS user guide, November 2025):
// these are the words turned into rules, as narrow as they can be read. Those that it only names have none here.
import type { PolicyRule } from "./rules.ts";
import { full, read, rule, write } from "./rules.ts";

const leader = rule("coordination.k8s.io", "leases", full);
const events: readonly PolicyRule[] = [
  rule("", "events", ["create", "patch"]),
  rule("events.k8s.io", "events", ["create", "patch"]),
];
const definitions = (names: readonly string[]): PolicyRule[] => [
  rule("apiextensions.k8s.io", "customresourcedefinitions", ["create", ...read]),
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: write, resourceNames: names },
];

const blockStorage: readonly PolicyRule[] = [
  rule("storage.k8s.io", "csidrivers", ["create", "update", "patch", "delete", ...read]),
  rule("", "persistentvolumes", ["list", "watch", "create", "update", "patch", "delete"]),
  rule("", "persistentvolumeclaims", ["list", "watch", "update"]),
  rule("", "persistentvolumeclaims/status", ["patch"]),
  rule("", "pods nodes", read),
  rule("storage.k8s.io", "storageclasses csinodes volumeattributesclasses", read),
  rule("storage.k8s.io", "volumeattachments", ["list", "watch", "update", "patch"]),
  rule("snapshot.storage.k8s.io", "volumesnapshots volumesnapshotclasses volumesnapshotcontents+status", full),
  ...events,
];

const compute: readonly PolicyRule[] = [
  rule("karpenter.sh", "nodepools+status nodeclaims+status", full),
  rule("eks.amazonaws.com", "nodeclasses+status", full),
  rule("", "pods nodes persistentvolumes persistentvolumeclaims replicationcontrollers namespaces", read),
  rule("storage.k8s.io", "storageclasses csinodes volumeattachments", read),
  rule("apps", "daemonsets deployments replicasets statefulsets", ["list", "watch"]),
  rule("policy", "poddisruptionbudgets", read),
  rule("", "nodes", ["update", "patch", "delete"]),
  rule("", "pods/eviction", ["create"]),
  rule("", "pods", ["delete"]),
  ...definitions(["nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "nodeclasses.eks.amazonaws.com"]),
  ...events,
];

const loadBalancing: readonly PolicyRule[] = [
  rule("", "services+status", full),
  rule("networking.k8s.io", "ingresses+status", full),
  rule("extensions", "ingresses+status", full),
  rule("", "pods nodes endpoints namespaces", read),
  rule("discovery.k8s.io", "endpointslices", read),
  rule("networking.k8s.io", "ingressclasses", read),
  rule("", "pods/status", ["update", "patch"]),
  rule("eks.amazonaws.com", "targetgroupbindings+status", ["create", "update", "patch", "delete", ...read]),
  rule("eks.amazonaws.com", "ingressclassparams", read),
  ...definitions(["targetgroupbindings.eks.amazonaws.com", "ingressclassparams.eks.amazonaws.com"]),
  rule("admissionregistration.k8s.io", "mutatingwebhookconfigurations validatingwebhookconfigurations", [
    "create",
    ...read,
  ]),
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    verbs: write,
    resourceNames: ["eks-load-balancing-webhook"],
  },
  ...events,
];

const networking: readonly PolicyRule[] = [
  rule("eks.amazonaws.com", "nodeclasses", read),
  rule("karpenter.sh", "nodeclaims", read),
  rule("", "pods", read),
  rule("eks.amazonaws.com", "cninodes+status", full),
  ...definitions(["cninodes.eks.amazonaws.com"]),
  ...events,
];

/** Rules by name of the policy. */
export const servicePolicies: Readonly<Record<string, readonly PolicyRule[]>> = {
  AmazonEKSBlockStoragePolicy: [leader],
  AmazonEKSLoadBalancingPolicy: [leader],
  AmazonEKSNetworkingPolicy: [leader],
  AmazonEKSComputePolicy: [leader, rule("coordination.k8s.io", "leases", ["get", "watch"])],
  AmazonEKSBlockStorageClusterPolicy: blockStorage,
  AmazonEKSComputeClusterPolicy: compute,
  AmazonEKSLoadBalancingClusterPolicy: loadBalancing,
  AmazonEKSNetworkingClusterPolicy: networking,
  AmazonEKSHybridPolicy: [rule("*", "nodes", ["list"])],
  AmazonEKSClusterInsightsPolicy: [
    rule("", "nodes+status", ["get", "list"]),
    { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["get"], resourceNames: ["kube-proxy"] },
    { apiGroups: [""], resources: ["configmaps"], verbs: ["get"], resourceNames: ["kube-proxy-config", "kube-proxy"] },
  ],
};
