// Kinds of the objects that install roles, as the API serves them.
import type { KubeObject, Resource } from "../../kube/index.ts";

/** Kinds that belong to no namespace; the others of a role's objects do. */
const clusterWide: ReadonlySet<string> = new Set([
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
]);

/** The kind of an object, for the door to Kubernetes. */
export function resourceOf({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): Resource {
  const at = apiVersion.indexOf("/");
  return {
    group: at < 0 ? "" : apiVersion.slice(0, at),
    version: apiVersion.slice(at + 1),
    // English of the API: policies, classes; all kinds here are regular but these.
    plural: kind.toLowerCase().replace(/y$/, "ie").replace(/s$/, "se") + "s",
    kind,
    namespaced: !clusterWide.has(kind),
  };
}
