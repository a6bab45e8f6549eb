import { describe, it } from "vitest";
import type { PolicyKind } from "./index.ts";
import { contextKeysOf, parsePolicy, policySize } from "./index.ts";

const policy = (statement: unknown, more: object = {}): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statement, ...more });
const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const problem = (text: string, kind: PolicyKind = "identity"): string => {
  const parsed = parsePolicy(text, kind);
  return "problem" in parsed ? parsed.problem : "fine";
};

describe("a policy document", () => {
  it("may give one value or a list, one statement or several", ({ expect }) => {
    const parsed = parsePolicy(policy({ ...allow, Action: ["s3:Get*", "s3:List*"] }), "identity");
    if ("problem" in parsed) throw new Error(parsed.problem);
    const [statement] = parsed.document.statements;
    expect(statement?.actions.patterns.map((pattern) => pattern.text)).toEqual(["s3:get*", "s3:list*"]);
    expect(statement?.resources?.patterns.map((pattern) => pattern.text)).toEqual(["*"]);
  });

  it.for<[what: string, text: string, problem: string]>([
    ["empty text", "", "Syntax errors in policy."],
    ["no object", "[]", "Syntax errors in policy."],
    ["an unknown element", policy(allow, { Statements: [] }), "Syntax errors in policy."],
    ["no statement", '{"Version":"2012-10-17"}', "Syntax errors in policy."],
    ["no version", JSON.stringify({ Statement: [allow] }), "Policy document must be version 2012-10-17 or greater."],
    [
      "another version",
      policy(allow, { Version: "2016-01-01" }),
      "Policy document must be version 2012-10-17 or greater.",
    ],
    ["an effect in lower case", policy({ ...allow, Effect: "allow" }), "Syntax errors in policy."],
    ["an unknown statement element", policy({ ...allow, Ressource: "*" }), "Syntax errors in policy."],
    ["Action and NotAction", policy({ ...allow, NotAction: "s3:*" }), "Syntax errors in policy."],
    ["no action", policy({ Effect: "Allow", Resource: "*" }), "Policy statement must contain actions."],
    ["an empty list of actions", policy({ ...allow, Action: [] }), "Policy statement must contain actions."],
    ["no resource", policy({ Effect: "Allow", Action: "s3:*" }), "Policy statement must contain resources."],
    [
      "an action without service",
      policy({ ...allow, Action: "Get" }),
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ],
    ["a wildcard for the service", policy({ ...allow, Action: "s*:Get" }), "Vendor s* is not valid"],
    ["a resource that is no ARN", policy({ ...allow, Resource: "b/*" }), 'Resource b/* must be in ARN format or "*".'],
    [
      "a partition that isn't",
      policy({ ...allow, Resource: "arn:aaws:s3:::b" }),
      'Partition "aaws" is not valid for resource "arn:aaws:s3:::b".',
    ],
    [
      "an IAM resource with a region",
      policy({ ...allow, Resource: "arn:aws:iam:eu-west-1::role/x" }),
      "IAM resource arn:aws:iam:eu-west-1::role/x cannot contain region information.",
    ],
    ["a principal", policy({ ...allow, Principal: "*" }), "Policy document should not specify a principal."],
    [
      "two equal Sids",
      policy([
        { ...allow, Sid: "a" },
        { ...allow, Sid: "a" },
      ]),
      "Statement IDs (SID) in a single policy must be unique.",
    ],
    [
      "a Sid with a blank",
      policy({ ...allow, Sid: "a b" }),
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ],
    [
      "an unknown operator",
      policy({ ...allow, Condition: { StringIs: { "aws:userid": "a" } } }),
      "Invalid Condition type : StringIs",
    ],
    ["a condition that is no object", policy({ ...allow, Condition: "x" }), "Syntax errors in policy."],
  ])("with %s is refused in AWS's words", ([, text, words], { expect }) => {
    expect(problem(text)).toBe(words);
  });

  it.for<[what: string, statement: object, problem: string]>([
    ["a resource", { Principal: "*", Resource: "*" }, "Has prohibited field Resource"],
    ["no principal", {}, "Missing required field Principal"],
    ["NotPrincipal", { NotPrincipal: { AWS: "*" } }, "Has prohibited field NotPrincipal"],
    [
      "another service's action",
      { Principal: "*", Action: "s3:Get*" },
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    ["a typo in a field", { Principal: "*", Conditions: {} }, "Unknown field Conditions"],
    [
      "an account of 11 digits",
      { Principal: { AWS: "12345678901" } },
      'Invalid principal in policy: "AWS":"12345678901"',
    ],
    [
      "a wildcard in a principal",
      { Principal: { AWS: "arn:aws:iam::123456789012:role/*" } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/*"',
    ],
    ["a service that isn't", { Principal: { Service: "eks" } }, 'Invalid principal in policy: "SERVICE":"eks"'],
    [
      "an unknown kind of principal",
      { Principal: { Aws: "*" } },
      "Invalid principal in policy: Unknown principal type Aws",
    ],
    ["a wrong effect", { Effect: "Maybe", Principal: "*" }, "Invalid effect: Maybe"],
  ])("that is a trust policy with %s is refused too", ([, statement, words], { expect }) => {
    expect(problem(policy({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }), "trust")).toBe(words);
  });

  it("that trusts an EKS issuer, a service or an account is fine", ({ expect }) => {
    for (const [Principal, Action] of [
      [
        { Federated: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC" },
        "sts:AssumeRoleWithWebIdentity",
      ],
      [{ Service: ["eks.amazonaws.com", "eks-fargate-pods.amazonaws.com"] }, "sts:AssumeRole"],
      [{ Service: "pods.eks.amazonaws.com" }, ["sts:AssumeRole", "sts:TagSession"]],
      [{ Service: "ec2.amazonaws.com.cn" }, "sts:AssumeRole"],
      [{ AWS: ["123456789012", "arn:aws:iam::123456789012:user/path/ann"] }, "sts:*"],
    ]) {
      expect(problem(policy({ Effect: "Allow", Principal, Action }), "trust")).toBe("fine");
    }
  });

  it("never makes the parser crash", ({ expect }) => {
    for (const text of ["null", "0", '"x"', '{"Statement":null}', '{"Statement":[null]}', '{"Statement":[[]]}']) {
      expect(problem(text)).not.toBe("fine");
    }
    expect(problem(policy({ ...allow, Action: null }))).toBe("Syntax errors in policy.");
    expect(problem(policy({ ...allow, Condition: { StringEquals: { "a:b": { c: 1 } } } }))).toBe(
      "Syntax errors in policy.",
    );
  });
});

describe("what can be asked of a document", () => {
  it("its condition keys, those of variables included", ({ expect }) => {
    const text = policy({
      ...allow,
      Resource: "arn:aws:s3:::b/${aws:username}",
      Condition: { StringEquals: { "s3:prefix": "${aws:PrincipalTag/team}" } },
    });
    const parsed = parsePolicy(text, "identity");
    if ("problem" in parsed) throw new Error(parsed.problem);
    expect(contextKeysOf(parsed.document)).toEqual(["aws:PrincipalTag/team", "aws:username", "s3:prefix"]);
  });

  it("its size, which white space doesn't count in", ({ expect }) => {
    expect(policySize('{ "a" :\n 1 }')).toBe(7);
  });
});

it.for<[what: string, statement: object]>([
  ["a condition key that no request has", { Condition: { StringEquals: { userid: "a" } } }],
  ["an operator of no name that says nothing", { Condition: { a: {} } }],
  ["an action with spaces", { Action: "iam: no such action" }],
  ["a service with a dot", { Action: "s3.s:ListBucket" }],
  ["an access point, which has a region", { Resource: "arn:aws:s3:us-west-2:123456789012:accesspoint/a" }],
])("IAM takes %s, though it is of no use", ([, statement], { expect }) => {
  expect(problem(policy({ Effect: "Allow", Action: "s3:*", Resource: "*", ...statement }))).toBe("fine");
});
