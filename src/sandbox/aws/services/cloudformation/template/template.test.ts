// Templates: YAML and JSON, intrinsic functions, language extensions. Examples follow AWS's reference pages.
import { describe, it } from "vitest";
import { stackNow, world } from "../testing.ts";

const nothing = { Type: "AWS::CloudFormation::WaitConditionHandle" };

/** Outputs of a stack that consists of them: what a value evaluates to. */
function outputs(template: object | string, parameters: Record<string, string> = {}): Record<string, string> {
  const here = world();
  const body =
    typeof template === "string" ? template : JSON.stringify({ Resources: { Nothing: nothing }, ...template });
  here.send("CreateStack", {
    StackName: "s",
    TemplateBody: body,
    Capabilities: ["CAPABILITY_AUTO_EXPAND"],
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
  });
  return Object.fromEntries((stackNow(here, "s").Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue]));
}

const valueOf = (Value: unknown, more: object = {}): string | undefined =>
  outputs({ Outputs: { Out: { Value } }, ...more })["Out"];

describe("intrinsic functions", () => {
  const map = { Mappings: { Sizes: { "eu-central-1": { small: "t3.small", zones: ["a", "b"] } } } };
  it.for<[what: string, value: unknown, expected: string, more?: object]>([
    ["Ref of pseudo parameters", { Ref: "AWS::Region" }, "eu-central-1"],
    ["Fn::Join", { "Fn::Join": ["-", ["a", { Ref: "AWS::Partition" }, 1]] }, "a-aws-1"],
    ["Fn::Sub", { "Fn::Sub": "${AWS::StackName}:${!Literal}" }, "s:${Literal}"],
    [
      "Fn::Sub with a map",
      { "Fn::Sub": ["${A}-${AWS::URLSuffix}", { A: { Ref: "AWS::AccountId" } }] },
      "123456789012-amazonaws.com",
    ],
    ["Fn::Select and Fn::Split", { "Fn::Select": ["1", { "Fn::Split": ["|", "a|b|c"] }] }, "b"],
    ["Fn::FindInMap", { "Fn::FindInMap": ["Sizes", { Ref: "AWS::Region" }, "small"] }, "t3.small", map],
    ["a list in a map", { "Fn::Join": [",", { "Fn::FindInMap": ["Sizes", "eu-central-1", "zones"] }] }, "a,b", map],
    ["Fn::Base64", { "Fn::Base64": "hello" }, "aGVsbG8="],
    ["Fn::GetAZs", { "Fn::Select": [0, { "Fn::GetAZs": "" }] }, "eu-central-1a"],
    [
      "Fn::Cidr of IPv4",
      { "Fn::Join": [" ", { "Fn::Cidr": ["10.0.0.0/16", 3, 8] }] },
      "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24",
    ],
    ["Fn::Cidr of IPv6", { "Fn::Select": [1, { "Fn::Cidr": ["2001:db8::/56", 2, 64] }] }, "2001:db8:0:1::/64"],
    ["a boolean", true, "true"],
    ["AWS::NoValue in a list", { "Fn::Join": ["", ["a", { Ref: "AWS::NoValue" }, "b"]] }, "ab"],
  ])("%s", ([, value, expected, more], { expect }) => {
    expect(valueOf(value, more)).toBe(expected);
  });

  it("decide by conditions, which may refer to each other", ({ expect }) => {
    const template = {
      Parameters: { Stage: { Type: "String", Default: "dev" } },
      Conditions: {
        Big: {
          "Fn::And": [{ Condition: "Prod" }, { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] }] }],
        },
        Prod: { "Fn::Or": [{ "Fn::Equals": [{ Ref: "Stage" }, "prod"] }, { "Fn::Equals": ["a", "b"] }] },
      },
      Outputs: { Size: { Value: { "Fn::If": ["Big", "xl", "s"] } }, Only: { Condition: "Big", Value: "here" } },
    };
    expect(outputs(template)).toEqual({ Size: "s" });
    expect(outputs(template, { Stage: "prod" })).toEqual({ Size: "xl", Only: "here" });
  });

  it.for<[what: string, value: unknown, message: string]>([
    [
      "a map",
      { "Fn::FindInMap": ["Map", "Key", "Second"] },
      "Template error: Unable to get mapping for Map::Key::Second",
    ],
    [
      "Fn::Join",
      { "Fn::Join": ["-"] },
      "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined",
    ],
    [
      "Fn::Split",
      { "Fn::Split": ["-"] },
      "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
    ],
    [
      "Fn::Select",
      { "Fn::Select": ["x", ["a"]] },
      "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
    ],
  ])("refuse before anything is made what can't be carried out: %s", ([, value, message], { expect }) => {
    expect(() => valueOf(value, { Mappings: { Map: { Key: { First: "x" } } } })).toThrow(message);
  });
});

