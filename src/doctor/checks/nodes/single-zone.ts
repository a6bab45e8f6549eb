// LT-D010: All nodes in one zone.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { groupsOf } from "../../file.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** All nodes in one zone. */
export const singleZone: Check = defineCheck({
  id: "LT-D010",
  title: "All nodes in one zone",
  area: "nodes",
  severity: "warning",
  why: "When the zone fails, everything does.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html",
  remedy: "Spread node groups over at least two zones.",
  file: (file) => {
    const groups = groupsOf(file);
    const zones = new Set(
      groups.flatMap(({ group }) =>
        (group.availabilityZones ?? []).length > 0
          ? (group.availabilityZones ?? [])
          : (group.subnets ?? []).length > 0
            ? (group.subnets ?? [])
            : ["all", "of them"],
      ),
    );
    return ofFile(
      file,
      ["managedNodeGroups"],
      groups.length > 0 && zones.size < 2 && `All node groups are in ${[...zones].join()}`,
    );
  },
  account: async (account) => {
    const [groups, subnets] = await Promise.all([account.read("nodeGroups"), account.read("subnets")]);
    const ids = new Set(groups.flatMap((each) => each.subnets ?? []));
    const zones = new Set(
      subnets.filter(({ SubnetId = "" }) => ids.has(SubnetId)).map(({ AvailabilityZone }) => AvailabilityZone),
    );
    return ofCluster(
      account,
      groups.length > 0 &&
        zones.size === 1 && { text: `All node groups are in ${[...zones].join()}`, evidence: { zones: [...zones] } },
    );
  },
});
