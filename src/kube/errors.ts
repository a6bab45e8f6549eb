// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const kubeCodes: Readonly<Record<string, string>> = {
  "kube/bad-kubeconfig": "A kubeconfig can't be read",
  "kube/conflict": "Somebody else owns a field, or changed the object in between",
  "kube/denied": "The cluster knows the caller and doesn't allow this",
  "kube/kubeconfig-write": "A kubeconfig can't be written",
  "kube/kubeconfig-locked": "Another program is writing the kubeconfig",
  "kube/no-service-account": "A pod's service account can't be read",
  "kube/plugin-failed": "A credential plugin of a kubeconfig failed",
  "kube/refused": "The API server refused a request",
  "kube/unauthorized": "The cluster doesn't know the caller",
  "kube/unreachable": "The API server can't be reached",
};
