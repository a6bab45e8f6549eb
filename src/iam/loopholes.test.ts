// Ways around a policy that people try, each with what AWS's published rules make of it.
import { describe, it } from "vitest";
import type { AccessRequest, PolicyKind, PolicySet, Requester } from "./index.ts";
import { contextOf, evaluate, parsePolicy } from "./index.ts";

const account = "111111111111";
const ann: Requester = {
  type: "IAMUser",
  account,
  arn: `arn:aws:iam::${account}:user/ann`,
  uniqueId: "AIDAANN000000000",
};
const session: Requester = {
  type: "AssumedRole",
  account,
  arn: `arn:aws:sts::${account}:assumed-role/ops/s`,
  roleArn: `arn:aws:iam::${account}:role/ops`,
  uniqueId: "AROAOPS000000000:s",
};

const read = (kind: PolicyKind, ...statements: object[]) => {
  const parsed = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), kind);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return { name: kind, document: parsed.document };
};
const ask = (change: Partial<AccessRequest> = {}): AccessRequest => ({
  requester: ann,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::vault/plan",
  context: contextOf({}),
  ...change,
});
const decide = (policies: PolicySet, change: Partial<AccessRequest> = {}): string =>
  evaluate(ask(change), policies).decision;
const allowAll = { Effect: "Allow", Action: "*", Resource: "*" };
const deny = (rest: object): object => ({ Effect: "Deny", Action: "*", Resource: "*", ...rest });
const allow = (rest: object): object => ({ Effect: "Allow", Action: "s3:*", Resource: "*", ...rest });
const identity = (...statements: object[]): PolicySet => ({ identity: [read("identity", ...statements)] });

describe("spelling doesn't help", () => {
  const cases: readonly [what: string, statement: object, change: Partial<AccessRequest>, decision: string][] = [
    ["an action in another case", deny({ Action: "S3:getOBJECT" }), {}, "explicitDeny"],
    [
      "an action asked for in another case",
      deny({ Action: "s3:GetObject" }),
      { action: "s3:getobject" },
      "explicitDeny",
    ],
    ["a wildcard in the middle", deny({ Action: "s3:G*Obj?ct" }), {}, "explicitDeny"],
    ["a wildcard for nothing at all", deny({ Action: "s3:GetObject*" }), {}, "explicitDeny"],
    ["a service with a like beginning", deny({ Action: "s3:*" }), { action: "s3express:GetObject" }, "allowed"],
    ["a resource in another case is another one", deny({ Resource: "arn:aws:s3:::Vault/*" }), {}, "allowed"],
    ["a slash is no border for *", deny({ Resource: "arn:aws:s3:::vault*" }), {}, "explicitDeny"],
    ["dots are plain characters", deny({ Resource: "arn:aws:s3:::va.lt/*" }), {}, "allowed"],
    [
      "a condition key in another case",
      deny({ Condition: { StringEquals: { "AWS:UserName": "ann" } } }),
      { context: contextOf({ "aws:username": "ann" }) },
      "explicitDeny",
    ],
    [
      "a value in another case",
      deny({ Condition: { StringEquals: { "aws:username": "Ann" } } }),
      { context: contextOf({ "aws:username": "ann" }) },
      "allowed",
    ],
  ];
  for (const [what, statement, change, decision] of cases) {
    it(what, ({ expect }) => expect(decide(identity(allowAll, statement), change)).toBe(decision));
  }
});

