// Everything that decides what somebody of IAM may do in a cluster, as far as it was read.
import type { AccessEntryRecord, AuthenticationMode, AwsAuthData, NodeInstance } from "../../identity/index.ts";
import type { Known } from "../explanation.ts";
import type { Rbac } from "./rbac.ts";

/** An access entry, and when it was made. */
export interface EntryFacts extends AccessEntryRecord {
  /** Epoch milliseconds. */
  created?: number;
}

/** A role or user as IAM has it. */
export interface PrincipalFacts {
  /** With its path. */
  arn: string;
  /** `AROA…`, `AIDA…`. */
  id?: string;
  /** Epoch milliseconds. */
  created?: number;
}

/** What the API server itself says. */
export interface ReviewFacts {
  allowed: boolean;
  reason?: string;
}

/** All of it. */
export interface PrincipalWorld {
  cluster: { name: string; account: string; partition: string; region: string };
  mode: Known<AuthenticationMode>;
  /** Whoever made the cluster, an administrator in mode CONFIG_MAP; EKS tells nobody. */
  creator?: { arn: string };
  entries: Known<readonly EntryFacts[]>;
  /** Undefined: there is no such ConfigMap. */
  awsAuth: Known<AwsAuthData | undefined>;
  /** Undefined: IAM has no such role or user. */
  principal: Known<PrincipalFacts | undefined>;
  /** By id. */
  instances: ReadonlyMap<string, NodeInstance>;
  rbac: Known<Rbac>;
  /** The cluster may have more roles than were read: files don't hold those it makes itself. */
  partial?: boolean;
}

/** What somebody wants to do, in the terms of a SubjectAccessReview. */
export type Wanted =
  | {
      kind: "resource";
      verb: string;
      group: string;
      resource: string;
      subresource?: string;
      name?: string;
      /** Empty: in all namespaces, or in none. */
      namespace: string;
      namespaced: boolean;
    }
  | { kind: "path"; verb: string; path: string };

/** What is asked. */
export interface PrincipalQuestion {
  /** A role, a session of one, a user. */
  arn: string;
  /** Of sessions of a role; left open when it isn't given. */
  sessionName?: string;
  wanted: Wanted;
  /** What the API server said to the same question. */
  review?: Known<ReviewFacts>;
}
