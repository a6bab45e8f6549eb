import fc from "fast-check";
import { describe, it } from "vitest";
import type { Template, TemplateResource } from "../../stacks/index.ts";
import { canonical, sameMeaning } from "./canonical.ts";
import { describeDifference, differences } from "./differences.ts";
import { submission } from "./submission.ts";
import { diffTemplates } from "./template-diff.ts";
import { randomised } from "../../base/testing.ts";

const template = (Resources: Record<string, TemplateResource>): Template => ({
  AWSTemplateFormatVersion: "2010-09-09",
  Description: "",
  Resources,
});
const group = (
  properties: TemplateResource["Properties"] = {},
  data: Record<string, never> | Record<string, number> = { VolumeSize: 80 },
): Template =>
  template({
    LaunchTemplate: { Type: "AWS::EC2::LaunchTemplate", Properties: { LaunchTemplateData: data } },
    ManagedNodeGroup: {
      Type: "AWS::EKS::Nodegroup",
      Properties: {
        NodegroupName: "workers",
        InstanceTypes: ["t3.large"],
        LaunchTemplate: { Id: { Ref: "LaunchTemplate" } },
        ScalingConfig: { MinSize: 3 },
        ...properties,
      },
    },
  });
const changes = (before: Template, after: Template): string[] =>
  diffTemplates(before, after).map(({ logicalId, action, effect }) => `${action} ${logicalId} (${effect})`);

describe("the same to CloudFormation", () => {
  it.for([
    ["numbers and text", 443, "443"],
    ["truth and text", true, "true"],
    ["order of members", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["an empty member and none", { a: 1, b: {} }, { a: 1 }],
    ["both forms of GetAtt", { "Fn::GetAtt": "Role1.Arn" }, { "Fn::GetAtt": ["Role1", "Arn"] }],
    ["one action and a list of one", { Action: "sts:AssumeRole" }, { Action: ["sts:AssumeRole"] }],
    ["order of subnets", { SubnetIds: ["a", "b"] }, { SubnetIds: ["b", "a"] }],
    [
      "a tag twice",
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "a", Value: "1" },
        ],
      },
      { Tags: [{ Key: "a", Value: "1" }] },
    ],
  ] as const)("%s", ([, a, b], { expect }) => {
    expect(sameMeaning(a, b)).toBe(true);
  });

  it("not the order of anything else", ({ expect }) => {
    expect(sameMeaning({ Args: ["a", "b"] }, { Args: ["b", "a"] })).toBe(false);
  });

  it("whatever has been brought into one spelling stays so", ({ expect }) => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const once = canonical(value);
        expect(canonical(once)).toEqual(once);
      }),
      randomised(200),
    );
  });
});

describe("a change of a template", () => {
  it("replaces what is immutable, and changes the rest in place", ({ expect }) => {
    expect(changes(group(), group({ InstanceTypes: ["m5.large"] }))).toEqual(["modify ManagedNodeGroup (replaces)"]);
    expect(changes(group(), group({ Labels: { role: "web" } }))).toEqual(["modify ManagedNodeGroup (in place)"]);
  });

  it("rolls through the nodes when their launch template changes", ({ expect }) => {
    expect(changes(group(), group({}, { VolumeSize: 100 }))).toEqual(["modify LaunchTemplate (rolling)"]);
  });

  it("leaves to calls what eksctl changes by call", ({ expect }) => {
    expect(changes(group(), group({ ScalingConfig: { MinSize: 5 } }))).toEqual([]);
  });

  it("isn't one when a managed group merely names its launch template's newest version", ({ expect }) => {
    const pinned = group({
      LaunchTemplate: {
        Id: { Ref: "LaunchTemplate" },
        Version: { "Fn::GetAtt": ["LaunchTemplate", "LatestVersionNumber"] },
      },
    });
    expect(changes(pinned, group())).toEqual([]);
  });

  it("says where it is, shortly", ({ expect }) => {
    const [difference] = differences({ Labels: { role: "web" } }, { Labels: { role: "worker" } }, "");
    expect(difference && describeDifference(difference)).toBe("Labels.role: web → worker");
  });
});

describe("the template of an update", () => {
  it("reaches the nodes with a changed launch template, and touches no sizes", ({ expect }) => {
    const before = group();
    const after = group({ ScalingConfig: { MinSize: 5 } }, { VolumeSize: 100 });
    const { Resources } = submission(before, after, diffTemplates(before, after));
    expect(Resources["ManagedNodeGroup"]?.Properties).toMatchObject({
      ScalingConfig: { MinSize: 3 },
      LaunchTemplate: { Version: { "Fn::GetAtt": ["LaunchTemplate", "LatestVersionNumber"] } },
    });
  });

  it("keeps the release that eksctl upgraded the group to", ({ expect }) => {
    const before = group({ ReleaseVersion: "1.34.2-20260815", ForceUpdateEnabled: false });
    const after = group({ Labels: { role: "web" } });
    expect(changes(before, group())).toEqual([]);
    const { Resources } = submission(before, after, diffTemplates(before, after));
    expect(Resources["ManagedNodeGroup"]?.Properties).toMatchObject({
      ReleaseVersion: "1.34.2-20260815",
      Labels: { role: "web" },
    });
  });

  it("keeps the control plane as it was submitted, and what it is told to keep", ({ expect }) => {
    const cluster = (Version: string): TemplateResource => ({ Type: "AWS::EKS::Cluster", Properties: { Version } });
    const before = template({
      ControlPlane: cluster("1.33"),
      FargatePodExecutionRole: { Type: "AWS::IAM::Role", Properties: {} },
    });
    const after = template({ ControlPlane: cluster("1.34"), VPC: { Type: "AWS::EC2::VPC", Properties: {} } });
    const { Resources } = submission(before, after, diffTemplates(before, after), new Set(["FargatePodExecutionRole"]));
    expect(Resources["ControlPlane"]?.Properties).toEqual({ Version: "1.33" });
    expect(Object.keys(Resources)).toEqual(["ControlPlane", "VPC", "FargatePodExecutionRole"]);
  });
});
