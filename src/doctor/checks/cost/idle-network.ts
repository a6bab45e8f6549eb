// LT-C003: Addresses and NAT gateways that nobody uses.
import { tagOfResource } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Addresses and NAT gateways that nobody uses. */
export const idleNetwork: Check = defineCheck({
  id: "LT-C003",
  title: "Addresses and NAT gateways that nobody uses",
  area: "cost",
  severity: "info",
  why: "A NAT gateway costs about $0.045 an hour and a public address $0.005, used or not.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cost-opt-networking.html",
  remedy: "Delete the gateway, release the address. (Idle volumes: LT-S011; services without pods: LT-N031.)",
  account: async (account) => {
    const [{ name = "" }, addresses, gateways, tables] = await Promise.all([
      account.read("cluster"),
      account.read("addresses"),
      account.read("natGateways"),
      account.read("routeTables"),
    ]);
    const routed = new Set(tables.flatMap(({ Routes = [] }) => Routes.map(({ NatGatewayId }) => NatGatewayId)));
    // The account's other addresses are others' business.
    const own = addresses.filter(
      ({ Tags = [], ...each }) =>
        tagOfResource({ Tags }, `kubernetes.io/cluster/${name}`) !== undefined ||
        Tags.some(({ Key = "", Value }) => Key.endsWith("cluster-name") && Value === name) ||
        gateways.some(({ NatGatewayAddresses = [] }) =>
          NatGatewayAddresses.some(({ AllocationId }) => AllocationId === each.AllocationId),
        ),
    );
    return [
      ...inList(
        "NatGateway",
        gateways.filter(({ State }) => State === "available"),
        ({ NatGatewayId }) => NatGatewayId,
        ({ NatGatewayId }) =>
          !routed.has(NatGatewayId) && {
            text: "No route leads to it: about $33 a month",
            command: `aws ec2 delete-nat-gateway --nat-gateway-id ${NatGatewayId}`,
          },
      ),
      ...inList(
        "Address",
        own,
        ({ AllocationId }) => AllocationId,
        ({ AllocationId, AssociationId, PublicIp }) =>
          AssociationId === undefined && {
            text: `${PublicIp} belongs to nothing: about $3.65 a month`,
            command: `aws ec2 release-address --allocation-id ${AllocationId}`,
          },
      ),
    ];
  },
});
