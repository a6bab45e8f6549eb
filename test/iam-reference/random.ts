// Random policies and requests out of small pools, so that they meet often.
import fc from "fast-check";
import type { Json, ReferencePolicies, ReferenceRequest } from "./reference.ts";

const some = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const oneOrMore = (values: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> =>
  fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }));

const here = "111111111111";
const there = "222222222222";
const actions = some("s3:GetObject", "s3:PutObject", "ec2:RunInstances", "iam:PassRole", "eks:DescribeCluster");
const actionPatterns = some("*", "s3:*", "s3:Get*", "S3:getobject", "ec2:Run?nstances", "iam:Pass*", "eks:*", "*:*");
const resources = some(
  "*",
  "arn:aws:s3:::b/alice/a.txt",
  "arn:aws:s3:::b/bob/a:b.txt",
  `arn:aws:eks:eu-west-1:${here}:cluster/alice`,
  `arn:aws:iam::${here}:role/node`,
  `arn:aws:ec2:eu-west-1:${there}:instance/i-1`,
);
const resourcePatterns = some(
  "*",
  "arn:aws:s3:::b/*",
  "arn:aws:s3:::b/${aws:username}/*",
  "arn:aws:s3:::b/${aws:username, 'bob'}/*",
  "arn:aws:s3:::b/${aws:PrincipalTag/absent}/*",
  "arn:aws:s3:::b/*.txt",
  "arn:aws:s3:::?/alice/a?txt",
  "arn:aws:eks:*:*:cluster/*",
  "arn:aws:eks:eu-*1:*:cluster/${aws:username}",
  "arn:aws:*",
  `arn:aws:iam::${here}:role/*`,
  `arn:aws:ec2:*-1:${there}:instance/*`,
);

interface Pool {
  operators: readonly string[];
  keys: readonly string[];
  policy: readonly string[];
}

const pools: readonly Pool[] = [
  {
    operators: [
      "StringEquals",
      "StringNotEquals",
      "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase",
      "StringLike",
      "StringNotLike",
    ],
    keys: ["aws:username", "aws:TagKeys", "aws:PrincipalTag/team", "AWS:USERNAME", "aws:userid"],
    policy: ["alice", "Alice", "al*", "b?b", "*", "${aws:username}", "${aws:PrincipalTag/team}", "${*}", "red", ""],
  },
  {
    operators: [
      "NumericEquals",
      "NumericNotEquals",
      "NumericLessThan",
      "NumericLessThanEquals",
      "NumericGreaterThan",
      "NumericGreaterThanEquals",
    ],
    keys: ["s3:max-keys", "aws:username"],
    policy: ["10", "-3", "10.0", "7.5"],
  },
  {
    operators: [
      "DateEquals",
      "DateNotEquals",
      "DateLessThan",
      "DateLessThanEquals",
      "DateGreaterThan",
      "DateGreaterThanEquals",
    ],
    keys: ["aws:CurrentTime"],
    policy: ["2026-11-21T00:00:00Z", "2026-11-21", "1795219200", "2027-01-01T00:00:00+01:00"],
  },
  { operators: ["Bool"], keys: ["aws:SecureTransport"], policy: ["true", "False"] },
  { operators: ["BinaryEquals"], keys: ["x:binary"], policy: ["QUJD", "QUJE"] },
  {
    operators: ["IpAddress", "NotIpAddress"],
    keys: ["aws:SourceIp"],
    policy: ["10.0.0.0/8", "10.0.0.7", "2001:db8::/32", "0.0.0.0/0"],
  },
  {
    operators: ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    keys: ["aws:PrincipalArn"],
    policy: [
      `arn:aws:iam::${here}:role/*`,
      "arn:aws:iam::*:user/${aws:username}",
      `arn:aws:iam::${here}:user/alice`,
      "arn:*:iam::*:*",
    ],
  },
];

const condition: fc.Arbitrary<Json> = fc.constantFrom(...pools).chain((pool) =>
  fc
    .record({
      set: some("", "", "ForAllValues:", "ForAnyValue:"),
      operator: fc.constantFrom(...pool.operators),
      exists: some("", "", "IfExists"),
      key: fc.constantFrom(...pool.keys),
      values: oneOrMore(fc.constantFrom(...pool.policy)),
    })
    .map(({ set, operator, exists, key, values }) => ({ [`${set}${operator}${exists}`]: { [key]: values } })),
);
const nullCondition: fc.Arbitrary<Json> = fc
  .record({ key: some("aws:username", "aws:TagKeys", "aws:SourceIp"), value: some("true", "false") })
  .map(({ key, value }) => ({ Null: { [key]: value } }));
const conditions: fc.Arbitrary<Json> = fc
  .array(fc.oneof({ weight: 5, arbitrary: condition }, { weight: 1, arbitrary: nullCondition }), { maxLength: 2 })
  .map((list) => Object.assign({}, ...list) as Json);