describe("elements that say not", () => {
  it("NotAction with Allow leaves out what it names, in any case, and nothing else", ({ expect }) => {
    const policies = identity({ Effect: "Allow", NotAction: ["iam:*", "S3:Put*"], Resource: "*" });
    expect(decide(policies)).toBe("allowed");
    expect(decide(policies, { action: "s3:PutObject" })).toBe("implicitDeny");
    expect(decide(policies, { action: "IAM:CreateUser", resource: "*" })).toBe("implicitDeny");
  });

  it("NotAction with Deny hits whatever isn't named", ({ expect }) => {
    const policies = identity(allowAll, { Effect: "Deny", NotAction: "sts:*", Resource: "*" });
    expect(decide(policies)).toBe("explicitDeny");
    expect(decide(policies, { action: "sts:GetCallerIdentity", resource: "*" })).toBe("allowed");
  });

  it("NotResource with a variable that has no value allows nothing, rather than everything", ({ expect }) => {
    const policies = identity({
      Effect: "Allow",
      Action: "s3:*",
      NotResource: "arn:aws:s3:::${aws:PrincipalTag/none}/*",
    });
    expect(decide(policies)).toBe("implicitDeny");
  });

  it("NotPrincipal with Deny spares only who is listed whole: the account, the role and the session", ({ expect }) => {
    const spare = (...AWS: string[]): PolicySet => ({
      ...identity(allowAll),
      resource: read("resource", { Effect: "Deny", NotPrincipal: { AWS }, Action: "s3:*", Resource: "*" }),
      resourceAccount: account,
    });
    const root = `arn:aws:iam::${account}:root`;
    const { roleArn = "", arn } = session;
    expect(decide(spare(root, roleArn, arn), { requester: session })).toBe("allowed");
    expect(decide(spare(root, roleArn), { requester: session })).toBe("explicitDeny");
    expect(decide(spare(arn), { requester: session })).toBe("explicitDeny");
    expect(decide(spare(root, ann.arn))).toBe("allowed");
    expect(decide(spare(ann.arn))).toBe("explicitDeny");
  });
});

describe("keys that a request doesn't have", () => {
  const missing = { context: contextOf({}) };
  const cases: readonly [condition: object, decision: string][] = [
    // ForAllValues is true of nothing at all: alone with Allow it lets everybody in who sends no tag.
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } }, "allowed"],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] }, Null: { "aws:TagKeys": "false" } }, "implicitDeny"],
    [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["team"] } }, "implicitDeny"],
    [{ "ForAnyValue:StringNotEquals": { "aws:TagKeys": ["team"] } }, "implicitDeny"],
    [{ StringEquals: { "aws:RequestTag/team": "x" } }, "implicitDeny"],
    [{ StringEqualsIfExists: { "aws:RequestTag/team": "x" } }, "allowed"],
    [{ StringNotEquals: { "aws:RequestTag/team": "x" } }, "allowed"],
    [{ Bool: { "aws:MultiFactorAuthPresent": "true" } }, "implicitDeny"],
    [{ Bool: { "aws:MultiFactorAuthPresent": "false" } }, "implicitDeny"],
    [{ BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }, "allowed"],
    [{ Null: { "aws:MultiFactorAuthPresent": "true" } }, "allowed"],
    [{ Null: { "aws:MultiFactorAuthPresent": false } }, "implicitDeny"],
    [{ NumericLessThan: { "aws:MultiFactorAuthAge": "300" } }, "implicitDeny"],
    [{ IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }, "implicitDeny"],
    [{ NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "allowed"],
    [{ ArnLike: { "aws:SourceArn": "*" } }, "implicitDeny"],
    [{ DateGreaterThan: { "aws:TokenIssueTime": "2020-01-01T00:00:00Z" } }, "implicitDeny"],
  ];
  for (const [Condition, decision] of cases) {
    it(`${JSON.stringify(Condition)}: ${decision}`, ({ expect }) =>
      expect(decide(identity(allow({ Condition })), missing)).toBe(decision));
  }

  it("a Deny by MFA that holds only where the key is there lets long-term keys through; IfExists doesn't", ({
    expect,
  }) => {
    const by = (operator: string): PolicySet =>
      identity(allowAll, deny({ Condition: { [operator]: { "aws:MultiFactorAuthPresent": "false" } } }));
    expect(decide(by("Bool"), missing)).toBe("allowed");
    expect(decide(by("BoolIfExists"), missing)).toBe("explicitDeny");
  });
});

