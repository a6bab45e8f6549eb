// What an identity changes in a pod: variables, a projected token and its mount, as a JSON patch of the raw object. Only
// what is new is written, so whatever else stands in the pod stays as it is, known or not.
import type { Annotations } from "./annotations.ts";
import { readPodWishes } from "./annotations.ts";
import type { PodIdentity } from "./decide.ts";
import type { WebhookSettings } from "./settings.ts";
import { agentLabel, defaultTokenExpiration } from "./settings.ts";

/** An operation of RFC 6902; the webhook only ever adds. */
export interface PatchOperation {
  op: "add";
  path: string;
  value: unknown;
}

/** As much of a pod as is looked at. */
export interface PodObject {
  metadata?: {
    name?: string;
    generateName?: string;
    labels?: Readonly<Record<string, string>> | null;
    annotations?: Annotations | null;
  };
  spec: {
    serviceAccountName?: string;
    nodeSelector?: Readonly<Record<string, string>> | null;
    os?: { name?: string } | null;
    volumes?: readonly { name?: string }[] | null;
    containers: readonly ContainerObject[];
    initContainers?: readonly ContainerObject[] | null;
  };
}

export interface ContainerObject {
  name?: string;
  env?: readonly { name?: string }[] | null;
  volumeMounts?: readonly { name?: string }[] | null;
}

interface Variable {
  name: string;
  value: string;
}

/** The token's file, and the variables that lead an SDK to it. */
interface Projection {
  volume: string;
  mountPath: string;
  file: string;
  audience: string;
  seconds: number;
  /** A container that has one of these gets neither. */
  variables: readonly [Variable, Variable];
}

const regionalKey = "AWS_STS_REGIONAL_ENDPOINTS";
const regionKeys = ["AWS_DEFAULT_REGION", "AWS_REGION"];

/** Tokens of all pods that start together are not to run out together: up to two hours less than a day. */
const spread = 7_200;

function projectionOf(
  pod: PodObject,
  identity: PodIdentity,
  settings: WebhookSettings,
  chance: number,
  own: number | undefined,
): Projection {
  const filePath = (folder: string, file: string): string =>
    isWindows(pod) ? `C:${`${folder}/${file}`.replaceAll("/", "\\")}` : `${folder}/${file}`;
  if (identity.mode === "container-credentials") {
    const { audience, mountPath, volumeName, tokenPath, fullUri } = settings.containerCredentials;
    const seconds = own ?? identity.tokenExpiration;
    return {
      volume: volumeName,
      mountPath,
      file: tokenPath,
      audience,
      seconds:
        seconds === defaultTokenExpiration ? seconds - Math.min(Math.floor(chance * (spread + 1)), spread) : seconds,
      variables: [
        { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: fullUri },
        { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", value: filePath(mountPath, tokenPath) },
      ],
    };
  }
  return {
    volume: "aws-iam-token",
    mountPath: settings.tokenMountPath,
    file: "token",
    audience: identity.audience,
    seconds: own ?? identity.tokenExpiration,
    variables: [
      { name: "AWS_ROLE_ARN", value: identity.roleArn },
      { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: filePath(settings.tokenMountPath, "token") },
    ],
  };
}

function isWindows({ spec }: PodObject): boolean {
  const selector = spec.nodeSelector ?? {};
  const named = [selector["kubernetes.io/os"], selector["beta.kubernetes.io/os"], spec.os?.name];
  return named.includes("windows");
}

/** New items at the end of a list, or the list itself where there is none. */
function append(
  path: string,
  list: readonly unknown[] | null | undefined,
  items: readonly unknown[],
): PatchOperation[] {
  if (items.length === 0) return [];
  if (!list) return [{ op: "add", path, value: items }];
  return items.map((value) => ({ op: "add", path: `${path}/-`, value }));
}

function containerPatch(
  container: ContainerObject,
  path: string,
  { projection, regionalSts, region }: { projection: Projection; regionalSts: boolean; region: string },
): PatchOperation[] {
  const names = new Set((container.env ?? []).map(({ name }) => name));
  const hasAny = (keys: readonly string[]): boolean => keys.some((key) => names.has(key));
  const pair = projection.variables.map(({ name }) => name);
  // Whoever has set all of it himself knows what he does.
  if (hasAny(pair) && hasAny(regionKeys) && names.has(regionalKey)) return [];
  const variables: Variable[] = [
    ...(regionalSts && !names.has(regionalKey) ? [{ name: regionalKey, value: "regional" }] : []),
    ...(region !== "" && !hasAny(regionKeys) ? regionKeys.map((name) => ({ name, value: region })) : []),
    ...(hasAny(pair) ? [] : projection.variables),
  ];
  const mounted = (container.volumeMounts ?? []).some(({ name }) => name === projection.volume);
  const mount = { name: projection.volume, readOnly: true, mountPath: projection.mountPath };
  return [
    ...append(`${path}/env`, container.env, variables),
    ...append(`${path}/volumeMounts`, container.volumeMounts, mounted ? [] : [mount]),
  ];
}

function labelPatch({ metadata }: PodObject): PatchOperation[] {
  if (metadata?.labels?.[agentLabel] === "enabled") return [];
  if (!metadata) return [{ op: "add", path: "/metadata", value: { labels: { [agentLabel]: "enabled" } } }];
  if (!metadata.labels) return [{ op: "add", path: "/metadata/labels", value: { [agentLabel]: "enabled" } }];
  return [{ op: "add", path: `/metadata/labels/${agentLabel.replace("/", "~1")}`, value: "enabled" }];
}

function volumePatch({ spec }: PodObject, { volume, file, audience, seconds }: Projection): PatchOperation[] {
  if ((spec.volumes ?? []).some(({ name }) => name === volume)) return [];
  const value = {
    name: volume,
    projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: seconds, path: file } }] },
  };
  return [
    spec.volumes ? { op: "add", path: "/spec/volumes/0", value } : { op: "add", path: "/spec/volumes", value: [value] },
  ];
}

/**
 * The patch that gives a pod its identity. Ephemeral containers are left alone; they come after admission.
 *
 * @param chance from 0 to 1: spreads the ends of tokens
 */
export function mutatePod(
  pod: PodObject,
  identity: PodIdentity,
  settings: WebhookSettings,
  chance: number,
): readonly PatchOperation[] {
  const wishes = readPodWishes(pod.metadata?.annotations ?? {}, settings);
  const projection = projectionOf(pod, identity, settings, chance, wishes.tokenExpiration);
  const change = { projection, regionalSts: identity.regionalSts, region: settings.region };
  const containers = (list: readonly ContainerObject[] | null | undefined, path: string): PatchOperation[] =>
    (list ?? []).flatMap((container, index) =>
      wishes.skip.has(container.name ?? "") ? [] : containerPatch(container, `${path}/${index}`, change),
    );
  return [
    ...(identity.mode === "container-credentials" ? labelPatch(pod) : []),
    ...volumePatch(pod, projection),
    ...containers(pod.spec.containers, "/spec/containers"),
    ...containers(pod.spec.initContainers, "/spec/initContainers"),
  ];
}
