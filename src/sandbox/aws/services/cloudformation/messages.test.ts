// What CloudFormation refuses, in the words that were recorded from AWS.
import { describe, it } from "vitest";
import type { Guards } from "../../core/index.ts";
import { stackNow, world } from "./testing.ts";

const handle = { Type: "AWS::CloudFormation::WaitConditionHandle" };
const resources = { A: handle };
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "cloudformation.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const text = (template: object): string => JSON.stringify(template);
const withOutput = (Value: unknown): string => text({ Resources: resources, Outputs: { Out: { Value } } });

const templates: [situation: string, body: string, message: string][] = [
  ["broken JSON", '{"Resources": {"A": }', "Template format error: JSON not well-formed. (line 1, column 22)"],
  ["broken YAML", "Resources:\n  A: [", "Template format error: YAML not well-formed."],
  ["no resources", "{}", "Template format error: At least one Resources member must be defined."],
  [
    "a resource that is no object",
    text({ Resources: { A: "x" } }),
    "Template format error: Any Resources member must be an object.",
  ],
  [
    "no type",
    text({ Resources: { A: {} } }),
    "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
  ],
  [
    "an unknown key",
    text({ Resources: { A: { ...handle, Invalid: 1 } } }),
    "Invalid template resource property 'Invalid'",
  ],
  [
    "a resource's name",
    text({ Resources: { "A-B": handle } }),
    "Template format error: Resource name A-B is non alphanumeric.",
  ],
  [
    "a parameter's name",
    text({ Resources: resources, Parameters: { "A-B": { Type: "String" } } }),
    "Template format error: Parameter name A-B is non alphanumeric.",
  ],
  [
    "an unresolved Ref",
    text({ Resources: { A: { ...handle, Metadata: { Ref: "X" } } } }),
    "Template format error: Unresolved resource dependencies [X] in the Resources block of the template",
  ],
  [
    "an unresolved Ref in outputs",
    withOutput({ Ref: "X" }),
    "Template format error: Unresolved resource dependencies [X] in the Outputs block of the template",
  ],
  [
    "an output without value",
    text({ Resources: resources, Outputs: { Out: {} } }),
    "Template format error: Every Outputs member must contain a Value object",
  ],
  ["null", withOutput(null), "[/Outputs/Out/Value] 'null' values are not allowed in templates"],
  [
    "a map that is none",
    text({ Resources: resources, Mappings: { A: "x" } }),
    "Template format error: Every Mappings member A must be a map",
  ],
  [
    "a map too deep",
    text({ Resources: resources, Mappings: { A: { B: { C: { D: 1 } } } } }),
    "Template format error: Every Mappings attribute must be a String or a List.",
  ],
  [
    "an unknown condition",
    withOutput({ "Fn::If": ["X", 1, 2] }),
    "Template error: unresolved condition dependency X in Fn::If",
  ],
  [
    "Fn::Equals",
    text({ Resources: resources, Conditions: { C: { "Fn::Equals": ["a"] } } }),
    "Template error: every Fn::Equals object requires a list of 2 string parameters.",
  ],
  [
    "a circle",
    text({ Resources: { A: { ...handle, DependsOn: "B" }, B: { ...handle, DependsOn: "A" } } }),
    "Circular dependency between resources: [A, B]",
  ],
  [
    "Fn::GetAtt of nothing",
    withOutput({ "Fn::GetAtt": ["A"] }),
    "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
  ],
  [
    "a missing parameter",
    text({ Resources: resources, Parameters: { Input: { Type: "String" } } }),
    "Parameters: [Input] must have values",
  ],
  [
    "a number that is none",
    text({ Resources: resources, Parameters: { Value: { Type: "Number", Default: "x" } } }),
    "Parameter 'Value' must be a number.",
  ],
];

