// Random lives of a small network: whatever happens, addresses, counts and references fit together.
import fc from "fast-check";
import { describe, it } from "vitest";
import { eksAmiId } from "../../catalogue/amis.ts";
import type { TableDefinition } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import {
  elasticAddresses,
  instances,
  networkInterfaces,
  routeTables,
  securityGroupRules,
  securityGroups,
  subnets,
  volumes,
  vpcs,
} from "./state.ts";
import type { Ec2World } from "./testing.ts";
import { ec2World, region } from "./testing.ts";
import { randomised } from "../../../../base/testing.ts";

const account = "111122223333";
const ImageId = eksAmiId("1.34", "al2023", "x86_64", "standard", region);

/** A random step: an operation, with ids picked among those that exist. */
type Pick = (list: readonly string[]) => string;
const steps: Record<string, (world: Ec2World, ids: Record<string, string[]>, pick: Pick, n: number) => unknown> = {
  subnet: ({ call }, ids, pick, n) =>
    call("CreateSubnet", {
      VpcId: pick(ids["vpcs"] ?? []),
      CidrBlock: `10.0.${n % 4}.0/28`,
      AvailabilityZone: `${region}a`,
    }),
  dropSubnet: ({ call }, ids, pick) => call("DeleteSubnet", { SubnetId: pick(ids["subnets"] ?? []) }),
  group: ({ call }, ids, pick, n) =>
    call("CreateSecurityGroup", { VpcId: pick(ids["vpcs"] ?? []), GroupName: `g${n % 5}`, Description: "x" }),
  rule: ({ call }, ids, pick) =>
    call("AuthorizeSecurityGroupIngress", {
      GroupId: pick(ids["groups"] ?? []),
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: pick(ids["groups"] ?? []) }] }],
    }),
  dropGroup: ({ call }, ids, pick) => call("DeleteSecurityGroup", { GroupId: pick(ids["groups"] ?? []) }),
  interface: ({ call }, ids, pick, n) =>
    call("CreateNetworkInterface", { SubnetId: pick(ids["subnets"] ?? []), SecondaryPrivateIpAddressCount: n % 3 }),
  dropInterface: ({ call }, ids, pick) =>
    call("DeleteNetworkInterface", { NetworkInterfaceId: pick(ids["interfaces"] ?? []) }),
  assign: ({ call }, ids, pick, n) =>
    call("AssignPrivateIpAddresses", {
      NetworkInterfaceId: pick(ids["interfaces"] ?? []),
      SecondaryPrivateIpAddressCount: 1 + (n % 4),
    }),
  run: ({ call }, ids, pick, n) =>
    call("RunInstances", {
      ImageId,
      InstanceType: "t3.small",
      SubnetId: pick(ids["subnets"] ?? []),
      MinCount: 1,
      MaxCount: 1 + (n % 4),
    }),
  terminate: ({ call }, ids, pick) => call("TerminateInstances", { InstanceIds: [pick(ids["instances"] ?? [])] }),
  allocate: ({ call }) => call("AllocateAddress", {}),
  look: ({ call }) => [call("DescribeInstances"), call("DescribeSubnets")],
  dropVpc: ({ call }, ids, pick) => call("DeleteVpc", { VpcId: pick(ids["vpcs"] ?? []) }),
};

function idsOf(world: Ec2World): Record<string, string[]> {
  const of = <Row extends object>(table: TableDefinition<Row>): string[] =>
    [...world.cloud.store.table(table, account, region).entries()].map(([id]) => id);
  return {
    vpcs: of(vpcs),
    subnets: of(subnets),
    groups: of(securityGroups),
    interfaces: of(networkInterfaces),
    instances: of(instances),
  };
}

/** What is wrong with the store; empty when nothing is. */
function faults(world: Ec2World): string[] {
  const list = <Row extends object>(table: TableDefinition<Row>): Readonly<Row>[] =>
    world.cloud.store.table<Row>(table, account, region).list();
  const found: string[] = [];
  const has = (ids: readonly { id: string }[], id: string | undefined, what: string): void => {
    if (id !== undefined && !ids.some((row) => row.id === id)) found.push(`${what} names ${id}, which is gone`);
  };
  const held = new Map<string, string>();
  const used = new Map<string, number>();
  for (const eni of list(networkInterfaces)) {
    has(list(subnets), eni.subnetId, eni.id);
    for (const group of eni.groups) has(list(securityGroups), group, eni.id);
    has(list(instances), eni.attachment?.instanceId, eni.id);
    for (const address of [eni.privateIp, ...eni.secondaryIps]) {
      const key = `${eni.subnetId}/${address}`;
      if (held.has(key)) found.push(`${key} is held by ${held.get(key)} and ${eni.id}`);
      held.set(key, eni.id);
      used.set(eni.subnetId, (used.get(eni.subnetId) ?? 0) + 1);
    }
  }
  for (const subnet of list(subnets)) {
    has(list(vpcs), subnet.vpcId, subnet.id);
    if (subnet.used !== (used.get(subnet.id) ?? 0))
      found.push(`${subnet.id} counts ${subnet.used} addresses, not ${used.get(subnet.id)}`);
    for (const { address } of subnet.cooling)
      if (held.has(`${subnet.id}/${address}`)) found.push(`${address} of ${subnet.id} rests and is held`);
  }
  for (const rule of list(securityGroupRules)) {
    has(list(securityGroups), rule.groupId, rule.id);
    has(list(securityGroups), rule.peerGroupId, rule.id);
  }
  for (const table of list(routeTables)) {
    has(list(vpcs), table.vpcId, table.id);
    for (const { subnetId } of table.associations) has(list(subnets), subnetId, table.id);
  }
  for (const volume of list(volumes)) has(list(instances), volume.attachment?.instanceId, volume.id);
  for (const address of list(elasticAddresses)) has(list(networkInterfaces), address.interfaceId, address.id);
  return found;
}

describe("EC2's store", () => {
  it("stays in order through random lives", ({ expect }) => {
    const life = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(1000)), {
      minLength: 10,
      maxLength: 60,
    });
    const keepsOrder = fc.property(life, (plan) => {
      const world = ec2World();
      world.network("10.9.0.0/24");
      world.call("CreateVpc", { CidrBlock: "10.0.0.0/16" });
      for (const [name, n] of plan) {
        try {
          steps[name]?.(world, idsOf(world), (list) => list[n % Math.max(1, list.length)] ?? "absent", n);
        } catch (error) {
          // A refusal is an answer; it must not leave traces, which the check below would see.
          if (!(error instanceof AwsError)) throw error;
        }
        const wrong = faults(world);
        if (wrong.length > 0) throw new Error(`after ${name}: ${wrong.join("; ")}`);
      }
      return true;
    });
    const outcome = fc.check(keepsOrder, randomised(300));
    expect(fc.defaultReportMessage(outcome) ?? "kept").toBe("kept");
  });
});
