// What is known around an aws-auth ConfigMap, for judging it. Whatever isn't known isn't judged.
import type { AuthenticationMode } from "../mapping/cluster-access.ts";
import type { AwsAuth, nodeMappings } from "./model.ts";

/** A role that nodes use. */
export interface NodeRole {
  arn: string;
  kind: keyof typeof nodeMappings;
  /** Of the node group or profile, for texts. */
  name: string;
}

/** A map and what surrounds it. */
export interface AwsAuthSituation {
  awsAuth: AwsAuth;
  authenticationMode?: AuthenticationMode;
  /** Principals of access entries. */
  entryArns?: readonly string[];
  /** Roles of node groups and Fargate profiles of the cluster. */
  nodeRoles?: readonly NodeRole[];
  /** Groups and users that any RoleBinding or ClusterRoleBinding names. */
  boundNames?: readonly string[];
  /** ARNs of all users and roles of the account. */
  principals?: { accountId: string; arns: readonly string[] };
}
