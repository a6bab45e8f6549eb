// What has to be asked once it is known what the file wants: images, add-on versions, key pairs.
import { LotseError } from "../../base/index.ts";
import { allPages, isGone, type Aws } from "../../aws/index.ts";
import { al2023Parameters, instanceType } from "../../facts/index.ts";
import type { Cluster, ManagedNodeGroup, NodeGroup } from "../../config/index.ts";
import { acceleratorOf } from "../../stacks/index.ts";
import type { DesiredAddon, Known } from "../../stacks/index.ts";
import type { Found, FoundAddonVersion, LookedUp } from "../found.ts";
import { wantedFrom, withLivingVersion, type Wanted } from "../wanted.ts";
import { orGone } from "./eks.ts";

/** Which AL2023 image a self-managed group needs: by processor and accelerator of its instance type. */
export function imageParameter(group: NodeGroup, version: string): string {
  const types = group.instancesDistribution?.instanceTypes ?? [];
  const name = types.find((type) => acceleratorOf(type)) ?? types[0] ?? group.instanceType ?? "m5.large";
  const facts = instanceType(name);
  // Types newer than our table: Graviton families carry a g after the generation's number.
  const arm = facts?.arch === undefined ? /^[a-z]+\d+g/.test(name) : facts.arch === "arm64";
  const variant = acceleratorOf(name) ?? "standard";
  return al2023Parameters(version, arm ? "arm64" : "x86_64", variant).image;
}

async function readImage(aws: Aws, parameter: string): Promise<string> {
  try {
    const { Parameter } = await aws.call("ssm", "GetParameter", { Name: parameter });
    return Parameter?.Value ?? "";
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new LotseError(
      "plan/no-image",
      {
        title: `AWS publishes no node image under ${parameter}`,
        remedy: "Check metadata.version and the instance type, or set the group's ami",
        blame: "user",
      },
      { cause: error },
    );
  }
}

/** Images of self-managed groups whose stacks can't be rendered without. */
async function readImages(aws: Aws, cluster: Cluster, found: Found, wanted: Wanted): Promise<Record<string, string>> {
  const version = withLivingVersion(cluster, found).config.metadata.version ?? "";
  const needy = wanted.stacks.filter((stack) => stack.kind === "nodegroup" && stack.unresolved.includes("ami"));
  const parameters = needy.flatMap((stack) => {
    const [section, index] = stack.source[0] ?? [];
    const group =
      section === "nodeGroups" && typeof index === "number" ? cluster.config.nodeGroups?.[index] : undefined;
    return group ? [[stack.name, imageParameter(group, version)] as const] : [];
  });
  const images = new Map<string, Promise<string>>();
  for (const [, parameter] of parameters) if (!images.has(parameter)) images.set(parameter, readImage(aws, parameter));
  return Object.fromEntries(
    await Promise.all(
      parameters.map(async ([name, parameter]) => [name, (await images.get(parameter)) ?? ""] as const),
    ),
  );
}

/** Instance types a group names, wherever its kind of group names them. */
const typesOf = (
  group: Pick<NodeGroup, "instanceType" | "instancesDistribution"> & Pick<ManagedNodeGroup, "instanceTypes">,
): readonly string[] =>
  group.instancesDistribution?.instanceTypes ??
  group.instanceTypes ??
  (group.instanceType === undefined ? [] : [group.instanceType]);

/** Zones of the region that offer all of the types; undefined when EC2 names none, which says nothing about zones. */
async function zonesOffering(aws: Aws, types: readonly string[]): Promise<string[]> {
  const offerings = await allPages(async (token) => {
    const page = await aws.call("ec2", "DescribeInstanceTypeOfferings", {
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: [...types] }],
      ...(token !== undefined && { NextToken: token }),
    });
    return { items: page.InstanceTypeOfferings, next: page.NextToken };
  });
  const byZone = new Map<string, Set<string>>();
  for (const { Location = "", InstanceType = "" } of offerings) {
    byZone.set(Location, (byZone.get(Location) ?? new Set()).add(InstanceType));
  }
  return [...byZone].filter(([, offered]) => types.every((type) => offered.has(type))).map(([zone]) => zone);
}

/** A living group that isn't in every zone of its cluster: by the file's wish once, or because of its instance types. */
const isPartial = ({ offeredZones, zones = [] }: Known, group: string): boolean =>
  offeredZones?.[group] !== undefined && !zones.every((zone) => offeredZones[group]?.includes(zone));

