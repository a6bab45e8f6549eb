// LT-D002: Pods reach the node's metadata service.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Pods reach the node's metadata service. */
export const imdsHopLimit: Check = defineCheck({
  id: "LT-D002",
  title: "Pods reach the node's metadata service",
  area: "nodes",
  severity: "warning",
  why: "With a hop limit of 2 or more the answer's token reaches pods, and with it the node's role; 1 keeps it on the node.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  // No `fix`: what works with its node's role (drivers, controllers, the region that SDKs ask for) would stop.
  remedy: "Set disablePodIMDS: true, or a hop limit of 1, where no pod needs the node's role.",
  file: (file) =>
    inFileGroups(
      file,
      ({ group }) => group.disablePodIMDS !== true && "disablePodIMDS is off: the hop limit is 2",
      "disablePodIMDS",
    ),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("launchTemplates"),
      ({ group }) => group,
      ({ data }) => {
        const limit = data.MetadataOptions?.HttpPutResponseHopLimit;
        return limit !== undefined && limit > 1 && { text: `The hop limit is ${limit}`, evidence: { limit } };
      },
    ),
});
