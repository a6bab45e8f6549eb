// What the account tells about an upgrade: node groups, add-ons with what EKS offers, insights.
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { AccountFacts } from "../../doctor/index.ts";
import { minorsBetween } from "../versions.ts";
import type { AddonSeen, GroupSeen, InsightSeen, UpgradeWorld } from "../world.ts";
import { tried } from "./unread.ts";

/** Versions of add-ons that EKS offers for a minor, the newest first. @throws LotseError `aws/…` */
export async function offersOf(
  aws: Aws,
  minor: string,
): Promise<Map<string, { version: string; isDefault: boolean }[]>> {
  const found = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "DescribeAddonVersions", {
      kubernetesVersion: minor,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.addons, next: page.nextToken };
  });
  return new Map(
    found.map(({ addonName = "", addonVersions = [] }) => [
      addonName,
      addonVersions.flatMap(({ addonVersion, compatibilities = [] }) => {
        const own = compatibilities.find(({ clusterVersion }) => clusterVersion === minor);
        return addonVersion === undefined || !own
          ? []
          : [{ version: addonVersion, isDefault: own.defaultVersion === true }];
      }),
    ]),
  );
}

async function addons(aws: Aws, account: AccountFacts, from: string, to: string): Promise<AddonSeen[]> {
  const found = await account.read("addons");
  if (found.length === 0) return [];
  const minors = [from, ...minorsBetween(from, to)];
  const offers = await Promise.all(minors.map(async (minor) => [minor, await offersOf(aws, minor)] as const));
  return found.map(({ addonName: name = "", addonVersion: version = "" }) => ({
    name,
    version,
    offered: Object.fromEntries(offers.map(([minor, byName]) => [minor, byName.get(name) ?? []])),
  }));
}

async function groups(account: AccountFacts): Promise<GroupSeen[]> {
  return (await account.read("nodeGroups")).map(({ nodegroupName = "", version = "", amiType = "" }) => ({
    name: nodegroupName,
    version,
    amiType,
  }));
}

async function insights(account: AccountFacts): Promise<InsightSeen[]> {
  return (await account.read("insights"))
    .filter(({ category }) => category === "UPGRADE_READINESS")
    .map(({ id = "", name = "", kubernetesVersion = "", insightStatus }) => ({
      id,
      name,
      version: kubernetesVersion,
      status: insightStatus?.status ?? "UNKNOWN",
      reason: insightStatus?.reason ?? "",
    }));
}

/** Reads the account's parts, each by itself. */
export async function readAccount(
  aws: Aws,
  account: AccountFacts,
  from: string,
  to: string,
): Promise<Pick<UpgradeWorld, "groups" | "addons" | "insights">> {
  const [ofGroups, ofAddons, ofInsights] = await Promise.all([
    tried(async () => groups(account)),
    tried(async () => addons(aws, account, from, to)),
    tried(async () => insights(account)),
  ]);
  return { groups: ofGroups, addons: ofAddons, insights: ofInsights };
}