describe("values", () => {
  const cases: readonly [condition: object, context: Record<string, string | string[]>, decision: string][] = [
    [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "10.255.255.255" }, "allowed"],
    [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "11.0.0.0" }, "implicitDeny"],
    [{ IpAddress: { "aws:SourceIp": "2001:db8::/32" } }, { "aws:SourceIp": "2001:0DB8:0:0:0:0:0:1" }, "allowed"],
    [{ IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }, { "aws:SourceIp": "::1" }, "implicitDeny"],
    [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "010.0.0.1" }, "implicitDeny"],
    [
      { DateLessThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } },
      { "aws:CurrentTime": "2025-12-31T23:59:59Z" },
      "allowed",
    ],
    [
      { DateLessThan: { "aws:CurrentTime": "2026-01-01T00:00:00+02:00" } },
      { "aws:CurrentTime": "2025-12-31T23:00:00Z" },
      "implicitDeny",
    ],
    [
      { DateLessThan: { "aws:CurrentTime": "whenever" } },
      { "aws:CurrentTime": "2025-12-31T23:00:00Z" },
      "implicitDeny",
    ],
    [{ NumericLessThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "9" }, "allowed"],
    [{ NumericLessThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "0x9" }, "implicitDeny"],
    [{ StringLike: { "aws:username": "a*" } }, { "aws:username": "bann" }, "implicitDeny"],
    [{ StringEquals: { "aws:username": "a*" } }, { "aws:username": "ann" }, "implicitDeny"],
    // A tag that holds a star is a star, not a wildcard.
    [
      { StringLike: { "s3:prefix": "${aws:PrincipalTag/home}/*" } },
      { "aws:PrincipalTag/home": "*", "s3:prefix": "boss/x" },
      "implicitDeny",
    ],
    [{ StringEquals: { "s3:prefix": "${aws:PrincipalTag/home, 'guest'}" } }, { "s3:prefix": "guest" }, "allowed"],
    [{ StringEquals: { "s3:prefix": "${aws:PrincipalTag/home}" } }, { "s3:prefix": "" }, "implicitDeny"],
    [
      { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } },
      { "aws:TagKeys": ["team", "admin"] },
      "implicitDeny",
    ],
    [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["team"] } }, { "aws:TagKeys": ["admin", "team"] }, "allowed"],
    [
      { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/ops" } },
      { "aws:PrincipalArn": "arn:aws:iam::1:x:role/ops" },
      "implicitDeny",
    ],
  ];
  for (const [Condition, context, decision] of cases) {
    it(`${JSON.stringify(Condition)} of ${JSON.stringify(context)}: ${decision}`, ({ expect }) =>
      expect(decide(identity(allow({ Condition })), { context: contextOf(context) })).toBe(decision));
  }

  it("all keys of a condition must hold, and any value of one key", ({ expect }) => {
    const Condition = { StringEquals: { "aws:username": ["bob", "ann"], "aws:PrincipalTag/team": "blue" } };
    const of = (context: Record<string, string>) =>
      decide(identity(allow({ Condition })), { context: contextOf(context) });
    expect(of({ "aws:username": "ann", "aws:PrincipalTag/team": "blue" })).toBe("allowed");
    expect(of({ "aws:username": "ann", "aws:PrincipalTag/team": "red" })).toBe("implicitDeny");
    expect(of({ "aws:username": "ann" })).toBe("implicitDeny");
  });
});

