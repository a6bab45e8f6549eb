// Worlds of plain data for tests of checks: a file's text, parts of an account, objects of a cluster.
import type { KubeObject } from "../kube/index.ts";
import type { AccountFacts, AccountParts, PartName, RoleFacts } from "./account/facts.ts";
import type { World } from "./check.ts";
import { loadCluster } from "../config/index.ts";
import { clusterFile } from "./file.ts";
import type { ObjectFacts } from "./objects/facts.ts";
import { manifestFacts } from "./objects/facts.ts";
import { Unread } from "./unread.ts";

/** The day of every world. */
export const today = "2026-11-21";

const nothing: AccountParts = {
  cluster: { name: "demo", arn: "arn:aws:eks:eu-central-1:111122223333:cluster/demo", version: "1.35" },
  nodeGroups: [],
  addons: [],
  addonVersions: [],
  fargateProfiles: [],
  entries: [],
  associations: [],
  insights: [],
  subnets: [],
  routeTables: [],
  natGateways: [],
  vpcEndpoints: [],
  vpcDns: { support: true, hostnames: true },
  flowLogs: [],
  securityGroups: [],
  instances: [],
  scalingGroups: [],
  launchTemplates: [],
  volumes: [],
  ebsEncryptionByDefault: true,
  roles: [],
  lostPrincipals: [],
  oidcProviders: [],
  logGroup: undefined,
  key: undefined,
  addresses: [],
  clusters: ["demo"],
  guardDuty: undefined,
  inspector: { ec2: false, ecr: false },
  interfaces: [],
  nodeReleases: new Map(),
  quotas: { gp2TiB: 50, gp3TiB: 50, vcpus: 1000 },
  repositories: { list: [], scanType: "BASIC", rules: [] },
  stacks: [],
  standardVcpus: 0,
  storage: { gp2: 0, gp3: 0 },
  trails: [],
  versionUpdates: [],
};

/** An account with these parts, and nothing else. `denied` are parts that may not be read; `looked` answers by `what/name`. */
export function account(
  parts: Partial<AccountParts>,
  denied: readonly PartName[] = [],
  podRoles: readonly RoleFacts[] = [],
  looked: Readonly<Record<string, unknown>> = {},
): Pick<World, "account"> {
  const all: AccountParts = { ...nothing, ...parts, cluster: { ...nothing.cluster, ...parts.cluster } };
  const facts: AccountFacts = {
    region: "eu-central-1",
    read: async (part) => {
      if (denied.includes(part)) throw new Unread(`${part} can't be read: AccessDenied`);
      return all[part];
    },
    lookup: async (what, name) => looked[`${what}/${name}`] as never,
    role: async (arn) => podRoles.find((role) => role.arn === arn),
  };
  return { account: facts };
}

const places = (objects: readonly object[]): ObjectFacts =>
  manifestFacts(
    objects.map((object, i) => ({
      object: object as KubeObject,
      at: { file: "app.yaml", line: i * 100 + 1 },
      lineOf: () => i * 100 + 2,
    })),
  );

/** Manifests. */
export function manifests(...objects: readonly object[]): Pick<World, "manifests"> {
  return { manifests: places(objects) };
}

/** A living cluster with these objects. */
export function cluster(version: string, ...objects: readonly object[]): Pick<World, "cluster"> {
  const { list } = places(objects);
  return { cluster: { list, written: () => [], at: () => undefined, version: async () => version } };
}

/** A cluster file: the fields below `kind`, as YAML. */
export function file(fields: string): Pick<World, "file"> {
  const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n";
  const metadata = fields.includes("metadata:")
    ? ""
    : "metadata: {name: demo, region: eu-central-1, version: '1.35'}\n";
  const { cluster: loaded, diagnostics } = loadCluster(`${head}${metadata}${fields}`, { file: "cluster.yaml", today });
  if (!loaded) throw new Error(diagnostics.map(({ title }) => title).join("; "));
  return { file: clusterFile(loaded) };
}

/** An object of a kind, by its group's version. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
  metadata: object = {},
): object {
  return { apiVersion, kind, metadata: { name, namespace: "shop", ...metadata }, ...rest };
}

/** A pod's spec with one container. */
export function pod(container: object = {}, rest: object = {}): object {
  return {
    containers: [{ name: "app", image: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:1.0", ...container }],
    ...rest,
  };
}

/** A workload with the labels `app: NAME`. */
export function workload(kind: string, name: string, spec: object, rest: object = {}, metadata: object = {}): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec };
  return object("apps/v1", kind, name, { spec: { selector: { matchLabels: labels }, template, ...rest } }, metadata);
}
