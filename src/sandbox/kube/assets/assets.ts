// What the sandbox needs to be a Kubernetes cluster: four programs that fit together, and where they come from.
import { LotseError } from "../../../base/index.ts";
import type { Environment } from "./environment.ts";

/** The programs of a control plane, in the order of their start. */
export const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
/** One of {@link programs}. */
export type Program = (typeof programs)[number];

/** Where the programs were found, or got from. */
export type AssetSource = "environment" | "download" | "build";

/** A complete set of programs for clusters of one minor version. */
export interface KubeAssets {
  /** The cluster's own, `1.35`. */
  minor: string;
  /** What `/version` of the API server reports, `v1.35.6`. */
  version: string;
  /** `v3.6.16`. */
  etcdVersion: string;
  /** A newer release that stands in for this one: its programs take `--emulated-version=<minor>`. */
  emulated: boolean;
  source: AssetSource;
  /** Absolute paths. */
  paths: { etcd: string; apiserver: string; controllerManager: string; scheduler: string };
}

/** Where to look and what to use; everything has a default. */
export interface AssetOptions {
  /** Default: the process's own. */
  env?: Environment;
  /** Folder that keeps the binaries of all versions. Default: `lotse/kubernetes` in the user's cache. */
  cache?: string;
  /** Where official releases are downloaded from. */
  releases?: Releases;
  /** A download that gives nothing for so long is begun anew. Default: 30 s. */
  stallMilliseconds?: number;
  signal?: AbortSignal;
}

/** Roots of the official releases, without a slash at the end. */
export interface Releases {
  /** `stable-1.35.txt` and `v1.35.6/bin/…` stand below it. */
  kubernetes: string;
  /** `v3.6.16/etcd-v3.6.16-linux-amd64.tar.gz` stands below it. */
  etcd: string;
}

/** How far it is. `step` changes seldom and is worth a line of its own; `text` says what happens within. */
export interface AssetProgress {
  step: string;
  text: string;
  /** From 0 to 1, where it is known. */
  fraction?: number;
  /** The step came to nothing, and another way is tried; `text` says why. */
  failed?: boolean;
}

/** Paths of the programs in a folder. */
export function pathsIn(folder: string): Record<Program, string> {
  return {
    etcd: `${folder}/etcd`,
    "kube-apiserver": `${folder}/kube-apiserver`,
    "kube-controller-manager": `${folder}/kube-controller-manager`,
    "kube-scheduler": `${folder}/kube-scheduler`,
  };
}

/** The same paths by the names that {@link KubeAssets} has for them. */
export function assetPaths(folder: string): KubeAssets["paths"] {
  const paths = pathsIn(folder);
  return {
    etcd: paths.etcd,
    apiserver: paths["kube-apiserver"],
    controllerManager: paths["kube-controller-manager"],
    scheduler: paths["kube-scheduler"],
  };
}

/**
 * Checks that a text is a minor version.
 *
 * @throws LotseError `kube/bad-version`
 */
export function checkMinor(minor: string): void {
  if (/^1\.(0|[1-9]\d?)$/.test(minor)) return;
  throw new LotseError("kube/bad-version", {
    title: `"${minor}" is no version of Kubernetes`,
    remedy: "Name major and minor, for example 1.35; the patch release is chosen.",
    blame: "user",
  });
}

/** A way to get a set into the cache. */
export type AssetMaker = (
  minor: string,
  folder: string,
  options: AssetOptions,
  progress: (message: AssetProgress) => void,
) => Promise<KubeAssets>;