describe("limits", () => {
  const boundary = read("boundary", { Effect: "Allow", Action: "ec2:*", Resource: "*" });
  const granted = (AWS: string, rest: object = {}): PolicySet => ({
    identity: [],
    resource: read("resource", { Effect: "Allow", Principal: { AWS }, Action: "s3:*", Resource: "*" }),
    resourceAccount: account,
    ...rest,
  });

  it("a boundary holds against identity policies, and against a resource's grant to the role, not to the session", ({
    expect,
  }) => {
    expect(decide({ ...identity(allowAll), boundary })).toBe("implicitDeny");
    expect(decide(granted(session.roleArn ?? "", { boundary }), { requester: session })).toBe("implicitDeny");
    expect(decide(granted(session.arn, { boundary }), { requester: session })).toBe("allowed");
    expect(decide(granted(ann.arn, { boundary }))).toBe("allowed");
  });

  it("a grant to the account is none to its users", ({ expect }) => {
    expect(decide(granted(`arn:aws:iam::${account}:root`))).toBe("implicitDeny");
    expect(decide({ ...granted(account), ...identity(allowAll) })).toBe("allowed");
  });

  it("across accounts both sides must allow", ({ expect }) => {
    const foreign = { resourceAccount: "222222222222" };
    expect(decide({ ...identity(allowAll), ...foreign })).toBe("implicitDeny");
    expect(decide(granted(ann.arn, foreign))).toBe("implicitDeny");
    expect(decide({ ...granted(ann.arn, foreign), ...identity(allowAll) })).toBe("allowed");
  });

  it("a key whose policy leaves out the account can't be reached by its administrator", ({ expect }) => {
    const other = `arn:aws:iam::${account}:user/bob`;
    const key = { ...granted(other), ...identity(allowAll), resourceMustAllow: true };
    expect(decide(key)).toBe("implicitDeny");
  });

  it("a Deny anywhere is the end: boundary, session, control, resource", ({ expect }) => {
    for (const kind of ["boundary", "session", "serviceControl"] as const) {
      const no = read(kind, deny({}), allowAll);
      const set = {
        boundary: { boundary: no },
        session: { session: [no] },
        serviceControl: { serviceControl: [[no]] },
      };
      expect(decide({ ...identity(allowAll), ...set[kind] })).toBe("explicitDeny");
    }
  });

  it("no service control policies are no limit; an empty level allows nothing", ({ expect }) => {
    expect(decide(identity(allowAll))).toBe("allowed");
    expect(decide({ ...identity(allowAll), serviceControl: [[]] })).toBe("implicitDeny");
  });
});

describe("trust", () => {
  const roleArn = `arn:aws:iam::${account}:role/pod`;
  const provider = `arn:aws:iam::${account}:oidc-provider/issuer`;
  const web: Requester = { type: "WebIdentity", account: "", arn: "", provider };
  const trusting = (Condition: object): PolicySet => ({
    resource: read("trust", {
      Effect: "Allow",
      Principal: { Federated: provider },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition,
    }),
    resourceAccount: account,
    resourceMustAllow: true,
  });
  const assume = (policies: PolicySet, context: Record<string, string>, requester = web): string =>
    decide(policies, {
      requester,
      action: "sts:AssumeRoleWithWebIdentity",
      resource: roleArn,
      context: contextOf(context),
    });
  const both = trusting({
    StringEquals: { "issuer:aud": "sts.amazonaws.com", "issuer:sub": "system:serviceaccount:a:b" },
  });

  it("by subject and audience takes neither another subject nor another audience nor a part of one", ({ expect }) => {
    const good = { "issuer:aud": "sts.amazonaws.com", "issuer:sub": "system:serviceaccount:a:b" };
    expect(assume(both, good)).toBe("allowed");
    expect(assume(both, { ...good, "issuer:sub": "system:serviceaccount:a:bc" })).toBe("implicitDeny");
    expect(assume(both, { ...good, "issuer:aud": "other" })).toBe("implicitDeny");
    expect(assume(both, { "issuer:sub": "system:serviceaccount:a:b" })).toBe("implicitDeny");
  });

  it("in one provider is no trust in another, nor in a user of the account", ({ expect }) => {
    const other = { ...web, provider: `${provider}2` };
    expect(assume(trusting({ StringLike: { "issuer:sub": "*" } }), { "issuer:sub": "x" }, other)).toBe("implicitDeny");
    expect(assume({ ...both, ...identity(allowAll) }, {}, ann)).toBe("implicitDeny");
  });

  it("with an external id wants exactly that one", ({ expect }) => {
    const policies: PolicySet = {
      ...identity(allowAll),
      resource: read("trust", {
        Effect: "Allow",
        Principal: { AWS: account },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "s3cret" } },
      }),
      resourceMustAllow: true,
    };
    const assumed = (context: Record<string, string>) =>
      decide(policies, { action: "sts:AssumeRole", resource: roleArn, context: contextOf(context) });
    expect(assumed({ "sts:ExternalId": "s3cret" })).toBe("allowed");
    expect(assumed({ "sts:ExternalId": "S3cret" })).toBe("implicitDeny");
    expect(assumed({})).toBe("implicitDeny");
  });
});
