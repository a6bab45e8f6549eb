// How roles are installed: where, from which image, with which certificates.
import type { RoleDefinition } from "../frame/role.ts";
import { version } from "../../base/index.ts";

/** What manifests are made with. */
export interface ManifestOptions {
  namespace: string;
  image: string;
  /** Who makes the certificates of webhooks: the roles themselves, or cert-manager. */
  certificates: "own" | "cert-manager";
  /** Region of AWS calls; a pod on EC2 doesn't know it by itself. */
  region?: string;
  /** IAM roles of service accounts by name of role: their ARNs are annotated for IRSA. */
  roleArns?: Readonly<Record<string, string>>;
  /** Further flags by name of role. */
  flags?: Readonly<Record<string, readonly string[]>>;
}

/** Options with what isn't given filled in. */
export function manifestOptions(given: Partial<ManifestOptions>): ManifestOptions {
  // The image is whatever was built from the Dockerfile: where it is pushed to is for --image.
  return { namespace: "lotse-system", image: `lotse:${version}`, certificates: "own", ...given };
}

/** Namespaces that every cluster has. */
export const builtInNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** By these a role's pods are found. */
export function selectorOf(role: Pick<RoleDefinition, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": "lotse", "app.kubernetes.io/component": role.name };
}

/** On every object of a role. */
export function labelsOf(role: Pick<RoleDefinition, "name">): Record<string, string> {
  return { ...selectorOf(role), "app.kubernetes.io/managed-by": "lotse" };
}