/** Where new and partial groups can have nodes; one call for each different set of instance types. */
async function readOfferedZones(
  aws: Aws,
  cluster: Cluster,
  found: Found,
  wanted: Wanted,
  known: Known,
): Promise<Record<string, string[]>> {
  const groups = wanted.stacks.flatMap((stack) => {
    const [section, index] = stack.source[0] ?? [];
    if (stack.kind !== "nodegroup" || typeof index !== "number") return [];
    if (found.stacks.has(stack.stackName) && !isPartial(known, stack.name)) return [];
    const group =
      section === "nodeGroups" ? cluster.config.nodeGroups?.[index] : cluster.config.managedNodeGroups?.[index];
    return group && typesOf(group).length > 0 ? [[stack.name, typesOf(group)] as const] : [];
  });
  const asked = new Map<string, Promise<string[]>>();
  for (const [, types] of groups) {
    const key = types.toSorted().join();
    if (!asked.has(key)) asked.set(key, zonesOffering(aws, types));
  }
  const zones = await Promise.all(
    groups.map(async ([name, types]) => [name, (await asked.get(types.toSorted().join())) ?? []] as const),
  );
  return Object.fromEntries(zones.filter(([, offered]) => offered.length > 0));
}

/** Orders `v1.9.2-eksbuild.10` after `v1.9.2-eksbuild.9`. */
export function compareAddonVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => [...version.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Versions of an add-on that fit a Kubernetes minor, newest first. */
export async function readAddonVersions(
  aws: Aws,
  kubernetesVersion: string,
  addon: Pick<DesiredAddon, "name" | "filter">,
): Promise<FoundAddonVersion[]> {
  const { publishers, types, owners } = addon.filter;
  const infos = await orGone(
    allPages(async (nextToken) => {
      const page = await aws.call("eks", "DescribeAddonVersions", {
        kubernetesVersion,
        addonName: addon.name,
        ...(publishers.length > 0 && { publishers: [...publishers] }),
        ...(types.length > 0 && { types: [...types] }),
        ...(owners.length > 0 && { owners: [...owners] }),
        ...(nextToken !== undefined && { nextToken }),
      });
      return { items: page.addons, next: page.nextToken };
    }),
  );
  return (infos ?? [])
    .flatMap(({ addonVersions = [] }) => addonVersions)
    .flatMap(({ addonVersion, compatibilities = [] }) =>
      addonVersion === undefined
        ? []
        : [
            {
              version: addonVersion,
              isDefault: compatibilities.some(
                ({ clusterVersion, defaultVersion }) =>
                  defaultVersion === true && (clusterVersion === undefined || clusterVersion === kubernetesVersion),
              ),
            },
          ],
    )
    .toSorted((a, b) => compareAddonVersions(b.version, a.version));
}

async function readNeededVersions(
  aws: Aws,
  cluster: Cluster,
  found: Found,
  wanted: Wanted,
): Promise<Map<string, FoundAddonVersion[]>> {
  const version = found.cluster?.version ?? withLivingVersion(cluster, found).config.metadata.version ?? "";
  const needy = wanted.objects.aws.filter((object): object is DesiredAddon => {
    if (object.kind !== "addon") return false;
    const existing = found.addons.get(object.name);
    if (!existing || /FAILED|DELETING/.test(existing.status ?? "")) return true;
    return object.version !== undefined && object.version !== "" && existing.addonVersion !== object.version;
  });
  return new Map(
    await Promise.all(needy.map(async (addon) => [addon.name, await readAddonVersions(aws, version, addon)] as const)),
  );
}

async function readKeyPairs(aws: Aws, wanted: Wanted): Promise<Set<string>> {
  const names = wanted.objects.aws.flatMap((object) => (object.kind === "key-pair" ? [object.name] : []));
  if (names.length === 0) return new Set();
  const { KeyPairs = [] } = await aws.call("ec2", "DescribeKeyPairs", {
    Filters: [{ Name: "key-name", Values: names }],
  });
  return new Set(KeyPairs.flatMap(({ KeyName }) => KeyName ?? []));
}

/** Asks for what the wanted things need to know. */
export async function lookUp(aws: Aws, cluster: Cluster, found: Found, known: Known): Promise<LookedUp> {
  const wanted = wantedFrom(cluster, found, known);
  if (wanted.refusals.length > 0) return { amis: {}, offeredZones: {}, addonVersions: new Map(), keyPairs: new Set() };
  const [amis, offeredZones, addonVersions, keyPairs] = await Promise.all([
    readImages(aws, cluster, found, wanted),
    readOfferedZones(aws, cluster, found, wanted, known),
    readNeededVersions(aws, cluster, found, wanted),
    readKeyPairs(aws, wanted),
  ]);
  return { amis, offeredZones, addonVersions, keyPairs };
}
