import type {
  CreateNatGatewayResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcResult,
  DescribeNatGatewaysResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
} from "@aws-sdk/client-ec2";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { ec2World } from "./testing.ts";

describe("the VPC family", () => {
  it("finds a default VPC with a public subnet in every zone", ({ expect }) => {
    const { call } = ec2World();
    const { Subnets = [] } = call<DescribeSubnetsResult>("DescribeSubnets");
    expect(Subnets.map(({ CidrBlock, AvailabilityZone }) => `${CidrBlock} ${AvailabilityZone}`)).toEqual([
      "172.31.0.0/20 eu-central-1a",
      "172.31.16.0/20 eu-central-1b",
      "172.31.32.0/20 eu-central-1c",
    ]);
    expect(Subnets[0]).toMatchObject({ AvailableIpAddressCount: 4091, MapPublicIpOnLaunch: true, DefaultForAz: true });
  });

  it("keeps its default VPC although the first call was refused", ({ expect }) => {
    const { call } = ec2World();
    expect(refusal(() => call("DescribeVpcs", { VpcIds: ["vpc-0000000000000dead"] }))).toBe(
      "InvalidVpcID.NotFound: The vpc ID 'vpc-0000000000000dead' does not exist",
    );
    expect(call("DescribeVpcs")).toMatchObject({ Vpcs: [{ IsDefault: true }] });
  });

  it("refuses what AWS refuses of CIDR blocks", ({ expect }) => {
    const { call } = ec2World();
    const vpc =
      (CidrBlock: string): (() => unknown) =>
      () =>
        call("CreateVpc", { CidrBlock });
    expect(refusal(vpc("10.0.0.0/8"))).toBe("InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.");
    expect(refusal(vpc("10.0.0/16"))).toContain("InvalidParameterValue: Value (10.0.0/16) for parameter cidrBlock");
    const VpcId = call<CreateVpcResult>("CreateVpc", { CidrBlock: "10.0.7.0/16" }).Vpc?.VpcId;
    const subnet =
      (CidrBlock: string, AvailabilityZone = "eu-central-1a"): (() => unknown) =>
      () =>
        call("CreateSubnet", { VpcId, CidrBlock, AvailabilityZone });
    expect(call("DescribeVpcs", { Filters: [{ Name: "cidr", Values: ["10.0.0.0/16"] }] })).toMatchObject({
      Vpcs: [{ VpcId }],
    });
    subnet("10.0.1.0/24")();
    expect(refusal(subnet("10.0.1.128/25"))).toBe(
      "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet",
    );
    expect(refusal(subnet("10.1.0.0/24"))).toBe("InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.");
    expect(refusal(subnet("10.0.2.0/24", "eu-central-1z"))).toBe(
      "InvalidParameterValue: Value (eu-central-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: eu-central-1a, eu-central-1b, eu-central-1c.",
    );
    const more =
      (CidrBlock: string): (() => unknown) =>
      () =>
        call("AssociateVpcCidrBlock", { VpcId, CidrBlock });
    expect(refusal(more("192.168.0.0/16"))).toContain("InvalidVpc.Range: The CIDR '192.168.0.0/16' is restricted.");
    for (const block of ["100.64.0.0/16", "100.65.0.0/16", "10.1.0.0/16", "10.2.0.0/16"]) more(block)();
    expect(refusal(more("10.3.0.0/16"))).toBe(
      `CidrLimitExceeded: This network ${VpcId} has met its maximum number of allowed CIDRs: 5`,
    );
  });

  it("brings a NAT gateway up in about 100 seconds, or says why not", ({ expect }) => {
    const { cloud, call, network } = ec2World();
    const { SubnetId, VpcId } = network();
    const nat = (): string => {
      const { AllocationId } = call<{ AllocationId: string }>("AllocateAddress", { Domain: "vpc" });
      const made = call<CreateNatGatewayResult>("CreateNatGateway", { SubnetId, AllocationId });
      expect(made.NatGateway?.State).toBe("pending");
      return made.NatGateway?.NatGatewayId ?? "";
    };
    const read = (id: string): unknown =>
      call<DescribeNatGatewaysResult>("DescribeNatGateways", { NatGatewayIds: [id] }).NatGateways?.[0];
    expect(read(nat())).toMatchObject({ State: "failed", FailureCode: "Gateway.NotAttached" });
    const { InternetGateway } = call<{ InternetGateway: { InternetGatewayId: string } }>("CreateInternetGateway");
    call("AttachInternetGateway", { VpcId, InternetGatewayId: InternetGateway.InternetGatewayId });
    const before = cloud.clock.now();
    const id = nat();
    expect(read(id)).toMatchObject({ State: "available" });
    expect(cloud.clock.now() - before).toBe(100_000);
    expect(refusal(() => call("DetachInternetGateway", { VpcId, ...InternetGateway }))).toContain(
      "mapped public address",
    );
    expect(refusal(() => call("DeleteSubnet", { SubnetId }))).toContain("DependencyViolation");
    call("DeleteNatGateway", { NatGatewayId: id });
    expect(read(id)).toMatchObject({ State: "deleted" });
    call("DeleteSubnet", { SubnetId });
  });

  it("doesn't delete what others hold", ({ expect }) => {
    const { call, network, asEks } = ec2World();
    const { SubnetId, VpcId, GroupId } = network();
    const eni = asEks<{ NetworkInterface: { NetworkInterfaceId: string } }>("CreateNetworkInterface", {
      SubnetId,
      Groups: [GroupId],
      Description: "Amazon EKS prod",
    });
    const { NetworkInterfaceId } = eni.NetworkInterface;
    expect(refusal(() => call("DeleteNetworkInterface", { NetworkInterfaceId }))).toBe(
      `InvalidParameterValue: Network interface '${NetworkInterfaceId}' is currently in use.`,
    );
    expect(refusal(() => call("DeleteSecurityGroup", { GroupId }))).toBe(
      `DependencyViolation: resource ${GroupId} has a dependent object`,
    );
    expect(refusal(() => call("DeleteSubnet", { SubnetId }))).toBe(
      `DependencyViolation: The subnet '${SubnetId}' has dependencies and cannot be deleted.`,
    );
    expect(refusal(() => call("DeleteVpc", { VpcId }))).toBe(
      `DependencyViolation: The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    );
    asEks("DeleteNetworkInterface", { NetworkInterfaceId });
    call("DeleteSecurityGroup", { GroupId });
    call("DeleteSubnet", { SubnetId });
    call("DeleteVpc", { VpcId });
  });

  it("keeps security group rules apart and refuses the same one twice", ({ expect }) => {
    const { call, network } = ec2World();
    const { VpcId, GroupId } = network();
    const https = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    const allow = (): unknown => call("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [https] });
    expect(allow()).toMatchObject({ SecurityGroupRules: [{ CidrIpv4: "0.0.0.0/0", IsEgress: false }] });
    expect(refusal(allow)).toBe(
      'InvalidPermission.Duplicate: the specified rule "peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW" already exists',
    );
    const second = call<CreateSecurityGroupResult>("CreateSecurityGroup", { GroupName: "b", Description: "b", VpcId });
    call("AuthorizeSecurityGroupIngress", {
      GroupId: second.GroupId,
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
    });
    expect(refusal(() => call("DeleteSecurityGroup", { GroupId }))).toContain("DependencyViolation");
    call("RevokeSecurityGroupIngress", { GroupId, IpPermissions: [https] });
    expect(refusal(() => call("RevokeSecurityGroupIngress", { GroupId, IpPermissions: [https] }))).toBe(
      "InvalidPermission.NotFound: The specified rule does not exist in this security group.",
    );
    const { SecurityGroups } = call<DescribeSecurityGroupsResult>("DescribeSecurityGroups", {
      Filters: [{ Name: "ip-permission.group-id", Values: [GroupId] }],
    });
    expect(SecurityGroups?.map((group) => group.GroupName)).toEqual(["b"]);
    expect(refusal(() => call("CreateSecurityGroup", { GroupName: "b", Description: "b", VpcId }))).toContain(
      "InvalidGroup.Duplicate",
    );
    expect(refusal(() => call("CreateSecurityGroup", { GroupName: "sg-x", Description: "b", VpcId }))).toContain(
      "InvalidParameterValue",
    );
  });

  it("says where a request is wrong: dry run, filters, page sizes, tags", ({ expect }) => {
    const { call } = ec2World();
    expect(refusal(() => call("CreateVpc", { CidrBlock: "10.0.0.0/16", DryRun: true }))).toBe(
      "DryRunOperation: Request would have succeeded, but DryRun flag is set.",
    );
    expect(refusal(() => call("DescribeVpcs", { Filters: [{ Name: "colour", Values: ["red"] }] }))).toBe(
      "InvalidParameterValue: The filter 'colour' is invalid",
    );
    expect(refusal(() => call("DescribeVpcs", { MaxResults: 1 }))).toContain("Expecting a value greater than 5");
    const tagged =
      (Key: string): (() => unknown) =>
      () =>
        call("CreateVpc", {
          CidrBlock: "10.0.0.0/16",
          TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key, Value: "x" }] }],
        });
    expect(refusal(tagged("aws:mine"))).toContain("reserved for internal use");
    expect(tagged("Name")()).toMatchObject({ Vpc: { Tags: [{ Key: "Name", Value: "x" }] } });
    expect(tagged("__proto__")()).toMatchObject({ Vpc: { Tags: [{ Key: "__proto__", Value: "x" }] } });
    const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
    const [vpc] = call<{ Vpcs: { VpcId: string }[] }>("DescribeVpcs", {
      Filters: [{ Name: "tag:Name", Values: ["x"] }],
    }).Vpcs;
    expect(refusal(() => call("CreateTags", { Resources: [vpc?.VpcId], Tags }))).toContain("TagLimitExceeded");
  });

  it("finds five hundred subnets by their VPC", ({ expect }) => {
    const { call } = ec2World();
    const VpcId = call<CreateVpcResult>("CreateVpc", { CidrBlock: "10.0.0.0/16" }).Vpc?.VpcId;
    const made = Array.from({ length: 500 }, (_, i) =>
      call<CreateSubnetResult>("CreateSubnet", { VpcId, CidrBlock: `10.0.${i >> 1}.${(i % 2) * 128}/25` }),
    );
    const { Subnets = [] } = call<DescribeSubnetsResult>("DescribeSubnets", {
      Filters: [{ Name: "vpc-id", Values: [VpcId] }],
    });
    expect(Subnets).toHaveLength(made.length);
  });
});
