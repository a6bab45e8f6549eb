import { describe, it } from "vitest";
import { AwsError } from "../../core/index.ts";
import type { Permission } from "../../core/index.ts";
import { refusal } from "../../testing.ts";
import { ec2World } from "./testing.ts";

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
