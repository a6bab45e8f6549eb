// LT-N009: A subnet has addresses, but no block of 16 in one piece.
import { cniSettingsOf, freePrefixes } from "../../../capacity/index.ts";
import { cniEnvironment } from "../../account/cni.ts";
import { nodeSubnets } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A subnet has addresses, but no block of 16 in one piece. */
export const prefixFragments: Check = defineCheck({
  id: "LT-N009",
  title: "A subnet has addresses, but no block of 16 in one piece",
  area: "network",
  severity: "warning",
  why: "Prefix delegation takes whole /28 blocks: single addresses that are strewn over a subnet break them, and the CNI gets InsufficientCidrBlocks although addresses are free.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html",
  remedy: "Reserve a range for prefixes in the subnet, or give nodes a new subnet.",
  account: async (account) => {
    const [subnets, interfaces, groups, env] = await Promise.all([
      nodeSubnets(account),
      account.read("interfaces"),
      account.read("nodeGroups"),
      cniEnvironment(account),
    ]);
    const asked = cniSettingsOf(env).prefixDelegation === true;
    if (!asked && !interfaces.some(({ Ipv4Prefixes = [] }) => Ipv4Prefixes.length > 0)) return [];
    return inList(
      "Subnet",
      subnets,
      ({ SubnetId }) => SubnetId,
      ({ SubnetId = "", CidrBlock = "", AvailableIpAddressCount: free = 0 }) => {
        const used = interfaces
          .filter((each) => each.SubnetId === SubnetId)
          .flatMap(({ PrivateIpAddresses = [], Ipv4Prefixes = [] }) => [
            ...PrivateIpAddresses.map(({ PrivateIpAddress = "" }) => PrivateIpAddress),
            ...Ipv4Prefixes.map(({ Ipv4Prefix = "" }) => Ipv4Prefix),
          ]);
        const whole = freePrefixes(CidrBlock, used);
        // Nodes that may still come to the subnet; each begins with one block, and one more is kept warm.
        const coming = groups
          .filter((each) => each.subnets?.includes(SubnetId))
          .reduce((sum, { scalingConfig, subnets: own = [] }) => {
            const { maxSize = 0, desiredSize = 0 } = scalingConfig ?? {};
            return sum + Math.ceil(Math.max(maxSize - desiredSize, 0) / Math.max(own.length, 1));
          }, 0);
        const needed = Math.max(2 * coming, 1);
        // Where addresses as such are short, LT-N002 tells it.
        if (whole >= needed || Math.floor(free / 16) <= whole) return undefined;
        return {
          text: `${free} addresses of ${CidrBlock} are free, but only ${whole} whole blocks of 16; ${needed} may be needed`,
          evidence: { free, whole, needed },
          command: `aws ec2 create-subnet-cidr-reservation --subnet-id ${SubnetId} --reservation-type prefix --cidr RANGE-OF-${SubnetId}`,
        };
      },
    );
  },
});
