// What AWS was recorded to do (localstack/localstack, tests/aws/services/cloudformation, *.snapshot.json), re-enacted.
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import type { World } from "./testing.ts";
import { stackNow, story, world } from "./testing.ts";

const parameter = (Value: unknown, more: object = {}, around: object = {}): object => ({
  Type: "AWS::SSM::Parameter",
  Properties: { Type: "String", Value, ...more },
  ...around,
});
const text = (Resources: object, more: object = {}): string => JSON.stringify({ Resources, ...more });
const reserved = parameter("x", { Name: "aws-reserved" });

function submit(here: World, operation: string, Resources: object, more: object = {}): string {
  const { template, ...input } = more as { template?: object };
  here.send(operation, { StackName: "s", TemplateBody: text(Resources, template), ...input });
  return stackNow(here, "s").StackStatus;
}

const valueOf = (here: World, Name: string): string => {
  const read = (): string =>
    here.send<{ Parameter: { Value: string } }>("GetParameter", { Name }, "ssm").Parameter.Value;
  return refusal(read).startsWith("ParameterNotFound") ? "gone" : read();
};

interface Event {
  LogicalResourceId: string;
  ResourceStatus: string;
  ResourceProperties?: string;
}

describe("a stack, as recorded from AWS", () => {
  it("shows properties with every event of a resource, from the first to its deletion", ({ expect }) => {
    const here = world();
    submit(here, "CreateStack", { A: parameter("root") });
    const { StackId } = stackNow(here, "s");
    here.send("DeleteStack", { StackName: "s" });
    stackNow(here, StackId);
    const { StackEvents } = here.send<{ StackEvents: Event[] }>("DescribeStackEvents", { StackName: StackId });
    const ofA = StackEvents.filter((one) => one.LogicalResourceId === "A");
    expect(ofA).toHaveLength(5);
    expect(ofA.every((one) => one.ResourceProperties === '{"Type":"String","Value":"root"}')).toBe(true);
  });

  it("clears up after an update in events with ids of their own, without properties", ({ expect }) => {
    const here = world();
    submit(here, "CreateStack", { A: parameter("1"), B: parameter("1") });
    submit(here, "UpdateStack", { A: parameter("1") });
    const { StackEvents } = here.send<{ StackEvents: (Event & { EventId: string })[] }>("DescribeStackEvents", {
      StackName: "s",
    });
    const deletions = StackEvents.filter((one) => one.ResourceStatus.startsWith("DELETE_"));
    expect(deletions.map((one) => one.ResourceProperties)).toEqual([undefined, undefined]);
    expect(deletions[0]?.EventId).toMatch(/^B-[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  it("made by a change set was updated once, and keeps its outputs when it is gone", ({ expect }) => {
    const here = world();
    const TemplateBody = text({ A: parameter("1") }, { Outputs: { V: { Value: { "Fn::GetAtt": ["A", "Value"] } } } });
    const set = { StackName: "s", ChangeSetName: "c" };
    here.send("CreateChangeSet", { ...set, TemplateBody, ChangeSetType: "CREATE", Tags: [{ Key: "k", Value: "v" }] });
    expect(stackNow(here, "s")).toMatchObject({
      StackStatus: "REVIEW_IN_PROGRESS",
      StackStatusReason: "User Initiated",
      Tags: [],
    });
    here.send("DescribeChangeSet", set);
    here.send("ExecuteChangeSet", set);
    const made = stackNow(here, "s");
    expect(here.send("ListChangeSets", { StackName: "s" })).toMatchObject({ Summaries: [] });
    expect(made).toMatchObject({
      LastUpdatedTime: expect.any(Date),
      LastOperations: [{ OperationType: "CREATE_STACK" }],
    });
    here.send("DeleteStack", { StackName: "s" });
    const gone = stackNow(here, made.StackId);
    expect(gone).toMatchObject({
      Outputs: [{ OutputValue: "1" }],
      LastOperations: [{ OperationType: "DELETE_STACK" }],
    });
    expect(gone).not.toHaveProperty("ChangeSetId");
  });

  it("can be made of conditions that don't hold, but nothing may refer to what isn't there", ({ expect }) => {
    const here = world();
    const template = { Conditions: { No: { "Fn::Equals": ["a", "b"] } } };
    const absent = parameter("1", {}, { Condition: "No" });
    const set = { StackName: "s", ChangeSetName: "c" };
    here.send("CreateChangeSet", { ...set, TemplateBody: text({ A: absent }, template), ChangeSetType: "CREATE" });
    expect(here.send("DescribeChangeSet", set)).toMatchObject({ Status: "CREATE_COMPLETE", Changes: [] });
    const other = (body: string): string =>
      refusal(() => here.send("CreateStack", { StackName: "t", TemplateBody: body }));
    expect(other(text({ A: absent, B: parameter({ Ref: "A" }) }, template))).toBe(
      "ValidationError: Template format error: Unresolved resource dependencies [A] in the Resources block of the template",
    );
    const Outputs = { O: { Value: { Ref: "A" } } };
    expect(other(text({ A: absent, B: parameter("1") }, { ...template, Outputs }))).toBe(
      "ValidationError: Unresolved resource dependencies [A] in the Outputs block of the template",
    );
  });

  it("resolves dynamic references that functions put together, and references in metadata", ({ expect }) => {
    const here = world();
    here.send("PutParameter", { Name: "/prod/size", Value: "large", Type: "String" }, "ssm");
    const template = { Parameters: { Stage: { Type: "String", Default: "prod" } } };
    const size = { "Fn::Sub": "{{resolve:ssm:/${Stage}/size}}" };
    submit(
      here,
      "CreateStack",
      { A: parameter(size, { Name: "a" }, { Metadata: { stage: { Ref: "Stage" } } }) },
      { template },
    );
    expect(valueOf(here, "a")).toBe("large");
    const detail = here.send("DescribeStackResource", { StackName: "s", LogicalResourceId: "A" });
    expect(detail).toMatchObject({ StackResourceDetail: { Metadata: '{"stage":"prod"}' } });
  });

  it("shows a template after AWS::LanguageExtensions with what could be computed", ({ expect }) => {
    const here = world();
    const template = {
      Transform: "AWS::LanguageExtensions",
      Parameters: { L: { Type: "CommaDelimitedList", Default: "a,b" } },
    };
    const Resources = {
      "Fn::ForEach::Each": ["X", ["P", "Q"], { "Par${X}": parameter({ "Fn::Sub": "value ${X}" }) }],
      Count: parameter({ "Fn::Length": { Ref: "L" } }),
      Text: parameter({ "Fn::ToJsonString": { a: "b" } }),
    };
    submit(here, "CreateStack", Resources, { template, Capabilities: ["CAPABILITY_AUTO_EXPAND"] });
    const { TemplateBody } = here.send<{ TemplateBody: string }>("GetTemplate", {
      StackName: "s",
      TemplateStage: "Processed",
    });
    expect(JSON.parse(TemplateBody)).toMatchObject({
      Resources: {
        ParP: { Properties: { Value: "value P" } },
        ParQ: { Properties: { Value: "value Q" } },
        Count: { Properties: { Value: 2 } },
        Text: { Properties: { Value: '{"a":"b"}' } },
      },
    });
  });
});

describe("a change set, as recorded from AWS", () => {
  interface Detail {
    Target: { Attribute: string; Name?: string };
    Evaluation: string;
    ChangeSource: string;
    CausingEntity?: string;
  }
  const details = (here: World, Resources: object, more: object): string[] => {
    const set = { StackName: "s", ChangeSetName: "c" };
    const { template, ...input } = more as { template?: object };
    here.send("CreateChangeSet", { ...set, TemplateBody: text(Resources, template), ...input });
    const { Changes } = here.send<{ Changes: { ResourceChange: { Details: Detail[] } }[] }>("DescribeChangeSet", {
      ...set,
      IncludePropertyValues: true,
    });
    return Changes.flatMap((one) => one.ResourceChange.Details).map((one) =>
      [one.Target.Attribute, one.Target.Name, one.Evaluation, one.ChangeSource, one.CausingEntity].join(" ").trim(),
    );
  };

  it("tells a changed parameter with its cause and as a change that depends on it", ({ expect }) => {
    const here = world();
    const template = { Parameters: { V: { Type: "String" } } };
    const given = (ParameterValue: string): object => ({ Parameters: [{ ParameterKey: "V", ParameterValue }] });
    const Resources = { A: parameter({ Ref: "V" }) };
    submit(here, "CreateStack", Resources, { template, ...given("1") });
    expect(details(here, Resources, { template, ...given("2") })).toEqual([
      "Properties Value Static ParameterReference V",
      "Properties Value Dynamic DirectModification",
    ]);
  });

  it("tells a resource's own tags as a property, the stack's as tags", ({ expect }) => {
    const here = world();
    const Resources = { A: parameter("1", { Tags: { team: "a" } }) };
    submit(here, "CreateStack", Resources);
    expect(details(here, { A: parameter("1", { Tags: { team: "b" } }) }, {})).toEqual([
      "Properties Tags Static DirectModification",
    ]);
    here.send("DeleteChangeSet", { StackName: "s", ChangeSetName: "c" });
    expect(details(here, Resources, { Tags: [{ Key: "env", Value: "x" }] })).toEqual([
      "Tags Tags Static DirectModification",
    ]);
  });
});

describe("what goes wrong", () => {
  it("leaves a failed update as it is when asked to, until it is rolled back or gone on with", ({ expect }) => {
    const here = world();
    submit(here, "CreateStack", { A: parameter("1", { Name: "a" }) });
    const bad = { A: parameter("2", { Name: "a" }), Bad: { ...reserved, DependsOn: "A" } };
    expect(submit(here, "UpdateStack", bad, { DisableRollback: true })).toBe("UPDATE_FAILED");
    expect(valueOf(here, "a")).toBe("2");
    const better = { A: parameter("3", { Name: "a" }), Bad: parameter("x", { Name: "b" }) };
    expect(submit(here, "UpdateStack", better)).toBe("UPDATE_COMPLETE");
    expect(submit(here, "UpdateStack", bad, { DisableRollback: true })).toBe("UPDATE_FAILED");
    here.send("RollbackStack", { StackName: "s" });
    expect(stackNow(here, "s").StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect([valueOf(here, "a"), valueOf(here, "b")]).toEqual(["3", "x"]);
  });

  it("retains what a failed creation made, unless RetainExceptOnCreate is asked for", ({ expect }) => {
    const kept = (Name: string): object => ({
      A: parameter("1", { Name }, { DeletionPolicy: "Retain" }),
      Bad: { ...reserved, DependsOn: "A" },
    });
    const here = world();
    expect(submit(here, "CreateStack", kept("a"))).toBe("ROLLBACK_COMPLETE");
    expect(valueOf(here, "a")).toBe("1");
    here.send("DeleteStack", { StackName: "s" });
    expect(refusal(() => stackNow(here, "s"))).toContain("does not exist");
    expect(submit(here, "CreateStack", kept("b"), { RetainExceptOnCreate: true })).toBe("ROLLBACK_COMPLETE");
    expect(valueOf(here, "b")).toBe("gone");
  });

  it("deletes a stack by force, leaving behind what can't be deleted", ({ expect }) => {
    const here = world();
    submit(here, "CreateStack", { Logs: { Type: "AWS::S3::Bucket", Properties: { BucketName: "full" } } });
    here.send("PutObject", { Bucket: "full", Key: "k", Body: Buffer.from("x") }, "s3");
    const force = { StackName: "s", DeletionMode: "FORCE_DELETE_STACK" };
    expect(refusal(() => here.send("DeleteStack", force))).toMatch(/only when the stack is in the DELETE_FAILED state/);
    const { StackId } = stackNow(here, "s");
    here.send("DeleteStack", { StackName: "s" });
    expect(stackNow(here, "s").StackStatus).toBe("DELETE_FAILED");
    here.send("DeleteStack", force);
    expect(stackNow(here, StackId).StackStatus).toBe("DELETE_COMPLETE");
    expect(story(here, StackId).some((line) => line.startsWith("Logs DELETE_SKIPPED"))).toBe(true);
    expect(here.send("ListBuckets", {}, "s3")).toMatchObject({ Buckets: [{ Name: "full" }] });
  });

  it("keeps to the stack's policy: no change, no replacement, no deletion; for one update another one holds", ({
    expect,
  }) => {
    const here = world();
    const statement = (Effect: string, Action: string, Resource = "*"): object => ({
      Effect,
      Action,
      Principal: "*",
      Resource,
    });
    const policy = (...Statement: object[]): string => JSON.stringify({ Statement });
    const [both, one] = [
      { A: parameter("1", { Name: "a" }), B: parameter("1", { Name: "b" }) },
      { A: parameter("1", { Name: "a" }) },
    ];
    submit(here, "CreateStack", both, {
      StackPolicyBody: policy(
        statement("Allow", "Update:*"),
        statement("Deny", "Update:Delete", "LogicalResourceId/B"),
      ),
    });
    expect(submit(here, "UpdateStack", one)).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(story(here, "s")).toContain(
      "B UPDATE_FAILED Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [LogicalResourceId/B]",
    );
    const StackPolicyDuringUpdateBody = policy(statement("Allow", "Update:*"));
    expect(submit(here, "UpdateStack", one, { StackPolicyDuringUpdateBody })).toBe("UPDATE_COMPLETE");
    expect(valueOf(here, "b")).toBe("gone");
    here.send("SetStackPolicy", { StackName: "s", StackPolicyBody: policy(statement("Allow", "Update:Modify")) });
    expect(submit(here, "UpdateStack", { A: parameter("2", { Name: "a" }) })).toBe("UPDATE_COMPLETE");
    expect(submit(here, "UpdateStack", { A: parameter("2", { Name: "c" }) })).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(story(here, "s")).toContain("A UPDATE_FAILED Action not allowed by stack policy");
  });

  it("is refused by name when the sandbox can't do it, by AWS's words when AWS wouldn't", ({ expect }) => {
    const here = world();
    const create = (body: string, more: object = {}): string =>
      refusal(() => here.send("CreateStack", { StackName: "s", TemplateBody: body, ...more }));
    const A = parameter("1");
    expect(create(text({ A }, { Rules: { R: { Assertions: [] } } }))).toContain("the Rules section of a template");
    const included = { "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: "s3://b/k" } } };
    expect(create(text({ A: parameter(included) }))).toContain("Fn::Transform with AWS::Include");
    const trigger = (Type: string, Arn: string): object => ({
      RollbackConfiguration: { RollbackTriggers: [{ Type, Arn }] },
    });
    expect(create(text({ A }), trigger("Another", "x"))).toBe("ValidationError: Rollback Trigger Type not supported");
    expect(create(text({ A }), trigger("AWS::CloudWatch::Alarm", "arn:aws:cloudwatch:eu-central-1:1:name"))).toBe(
      "ValidationError: RelativeId of a Rollback Trigger's ARN is incorrect",
    );
  });
});
