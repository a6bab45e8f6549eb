// `get cluster` in eksctl's two shapes: a list of names, and one cluster as EKS describes it with Go's spelling.
import type { Cluster } from "@aws-sdk/client-eks";
import { LotseError } from "../../base/index.ts";
import { allPages, type Aws } from "../../aws/index.ts";
import { orGone, readCluster } from "../read/eks.ts";
import { readAllStacks } from "../read/stacks.ts";

/** One line of `get cluster`. `Owned` tells whether eksctl or lotse made it. */
export interface ClusterSummary {
  Name: string;
  Region: string;
  Owned: "True" | "False";
}

/** Every cluster of the region. */
export async function getClusters(aws: Aws): Promise<ClusterSummary[]> {
  const [names, stacks] = await Promise.all([
    allPages(async (nextToken) => {
      const page = await aws.call("eks", "ListClusters", nextToken === undefined ? {} : { nextToken });
      return { items: page.clusters, next: page.nextToken };
    }),
    readAllStacks(aws),
  ]);
  const owned = new Set(stacks.map(({ name }) => name));
  return names.map((Name) => ({
    Name,
    Region: aws.region,
    Owned: owned.has(`eksctl-${Name}-cluster`) ? "True" : "False",
  }));
}

/** Members that Go prints as null when EKS doesn't answer them (`data/eksctl-stacks/s12-lifecycle/outputs/03…`). */
const members: Readonly<Record<string, readonly string[]>> = {
  "": [
    "AccessConfig",
    "Arn",
    "CertificateAuthority",
    "ClientRequestToken",
    "ComputeConfig",
    "ConnectorConfig",
    "ControlPlaneScalingConfig",
    "CreatedAt",
    "DeletionProtection",
    "EncryptionConfig",
    "Endpoint",
    "Health",
    "Id",
    "Identity",
    "KubeApiServerConfig",
    "KubeControllerManagerConfig",
    "KubeSchedulerConfig",
    "KubernetesNetworkConfig",
    "Logging",
    "Name",
    "OutpostConfig",
    "PlatformVersion",
    "RemoteNetworkConfig",
    "ResourcesVpcConfig",
    "RoleArn",
    "Status",
    "StorageConfig",
    "Tags",
    "UpgradePolicy",
    "Version",
    "ZonalShiftConfig",
  ],
  KubernetesNetworkConfig: ["ElasticLoadBalancing", "IpFamily", "ServiceIpv4Cidr", "ServiceIpv6Cidr"],
  Health: ["Issues"],
};

/** Go's zero values where they aren't null. */
const zero: Readonly<Record<string, unknown>> = {
  "ResourcesVpcConfig.ControlPlaneEgressMode": "",
  "Health.Issues": [],
};

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function goSpelling(value: unknown, path: string): unknown {
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, "Z");
  if (Array.isArray(value)) return value.map((item) => goSpelling(item, `${path}[]`));
  if (value === null || typeof value !== "object") return value ?? null;
  if (path === "Tags") return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const given = Object.entries(value).filter(([key]) => key !== "$metadata");
  const object: Record<string, unknown> = Object.fromEntries((members[path] ?? []).map((name) => [name, null]));
  for (const [name, text] of Object.entries(zero)) {
    const [parent, member] = name.split(".");
    if (parent === path && member !== undefined) object[member] = text;
  }
  for (const [key, inner] of given) {
    const name = capital(key);
    object[name] = goSpelling(inner, path === "" ? name : `${path}.${name}`);
  }
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** EKS's description of a cluster as `eksctl get cluster --name X -o json` prints it. */
export function clusterAsEksctl(cluster: Cluster): Record<string, unknown> {
  return goSpelling(cluster, "") as Record<string, unknown>;
}

/**
 * One cluster, in full.
 *
 * @throws LotseError `plan/no-cluster`
 */
export async function getCluster(aws: Aws, name: string): Promise<Record<string, unknown>[]> {
  return [clusterAsEksctl(await requireCluster(aws, name))];
}

/** The cluster, or an error that names the ones there are. */
export async function requireCluster(aws: Aws, name: string): Promise<Cluster> {
  const cluster = await readCluster(aws, name);
  if (cluster) return cluster;
  const { clusters = [] } = (await orGone(aws.call("eks", "ListClusters", {}))) ?? {};
  throw new LotseError("plan/no-cluster", {
    title: `There is no cluster ${name} in ${aws.region}`,
    remedy:
      clusters.length > 0 ? `Clusters there: ${clusters.join(", ")}` : "There is none at all; is the region right?",
  });
}
