import type { CreateLaunchTemplateResult, DescribeInstancesResult, Instance, Reservation } from "@aws-sdk/client-ec2";
import { describe, it } from "vitest";
import { eksAmiId } from "../../catalogue/amis.ts";
import { refusal } from "../../testing.ts";
import type { Ec2World } from "./testing.ts";
import { ec2 } from "./index.ts";
import { ec2World, region } from "./testing.ts";

const ImageId = eksAmiId("1.34", "al2023", "x86_64", "standard", region);
const start = (world: Ec2World, input: object = {}): Instance[] =>
  world.call<Reservation>("RunInstances", { ImageId, InstanceType: "t3.large", MinCount: 1, MaxCount: 1, ...input })
    .Instances ?? [];
const read = (world: Ec2World, id: string | undefined): Instance | undefined =>
  world.call<DescribeInstancesResult>("DescribeInstances", { InstanceIds: [id] }).Reservations?.[0]?.Instances?.[0];
const free = (world: Ec2World, SubnetId: string): number =>
  world.call<{ Subnets: { AvailableIpAddressCount: number }[] }>("DescribeSubnets", { SubnetIds: [SubnetId] })
    .Subnets[0]?.AvailableIpAddressCount ?? -1;

describe("instances", () => {
  it("come up in 20 seconds with an address, a disk and the image's metadata options", ({ expect }) => {
    const world = ec2World();
    const [made] = start(world);
    expect(made).toMatchObject({ State: { Name: "pending" }, Placement: { AvailabilityZone: "eu-central-1a" } });
    expect(read(world, made?.InstanceId)).toMatchObject({
      State: { Code: 16, Name: "running" },
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      NetworkInterfaces: [{ PrivateIpAddress: made?.PrivateIpAddress }],
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda" }],
    });
    expect(world.cloud.clock.now()).toBe(20_000);
  });

  it("end with VolumeLimitExceeded where the account may have no more storage", ({ expect }) => {
    const world = ec2World({}, [ec2], { gp3StorageTiB: 50 });
    const disk = (VolumeSize: number): object => ({
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize, VolumeType: "gp3" } }],
    });
    // 50 TiB of gp3: three disks of 16 TiB fit, a fourth doesn't, one of 1 TiB does again.
    const made = start(world, { ...disk(16_384), MaxCount: 4 });
    expect(made.map(({ State }) => State?.Name)).toEqual(["pending", "pending", "pending", "pending"]);
    expect(made.map(({ InstanceId }) => read(world, InstanceId)?.State?.Name)).toEqual([
      "running",
      "running",
      "running",
      "terminated",
    ]);
    expect(read(world, made[3]?.InstanceId)).toMatchObject({
      StateReason: { Code: "Client.VolumeLimitExceeded" },
      StateTransitionReason: "",
      BlockDeviceMappings: [],
    });
    const [small] = start(world, disk(1024));
    expect(read(world, small?.InstanceId)?.State?.Name).toBe("running");
    const sizes = world.call<{ Volumes: { Size: number }[] }>("DescribeVolumes").Volumes.map(({ Size }) => Size);
    expect(sizes).toEqual([16_384, 16_384, 16_384, 1024]);
  });

  it("give their addresses back when they end, 30 seconds later to be had again", ({ expect }) => {
    const world = ec2World();
    const { SubnetId } = world.network("10.0.0.0/28");
    const made = start(world, { SubnetId, MaxCount: 20 });
    expect(made).toHaveLength(11);
    expect(free(world, SubnetId)).toBe(0);
    expect(refusal(() => start(world, { SubnetId }))).toBe(
      "InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.",
    );
    world.call("TerminateInstances", { InstanceIds: [made[0]?.InstanceId] });
    expect(read(world, made[0]?.InstanceId)).toMatchObject({ State: { Name: "terminated" } });
    expect(refusal(() => start(world, { SubnetId }))).toContain("InsufficientFreeAddressesInSubnet");
    expect(free(world, SubnetId)).toBe(1);
    expect(start(world, { SubnetId })[0]?.PrivateIpAddress).toBe(made[0]?.PrivateIpAddress);
  });

  it("start from a template, the request winning over it", ({ expect }) => {
    const world = ec2World();
    const { SubnetId, GroupId } = world.network();
    const { LaunchTemplate } = world.call<CreateLaunchTemplateResult>("CreateLaunchTemplate", {
      LaunchTemplateName: "nodes",
      LaunchTemplateData: {
        ImageId,
        InstanceType: "m5.large",
        MetadataOptions: { HttpTokens: "optional" },
        NetworkInterfaces: [{ DeviceIndex: 0, Groups: [GroupId], AssociatePublicIpAddress: true }],
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 80, VolumeType: "gp3", Encrypted: true } }],
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "node" }] }],
      },
    });
    const [made] = start(world, {
      ImageId: undefined,
      InstanceType: "m5.xlarge",
      SubnetId,
      LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: "$Latest" },
    });
    expect(made).toMatchObject({
      InstanceType: "m5.xlarge",
      SubnetId,
      SecurityGroups: [{ GroupId }],
      MetadataOptions: { HttpTokens: "optional" },
      Tags: expect.arrayContaining([{ Key: "Name", Value: "node" }]) as unknown,
    });
    expect(made?.PublicIpAddress).toMatch(/^\d+\./);
    const volumes = world.call("DescribeVolumes", {
      Filters: [{ Name: "attachment.instance-id", Values: [made?.InstanceId] }],
    });
    expect(volumes).toMatchObject({ Volumes: [{ Size: 80, Encrypted: true, Iops: 3000, Throughput: 125 }] });
    expect(
      refusal(() => world.call("CreateLaunchTemplate", { LaunchTemplateName: "nodes", LaunchTemplateData: {} })),
    ).toBe("InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use.");
  });

  it("are refused with AWS's reason", ({ expect }) => {
    const noCapacity = ec2World({ faultResource: (kind) => (kind === "capacity" ? { id: "f" } : undefined) });
    expect(refusal(() => start(noCapacity))).toContain(
      "InsufficientInstanceCapacity: We currently do not have sufficient t3.large capacity in the Availability Zone you requested (eu-central-1a).",
    );
    const world = ec2World();
    expect(refusal(() => start(world, { ImageId: "ami-00000000000000000" }))).toBe(
      "InvalidAMIID.NotFound: The image id '[ami-00000000000000000]' does not exist",
    );
    expect(refusal(() => start(world, { InstanceType: "t3.colossal" }))).toBe(
      "InvalidParameterValue: Invalid value 't3.colossal' for InstanceType.",
    );
    expect(refusal(() => start(world, { InstanceType: "m7g.large" }))).toContain("does not match the architecture");
    expect(refusal(() => start(world, { KeyName: "absent" }))).toBe(
      "InvalidKeyPair.NotFound: The key pair 'absent' does not exist",
    );
    expect(refusal(() => start(world, { UserData: "a".repeat(30_000) }))).toContain("limited to 16384 bytes");
    expect(
      refusal(() => start(world, { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 1 } }] })),
    ).toContain("smaller than snapshot");
    const [kept] = start(world, { DisableApiTermination: true });
    expect(refusal(() => world.call("TerminateInstances", { InstanceIds: [kept?.InstanceId] }))).toContain(
      "OperationNotPermitted",
    );
    expect(refusal(() => read(world, "i-123"))).toContain("InvalidInstanceID.Malformed");
  });

  it("fail after the time that a fault gives them: spot is taken back, other hosts break", ({ expect }) => {
    const world = ec2World({
      faultResource: (kind, facts) =>
        kind === "failAt" && facts["resource"] === "Instance" ? { id: "f", seconds: 3600 } : undefined,
    });
    const spot = { InstanceMarketOptions: { MarketType: "spot" } };
    const [taken, broken, gone] = [start(world, spot)[0], start(world)[0], start(world)[0]].map(
      (instance) => instance?.InstanceId,
    );
    world.cloud.clock.settle();
    // It is a date, and no work that anybody waits for.
    expect([taken, broken].map((id) => read(world, id)?.State?.Name)).toEqual(["running", "running"]);
    world.cloud.clock.advanceTo(world.cloud.clock.now() + 3500 * 1000);
    world.call("TerminateInstances", { InstanceIds: [gone] });
    world.cloud.clock.advanceTo(world.cloud.clock.now() + 200 * 1000);
    expect([taken, broken, gone].map((id) => read(world, id)?.StateReason?.Code)).toEqual([
      "Server.SpotInstanceTermination",
      "Server.InternalError",
      "Client.UserInitiatedShutdown",
    ]);
    expect(read(world, taken)?.State?.Name).toBe("terminated");
  });

  it("give prefixes of sixteen neighbours to the CNI", ({ expect }) => {
    const world = ec2World();
    const { SubnetId } = world.network("10.0.0.0/26");
    const [made] = start(world, { SubnetId });
    const NetworkInterfaceId = made?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
    const more = (): unknown => world.call("AssignPrivateIpAddresses", { NetworkInterfaceId, Ipv4PrefixCount: 1 });
    // Four blocks: the first and the last are broken by reserved addresses, the instance's own may break a third.
    let given = 0;
    while (refusal(more) === "nothing") given += 1;
    expect(given).toBeGreaterThanOrEqual(1);
    expect(given).toBeLessThanOrEqual(2);
    expect(free(world, SubnetId)).toBe(64 - 5 - 1 - 16 * given);
    expect(refusal(more)).toContain("InsufficientCidrBlocks");
  });
});
