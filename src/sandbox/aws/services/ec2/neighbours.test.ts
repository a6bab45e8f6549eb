// What connects VPCs: peering between accounts and regions, lists of prefixes in routes and rules.
import { describe, it } from "vitest";
import { administratorOf } from "../../administrator.ts";
import { refusal } from "../../testing.ts";
import { at } from "./sweep/testing.ts";
import type { Ec2World } from "./testing.ts";
import { ec2World, region } from "./testing.ts";

/** The same cloud, seen by another account or in another region. */
function elsewhere(world: Ec2World, account: string, where: string): Ec2World["call"] {
  const principal = administratorOf(account, "aws");
  return (operation, input = {}) =>
    world.cloud.invoke({ service: "ec2", operation, input, account, region: where, principal });
}
const vpc = (call: Ec2World["call"], CidrBlock: string): string => at(call("CreateVpc", { CidrBlock }), "Vpc.VpcId");
const connect = (call: Ec2World["call"], wish: object): string =>
  at(call("CreateVpcPeeringConnection", wish), "VpcPeeringConnection.VpcPeeringConnectionId");
const status = (call: Ec2World["call"]): string =>
  at(call("DescribeVpcPeeringConnections"), "VpcPeeringConnections.0.Status.Code");

describe("peering connections", () => {
  it("are asked for in one account and accepted in the other, in its region", ({ expect }) => {
    const world = ec2World();
    const other = "444455556666";
    const [there, wrongRegion] = [elsewhere(world, other, "eu-west-1"), elsewhere(world, other, region)];
    const PeerVpcId = vpc(there, "10.1.0.0/16");
    const VpcId = vpc(world.call, "10.0.0.0/16");
    const id = connect(world.call, { VpcId, PeerVpcId, PeerOwnerId: other, PeerRegion: "eu-west-1" });
    const accept = { VpcPeeringConnectionId: id };
    expect(refusal(() => world.call("AcceptVpcPeeringConnection", accept))).toBe(
      `OperationNotPermitted: User 111122223333 cannot accept peering ${id}`,
    );
    expect(refusal(() => wrongRegion("AcceptVpcPeeringConnection", accept))).toContain("InvalidVpcPeeringConnectionID");
    there("AcceptVpcPeeringConnection", accept);
    expect([status(world.call), status(there)]).toEqual(["active", "active"]);
    world.call("DeleteVpcPeeringConnection", accept);
    expect([status(world.call), status(there)]).toEqual(["deleted", "deleted"]);
  });

  it("fail where blocks overlap or nobody is at the other end, and expire after a week", ({ expect }) => {
    const world = ec2World();
    const VpcId = vpc(world.call, "10.0.0.0/16");
    const { clock } = world.cloud;
    const later = (hours: number): void => clock.advanceTo(clock.now() + hours * 3_600_000);
    connect(world.call, { VpcId, PeerVpcId: vpc(world.call, "10.0.128.0/20") });
    expect(status(world.call)).toBe("failed");
    later(3);
    expect(world.call("DescribeVpcPeeringConnections")).toEqual({ VpcPeeringConnections: [] });
    connect(world.call, { VpcId, PeerVpcId: vpc(world.call, "10.1.0.0/16") });
    later(7 * 24);
    expect(status(world.call)).toBe("expired");
  });

  it("let routes and rules reach the other VPC while they are active", ({ expect }) => {
    const { call } = ec2World();
    const [VpcId, PeerVpcId] = [vpc(call, "10.0.0.0/16"), vpc(call, "10.1.0.0/16")];
    const group = (id: string): string =>
      at(call("CreateSecurityGroup", { VpcId: id, GroupName: "a", Description: "a" }), "GroupId");
    const [GroupId, peer] = [group(VpcId), group(PeerVpcId)];
    const IpPermissions = [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: peer }] }];
    const authorize = (): unknown => call("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
    expect(refusal(authorize)).toContain("InvalidGroup.NotFound: You have specified two resources");
    const VpcPeeringConnectionId = connect(call, { VpcId, PeerVpcId });
    call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    authorize();
    const pair = { GroupId: peer, VpcId: PeerVpcId, PeeringStatus: "active", VpcPeeringConnectionId };
    expect(call("DescribeSecurityGroups", { GroupIds: [GroupId] })).toMatchObject({
      SecurityGroups: [{ IpPermissions: [{ UserIdGroupPairs: [pair] }] }],
    });
    expect(refusal(() => call("DeleteVpc", { VpcId: PeerVpcId }))).toContain("DependencyViolation");
  });
});

describe("prefix lists", () => {
  it("stand in routes and rules only when they exist, and stay while they do", ({ expect }) => {
    const { call, network } = ec2World();
    const { VpcId, GroupId, SubnetId } = network();
    const absent = "pl-0123456789abcdef0";
    const rule = (PrefixListId: string): object => ({
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }] }],
    });
    expect(refusal(() => call("AuthorizeSecurityGroupEgress", rule(absent)))).toContain("InvalidPrefixListID.NotFound");
    const RouteTableId = at(call("CreateRouteTable", { VpcId }), "RouteTable.RouteTableId");
    const eni = at(call("CreateNetworkInterface", { SubnetId }), "NetworkInterface.NetworkInterfaceId");
    const route = (DestinationPrefixListId: string): object => ({
      RouteTableId,
      DestinationPrefixListId,
      NetworkInterfaceId: eni,
    });
    expect(refusal(() => call("CreateRoute", route(absent)))).toContain("InvalidPrefixListID.NotFound");
    const wish = { PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 1 };
    const PrefixListId = at(call("CreateManagedPrefixList", wish), "PrefixList.PrefixListId");
    call("CreateRoute", route(PrefixListId));
    call("DeleteManagedPrefixList", { PrefixListId });
    expect(call("DescribeManagedPrefixLists", { PrefixListIds: [PrefixListId] })).toMatchObject({
      PrefixLists: [{ State: "delete-failed", StateMessage: expect.stringContaining(RouteTableId) as string }],
    });
  });
});
