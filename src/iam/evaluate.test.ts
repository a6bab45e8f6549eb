import fc from "fast-check";
import { describe, it } from "vitest";
import type { AccessRequest, NamedPolicy, PolicySet } from "./index.ts";
import {
  contextOf,
  denialReason,
  describeStatement,
  evaluate,
  leastPrivilegePolicy,
  packedPolicySize,
  parsePolicy,
} from "./index.ts";
import { compilePattern, matchPattern } from "./pattern.ts";
import { cpuTime } from "../base/testing.ts";

const named = (name: string, ...statements: object[]): NamedPolicy => {
  const parsed = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), "identity");
  if ("problem" in parsed) throw new Error(parsed.problem);
  return { name, document: parsed.document };
};
const ann = { type: "IAMUser", account: "111111111111", arn: "arn:aws:iam::111111111111:user/ann" } as const;
const ask = (change: Partial<AccessRequest> = {}): AccessRequest => ({
  requester: ann,
  action: "eks:DescribeCluster",
  resource: "arn:aws:eks:eu-central-1:111111111111:cluster/demo",
  context: contextOf({ "aws:username": "ann", "aws:SourceIp": "192.0.2.1" }),
  ...change,
});

describe("a trace", () => {
  const policies: PolicySet = {
    identity: [
      named(
        "p",
        { Sid: "Other", Effect: "Allow", Action: "s3:*", Resource: "*" },
        { Effect: "Allow", Action: "eks:*", Resource: "arn:aws:eks:*:*:cluster/prod" },
        { Effect: "Allow", Action: "eks:*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
        {
          Effect: "Allow",
          Action: "eks:*",
          Resource: "*",
          Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
        },
        { Effect: "Allow", Action: "eks:*", Resource: "arn:aws:eks:*:*:cluster/${aws:PrincipalTag/team}" },
      ),
    ],
  };

  it("says of each statement why it doesn't apply", ({ expect }) => {
    const evaluation = evaluate(ask(), policies);
    expect(evaluation.decision).toBe("implicitDeny");
    expect(evaluation.trace.map(describeStatement)).toEqual([
      "identity-based policy p, statement Other (Allow) does not apply: Action does not include the action",
      "identity-based policy p, statement 2 (Allow) does not apply: Resource does not include the resource",
      "identity-based policy p, statement 3 (Allow) does not apply: IpAddress wants aws:SourceIp [10.0.0.0/8], which is 192.0.2.1",
      "identity-based policy p, statement 4 (Allow) does not apply: Bool wants aws:MultiFactorAuthPresent [true], which is missing",
      "identity-based policy p, statement 5 (Allow) does not apply: the request has no value for ${aws:PrincipalTag/team}",
    ]);
  });

  it("names the statement that decides", ({ expect }) => {
    const boundary = named("limit", { Sid: "NoEks", Effect: "Deny", Action: "eks:*", Resource: "*" });
    const evaluation = evaluate(ask(), { ...policies, boundary });
    expect(evaluation).toMatchObject({
      decision: "explicitDeny",
      decidedBy: "boundary",
      decisive: { policy: "limit" },
    });
    expect(denialReason(evaluation, "eks:DescribeCluster")).toBe("with an explicit deny in a permissions boundary");
  });

  it.for<[kind: string, policies: PolicySet, reason: string]>([
    ["identity", {}, "because no identity-based policy allows the eks:DescribeCluster action"],
    [
      "boundary",
      { boundary: named("b", { Effect: "Allow", Action: "s3:*", Resource: "*" }) },
      "because no permissions boundary allows the eks:DescribeCluster action",
    ],
    [
      "session",
      { session: [named("s", { Effect: "Allow", Action: "s3:*", Resource: "*" })] },
      "because no session policy allows the eks:DescribeCluster action",
    ],
    [
      "service control",
      { serviceControl: [[]] },
      "because no service control policy allows the eks:DescribeCluster action",
    ],
    [
      "resource",
      { resourceAccount: "222222222222" },
      "because no resource-based policy allows the eks:DescribeCluster action",
    ],
  ])("gives AWS's reason when the %s side is missing", ([, set, reason], { expect }) => {
    expect(denialReason(evaluate(ask(), set), "eks:DescribeCluster")).toBe(reason);
  });
});

describe("patterns", () => {
  const none = (): undefined => undefined;

  it("match as the plain regular expression does", ({ expect }) => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?"), maxLength: 10 });
    const seed = Date.now() % 2 ** 31;
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const source = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(matchPattern(compilePattern(pattern, "glob", false), value, none), `seed ${seed}`).toBe(
          new RegExp(`^${source}$`).test(value),
        );
      }),
      { seed },
    );
  });

  it("take time in proportion, whatever the stars", ({ expect }) => {
    const pattern = compilePattern(`${"a*".repeat(60)}b`, "glob", false);
    const start = cpuTime();
    expect(matchPattern(pattern, "a".repeat(5000), none)).toBe(false);
    expect(cpuTime() - start).toBeLessThan(1000);
  });

  it("can't be smuggled in by a variable's value", ({ expect }) => {
    const pattern = compilePattern("b/${aws:username}/*", "glob", true);
    const lookup = (): string => "*\uE000";
    expect(matchPattern(pattern, "b/everyone/x", lookup)).toBe(false);
  });
});

describe("from uses to a policy", () => {
  it("actions on the same resources share a statement", ({ expect }) => {
    const uses = [
      { action: "eks:ListClusters", resource: "*" },
      { action: "eks:DescribeCluster", resource: "arn:b" },
      { action: "eks:DescribeCluster", resource: "arn:a" },
      { action: "eks:TagResource", resource: "arn:a" },
      { action: "eks:TagResource", resource: "arn:b" },
      { action: "iam:GetRole", resource: "arn:r" },
    ];
    expect(leastPrivilegePolicy(uses).Statement).toEqual([
      { Sid: "Eks", Effect: "Allow", Action: ["eks:DescribeCluster", "eks:TagResource"], Resource: ["arn:a", "arn:b"] },
      { Sid: "Eks2", Effect: "Allow", Action: ["eks:ListClusters"], Resource: ["*"] },
      { Sid: "Iam", Effect: "Allow", Action: ["iam:GetRole"], Resource: ["arn:r"] },
    ]);
  });

  it("is a policy that allows exactly that", ({ expect }) => {
    const uses = [{ action: "eks:DescribeCluster", resource: ask().resource }];
    const parsed = parsePolicy(JSON.stringify(leastPrivilegePolicy(uses)), "identity");
    if ("problem" in parsed) throw new Error(parsed.problem);
    const identity = [{ name: "least", document: parsed.document }];
    expect(evaluate(ask(), { identity }).decision).toBe("allowed");
    expect(evaluate(ask({ action: "eks:DeleteCluster" }), { identity }).decision).toBe("implicitDeny");
  });

  it("session policies and tags are packed together", ({ expect }) => {
    expect(packedPolicySize([], {})).toBe(0);
    expect(packedPolicySize(["x".repeat(2048)], {})).toBe(50);
    expect(packedPolicySize(["x".repeat(4000)], { key: "v".repeat(200) })).toBeGreaterThan(100);
  });
});
