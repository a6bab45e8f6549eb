// LT-U004: A node group is behind the control plane.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

/** A node group is behind the control plane. */
export const groupBehind: Check = defineCheck({
  id: "LT-U004",
  title: "A node group is behind the control plane",
  area: "upgrades",
  severity: "warning",
  why: "Managed nodes and Fargate pods have to be at the control plane's minor before its next step.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
  remedy: "Upgrade the group: lotse upgrade nodegroup.",
  account: async (account) => {
    const [{ name, version }, groups] = await Promise.all([account.read("cluster"), account.read("nodeGroups")]);
    return inList(
      "NodeGroup",
      groups,
      ({ nodegroupName }) => nodegroupName,
      (group) =>
        minorIn(group.version) < minorIn(version) && {
          text: `It has ${group.version}, the cluster ${version}`,
          command: `lotse upgrade nodegroup --cluster ${name} --name ${group.nodegroupName}`,
        },
    );
  },
});
