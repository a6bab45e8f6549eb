import { describe, it } from "vitest";
import { compareTemplates, readUserData } from "./compare.ts";
import type { Template, TemplateValue } from "./template.ts";

const template = (properties: Record<string, TemplateValue>): Template => ({
  AWSTemplateFormatVersion: "2010-09-09",
  Resources: { Thing: { Type: "AWS::Test::Thing", Properties: properties } },
});
const differs = (a: Record<string, TemplateValue>, b: Record<string, TemplateValue>): string[] =>
  compareTemplates(template(a), template(b)).map(({ path }) => path);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("templates that mean the same", () => {
  it("may list subnets and tags in any order, and a tag twice", ({ expect }) => {
    expect(differs({ SubnetIds: ["b", "a"] }, { SubnetIds: ["a", "b"] })).toEqual([]);
    const tag = { Key: "a", Value: "1" };
    expect(differs({ Tags: [tag, tag] }, { Tags: [tag] })).toEqual([]);
  });

  it("may spell Fn::GetAtt in two ways", ({ expect }) => {
    expect(differs({ A: { "Fn::GetAtt": "Role1.Arn" } }, { A: { "Fn::GetAtt": ["Role1", "Arn"] } })).toEqual([]);
  });

  it("may carry user data with another boundary, line ends and order of labels and taints", ({ expect }) => {
    const lf =
      "Content-Type: multipart/mixed; boundary=A\n\n--A\nflags:\n- --node-labels=a=1,b=2\n- --register-with-taints=x=:NoSchedule,y=1:NoExecute\n--A--\n";
    const crlf = lf
      .replaceAll("=A", "=XYZ")
      .replaceAll("--A", "--XYZ")
      .replaceAll("\n", "\r\n")
      .replace("a=1,b=2", "b=2,a=1")
      .replace("x=:NoSchedule,y=1:NoExecute", "y=1:NoExecute,x=:NoSchedule");
    expect(differs({ UserData: base64(lf) }, { UserData: base64(crlf) })).toEqual([]);
    expect(readUserData(base64(crlf))).toContain("boundary=BOUNDARY\n");
  });
});

describe("templates that differ", () => {
  it("are told by path, with both values", ({ expect }) => {
    const found = compareTemplates(template({ Size: { Max: 2 } }), template({ Size: { Max: 3, Min: 1 } }));
    expect(found).toEqual([
      { path: "Resources.Thing.Properties.Size.Max", before: 2, after: 3 },
      { path: "Resources.Thing.Properties.Size.Min", after: 1 },
    ]);
  });

  it("differ in the order of lists that are no sets", ({ expect }) => {
    expect(differs({ Overrides: ["a", "b"] }, { Overrides: ["b", "a"] })).toEqual([
      "Resources.Thing.Properties.Overrides",
    ]);
  });
});
