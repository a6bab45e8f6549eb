// The rules of access entries (EKS user guide, "Create access entries"; texts partly from AWS's answers to others).
import type { AccessScope } from "@aws-sdk/client-eks";
import type { GetUserResponse } from "@aws-sdk/client-iam";
import { accessEntryTypes, accessPolicies, accessPolicyArn, reservedNamePrefixes } from "../../../../../facts/index.ts";
import type { Context } from "../../../core/index.ts";
import { AwsError } from "../../../core/index.ts";
import { invalidParameter, invalidRequest, notFound } from "../errors.ts";
import { asEks, requireCluster } from "../lookup.ts";
import type { ClusterRow } from "../state.ts";
import { findRole } from "./roles.ts";
import { checkEnum } from "./text.ts";

/** The cluster, which must listen to access entries. */
export function requireApiMode(ctx: Context, name: string): Readonly<ClusterRow> {
  const cluster = requireCluster(ctx, name);
  if (!["ACTIVE", "UPDATING", "CREATING"].includes(cluster.status))
    throw invalidRequest(`Cluster '${name}' is not in ACTIVE status`, { clusterName: name });
  if ((cluster.accessConfig?.authenticationMode ?? "CONFIG_MAP") === "CONFIG_MAP")
    throw invalidRequest(
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
      { clusterName: name },
    );
  return cluster;
}

export interface EntryPrincipal {
  kind: "role" | "user" | "root";
  account: string;
  /** Without its path. */
  name: string;
  /** AROA…, AIDA… of a principal of this account. */
  id?: string;
}

/** An IAM role or user that may have an entry. */
export function checkPrincipal(ctx: Context, arn: string): EntryPrincipal {
  if (/:sts::\d{12}:(assumed-role|federated-user)\//.test(arn) || arn.includes("*"))
    throw invalidParameter(`The principalArn ${arn} is invalid: sessions and wildcards can't have access entries`);
  if (arn.includes(":role/aws-service-role/"))
    throw invalidParameter(
      "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role",
    );
  const match = /^arn:[a-z-]+:iam::(\d{12}):(?:(role|user)\/(?:.+\/)?([\w+=,.@-]+)|(root))$/.exec(arn);
  if (!match) throw invalidParameter(`The specified principalArn is invalid: invalid principal. (${arn})`);
  const [, account = "", kind, name = "", root] = match;
  if (root) return { kind: "root", account, name: "root" };
  if (account !== ctx.account) return { kind: kind as "role" | "user", account, name };
  const id = kind === "role" ? findRole(ctx, arn)?.RoleId : userId(ctx, name, arn);
  if (id === undefined) throw invalidParameter(`The specified principalArn is invalid: invalid principal. (${arn})`);
  return { kind: kind as "role" | "user", account, name, id };
}

function userId(ctx: Context, UserName: string, arn: string): string | undefined {
  try {
    const { User } = asEks(ctx).call<GetUserResponse>("iam", "GetUser", { UserName });
    return User?.Arn === arn ? User.UserId : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("NoSuchEntity")) return undefined;
    throw error;
  }
}

/** The name Kubernetes knows a principal by when the entry doesn't say: the session's role, or the user's ARN. */
export function defaultUsername(arn: string, principal: EntryPrincipal, partition: string): string {
  if (principal.kind !== "role") return arn;
  return `arn:${partition}:sts::${principal.account}:assumed-role/${principal.name}/{{SessionName}}`;
}

/**
 * Refuses user names of access entries that Kubernetes keeps for itself, and templates that could fake another's name.
 */
export function checkUsername(username: string | undefined): void {
  if (username === undefined) return;
  const prefix = reservedNamePrefixes.find((reserved) => username.toLowerCase().startsWith(reserved));
  if (prefix !== undefined)
    throw invalidParameter(`The username ${username} is invalid, it cannot start with ${prefix}`);
  if (/^\{\{session/i.test(username) || /^session/i.test(username))
    throw invalidParameter('Access Entry username cannot start with "session".');
  const at = username.search(/\{\{SessionName(Raw)?\}\}/);
  if (at > 0 && !username.slice(0, at).includes(":"))
    throw invalidParameter(`The username ${username} is invalid, a colon must come before {{SessionName}}`);
}

/** Refuses groups of access entries that Kubernetes keeps for itself. */
export function checkGroups(groups: readonly string[] | undefined): void {
  for (const group of groups ?? []) {
    const prefix = reservedNamePrefixes.find((reserved) => group.toLowerCase().startsWith(reserved));
    if (prefix !== undefined)
      throw invalidParameter(`The kubernetes group name ${group} is invalid, it cannot start with ${prefix}`);
  }
}

/** A type, and what it forbids. */
export function checkEntryType(
  type: string,
  entry: { username?: string | undefined; groups?: readonly string[] | undefined },
): void {
  checkEnum(type, accessEntryTypes, "type");
  if (type === "STANDARD") return;
  if (entry.username !== undefined && entry.username !== "")
    throw invalidParameter(`A username cannot be specified for an access entry of type ${type}`);
  if (entry.groups && entry.groups.length > 0)
    throw invalidParameter(`Kubernetes groups cannot be specified for an access entry of type ${type}`);
}

/** A policy of AWS's list, attached over the whole cluster or over namespaces. */
export function checkPolicy(ctx: Context, policyArn: string, scope: AccessScope | undefined): void {
  if (!accessPolicies.some((name) => accessPolicyArn(name, ctx.partition) === policyArn))
    throw notFound(`The specified policyArn is invalid: invalid policyArn. (${policyArn})`);
  if (!scope) return;
  checkEnum(scope.type, ["cluster", "namespace"], "accessScope.type");
  const namespaces = scope.namespaces ?? [];
  if (scope.type === "namespace" && namespaces.length === 0)
    throw invalidParameter("The accessScope must contain at least one namespace when its type is namespace");
  if (scope.type !== "namespace" && namespaces.length > 0)
    throw invalidParameter("The accessScope cannot contain namespaces when its type is cluster");
  const bad = namespaces.find((name) => !/^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/.test(name));
  if (bad !== undefined) throw invalidParameter(`The namespace ${bad} in accessScope is invalid`);
}
