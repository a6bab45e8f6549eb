// LT-N016: Nodes stand in public subnets.
import { isPublic } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** Nodes stand in public subnets. */
export const publicNodes: Check = defineCheck({
  id: "LT-N016",
  title: "Nodes stand in public subnets",
  area: "network",
  severity: "warning",
  why: "A node with a public address can be reached from the internet as far as its security groups let it.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/protecting-the-infrastructure.html",
  remedy: "Put node groups into private subnets: privateNetworking: true.",
  file: (file) =>
    inFileGroups(
      file,
      ({ group }) =>
        group.privateNetworking !== true &&
        (group.subnets ?? []).length === 0 &&
        "privateNetworking is off: nodes get public addresses",
      "privateNetworking",
    ),
  account: async (account) => {
    const [groups, tables] = await Promise.all([account.read("nodeGroups"), account.read("routeTables")]);
    return inList(
      "NodeGroup",
      groups,
      ({ nodegroupName }) => nodegroupName,
      ({ subnets = [] }) => {
        const open = subnets.filter((id) => isPublic(id, tables));
        return (
          open.length > 0 && { text: `${open.join(", ")} lead to the internet directly`, evidence: { subnets: open } }
        );
      },
    );
  },
});
