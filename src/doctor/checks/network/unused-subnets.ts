// LT-N011: A subnet of the VPC that nobody uses.
import { usableAddresses } from "../../../capacity/index.ts";
import { tagOfResource } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A subnet of the VPC that nobody uses. */
export const unusedSubnets: Check = defineCheck({
  id: "LT-N011",
  title: "A subnet of the VPC that nobody uses",
  area: "network",
  severity: "info",
  why: "Addresses of a VPC are finite, and a subnet that is reserved for nothing can't be given to nodes.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html",
  remedy: "Give it to node groups or load balancers, or delete it.",
  account: async (account) => {
    const [cluster, subnets, groups, profiles] = await Promise.all([
      account.read("cluster"),
      account.read("subnets"),
      account.read("nodeGroups"),
      account.read("fargateProfiles"),
    ]);
    const lists = [
      cluster.resourcesVpcConfig?.subnetIds,
      ...groups.map((each) => each.subnets),
      ...profiles.map((each) => each.subnets),
    ];
    const used = new Set(lists.flatMap((list) => list ?? []));
    return inList(
      "Subnet",
      subnets,
      ({ SubnetId }) => SubnetId,
      (subnet) => {
        const { SubnetId = "", CidrBlock = "", AvailableIpAddressCount: free = 0 } = subnet;
        const isEmpty = free === usableAddresses(Number(CidrBlock.split("/")[1]));
        const tagged = ["elb", "internal-elb"].some(
          (role) => tagOfResource(subnet, `kubernetes.io/role/${role}`) !== undefined,
        );
        return isEmpty && !used.has(SubnetId) && !tagged && `${CidrBlock} holds no interface, and nothing names it`;
      },
    );
  },
});
