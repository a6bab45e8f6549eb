// What all sources of mappings have in common: somebody's name and groups in Kubernetes, found by who they are in IAM.
import type { Identity } from "../verify/answer.ts";

/** Names of the sources, as reserved prefixes and `--backend-mode` spell them. */
export type MapperName = "MountedFile" | "EKSConfigMap" | "CRD" | "DynamicFile" | "AccessEntries" | "ClusterCreator";

/** A rule that fits somebody. Name and groups are templates. */
export interface Mapping {
  username: string;
  groups: readonly string[];
  /** Where it stands, for people: `aws-auth mapRoles[2]`. */
  rule: string;
}

/** What a source says of somebody: a rule, nothing, or that it can't tell. */
export type Found = Mapping | { problem: string } | undefined;

/** A source of mappings. */
export interface Mapper {
  readonly name: MapperName;
  find(identity: Identity): Found;
  /** True when everybody of an account may come, under their ARN and without groups. */
  allowsAccount(accountId: string): boolean;
  /** What nearly fits somebody who isn't found, and why it doesn't; for the denial's text. */
  nearMiss?(identity: Identity): string | undefined;
}