const awsPrincipal = some(
  "*",
  here,
  `arn:aws:iam::${here}:root`,
  `arn:aws:iam::${there}:root`,
  `arn:aws:iam::${here}:user/alice`,
  `arn:aws:iam::${here}:role/node`,
  `arn:aws:sts::${here}:assumed-role/node/session`,
  "AROAABCDEFGHIJKLMNOPQ",
  "AIDAABCDEFGHIJKLMNOPQ",
);
const principal: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant("*"),
  oneOrMore(awsPrincipal).map((AWS) => ({ AWS })),
  fc.constant({ Service: ["eks.amazonaws.com", "ec2.amazonaws.com"] }),
  fc.constant({ Federated: `arn:aws:iam::${here}:oidc-provider/issuer` }),
);

function statement(withPrincipal: boolean): fc.Arbitrary<Json> {
  return fc
    .record({
      effect: some("Allow", "Allow", "Allow", "Deny"),
      notAction: some(false, false, false, true),
      action: oneOrMore(actionPatterns),
      notResource: some(false, false, false, true),
      resource: oneOrMore(resourcePatterns),
      notPrincipal: some(false, false, false, true),
      principal,
      condition: fc.oneof(fc.constant<Json>({}), conditions),
    })
    .map((part) => ({
      Effect: part.effect,
      [part.notAction ? "NotAction" : "Action"]: part.action,
      [part.notResource ? "NotResource" : "Resource"]: part.resource,
      ...(withPrincipal ? { [part.notPrincipal ? "NotPrincipal" : "Principal"]: part.principal } : {}),
      ...(Object.keys(part.condition).length > 0 ? { Condition: part.condition } : {}),
    }));
}

const document = (withPrincipal: boolean): fc.Arbitrary<Json> =>
  fc
    .record({
      version: withPrincipal ? some("2012-10-17", "2012-10-17", "2008-10-17") : fc.constant("2012-10-17"),
      statements: fc.array(statement(withPrincipal), { minLength: 1, maxLength: 3 }),
    })
    .map(({ version, statements }) => ({ Version: version, Statement: statements }));

const plain = document(false);

/** All the policies that bear on a request, most kinds present in some runs. */
export const randomPolicies: fc.Arbitrary<ReferencePolicies> = fc
  .record(
    {
      identity: fc.array(plain, { maxLength: 2 }),
      boundary: fc.option(plain, { nil: undefined, freq: 2 }),
      session: fc.option(fc.array(plain, { maxLength: 2 }), { nil: undefined, freq: 2 }),
      control: fc.option(fc.array(fc.array(plain, { minLength: 1, maxLength: 2 }), { maxLength: 2 }), {
        nil: undefined,
        freq: 2,
      }),
      resource: fc.option(document(true), { nil: undefined }),
      owner: some(undefined, undefined, here, there),
      mustAllow: some(undefined, undefined, true),
    },
    { requiredKeys: [] },
  )
  .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));

const who: fc.Arbitrary<ReferenceRequest["who"]> = fc.constantFrom<ReferenceRequest["who"]>(
  { kind: "root", account: here, arn: `arn:aws:iam::${here}:root` },
  { kind: "user", account: here, arn: `arn:aws:iam::${here}:user/alice`, id: "AIDAABCDEFGHIJKLMNOPQ" },
  {
    kind: "role",
    account: here,
    arn: `arn:aws:sts::${here}:assumed-role/node/session`,
    roleArn: `arn:aws:iam::${here}:role/node`,
    id: "AROAABCDEFGHIJKLMNOPQ",
  },
  { kind: "service", account: here, arn: "", service: "eks.amazonaws.com" },
  { kind: "web", account: "", arn: "", provider: `arn:aws:iam::${here}:oidc-provider/issuer` },
);

const values = some("alice", "Alice", "bob", "red", "", "10", "-3", "a*");
const context: fc.Arbitrary<ReferenceRequest["context"]> = fc
  .record(
    {
      "aws:username": some("alice", "bob", "10"),
      "aws:TagKeys": fc.array(values, { maxLength: 3 }),
      "aws:PrincipalTag/team": values,
      "aws:userid": oneOrMore(values),
      "s3:max-keys": some("10", "7.5", "x", "11"),
      "aws:CurrentTime": some("2026-11-21T00:00:00Z", "2026-12-24T12:00:00Z", "2025-01-01T00:00:00Z"),
      "aws:SecureTransport": some("true", "false"),
      "x:binary": some("QUJD"),
      "aws:SourceIp": some("10.0.0.7", "10.9.9.9", "192.0.2.1", "2001:db8::1"),
      "aws:PrincipalArn": some(`arn:aws:iam::${here}:user/alice`, `arn:aws:iam::${here}:role/node`, "none"),
    },
    { requiredKeys: [] },
  )
  .map((record) => ({ ...record }));

/** A request by one of five kinds of callers. */
export const randomRequest: fc.Arbitrary<ReferenceRequest> = fc.record({
  who,
  action: actions,
  resource: resources,
  context,
});
