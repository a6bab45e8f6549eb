// LT-N017: One NAT gateway for several zones.
import { nodeSubnets } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** One NAT gateway for several zones. */
export const singleNat: Check = defineCheck({
  id: "LT-N017",
  title: "One NAT gateway for several zones",
  area: "network",
  severity: "info",
  why: "When the zone of the only NAT gateway fails, nodes of the other zones lose their way out; traffic between zones is paid for too.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-networking.html",
  remedy: "Set vpc.nat.gateway: HighlyAvailable for clusters that have to survive a zone.",
  file: (file) =>
    ofFile(
      file,
      ["vpc", "nat"],
      file.config.vpc?.nat?.gateway === "Single" && file.config.vpc.id === undefined && "vpc.nat.gateway is Single",
    ),
  account: async (account) => {
    const [gateways, subnets] = await Promise.all([account.read("natGateways"), nodeSubnets(account)]);
    const live = gateways.filter(({ State }) => State === "available");
    const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
    return ofCluster(
      account,
      live.length === 1 && zones.size > 1 && `${live[0]?.NatGatewayId} alone serves ${zones.size} zones`,
    );
  },
});
