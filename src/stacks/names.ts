// Names and tags by which eksctl finds what it made; a cluster of lotse is managed by eksctl through them and vice versa.
import { createHash } from "node:crypto";
import type { Tag } from "./desired.ts";

/** Version written into `alpha.eksctl.io/eksctl-version`: that of the eksctl whose stacks these are. */
export const eksctlVersion = "0.231.0-dev";

/** Kubernetes version of that eksctl when the file names none. */
export const eksctlDefaultVersion = "1.34";

/** Keys of the tags by which eksctl finds its stacks again; the old ones are read only. */
export const tagKeys = {
  clusterName: "alpha.eksctl.io/cluster-name",
  oldClusterName: "eksctl.cluster.k8s.io/v1alpha1/cluster-name",
  eksctlVersion: "alpha.eksctl.io/eksctl-version",
  oidcEnabled: "alpha.eksctl.io/cluster-oidc-enabled",
  nodeGroupName: "alpha.eksctl.io/nodegroup-name",
  oldNodeGroupName: "eksctl.io/v1alpha2/nodegroup-name",
  nodeGroupType: "alpha.eksctl.io/nodegroup-type",
  serviceAccount: "alpha.eksctl.io/iamserviceaccount-name",
  addon: "alpha.eksctl.io/addon-name",
  podIdentity: "alpha.eksctl.io/podidentityassociation-name",
  addonPodIdentity: "alpha.eksctl.io/addon-podidentityassociation-name",
} as const;

const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Base32 without padding (RFC 4648). */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + base32Alphabet[(value << (5 - bits)) & 31] : text;
}

/** Stack names by what the stack holds. */
export const stackNames = {
  cluster: (cluster: string): string => `eksctl-${cluster}-cluster`,
  fargate: (cluster: string): string => `eksctl-${cluster}-fargate`,
  nodeGroup: (cluster: string, name: string): string => `eksctl-${cluster}-nodegroup-${name}`,
  serviceAccount: (cluster: string, namespace: string, name: string): string =>
    `eksctl-${cluster}-addon-iamserviceaccount-${namespace}-${name}`,
  addon: (cluster: string, addon: string): string => `eksctl-${cluster}-addon-${addon}`,
  addonPodIdentity: (cluster: string, addon: string, serviceAccount: string): string =>
    `eksctl-${cluster}-addon-${addon}-podidentityrole-${serviceAccount}`,
  podIdentity: (cluster: string, namespace: string, serviceAccount: string): string =>
    `eksctl-${cluster}-podidentityrole-${namespace}-${serviceAccount}`,
  accessEntry: (cluster: string, principalArn: string): string =>
    `eksctl-${cluster}-accessentry-${base32(createHash("sha1").update(principalArn).digest())}`,
} as const;

/** `eu-central-1a` as part of a logical id: `EUCENTRAL1A`. */
export function zoneSuffix(zone: string): string {
  return zone.replaceAll("-", "").toUpperCase();
}

/**
 * Tags of a stack from maps. As eksctl does, a tag that two maps hold with equal values is sent twice (CloudFormation keeps
 * one); where the values differ only the last map's is sent.
 */
export function toTags(...maps: readonly (Readonly<Record<string, string>> | undefined)[]): Tag[] {
  const last: Record<string, string> = Object.assign({}, ...maps);
  return maps
    .flatMap((map) => Object.entries(map ?? {}).map(([Key, Value]) => ({ Key, Value })))
    .filter(({ Key, Value }) => last[Key] === Value)
    .sort((a, b) => (a.Key < b.Key ? -1 : a.Key > b.Key ? 1 : 0));
}
