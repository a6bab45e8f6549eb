import { describe, it } from "vitest";
import { createSandbox } from "../../sandbox.ts";
import type { Sandbox } from "../../sandbox.ts";
import { administratorOf } from "../../aws/administrator.ts";
import { NodeAddresses } from "./addresses.ts";
import { cniSettings } from "./cni-settings.ts";

interface World {
  sandbox: Sandbox;
  addresses: NodeAddresses;
  subnetId: string;
  /** Addresses left in the subnet of the node. */
  free(): number;
  interfaces(): { SubnetId: string; PrivateIpAddresses: object[]; Ipv4Prefixes?: object[] }[];
}

/** An m5.large (three interfaces of ten addresses) in a subnet, and the CNI's daemon on it. */
async function world(env: Record<string, string>, cidr = "10.0.0.0/24", otherSubnet = false): Promise<World> {
  const sandbox = await createSandbox({ listen: false, kubernetes: "off" });
  const { cloud, account, region } = sandbox;
  const send = <T>(operation: string, input: object): T =>
    cloud.invoke({ service: "ec2", operation, input, account, region, principal: administratorOf(account, "aws") });
  const { Vpc } = send<{ Vpc: { VpcId: string } }>("CreateVpc", { CidrBlock: "10.0.0.0/16" });
  const subnet = (CidrBlock: string): string =>
    send<{ Subnet: { SubnetId: string } }>("CreateSubnet", {
      VpcId: Vpc.VpcId,
      CidrBlock,
      AvailabilityZone: `${region}a`,
    }).Subnet.SubnetId;
  const subnetId = subnet(cidr);
  const other = otherSubnet ? subnet("10.0.100.0/24") : "";
  const { Images } = send<{ Images: { ImageId: string }[] }>("DescribeImages", {
    Filters: [{ Name: "name", Values: ["amazon-eks-node-al2023-x86_64-standard-1.35-*"] }],
  });
  const { Instances } = send<{ Instances: { InstanceId: string }[] }>("RunInstances", {
    ImageId: Images[0]?.ImageId,
    InstanceType: "m5.large",
    SubnetId: subnetId,
    MinCount: 1,
    MaxCount: 1,
  });
  sandbox.clock.settle();
  const instanceId = Instances[0]?.InstanceId ?? "";
  const addresses = new NodeAddresses({
    instanceId,
    type: { enis: 3, ipv4PerEni: 10, prefixes: true },
    ipv6: false,
    context: () => cloud.context({ account, region, principal: administratorOf(account, "aws") }),
    settings: () => cniSettings(env),
    eniConfig: () => (otherSubnet ? { subnetId: other, securityGroups: [] } : "no ENIConfig"),
    cluster: "shop",
  });
  return {
    sandbox,
    addresses,
    subnetId,
    free: () =>
      send<{ Subnets: { AvailableIpAddressCount: number }[] }>("DescribeSubnets", { SubnetIds: [subnetId] }).Subnets[0]
        ?.AvailableIpAddressCount ?? Number.NaN,
    interfaces: () =>
      send<{ NetworkInterfaces: World["interfaces"] extends () => infer T ? T : never }>("DescribeNetworkInterfaces", {
        Filters: [{ Name: "attachment.instance-id", Values: [instanceId] }],
      }).NetworkInterfaces,
  };
}

const addressOf = (addresses: NodeAddresses, uid: string): string => {
  const result = addresses.take(uid);
  if (!("address" in result)) throw new Error(result.problem);
  return result.address;
};

describe("addresses of pods", () => {
  it("come from interfaces that are filled ahead of need, and never twice", async ({ expect }) => {
    const { addresses, free, interfaces } = await world({});
    addresses.prepare();
    expect([interfaces().length, free()]).toEqual([1, 251 - 10]);
    addressOf(addresses, "first");
    expect([interfaces().length, free()]).toEqual([2, 251 - 20]);
    const all = Array.from({ length: 26 }, (_, i) => addressOf(addresses, `pod-${i}`));
    expect(new Set([...all, addressOf(addresses, "first")]).size).toBe(27);
    expect(interfaces()).toHaveLength(3);
    expect(addresses.take("one too many")).toMatchObject({
      problem: expect.stringContaining("no free address") as string,
    });
  });

  it("cool down for thirty seconds before another pod has them", async ({ expect }) => {
    const { addresses, sandbox } = await world({});
    const all = Array.from({ length: 27 }, (_, i) => addressOf(addresses, `pod-${i}`));
    addresses.giveBack("pod-5");
    expect("problem" in addresses.take("next")).toBe(true);
    sandbox.advance(29);
    expect("problem" in addresses.take("next")).toBe(true);
    sandbox.advance(1);
    expect(addressOf(addresses, "next")).toBe(all[5]);
  });

  it("run out with the subnet, as EC2 says it, and go back to it with interfaces that nobody needs", async ({
    expect,
  }) => {
    const { addresses, free, sandbox, interfaces } = await world({}, "10.0.0.0/28");
    const taken = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].filter(
      (uid) => "address" in addresses.take(uid),
    );
    expect([taken.length, free()]).toEqual([9, 0]);
    expect(addresses.take("z")).toMatchObject({
      problem: expect.stringMatching(/^InsufficientFreeAddressesInSubnet/) as string,
    });
    for (const uid of taken) addresses.giveBack(uid);
    sandbox.advance(31);
    addressOf(addresses, "again");
    addresses.giveBack("again");
    expect(interfaces().length).toBeLessThanOrEqual(2);
  });

  it("come in blocks of sixteen with prefix delegation", async ({ expect }) => {
    const { addresses, interfaces } = await world({ ENABLE_PREFIX_DELEGATION: "true" });
    const all = Array.from({ length: 40 }, (_, i) => addressOf(addresses, `pod-${i}`));
    expect(new Set(all).size).toBe(40);
    expect(interfaces().map(({ Ipv4Prefixes = [] }) => Ipv4Prefixes.length)).toEqual([4]);
  });

  it("come from another subnet with custom networking, whose first interface has none", async ({ expect }) => {
    const { addresses, interfaces } = await world({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" }, "10.0.0.0/24", true);
    expect(addressOf(addresses, "pod")).toMatch(/^10\.0\.100\./);
    expect(interfaces().map(({ PrivateIpAddresses }) => PrivateIpAddresses.length)).toEqual([1, 10, 10]);
  });
});
