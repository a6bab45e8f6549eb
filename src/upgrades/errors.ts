// Every code of this room: errors of questions that make no sense, findings of `lotse upgrade check`.

/** What each code stands for; the text of an occurrence says more. */
export const upgradeCodes: Readonly<Record<string, string>> = {
  "upgrades/addon-later": "An add-on's version isn't offered for the new Kubernetes: it moves after the control plane",
  "upgrades/addon-first": "An add-on's version isn't offered for the new Kubernetes: it has to move first",
  "upgrades/addon-not-offered": "EKS doesn't offer the add-on for the new Kubernetes",
  "upgrades/bad-version": "A version isn't one of Kubernetes, or isn't newer than the cluster's",
  "upgrades/cgroup-v1": "Nodes of Amazon Linux 2 run cgroup v1, which Kubernetes 1.35 doesn't",
  "upgrades/deprecated-api": "An API that goes with a later version is in use",
  "upgrades/end-of-support": "Support of the cluster's version ends, or has ended",
  "upgrades/group-behind": "A managed node group isn't of the control plane's version",
  "upgrades/insight": "EKS's own insights find something that stands against the upgrade",
  "upgrades/kubectl-skew": "kubectl is too far from the new API server",
  "upgrades/kubelet-skew": "A kubelet would be too old for the new API server, or is newer than it",
  "upgrades/node-not-ready": "A node isn't Ready",
  "upgrades/no-way-back": "How a control plane goes back couldn't be read",
  "upgrades/no-al2": "EKS makes no image of Amazon Linux 2 for the new Kubernetes",
  "upgrades/proxy-skew": "kube-proxy would be too old for the new API server",
  "upgrades/removed-api": "An API that the new Kubernetes doesn't serve is in use",
  "upgrades/target-not-offered": "EKS doesn't offer the new version, or supports it no more",
  "upgrades/unhealthy": "Something isn't well after a step of an upgrade, which stops there",
  "upgrades/workload-not-ready": "A workload hasn't all of its pods",
};
