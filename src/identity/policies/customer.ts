// Access policies for people and pipelines, as AWS documents them rule by rule (EKS user guide, "Review access policy
// permissions", November 2025). They equal the view, edit and admin roles of Kubernetes 1.25 to 1.27: evictions,
// ephemeral containers and leases are not among them.
import type { PolicyRule } from "./rules.ts";
import { read, rule, write } from "./rules.ts";

const view: readonly PolicyRule[] = [
  rule(
    "",
    "configmaps endpoints persistentvolumeclaims+status pods replicationcontrollers+scale serviceaccounts services+status",
    read,
  ),
  rule(
    "",
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas+status",
    read,
  ),
  rule("", "namespaces", read),
  rule(
    "apps",
    "controllerrevisions daemonsets+status deployments+scale+status replicasets+scale+status statefulsets+scale+status",
    read,
  ),
  rule("autoscaling", "horizontalpodautoscalers+status", read),
  rule("batch", "cronjobs+status jobs+status", read),
  rule("discovery.k8s.io", "endpointslices", read),
  rule(
    "extensions",
    "daemonsets+status deployments+scale+status ingresses+status networkpolicies replicasets+scale+status replicationcontrollers/scale",
    read,
  ),
  rule("networking.k8s.io", "ingresses+status networkpolicies", read),
  rule("policy", "poddisruptionbudgets+status", read),
];

const edit: readonly PolicyRule[] = [
  rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", read),
  rule("", "serviceaccounts", ["impersonate"]),
  rule("", "pods+attach+exec+portforward+proxy", write),
  rule(
    "",
    "configmaps events persistentvolumeclaims replicationcontrollers+scale secrets serviceaccounts services services/proxy",
    write,
  ),
  rule("apps", "daemonsets deployments+rollback+scale replicasets+scale statefulsets+scale", write),
  rule("autoscaling", "horizontalpodautoscalers", write),
  rule("batch", "cronjobs jobs", write),
  rule(
    "extensions",
    "daemonsets deployments+rollback+scale ingresses networkpolicies replicasets+scale replicationcontrollers/scale",
    write,
  ),
  rule("networking.k8s.io", "ingresses networkpolicies", write),
  rule("policy", "poddisruptionbudgets", write),
];

const admin: readonly PolicyRule[] = [
  rule("authorization.k8s.io", "localsubjectaccessreviews", ["create"]),
  rule("rbac.authorization.k8s.io", "roles rolebindings", [...read, ...write]),
];

/** Rules by name of the policy. */
export const customerPolicies: Readonly<Record<string, readonly PolicyRule[]>> = {
  AmazonEKSClusterAdminPolicy: [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ],
  AmazonEKSAdminViewPolicy: [{ apiGroups: ["*"], resources: ["*"], verbs: read }],
  AmazonEKSSecretReaderPolicy: [rule("", "secrets", read)],
  AmazonEKSViewPolicy: view,
  AmazonEKSEditPolicy: [...view, ...edit],
  AmazonEKSAdminPolicy: [...view, ...edit, ...admin],
};
