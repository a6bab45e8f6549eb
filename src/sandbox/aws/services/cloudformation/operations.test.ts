// Every emulated operation of CloudFormation: what it does, seen by reading, and what it refuses, in AWS's words.
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import { cloudFormation } from "./index.ts";
import type { World } from "./testing.ts";
import { stackNow, story, world } from "./testing.ts";

interface Row {
  /** What is there before, besides the stack "s" with a parameter called A and an export of its value. */
  given?: (here: World) => void;
  input: object | ((here: World) => object);
  /** What shows that it was carried out: the answer by default. */
  seen?: (here: World, answer: unknown) => unknown;
  as: unknown;
  /** A wrong input and AWS's answer. */
  refused: readonly [input: object, error: string];
}

const parameter = (Value: unknown, more: object = {}): object => ({
  Type: "AWS::SSM::Parameter",
  Properties: { Type: "String", Value, ...more },
});
const text = (resources: object, more: object = {}): string => JSON.stringify({ Resources: resources, ...more });
const Export = { Name: "harbour" };
const outputs = { Outputs: { Name: { Value: { "Fn::GetAtt": ["A", "Value"] }, Export } } };
const first = text({ A: parameter("1", { Name: "a" }) }, outputs);
const second = text({ A: parameter("2", { Name: "a" }) }, outputs);
const importing = text({ B: parameter({ "Fn::ImportValue": "harbour" }) });
const s = { StackName: "s" };
const none = { StackName: "none" };
const nowhere = "ValidationError: Stack [none] does not exist";
const value = (here: World): unknown =>
  here.send<{ Parameter: { Value: string } }>("GetParameter", { Name: "a" }, "ssm").Parameter.Value;
const status = (here: World): string => stackNow(here, "s").StackStatus;
const ask =
  (operation: string, input: object = s) =>
  (here: World): unknown =>
    here.send(operation, input);
const planned = (here: World): void => {
  here.send("CreateChangeSet", { ...s, ChangeSetName: "c", TemplateBody: second });
  here.send("DescribeChangeSet", { ...s, ChangeSetName: "c" });
};
const changeSet = { ...s, ChangeSetName: "c" };
const noSet = "ChangeSetNotFound: ChangeSet [no] does not exist";
const drifting = (here: World): void => {
  here.send("PutParameter", { Name: "a", Value: "else", Type: "String", Overwrite: true }, "ssm");
};
const detected = (here: World): string => {
  const { StackDriftDetectionId: id } = here.send<{ StackDriftDetectionId: string }>("DetectStackDrift", s);
  here.send("DescribeStackDriftDetectionStatus", { StackDriftDetectionId: id });
  return id;
};
const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
/** A rollback that can't go on: somebody took a role away while the update that failed was under way. */
const stuck = (here: World): void => {
  const role = (Description: string): object => ({
    Type: "AWS::IAM::Role",
    Properties: { RoleName: "r", Description, AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [trust] } },
  });
  const input = { StackName: "t", Capabilities: ["CAPABILITY_NAMED_IAM"] };
  here.send("CreateStack", { ...input, TemplateBody: text({ R: role("1") }) });
  stackNow(here, "t");
  const bad = { ...parameter("x", { Name: "aws-reserved" }), DependsOn: "R" };
  here.send("UpdateStack", { ...input, TemplateBody: text({ R: role("2"), Bad: bad }) });
  for (let reads = 0; reads < 20 && !story(here, "t").includes("R UPDATE_COMPLETE"); reads += 1);
  here.send("DeleteRole", { RoleName: "r" }, "iam");
  stackNow(here, "t");
};
const policy = (Effect: string): string =>
  JSON.stringify({ Statement: [{ Effect, Action: "Update:*", Principal: "*", Resource: "*" }] });
const waiting = text({
  H: { Type: "AWS::CloudFormation::WaitConditionHandle" },
  W: { Type: "AWS::CloudFormation::WaitCondition", Properties: { Handle: { Ref: "H" }, Timeout: "600", Count: 1 } },
});
const failed = (here: World): void => {
  const broken = text({ A: parameter("3", { Name: "a" }), C: parameter("x", { Name: "aws-reserved" }) });
  here.send("UpdateStack", { ...s, TemplateBody: broken, DisableRollback: true });
  status(here);
};