describe("CreateStack refuses", () => {
  it.for(templates)("%s", ([, TemplateBody, message], { expect }) => {
    const { send } = world();
    expect(() => send("CreateStack", { StackName: "s", TemplateBody })).toThrow(message);
    expect(() => send("DescribeStacks", { StackName: "s" })).toThrow("Stack with id s does not exist");
  });

  const requests: [situation: string, input: object, message: string | RegExp][] = [
    ["no template", {}, "Either Template URL or Template Body must be specified."],
    [
      "a long body",
      { TemplateBody: text({ Resources: { A: { ...handle, Metadata: "x".repeat(51_200) } } }) },
      /at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200$/,
    ],
    [
      "a bad name",
      { StackName: "a_b", TemplateBody: text({ Resources: resources }) },
      "1 validation error detected: Value 'a_b' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
    ],
    ["another URL", { TemplateURL: "https://example.com/t.json" }, "TemplateURL must be a supported URL."],
    [
      "a URL of S3's own kind",
      { TemplateURL: "s3://bucket/t.json" },
      "S3 error: Domain name specified in bucket is not a valid S3 domain",
    ],
    [
      "a type that isn't listed",
      { TemplateBody: text({ Resources: resources }), ResourceTypes: ["AWS::EC2::*"] },
      "Resource type AWS::CloudFormation::WaitConditionHandle is not allowed by parameter ResourceTypes [AWS::EC2::*]",
    ],
    [
      "a role that isn't there",
      { TemplateBody: text({ Resources: resources }), RoleARN: "arn:aws:iam::123456789012:role/none" },
      "Role arn:aws:iam::123456789012:role/none is invalid or cannot be assumed",
    ],
  ];
  it.for(requests)("%s", ([, input, message], { expect }) => {
    expect(() => world().send("CreateStack", { StackName: "s", ...input })).toThrow(message);
  });

  it("a role that CloudFormation may not assume; the caller needn't be allowed to look at it", ({ expect }) => {
    const guards: Guards = {
      allowed: (_, { action, resource }) => action !== "sts:AssumeRole" || resource.endsWith("/open"),
      authorize: ({ principal }, _, { operation }) => {
        if (operation === "GetRole" && principal.type !== "AWSService") throw new Error("denied");
      },
    };
    const { send } = world("eu-central-1", { guards });
    const create = (name: string): void => {
      send("CreateRole", { RoleName: name, AssumeRolePolicyDocument: trust }, "iam");
      const RoleARN = `arn:aws:iam::123456789012:role/${name}`;
      send("CreateStack", { StackName: name, TemplateBody: text({ Resources: resources }), RoleARN });
    };
    create("open");
    expect(() => create("shut")).toThrow("role/shut is invalid or cannot be assumed");
  });

  it("a status that there isn't", ({ expect }) => {
    const { send } = world();
    expect(() => send("ListStacks", { StackStatusFilter: ["CREATE_COMPLETE", "DONE"] })).toThrow(
      "Value '[CREATE_COMPLETE, DONE]' at 'stackStatusFilter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [",
    );
    expect(send("ListStacks", { StackStatusFilter: ["UPDATE_FAILED", "IMPORT_COMPLETE"] })).toEqual({
      StackSummaries: [],
    });
  });

  it("what isn't acknowledged", ({ expect }) => {
    const { send } = world();
    const iam = (more: object): string =>
      text({ Resources: { R: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {}, ...more } } } });
    const ask =
      (body: string, ...Capabilities: string[]): (() => void) =>
      () =>
        send("CreateStack", { StackName: "s", TemplateBody: body, Capabilities });
    expect(ask(iam({}))).toThrow("Requires capabilities : [CAPABILITY_IAM]");
    expect(ask(iam({ RoleName: "r" }), "CAPABILITY_IAM")).toThrow("Requires capabilities : [CAPABILITY_NAMED_IAM]");
    expect(ask(text({ Transform: "AWS::LanguageExtensions", Resources: resources }))).toThrow(
      "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    );
  });
});

describe("on stacks", () => {
  it("says what is there already, and what isn't", ({ expect }) => {
    const here = world();
    const { send } = here;
    const input = { StackName: "s", TemplateBody: text({ Resources: resources }) };
    const { StackId } = send<{ StackId: string }>("CreateStack", input);
    expect(() => send("CreateStack", input)).toThrow("Stack [s] already exists");
    stackNow(here, "s");
    expect(() => send("CreateChangeSet", { ...input, ChangeSetName: "c", ChangeSetType: "CREATE" })).toThrow(
      "Stack [s] already exists and cannot be created again with the changeSet [c].",
    );
    expect(() => send("DescribeChangeSet", { StackName: "s", ChangeSetName: "none" })).toThrow(
      "ChangeSet [none] does not exist",
    );
    expect(() => send("DescribeChangeSet", { StackName: "t", ChangeSetName: "none" })).toThrow(
      "Stack [t] does not exist",
    );
    expect(() => send("DescribeStackEvents", { StackName: "t" })).toThrow("Stack [t] does not exist");
    expect(() => send("DescribeStackResource", { StackName: "s", LogicalResourceId: "X" })).toThrow(
      "Resource X does not exist for stack s",
    );
    send("DeleteStack", { StackName: "s" });
    stackNow(here, StackId);
    expect(() => send("UpdateStack", { ...input, StackName: StackId })).toThrow(
      `Stack:${StackId} is in DELETE_COMPLETE state and can not be updated.`,
    );
  });

  it("tells of properties in the resource's event", ({ expect }) => {
    const here = world();
    const bad = { Type: "AWS::SSM::Parameter", Properties: { Value: "x" } };
    here.send("CreateStack", { StackName: "s", TemplateBody: text({ Resources: { P: bad } }) });
    expect(stackNow(here, "s").StackStatus).toBe("ROLLBACK_COMPLETE");
    const { StackEvents } = here.send<{ StackEvents: { ResourceStatusReason?: string }[] }>("DescribeStackEvents", {
      StackName: "s",
    });
    expect(StackEvents.map((event) => event.ResourceStatusReason)).toContain(
      "Property validation failure: [The property {/Type} is required]",
    );
  });

  it("tells of an attribute that no type has when outputs want it", ({ expect }) => {
    const here = world();
    here.send("CreateStack", {
      StackName: "s",
      TemplateBody: text({
        Resources: { P: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "x" } } },
        Outputs: { X: { Value: { "Fn::GetAtt": ["P", "A"] } } },
      }),
    });
    stackNow(here, "s");
    const { StackEvents } = here.send<{ StackEvents: { ResourceStatusReason?: string }[] }>("DescribeStackEvents", {
      StackName: "s",
    });
    expect(StackEvents.map((event) => event.ResourceStatusReason)).toContain(
      "[Error] /Outputs/X/Value/Fn::GetAtt: Resource type AWS::SSM::Parameter does not support attribute {A}. Rollback requested by user.",
    );
  });

  it("masks what must not be seen", ({ expect }) => {
    const here = world();
    const template = { Parameters: { Secret: { Type: "String", NoEcho: true } }, Resources: resources };
    here.send("CreateStack", {
      StackName: "s",
      TemplateBody: text(template),
      Parameters: [{ ParameterKey: "Secret", ParameterValue: "hush" }],
    });
    expect(stackNow(here, "s").Parameters).toEqual([{ ParameterKey: "Secret", ParameterValue: "****" }]);
  });
});