describe("YAML", () => {
  it("has short forms, and keeps what looks like a date or a switch", ({ expect }) => {
    const template = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Names: { Type: CommaDelimitedList, Default: "x, y" }
Conditions:
  Yes: !Equals [!Ref "AWS::Region", eu-central-1]
Resources:
  Group:
    Type: AWS::IAM::Group
    Properties: { GroupName: !Sub "\${AWS::StackName}-group" }
  Note:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Name: note
      Value: !Join
        - "/"
        - - !GetAtt Group.Arn
          - !Select [1, !Ref Names]
          - !If [Yes, 2012-10-17, no]
Outputs:
  Value: { Value: !GetAtt Note.Value }
`;
    const here = world();
    here.send("CreateStack", { StackName: "s", TemplateBody: template, Capabilities: ["CAPABILITY_NAMED_IAM"] });
    expect(stackNow(here, "s").Outputs).toEqual([
      { OutputKey: "Value", OutputValue: "arn:aws:iam::123456789012:group/s-group/y/2012-10-17" },
    ]);
    expect(here.send("GetTemplate", { StackName: "s" })).toMatchObject({ TemplateBody: template });
  });

  it("has no aliases, as AWS's has none", ({ expect }) => {
    const template = "Resources:\n  A: &a\n    Type: AWS::CloudFormation::WaitConditionHandle\n  B: *a\n";
    expect(() => outputs(template)).toThrow("YAML aliases are not allowed in CloudFormation templates");
  });
});

describe("AWS::LanguageExtensions", () => {
  it("unrolls loops, measures and writes JSON", ({ expect }) => {
    const template = {
      Transform: "AWS::LanguageExtensions",
      Parameters: { Names: { Type: "CommaDelimitedList", Default: "alpha,beta" } },
      Resources: {
        "Fn::ForEach::Notes": [
          "Name",
          { Ref: "Names" },
          {
            "Note${Name}": {
              Type: "AWS::SSM::Parameter",
              Properties: { Type: "String", Name: { "Fn::Sub": "${Name}" }, Value: { Ref: "Name" } },
            },
          },
        ],
      },
      Outputs: {
        Count: { Value: { "Fn::Length": { Ref: "Names" } } },
        Json: { Value: { "Fn::ToJsonString": { a: [1, { Ref: "AWS::Region" }] } } },
        Second: { Value: { "Fn::GetAtt": ["Notebeta", "Value"] } },
      },
    };
    expect(outputs(template)).toEqual({ Count: "2", Json: '{"a":[1,"eu-central-1"]}', Second: "beta" });
  });

  it("is asked for by name, other transforms are said not to be emulated", ({ expect }) => {
    expect(() => valueOf({ "Fn::Length": ["a"] })).toThrow("requires the transform AWS::LanguageExtensions");
    expect(() => outputs({ Transform: "AWS::Serverless-2016-10-31" })).toThrow(
      "the transform AWS::Serverless-2016-10-31 is not emulated",
    );
  });
});

describe("parameters", () => {
  it("are looked up in the Parameter Store, and in the account", ({ expect }) => {
    const here = world();
    here.send("PutParameter", { Name: "/size", Type: "String", Value: "large" }, "ssm");
    const template = {
      Parameters: {
        Size: { Type: "AWS::SSM::Parameter::Value<String>" },
        Vpc: { Type: "AWS::EC2::VPC::Id", Default: "vpc-0123456789abcdef0" },
      },
      Resources: { Nothing: nothing },
      Outputs: { Size: { Value: { Ref: "Size" } }, Direct: { Value: "{{resolve:ssm:/size}}-{{resolve:ssm:/size:1}}" } },
    };
    const Parameters = [{ ParameterKey: "Size", ParameterValue: "/size" }];
    const create = (body: object): unknown =>
      here.send("CreateStack", { StackName: "s", TemplateBody: JSON.stringify(body), Parameters });
    expect(() => create(template)).toThrow("vpc-0123456789abcdef0");
    create({ ...template, Parameters: { Size: template.Parameters.Size } });
    expect(stackNow(here, "s").Outputs?.map((one) => one.OutputValue)).toEqual(["large", "large-large"]);
    expect(stackNow(here, "s").Parameters).toEqual([
      { ParameterKey: "Size", ParameterValue: "/size", ResolvedValue: "large" },
    ]);
  });
});
