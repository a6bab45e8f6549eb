// LT-D017: Spot with few instance types.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { typesOf } from "../../file.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Spot with few instance types. */
export const spotOneType: Check = defineCheck({
  id: "LT-D017",
  title: "Spot with few instance types",
  area: "nodes",
  severity: "warning",
  why: "Spot capacity of one type may end for all nodes at once; AWS advises ten types or more.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-compute.html",
  remedy: "Name several types of the same size, or use instanceSelector.",
  file: (file) =>
    inFileGroups(
      file,
      (each) => {
        const { spot, instancesDistribution, instanceSelector } = each.group;
        const isSpot =
          spot === true ||
          (instancesDistribution !== undefined && instancesDistribution.onDemandPercentageAboveBaseCapacity !== 100);
        const types = typesOf(each);
        return (
          isSpot &&
          instanceSelector === undefined &&
          types.length < 3 && { text: `Spot, and ${types.length} instance types`, evidence: { types } }
        );
      },
      "spot",
    ),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("nodeGroups"),
      ({ nodegroupName }) => nodegroupName,
      ({ capacityType, instanceTypes = [], launchTemplate }) =>
        capacityType === "SPOT" &&
        instanceTypes.length < 3 &&
        (instanceTypes.length > 0 || !launchTemplate) && {
          text: `Spot, and ${instanceTypes.length} instance types`,
          evidence: { instanceTypes },
        },
    ),
});
