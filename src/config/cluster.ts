// What loading a file gives: the defaulted configuration, and where each of its values stands in the file.
import type { Diagnostic, SourceLocation } from "../base/index.ts";
import type { ClusterConfig } from "./model/index.ts";

/** A path into the document: `["managedNodeGroups", 0, "minSize"]`. */
export type ConfigPath = readonly (string | number)[];

/** The Platform document that may follow the ClusterConfig. Its sections come with the features they configure. */
export interface Platform {
  apiVersion: "lotse.dev/v1alpha1";
  kind: "Platform";
  storage?: PlatformStorage;
  controllers?: PlatformControllers;
  doctor?: PlatformDoctor;
}

/** What `lotse doctor` is to leave out. */
export interface PlatformDoctor {
  exclude?: PlatformExclusion[];
}

/** A decision to live with a finding, for a time. */
export interface PlatformExclusion {
  check: string;
  kind?: string;
  namespace?: string;
  name?: string;
  reason: string;
  /** `2027-03-31` */
  until: string;
}

/** Roles of lotse that run in the cluster. */
export interface PlatformControllers {
  namespace?: string;
  /** As it was built from the Dockerfile, and pushed. */
  image?: string;
  certificates?: "own" | "cert-manager";
  roles?: PlatformRole[];
}

/** A role of lotse. */
export interface PlatformRole {
  name: string;
  /** As `lotse controller NAME --help` lists them. */
  flags?: string[];
  /** A role of IAM that exists, instead of one that is made with the policy that the role needs. */
  roleARN?: string;
}

/** Volumes of the cluster. */
export interface PlatformStorage {
  /** Type of EBS volumes that claims without a class get. */
  defaultClass?: "gp3" | "gp2" | "io1" | "io2" | "st1" | "sc1";
}

/** A valid cluster: every default filled in, every spelling normalised. */
export interface Cluster {
  /** eksctl's document with its defaults; `metadata.version` is concrete. */
  readonly config: ClusterConfig;
  /** The same document before defaults: what the person wrote. */
  readonly written: ClusterConfig;
  readonly platform?: Platform;
  /**
   * Where a value stands in the file: a single value itself, a list or map by its key. For a defaulted value, where its nearest
   * written ancestor stands.
   */
  locate(path: ConfigPath): SourceLocation;
}

/** Outcome of loading: `cluster` is there unless an error is among the diagnostics. */
export interface LoadResult {
  cluster?: Cluster;
  diagnostics: readonly Diagnostic[];
}
