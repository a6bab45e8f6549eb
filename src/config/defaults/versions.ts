// Kubernetes version of the file to a concrete one.
import { eksVersions } from "../../facts/index.ts";

/** eksctl's default, which is not always EKS's (eksctl 0.231). */
export const defaultKubernetesVersion = "1.34";

/** "", `auto` and nothing are eksctl's default, `latest` is the newest that EKS offers; anything else stays. */
export function concreteVersion(version: string | undefined): string {
  if (version === undefined || version === "" || version === "auto") return defaultKubernetesVersion;
  return version === "latest" ? (eksVersions()[0]?.version ?? defaultKubernetesVersion) : version;
}
