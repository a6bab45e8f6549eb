import { describe, it } from "vitest";
import { accessGuard } from "../../access/index.ts";
import { administratorOf } from "../../administrator.ts";
import { eksAmiId } from "../../catalogue/amis.ts";
import { AwsError } from "../../core/index.ts";
import type { Permission, Principal } from "../../core/index.ts";
import { refusal } from "../../testing.ts";
import { iam } from "../iam/index.ts";
import { ec2 } from "./index.ts";
import type { Ec2World } from "./testing.ts";
import { ec2World, region } from "./testing.ts";

const ImageId = eksAmiId("1.34", "al2023", "x86_64", "standard", region);

describe("permissions of EC2 operations", () => {
  const asked: Permission[] = [];
  const world = ec2World({
    authorize: (_ctx, _service, call, permissions) => {
      asked.splice(0, asked.length, ...permissions);
      const denied = call.operation === "DeleteVpc";
      if (denied) throw new AwsError("UnauthorizedOperation", "You are not authorized", { status: 403 });
    },
  });
  const brief = (): string[] => asked.map(({ action, resource }) => `${action} ${resource.split(":").at(-1)}`);

  it("ask for what is made, and for CreateTags where it is tagged at once", ({ expect }) => {
    const TagSpecifications = [{ ResourceType: "vpc", Tags: [{ Key: "team", Value: "a" }] }];
    world.call("CreateVpc", { CidrBlock: "10.0.0.0/16", TagSpecifications });
    expect(brief()).toEqual(["ec2:CreateVpc vpc/*", "ec2:CreateTags vpc/*"]);
    expect(asked[1]?.conditions).toMatchObject({ "ec2:CreateAction": "CreateVpc", "aws:RequestTag/team": "a" });
  });

  it("ask for what is used, with its tags", ({ expect }) => {
    const { VpcId, SubnetId } = world.network("10.7.0.0/24");
    world.call("CreateTags", { Resources: [SubnetId], Tags: [{ Key: "team", Value: "b" }] });
    world.call("ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    expect(brief()).toEqual([`ec2:ModifySubnetAttribute subnet/${SubnetId}`]);
    expect(asked[0]?.conditions).toMatchObject({ "aws:ResourceTag/team": "b", "ec2:Region": "eu-central-1" });
    world.call("DescribeSubnets");
    expect(brief()).toEqual(["ec2:DescribeSubnets *"]);
    expect(refusal(() => world.call("DeleteVpc", { VpcId, DryRun: true }))).toContain("UnauthorizedOperation");
  });
});

describe("policies on EC2", () => {
  const account = "111122223333";
  const allow = (Action: string | string[], Resource: string | string[], Condition?: object): object => ({
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition ? { Condition } : {}),
  });

  /** A user with these statements, beside the account's administrator. */
  function accountWith(...Statement: object[]): Ec2World & { asUser: Ec2World["call"] } {
    const services = [ec2, iam];
    const world = ec2World(accessGuard({ services }), services);
    const setUp = (operation: string, input: object): object =>
      world.cloud.invoke({
        service: "iam",
        operation,
        input,
        account,
        region,
        principal: administratorOf(account, "aws"),
      });
    const { User } = setUp("CreateUser", { UserName: "ann" }) as { User: { UserId: string; Arn: string } };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    setUp("PutUserPolicy", { UserName: "ann", PolicyName: "p", PolicyDocument });
    const principal: Principal = { type: "IAMUser", arn: User.Arn, principalId: User.UserId, account, name: "ann" };
    return {
      ...world,
      asUser: (operation, input = {}) =>
        world.cloud.invoke({ service: "ec2", operation, input, account, region, principal }),
    };
  }

  it("let a team make only what carries its tag, and change only what has it", ({ expect }) => {
    const { call, asUser } = accountWith(
      allow("ec2:CreateVpc", "*", {
        StringEquals: { "aws:RequestTag/team": "a" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "Name"] },
      }),
      allow("ec2:CreateTags", "*", { StringEquals: { "ec2:CreateAction": "CreateVpc" } }),
      allow(["ec2:ModifyVpcAttribute", "ec2:DeleteVpc"], "*", { StringEquals: { "aws:ResourceTag/team": "a" } }),
    );
    const make = (...tags: [string, string][]): object => ({
      CidrBlock: "10.0.0.0/16",
      TagSpecifications: [{ ResourceType: "vpc", Tags: tags.map(([Key, Value]) => ({ Key, Value })) }],
    });
    expect(refusal(() => asUser("CreateVpc", { CidrBlock: "10.0.0.0/16" }))).toContain("UnauthorizedOperation");
    expect(refusal(() => asUser("CreateVpc", make(["team", "b"])))).toContain("UnauthorizedOperation");
    expect(refusal(() => asUser("CreateVpc", make(["team", "a"], ["cost", "1"])))).toContain("UnauthorizedOperation");
    const { Vpc } = asUser<{ Vpc: { VpcId: string } }>("CreateVpc", make(["team", "a"], ["Name", "x"]));
    const Tags = [{ Key: "team", Value: "b" }];
    expect(refusal(() => asUser("CreateTags", { Resources: [Vpc.VpcId], Tags }))).toContain("UnauthorizedOperation");
    const theirs = call<{ Vpc: { VpcId: string } }>("CreateVpc", { CidrBlock: "10.1.0.0/16" }).Vpc.VpcId;
    expect(refusal(() => asUser("DeleteVpc", { VpcId: theirs }))).toContain(`vpc/${theirs}`);
    asUser("DeleteVpc", { VpcId: Vpc.VpcId });
  });

  it("see the resource behind an association, a name or an attachment", ({ expect }) => {
    const table = `arn:aws:ec2:${region}:${account}:route-table/`;
    const { call, asUser, network } = accountWith(
      allow("ec2:DisassociateRouteTable", [`${table}*`, `arn:aws:ec2:${region}:${account}:subnet/*`], {
        StringEquals: { "ec2:ResourceTag/team": "a" },
      }),
      allow("ec2:DeleteKeyPair", `arn:aws:ec2:${region}:${account}:key-pair/ann-*`),
    );
    const { VpcId, SubnetId } = network();
    const { RouteTable } = call<{ RouteTable: { RouteTableId: string } }>("CreateRouteTable", { VpcId });
    const { RouteTableId } = RouteTable;
    const { AssociationId } = call<{ AssociationId: string }>("AssociateRouteTable", { RouteTableId, SubnetId });
    expect(refusal(() => asUser("DisassociateRouteTable", { AssociationId }))).toContain(`${table}${RouteTableId}`);
    call("CreateTags", { Resources: [RouteTableId, SubnetId], Tags: [{ Key: "team", Value: "a" }] });
    asUser("DisassociateRouteTable", { AssociationId });
    expect(refusal(() => asUser("DeleteKeyPair", { KeyName: "bob-key" }))).toContain("key-pair/bob-key");
    asUser("DeleteKeyPair", { KeyName: "ann-key" });
  });

  it("limit instances to types, subnets and templates, also where an interface names them", ({ expect }) => {
    const { asUser, network } = accountWith(
      allow("ec2:RunInstances", `arn:aws:ec2:${region}:${account}:instance/*`, {
        StringLike: { "ec2:InstanceType": "t3.*" },
      }),
      allow("ec2:RunInstances", [
        `arn:aws:ec2:${region}::image/*`,
        `arn:aws:ec2:${region}:${account}:network-interface/*`,
        `arn:aws:ec2:${region}:${account}:volume/*`,
        `arn:aws:ec2:${region}:${account}:security-group/*`,
      ]),
    );
    const { SubnetId, GroupId } = network();
    const run = (more: object): object => ({ ImageId, InstanceType: "t3.small", MinCount: 1, MaxCount: 1, ...more });
    expect(refusal(() => asUser("RunInstances", run({ InstanceType: "m5.large" })))).toContain("instance/*");
    asUser("RunInstances", run({}));
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId, Groups: [GroupId] }];
    expect(refusal(() => asUser("RunInstances", run({ NetworkInterfaces })))).toContain(`subnet/${SubnetId}`);
    expect(refusal(() => asUser("RunInstances", run({ KeyName: "mine" })))).toContain("key-pair/mine");
  });
});
