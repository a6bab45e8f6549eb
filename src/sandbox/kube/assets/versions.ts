// Which versions can be had, and how. What is built is pinned by data/kubernetes/*/go.mod and go.sum.
import { defaultVersionAt, eksVersion, minorOf } from "../../../facts/index.ts";

/** The release of k8s.io/kubernetes that is built; its minor is the newest that a build reaches. */
export const builtKubernetes = "1.36.3";
/** The release of etcd that is downloaded or built. */
export const etcdRelease = "3.6.16";
/** What k8s.io/kubernetes asks of Go (`go` in its go.mod). */
export const oldestGo = "1.26.0";

/** A release emulates itself and three minors back (KEP-4330; apiserver's `kubeEffectiveVersionFloors`). */
const emulatedMinors = 3;

const builtMinor = minorOf(builtKubernetes);

/** Minors that a build gives, oldest first. */
export const builtMinors: readonly string[] = Array.from(
  { length: emulatedMinors + 1 },
  (_, i) => `1.${builtMinor - emulatedMinors + i}`,
);

/** What a built API server of that minor says its version is: the release itself, or EKS's patch of an emulated one. */
export function stampedVersion(minor: string): string {
  if (builtKubernetes.startsWith(`${minor}.`)) return `v${builtKubernetes}`;
  return `v${eksVersion(minor)?.patch ?? `${minor}.0`}`;
}

/** The version of a cluster for which none is asked: what EKS gives today. */
export function defaultMinor(): string {
  return defaultVersionAt(Date.now());
}

/** `v1.35.6` → `1.35`. */
export function minorOfRelease(version: string): string {
  return /^v?(\d+\.\d+)\./.exec(version)?.[1] ?? version;
}
