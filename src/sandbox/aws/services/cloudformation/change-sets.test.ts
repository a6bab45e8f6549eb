// Change sets, drift and nested stacks.
import { describe, it } from "vitest";
import type { World } from "./testing.ts";
import { stackNow, story, world } from "./testing.ts";

const parameter = (Value: unknown, more: object = {}): object => ({
  Type: "AWS::SSM::Parameter",
  Properties: { Type: "String", Value, ...more },
});

interface Set {
  Status: string;
  StatusReason?: string;
  ExecutionStatus: string;
  Changes: { ResourceChange: Record<string, unknown> }[];
}

function plan(here: World, stack: string, Resources: object, more: object = {}): Set {
  here.send("CreateChangeSet", {
    StackName: stack,
    ChangeSetName: "c",
    TemplateBody: JSON.stringify({ Resources }),
    ...more,
  });
  return here.send<Set>("DescribeChangeSet", { StackName: stack, ChangeSetName: "c", IncludePropertyValues: true });
}

function make(here: World, name: string, Resources: object): string {
  const { StackId } = here.send<{ StackId: string }>("CreateStack", {
    StackName: name,
    TemplateBody: JSON.stringify({ Resources }),
  });
  stackNow(here, name);
  return StackId;
}

describe("a change set", () => {
  it("creates a stack that was only looked at before", ({ expect }) => {
    const here = world();
    const set = plan(here, "s", { P: parameter("1") }, { ChangeSetType: "CREATE" });
    expect(set).toMatchObject({ Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE" });
    expect(set.Changes.map(({ ResourceChange: change }) => [change["Action"], change["LogicalResourceId"]])).toEqual([
      ["Add", "P"],
    ]);
    expect(stackNow(here, "s").StackStatus).toBe("REVIEW_IN_PROGRESS");
    here.send("ExecuteChangeSet", { StackName: "s", ChangeSetName: "c" });
    expect(stackNow(here, "s").StackStatus).toBe("CREATE_COMPLETE");
    expect(story(here, "s").slice(0, 2)).toEqual([
      "s REVIEW_IN_PROGRESS User Initiated",
      "s CREATE_IN_PROGRESS User Initiated",
    ]);
  });

  it("leaves its name to the next one once it is executed", ({ expect }) => {
    const here = world();
    make(here, "s", { P: parameter("1") });
    for (const value of ["2", "3"]) {
      expect(plan(here, "s", { P: parameter(value) }).ExecutionStatus).toBe("AVAILABLE");
      expect(() => plan(here, "s", { P: parameter("4") })).toThrow("ChangeSet c cannot be created");
      here.send("ExecuteChangeSet", { StackName: "s", ChangeSetName: "c" });
      expect(stackNow(here, "s").StackStatus).toBe("UPDATE_COMPLETE");
    }
  });

  it("says of each change whether it replaces, and what follows from it", ({ expect }) => {
    const here = world();
    make(here, "s", { P: parameter("1", { Name: "one" }), Q: parameter({ Ref: "P" }), Old: parameter("x") });
    const set = plan(here, "s", {
      P: parameter("1", { Name: "two" }),
      Q: parameter({ Ref: "P" }),
      New: parameter("y"),
    });
    const changes = set.Changes.map(({ ResourceChange: change }) => [
      change["Action"],
      change["LogicalResourceId"],
      change["Replacement"],
    ]);
    expect(changes).toEqual([
      ["Modify", "P", "True"],
      ["Modify", "Q", "False"],
      ["Add", "New", undefined],
      ["Remove", "Old", undefined],
    ]);
    // The value is told with its cause, and once more as a change that depends on it.
    const Target = {
      Attribute: "Properties",
      Name: "Value",
      RequiresRecreation: "Never",
      Path: "/Properties/Value",
      AttributeChangeType: "Modify",
      BeforeValue: "one",
      AfterValue: "{{changeSet:KNOWN_AFTER_APPLY}}",
    };
    expect(set.Changes[1]?.ResourceChange["Details"]).toEqual([
      { Target, Evaluation: "Static", ChangeSource: "ResourceReference", CausingEntity: "P" },
      { Target, Evaluation: "Dynamic", ChangeSource: "DirectModification" },
    ]);
    expect(set.Changes[1]?.ResourceChange["AfterContext"]).toBe(
      '{"Properties":{"Type":"String","Value":"{{changeSet:KNOWN_AFTER_APPLY}}"}}',
    );
    here.send("ExecuteChangeSet", { StackName: "s", ChangeSetName: "c" });
    expect(stackNow(here, "s").StackStatus).toBe("UPDATE_COMPLETE");
    expect(here.send<{ Parameter: { Value: string } }>("GetParameter", { Name: "two" }, "ssm").Parameter.Value).toBe(
      "1",
    );
    expect(() => here.send("GetParameter", { Name: "one" }, "ssm")).toThrow();
  });

  it("fails when nothing changes", ({ expect }) => {
    const here = world();
    make(here, "s", { P: parameter("1") });
    const set = plan(here, "s", { P: parameter("1") });
    expect(set).toMatchObject({
      Status: "FAILED",
      ExecutionStatus: "UNAVAILABLE",
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    expect(() => here.send("ExecuteChangeSet", { StackName: "s", ChangeSetName: "c" })).toThrow(
      "cannot be executed in its current status FAILED",
    );
  });

  it("takes over what exists", ({ expect }) => {
    const here = world();
    here.send("PutParameter", { Name: "mine", Type: "String", Value: "1" }, "ssm");
    plan(
      here,
      "s",
      { P: { ...parameter("1", { Name: "mine" }), DeletionPolicy: "Retain" } },
      {
        ChangeSetType: "IMPORT",
        ResourcesToImport: [
          { ResourceType: "AWS::SSM::Parameter", LogicalResourceId: "P", ResourceIdentifier: { Name: "mine" } },
        ],
      },
    );
    here.send("ExecuteChangeSet", { StackName: "s", ChangeSetName: "c" });
    expect(stackNow(here, "s").StackStatus).toBe("IMPORT_COMPLETE");
  });
});

describe("drift", () => {
  it("is found in what somebody changed or deleted", ({ expect }) => {
    const here = world();
    make(here, "s", {
      A: parameter("1", { Name: "a" }),
      B: parameter("1", { Name: "b" }),
      C: parameter("1", { Name: "c" }),
    });
    here.send("PutParameter", { Name: "a", Value: "2", Overwrite: true }, "ssm");
    here.send("DeleteParameter", { Name: "b" }, "ssm");
    const { StackDriftDetectionId } = here.send("DetectStackDrift", { StackName: "s" });
    expect(here.send("DescribeStackDriftDetectionStatus", { StackDriftDetectionId })).toMatchObject({
      DetectionStatus: "DETECTION_COMPLETE",
      StackDriftStatus: "DRIFTED",
      DriftedStackResourceCount: 2,
    });
    const { StackResourceDrifts: drifts } = here.send<{ StackResourceDrifts: Record<string, unknown>[] }>(
      "DescribeStackResourceDrifts",
      { StackName: "s" },
    );
    expect(
      drifts.map((one) => [one["LogicalResourceId"], one["StackResourceDriftStatus"], one["PropertyDifferences"]]),
    ).toEqual([
      [
        "A",
        "MODIFIED",
        [{ PropertyPath: "/Value", ExpectedValue: "1", ActualValue: "2", DifferenceType: "NOT_EQUAL" }],
      ],
      ["B", "DELETED", []],
      ["C", "IN_SYNC", []],
    ]);
  });
});

describe("drift of rules and tags", () => {
  it("names what was taken away and what was added", ({ expect }) => {
    const here = world();
    const rule = (port: number, more: object): object => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, ...more });
    const Tags = [{ Key: "team", Value: "a" }];
    make(here, "s", {
      Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16", Tags } },
      Group: {
        Type: "AWS::EC2::SecurityGroup",
        Properties: {
          GroupDescription: "g",
          VpcId: { Ref: "Vpc" },
          SecurityGroupIngress: [
            rule(22, { CidrIp: "10.0.0.0/8", Description: "ssh" }),
            rule(443, { CidrIpv6: "::/0" }),
          ],
        },
      },
    });
    const drifts = (): [unknown, unknown][] => {
      const { StackDriftDetectionId } = here.send("DetectStackDrift", { StackName: "s" });
      here.send("DescribeStackDriftDetectionStatus", { StackDriftDetectionId });
      const { StackResourceDrifts } = here.send<{ StackResourceDrifts: Record<string, unknown>[] }>(
        "DescribeStackResourceDrifts",
        { StackName: "s" },
      );
      return StackResourceDrifts.map((one) => [
        one["LogicalResourceId"],
        (one["PropertyDifferences"] as Record<string, string>[]).map(
          (each) => `${each["DifferenceType"]} ${each["PropertyPath"]} ${each["ExpectedValue"]} ${each["ActualValue"]}`,
        ),
      ]);
    };
    expect(drifts()).toEqual([
      ["Vpc", []],
      ["Group", []],
    ]);
    const ids = here.send<{ StackResources: Record<string, string>[] }>("DescribeStackResources", { StackName: "s" });
    const idOf = (name: string): string =>
      ids.StackResources.find((one) => one["LogicalResourceId"] === name)?.["PhysicalResourceId"] ?? "";
    const open = (port: number, CidrIp: string): object => ({
      GroupId: idOf("Group"),
      IpPermissions: [{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] }],
    });
    here.send("RevokeSecurityGroupIngress", open(22, "10.0.0.0/8"), "ec2");
    here.send("AuthorizeSecurityGroupIngress", open(80, "0.0.0.0/0"), "ec2");
    here.send(
      "CreateTags",
      {
        Resources: [idOf("Vpc")],
        Tags: [
          { Key: "team", Value: "b" },
          { Key: "new", Value: "x" },
        ],
      },
      "ec2",
    );
    expect(drifts()).toEqual([
      ["Vpc", ["NOT_EQUAL /Tags/0/Value a b", 'ADD /Tags/1 null {"Key":"new","Value":"x"}']],
      [
        "Group",
        [
          expect.stringMatching(/^REMOVE \/SecurityGroupIngress\/0 .*"FromPort":22.* null$/),
          expect.stringMatching(/^ADD \/SecurityGroupIngress\/\d null .*"FromPort":80/),
        ],
      ],
    ]);
  });
});

describe("nested stacks", () => {
  it("live and die with their parent", ({ expect }) => {
    const here = world();
    const inner = {
      Parameters: { Word: { Type: "String" } },
      Resources: { P: parameter({ Ref: "Word" }, { Name: "inner" }) },
      Outputs: { Name: { Value: { Ref: "P" } } },
    };
    here.send(
      "CreateBucket",
      { Bucket: "templates", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } },
      "s3",
    );
    here.send("PutObject", { Bucket: "templates", Key: "inner.json", Body: Buffer.from(JSON.stringify(inner)) }, "s3");
    const TemplateURL = "https://templates.s3.eu-central-1.amazonaws.com/inner.json";
    const child = { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL, Parameters: { Word: "hello" } } };
    make(here, "outer", {
      Child: child,
      Copy: parameter({ "Fn::GetAtt": ["Child", "Outputs.Name"] }, { Name: "copy" }),
    });
    expect(here.send<{ Parameter: { Value: string } }>("GetParameter", { Name: "copy" }, "ssm").Parameter.Value).toBe(
      "inner",
    );
    const { StackSummaries } = here.send<{ StackSummaries: { StackName: string; ParentId?: string }[] }>("ListStacks", {
      StackStatusFilter: ["CREATE_COMPLETE"],
    });
    expect(StackSummaries.map((one) => [one.StackName.replace(/\w{12}$/, "…"), one.ParentId !== undefined])).toEqual([
      ["outer-Child-…", true],
      ["outer", false],
    ]);
    here.send("DeleteStack", { StackName: "outer" });
    expect(() => stackNow(here, "outer")).toThrow("does not exist");
    expect(() => here.send("GetParameter", { Name: "inner" }, "ssm")).toThrow();

    const long = { ...inner, Metadata: "x".repeat(1_000_000) };
    here.send("PutObject", { Bucket: "templates", Key: "inner.json", Body: Buffer.from(JSON.stringify(long)) }, "s3");
    expect(() => here.send("CreateStack", { StackName: "long", TemplateURL })).toThrow(
      "Template may not exceed 1000000 bytes in size.",
    );
  });
});
