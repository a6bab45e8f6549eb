// Kubernetes' syntax of labels and taints, and which labels a kubelet may give itself (KEP-279 of Kubernetes, node isolation).

const part = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Why a key is no qualified name; undefined when it is one. */
export function qualifiedNameProblem(key: string): string | undefined {
  const pieces = key.split("/");
  const name = pieces.pop() ?? "";
  if (pieces.length > 1) return "can only use one '/' separator";
  const [prefix] = pieces;
  if (
    prefix !== undefined &&
    !(prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix))
  )
    return "the prefix must be a lower-case DNS name";
  if (name === "") return "the name must not be empty";
  if (name.length > 63) return "the name must be no more than 63 characters";
  return part.test(name)
    ? undefined
    : "the name must consist of letters, digits, '-', '_' or '.', and begin and end with a letter or digit";
}

/** Why a text is no label value; undefined when it is one. The empty text is. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return "must be no more than 63 characters";
  return value === "" || part.test(value)
    ? undefined
    : "must consist of letters, digits, '-', '_' or '.', and begin and end with a letter or digit";
}

const kubeletLabels = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.kubernetes.io/region",
  "failure-domain.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);

/** True unless the label is in a domain of Kubernetes and not one that a kubelet may set. */
export function isAllowedNodeLabel(key: string): boolean {
  const [prefix, name] = key.split("/");
  if (name === undefined || prefix === undefined) return true;
  const within = (domain: string): boolean => prefix === domain || prefix.endsWith(`.${domain}`);
  if (!within("kubernetes.io") && !within("k8s.io")) return true;
  return kubeletLabels.has(key) || within("kubelet.kubernetes.io") || within("node.kubernetes.io");
}
