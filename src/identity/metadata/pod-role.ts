// Which role a pod gets from the node's metadata proxy, by its annotations and its namespace's: kube2iam's mapping and kiam's.
import type { AllowedRoles, PatternFormat } from "./allowed-roles.ts";
import { readAllowedRoles, rolesAllow } from "./allowed-roles.ts";
import type { BaseArn } from "./base-arn.ts";
import { readBaseArn, roleArnOf } from "./base-arn.ts";
import { podSessionName } from "./session.ts";

/** What the answer depends on: how the proxy was started. */
export interface PodRoleSettings {
  base?: BaseArn | undefined;
  /** ARN of the role of pods that ask for none. */
  defaultRole?: string | undefined;
  /** `iam.amazonaws.com/role`. */
  roleKey: string;
  /** `iam.amazonaws.com/external-id`. */
  externalIdKey: string;
  /** `iam.amazonaws.com/session-name` is kiam's. */
  sessionNameKey: string;
  /** Whether a namespace has to allow its pods' roles. */
  restricted: boolean;
  format: PatternFormat;
  /** `iam.amazonaws.com/allowed-roles`. */
  namespaceKey: string;
  /** kiam's annotation of a namespace, one expression; looked at where the list is missing. */
  permittedKey: string;
}

/** Annotations of a pod and of its namespace. */
export interface PodAnnotations {
  namespace: string;
  name: string;
  annotations: Readonly<Record<string, string>>;
  /** Undefined when nothing is known of the namespace. */
  namespaceAnnotations: Readonly<Record<string, string>> | undefined;
}

/** What is asked of STS for a pod. */
export interface PodRole {
  roleArn: string;
  externalId?: string;
  sessionName: string;
}

/** Why a pod gets no role. */
export interface NoPodRole {
  refusal: string;
}

function allowedBy(annotations: Readonly<Record<string, string>>, settings: PodRoleSettings): AllowedRoles {
  const list = annotations[settings.namespaceKey];
  const expression = annotations[settings.permittedKey];
  if (list === undefined && expression !== undefined && expression !== "") return { patterns: [expression] };
  return readAllowedRoles(list);
}

function restriction(pod: PodAnnotations, roleArn: string, settings: PodRoleSettings): string | undefined {
  if (!settings.restricted || roleArn === settings.defaultRole) return undefined;
  const of = `role requested ${roleArn} not valid for namespace ${pod.namespace}`;
  if (!pod.namespaceAnnotations) return `${of}: it isn't known`;
  const allowed = allowedBy(pod.namespaceAnnotations, settings);
  if ("problem" in allowed) return `${of}: ${allowed.problem}`;
  const kiam = pod.namespaceAnnotations[settings.namespaceKey] === undefined;
  const fits = rolesAllow(allowed.patterns, kiam ? "regexp" : settings.format, roleArn, settings.base);
  return fits ? undefined : `${of}: no pattern allows it`;
}

/**
 * The role of a pod.
 *
 * @example podRole({ namespace: "shop", name: "web", annotations: { "iam.amazonaws.com/role": "web" }, … }, settings)
 */
export function podRole(pod: PodAnnotations, settings: PodRoleSettings): PodRole | NoPodRole {
  const { namespace, name, annotations } = pod;
  const value = annotations[settings.roleKey]?.trim() ?? "";
  const roleArn = value === "" ? settings.defaultRole : roleArnOf(value, settings.base);
  if (roleArn === undefined) {
    return {
      refusal:
        value === ""
          ? `pod ${namespace}/${name} asks for no role (annotation ${settings.roleKey}), and there is no default role`
          : `${JSON.stringify(value)}, the role that pod ${namespace}/${name} asks for, is no role${settings.base ? "" : " without a base ARN"}`,
    };
  }
  const refusal = restriction(pod, roleArn, settings);
  if (refusal !== undefined) return { refusal };
  const externalId = annotations[settings.externalIdKey];
  const wished = annotations[settings.sessionNameKey];
  return {
    roleArn,
    ...(externalId ? { externalId } : {}),
    sessionName: wished && /^[\w+=,.@-]{2,64}$/.test(wished) ? wished : podSessionName(namespace, name),
  };
}

/** kube2iam's document of IMDS's credentials path, with times in UTC, as the letter at their end says. */
export function credentialsDocument(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: Date },
  updated: Date,
): string {
  const second = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
  return JSON.stringify({
    AccessKeyId: credentials.accessKeyId,
    Code: "Success",
    Expiration: second(credentials.expiration),
    LastUpdated: second(updated),
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Type: "AWS-HMAC",
  });
}

/** What people say of their proxy. */
export interface GivenPodRoleSettings {
  base: string;
  defaultRole?: string | undefined;
  roleKey: string;
  restricted: boolean;
  format: PatternFormat;
}

/** Settings with kube2iam's and kiam's other annotations; `problem` when base or default can't be read. */
export function podRoleSettingsOf(given: GivenPodRoleSettings): PodRoleSettings | { problem: string } {
  const base = readBaseArn(given.base);
  if (base === undefined) return { problem: `${JSON.stringify(given.base)} is no base of roles` };
  const defaultRole = given.defaultRole === undefined ? undefined : roleArnOf(given.defaultRole, base);
  if (given.defaultRole !== undefined && defaultRole === undefined)
    return { problem: `${JSON.stringify(given.defaultRole)} is no role` };
  return {
    base,
    defaultRole,
    roleKey: given.roleKey,
    externalIdKey: "iam.amazonaws.com/external-id",
    sessionNameKey: "iam.amazonaws.com/session-name",
    restricted: given.restricted,
    format: given.format,
    namespaceKey: "iam.amazonaws.com/allowed-roles",
    permittedKey: "iam.amazonaws.com/permitted",
  };
}
