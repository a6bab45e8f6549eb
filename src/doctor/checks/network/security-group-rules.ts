// LT-N027: A security group is nearly full.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A security group is nearly full. */
export const securityGroupRules: Check = defineCheck({
  id: "LT-N027",
  title: "A security group is nearly full",
  area: "network",
  severity: "warning",
  why: "A security group takes 60 rules of each direction, and load balancers add theirs to the nodes' group.",
  docs: "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
  remedy: "Let load balancers share a backend security group, or have the quota raised.",
  account: async (account) =>
    inList(
      "SecurityGroup",
      await account.read("securityGroups"),
      ({ GroupId }) => GroupId,
      ({ IpPermissions = [], GroupName }) => {
        const rules = IpPermissions.reduce(
          (sum, { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [], PrefixListIds = [] }) =>
            sum + IpRanges.length + Ipv6Ranges.length + UserIdGroupPairs.length + PrefixListIds.length,
          0,
        );
        return rules >= 48 && { text: `${GroupName} has ${rules} of 60 inbound rules`, evidence: { rules } };
      },
    ),
});
