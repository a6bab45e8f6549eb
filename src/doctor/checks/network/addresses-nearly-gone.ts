// LT-N002: Free addresses are nearly gone.
import { usableAddresses } from "../../../capacity/index.ts";
import { nodeSubnets } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Free addresses are nearly gone. */
export const addressesNearlyGone: Check = defineCheck({
  id: "LT-N002",
  title: "Free addresses are nearly gone",
  area: "network",
  severity: "warning",
  why: "A node or pod that finds no free address in its subnet stays in ContainerCreating, and EKS can't make the interfaces that an upgrade needs.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/ip-opt.html",
  remedy: "Use larger subnets, add a secondary CIDR with custom networking, or lower WARM_ENI_TARGET.",
  account: async (account) =>
    inList(
      "Subnet",
      await nodeSubnets(account),
      ({ SubnetId }) => SubnetId,
      (subnet) => {
        const { AvailableIpAddressCount: free = 0, CidrBlock = "", AvailabilityZone } = subnet;
        const usable = usableAddresses(Number(CidrBlock.split("/")[1]));
        const evidence = { free, usable, zone: AvailabilityZone };
        if (!(usable > 0) || free >= usable * 0.2) return undefined;
        const severity = free < usable * 0.1 || free < 16 ? "error" : "warning";
        return { text: `${free} of ${usable} addresses of ${CidrBlock} are free`, severity, evidence };
      },
    ),
});