const rows: Readonly<Record<string, Row>> = {
  CancelUpdateStack: {
    given: (here) => here.send("UpdateStack", { ...s, TemplateBody: second }),
    input: s,
    seen: (here) => [status(here), value(here)],
    as: ["UPDATE_ROLLBACK_COMPLETE", "1"],
    refused: [none, nowhere],
  },
  ContinueUpdateRollback: {
    given: stuck,
    input: { StackName: "t", ResourcesToSkip: ["R"] },
    seen: (here) => stackNow(here, "t"),
    as: { StackStatus: "UPDATE_ROLLBACK_COMPLETE" },
    refused: [none, nowhere],
  },
  CreateChangeSet: {
    input: { ...changeSet, TemplateBody: second },
    seen: ask("DescribeChangeSet", changeSet),
    as: { Status: "CREATE_COMPLETE", Changes: [{ ResourceChange: { Action: "Modify", LogicalResourceId: "A" } }] },
    refused: [{ ...none, ChangeSetName: "c", TemplateBody: first }, nowhere],
  },
  CreateStack: {
    input: { StackName: "t", TemplateBody: importing },
    seen: (here) => stackNow(here, "t"),
    as: { StackStatus: "CREATE_COMPLETE" },
    refused: [{ ...s, TemplateBody: first }, "AlreadyExistsException: Stack [s] already exists"],
  },
  DeleteChangeSet: {
    given: planned,
    input: changeSet,
    seen: ask("ListChangeSets"),
    as: { Summaries: [] },
    refused: [{ ...s, ChangeSetName: "no" }, noSet],
  },
  DeleteStack: {
    input: s,
    seen: (here) => refusal(() => status(here)),
    as: "ValidationError: Stack with id s does not exist",
    refused: [
      { StackName: "" },
      "ValidationError: 1 validation error detected: Value '' at 'stackName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  },
  DescribeChangeSet: {
    given: planned,
    input: changeSet,
    as: { ChangeSetName: "c", StackName: "s", ExecutionStatus: "AVAILABLE" },
    refused: [{ ...s, ChangeSetName: "no" }, noSet],
  },
  DescribeStackDriftDetectionStatus: {
    given: drifting,
    input: (here) => ({ StackDriftDetectionId: detected(here) }),
    as: { DetectionStatus: "DETECTION_COMPLETE", StackDriftStatus: "DRIFTED", DriftedStackResourceCount: 1 },
    refused: [{ StackDriftDetectionId: "no" }, "ValidationError: Drift detection ID [no] does not exist"],
  },
  DescribeStackEvents: {
    input: s,
    as: {
      StackEvents: [
        { LogicalResourceId: "s", ResourceStatus: "CREATE_COMPLETE" },
        { LogicalResourceId: "A" },
        {},
        {},
        {},
      ],
    },
    refused: [none, nowhere],
  },
  DescribeStackResource: {
    input: { ...s, LogicalResourceId: "A" },
    as: { StackResourceDetail: { PhysicalResourceId: "a", ResourceStatus: "CREATE_COMPLETE" } },
    refused: [{ ...s, LogicalResourceId: "Z" }, "ValidationError: Resource Z does not exist for stack s"],
  },
  DescribeStackResourceDrifts: {
    given: (here) => {
      drifting(here);
      detected(here);
    },
    input: s,
    as: {
      StackResourceDrifts: [
        {
          StackResourceDriftStatus: "MODIFIED",
          PropertyDifferences: [{ PropertyPath: "/Value", ExpectedValue: "1", ActualValue: "else" }],
        },
      ],
    },
    refused: [none, nowhere],
  },
  DescribeStackResources: {
    input: { PhysicalResourceId: "a" },
    as: { StackResources: [{ LogicalResourceId: "A", StackName: "s" }] },
    refused: [none, "ValidationError: Stack with id none does not exist"],
  },
  DescribeStacks: {
    input: s,
    as: { Stacks: [{ StackStatus: "CREATE_COMPLETE", Outputs: [{ OutputValue: "1", ExportName: "harbour" }] }] },
    refused: [none, "ValidationError: Stack with id none does not exist"],
  },
  DetectStackDrift: {
    given: drifting,
    input: s,
    seen: (here) => detected(here) && here.send("DescribeStacks", s),
    as: { Stacks: [{ DriftInformation: { StackDriftStatus: "DRIFTED" } }] },
    refused: [none, nowhere],
  },
  DetectStackResourceDrift: {
    given: drifting,
    input: { ...s, LogicalResourceId: "A" },
    as: { StackResourceDrift: { StackResourceDriftStatus: "MODIFIED" } },
    refused: [{ ...s, LogicalResourceId: "Z" }, "ValidationError: Resource Z does not exist for stack s"],
  },
  EstimateTemplateCost: {
    input: { TemplateBody: first },
    seen: (_here, answer) => (answer as { Url: string }).Url.startsWith("http://calculator.s3.amazonaws.com/"),
    as: true,
    refused: [{}, "ValidationError: Either Template URL or Template Body must be specified."],
  },
  ExecuteChangeSet: {
    given: planned,
    input: changeSet,
    seen: (here) => [status(here), value(here)],
    as: ["UPDATE_COMPLETE", "2"],
    refused: [{ ...s, ChangeSetName: "no" }, noSet],
  },
  GetStackPolicy: {
    given: (here) => here.send("SetStackPolicy", { ...s, StackPolicyBody: policy("Deny") }),
    input: s,
    as: { StackPolicyBody: policy("Deny") },
    refused: [none, nowhere],
  },
  GetTemplate: {
    input: s,
    as: { TemplateBody: first, StagesAvailable: ["Original", "Processed"] },
    refused: [none, "ValidationError: Stack with id none does not exist"],
  },
  GetTemplateSummary: {
    input: s,
    as: { ResourceTypes: ["AWS::SSM::Parameter"], ResourceIdentifierSummaries: [{ ResourceIdentifiers: ["Name"] }] },
    refused: [none, nowhere],
  },
  ListChangeSets: {
    given: planned,
    input: s,
    as: { Summaries: [{ ChangeSetName: "c", Status: "CREATE_COMPLETE" }] },
    refused: [none, nowhere],
  },
  ListExports: {
    input: {},
    as: { Exports: [{ Name: "harbour", Value: "1" }] },
    refused: [{ NextToken: "no" }, "ValidationError: Invalid NextToken: no"],
  },
  ListImports: {
    given: (here) => {
      here.send("CreateStack", { StackName: "t", TemplateBody: importing });
      stackNow(here, "t");
    },
    input: { ExportName: "harbour" },
    as: { Imports: ["t"] },
    refused: [{ ExportName: "quay" }, "ValidationError: Export 'quay' is not imported by any stack."],
  },
  ListStackResources: {
    input: s,
    as: { StackResourceSummaries: [{ LogicalResourceId: "A", PhysicalResourceId: "a" }] },
    refused: [none, "ValidationError: Stack with id none does not exist"],
  },
  ListStacks: {
    input: { StackStatusFilter: ["CREATE_COMPLETE"] },
    as: { StackSummaries: [{ StackName: "s" }] },
    refused: [{ NextToken: "no" }, "ValidationError: Invalid NextToken: no"],
  },
  RollbackStack: {
    given: failed,
    input: s,
    seen: (here) => [status(here), value(here)],
    as: ["UPDATE_ROLLBACK_COMPLETE", "1"],
    refused: [none, nowhere],
  },
  SetStackPolicy: {
    input: { ...s, StackPolicyBody: policy("Deny") },
    seen: (here) => {
      here.send("UpdateStack", { ...s, TemplateBody: second });
      return [status(here), value(here), story(here, "s").find((line) => line.includes("UPDATE_FAILED"))];
    },
    as: [
      "UPDATE_ROLLBACK_COMPLETE",
      "1",
      "A UPDATE_FAILED Action denied by stack policy: Statement [#1] does not allow [Update:*] for resource [*]",
    ],
    refused: [
      { ...s, StackPolicyBody: policy("Perhaps") },
      "ValidationError: Error validating stack policy: Invalid stack policy",
    ],
  },
  SignalResource: {
    given: (here) => here.send("CreateStack", { StackName: "t", TemplateBody: waiting }),
    input: { StackName: "t", LogicalResourceId: "W", UniqueId: "1", Status: "SUCCESS" },
    seen: (here) => stackNow(here, "t"),
    as: { StackStatus: "CREATE_COMPLETE" },
    refused: [{ ...none, LogicalResourceId: "W", UniqueId: "1", Status: "SUCCESS" }, nowhere],
  },
  UpdateStack: {
    input: { ...s, TemplateBody: second },
    seen: (here) => [status(here), value(here)],
    as: ["UPDATE_COMPLETE", "2"],
    refused: [{ ...s, TemplateBody: second }, "ValidationError: No updates are to be performed."],
  },
  UpdateTerminationProtection: {
    input: { ...s, EnableTerminationProtection: true },
    seen: (here) => refusal(() => here.send("DeleteStack", s)),
    as: "ValidationError: Stack [s] cannot be deleted while TerminationProtection is enabled",
    refused: [{ ...none, EnableTerminationProtection: true }, nowhere],
  },
  ValidateTemplate: {
    input: { TemplateBody: text({ R: { Type: "AWS::IAM::User", Properties: { UserName: "ann" } } }) },
    as: { Capabilities: ["CAPABILITY_NAMED_IAM"] },
    refused: [{}, "ValidationError: Either Template URL or Template Body must be specified."],
  },
};

describe("every operation of CloudFormation", () => {
  it("has a row here", ({ expect }) => {
    expect(Object.keys(rows)).toEqual(Object.keys(cloudFormation.operations).toSorted());
  });

  for (const [operation, row] of Object.entries(rows)) {
    it(`${operation} does what it should, and refuses what AWS refuses`, ({ expect }) => {
      const here = world();
      here.send("CreateStack", { ...s, TemplateBody: first });
      status(here);
      row.given?.(here);
      const answer = here.send(operation, typeof row.input === "function" ? row.input(here) : row.input);
      const seen = row.seen ? row.seen(here, answer) : answer;
      if (typeof row.as === "object") expect(seen).toMatchObject(row.as as object);
      else expect(seen).toBe(row.as);
      const [wrong, error] = row.refused;
      expect(refusal(() => here.send(operation, wrong))).toBe(error);
    });
  }
});
