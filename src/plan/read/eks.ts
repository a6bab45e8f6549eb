// EKS objects of a cluster, read side by side. Whatever vanishes between list and describe is simply not there.
import type { Addon, Cluster, FargateProfile, Nodegroup, PodIdentityAssociation } from "@aws-sdk/client-eks";
import { allPages, isGone, type Aws } from "../../aws/index.ts";

/** What `read` gives, or undefined when AWS says that there is no such thing. */
export async function orGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The cluster by name, or undefined. */
export async function readCluster(aws: Aws, name: string): Promise<Cluster | undefined> {
  return (await orGone(aws.call("eks", "DescribeCluster", { name })))?.cluster;
}

/** Lists names, describes each, and keeps what is there, by name. */
async function describeAll<T>(
  names: Promise<string[]>,
  describe: (name: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const known = (await orGone(names)) ?? [];
  const described = await Promise.all(known.map(async (name) => [name, await orGone(describe(name))] as const));
  return new Map(described.flatMap(([name, item]) => (item === undefined ? [] : [[name, item]])));
}

/** The managed node groups by name. */
export function readNodeGroups(aws: Aws, clusterName: string): Promise<Map<string, Nodegroup>> {
  const names = allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListNodegroups", {
      clusterName,
      ...(nextToken !== undefined && { nextToken }),
    });
    return { items: page.nodegroups, next: page.nextToken };
  });
  return describeAll(names, async (nodegroupName) => {
    return (await aws.call("eks", "DescribeNodegroup", { clusterName, nodegroupName })).nodegroup;
  });
}

/** The add-ons by name. */
export function readAddons(aws: Aws, clusterName: string): Promise<Map<string, Addon>> {
  const names = allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListAddons", { clusterName, ...(nextToken !== undefined && { nextToken }) });
    return { items: page.addons, next: page.nextToken };
  });
  return describeAll(names, async (addonName) => {
    return (await aws.call("eks", "DescribeAddon", { clusterName, addonName })).addon;
  });
}

/** The Fargate profiles by name. */
export function readFargateProfiles(aws: Aws, clusterName: string): Promise<Map<string, FargateProfile>> {
  const names = allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListFargateProfiles", {
      clusterName,
      ...(nextToken !== undefined && { nextToken }),
    });
    return { items: page.fargateProfileNames, next: page.nextToken };
  });
  return describeAll(names, async (fargateProfileName) => {
    return (await aws.call("eks", "DescribeFargateProfile", { clusterName, fargateProfileName })).fargateProfile;
  });
}

/** Principals of the access entries; none for a cluster whose mode is CONFIG_MAP, which answers with an error. */
export async function readAccessEntries(aws: Aws, cluster: Cluster): Promise<Set<string>> {
  const clusterName = cluster.name ?? "";
  if (cluster.accessConfig?.authenticationMode === "CONFIG_MAP") return new Set();
  const entries = await orGone(
    allPages(async (nextToken) => {
      const page = await aws.call("eks", "ListAccessEntries", {
        clusterName,
        ...(nextToken !== undefined && { nextToken }),
      });
      return { items: page.accessEntries, next: page.nextToken };
    }),
  );
  return new Set(entries);
}

/** The pod identity associations, with their roles. */
export async function readPodIdentityAssociations(aws: Aws, clusterName: string): Promise<PodIdentityAssociation[]> {
  const ids = allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListPodIdentityAssociations", {
      clusterName,
      ...(nextToken !== undefined && { nextToken }),
    });
    return { items: page.associations?.flatMap(({ associationId }) => associationId ?? []), next: page.nextToken };
  });
  const found = await describeAll(ids, async (associationId) => {
    return (await aws.call("eks", "DescribePodIdentityAssociation", { clusterName, associationId })).association;
  });
  return [...found.values()];
}
