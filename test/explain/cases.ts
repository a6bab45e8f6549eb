// Random pods, roles, trusts, policies and associations out of small pools, so that they meet often.
import fc from "fast-check";

const some = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** So many times with a value to so many times without. */
const maybe = <T>(value: fc.Arbitrary<T>, weight = 1, without = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary: value }, { weight: without, arbitrary: fc.constant(undefined) });
const oneOrMore = (values: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> =>
  fc.oneof(values, fc.uniqueArray(values, { minLength: 1, maxLength: 3 }));

/** Names that a case speaks of without knowing the account: they are filled in when it is made. */
export const names = {
  account: "{account}",
  issuer: "{issuer}",
  cluster: "{cluster}",
  role: "arn:aws:iam::{account}:role/{role}",
  target: "arn:aws:iam::{account}:role/{target}",
} as const;

type Statement = Record<string, unknown>;

/** A policy as JSON; `{…}` are filled in. */
export type Policy = { Version: "2012-10-17"; Statement: Statement[] };

/** One case. */
export interface PodCase {
  way: "web-identity" | "pod-identity";
  namespace: string;
  serviceAccount: string;
  audience: string | undefined;
  sessionName: string | undefined;
  provider: "none" | "own" | "other-audience";
  trust: Policy;
  identity: Policy[];
  boundary: Policy | undefined;
  tags: Record<string, string>;
  bucket: Policy | undefined;
  association: { disableSessionTags: boolean; policy: Policy | undefined; target: boolean; gone: boolean };
  targetTrust: Policy;
  targetIdentity: Policy[];
  action: "s3:GetObject" | "s3:PutObject" | "s3:ListBucket" | "s3:DeleteObject";
}

const policyOf = (statements: fc.Arbitrary<Statement>, max: number): fc.Arbitrary<Policy> =>
  fc
    .array(statements, { minLength: 1, maxLength: max })
    .map((Statement) => ({ Version: "2012-10-17" as const, Statement }));

const effect = fc.oneof({ weight: 4, arbitrary: some("Allow") }, { weight: 1, arbitrary: some("Deny") });

const actions = oneOrMore(some("s3:GetObject", "s3:*", "s3:Get*", "s3:PutObject", "*", "s3:List*", "S3:getobject"));
const resources = oneOrMore(
  some(
    "*",
    "arn:aws:s3:::data",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::data/shop/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/kubernetes-namespace}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::other/*",
  ),
);

const conditions = some<Record<string, Record<string, string | string[]>> | undefined>(
  undefined,
  undefined,
  undefined,
  { StringEquals: { "aws:PrincipalTag/kubernetes-namespace": "shop" } },
  { StringNotEquals: { "aws:PrincipalTag/kubernetes-service-account": "cart" } },
  { StringEquals: { "aws:PrincipalTag/team": "shop" } },
  { Null: { "aws:PrincipalTag/kubernetes-pod-name": "true" } },
  { StringEquals: { "aws:PrincipalAccount": names.account } },
  { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/web*" } },
  { ArnNotEquals: { "aws:PrincipalArn": names.role } },
  { Bool: { "aws:SecureTransport": "true" } },
  { StringEquals: { "aws:RequestedRegion": ["eu-central-1", "eu-west-1"] } },
  { Bool: { "aws:ViaAWSService": "true" } },
  { StringLike: { "aws:FederatedProvider": "*oidc-provider/*" } },
  { DateLessThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
  // What nobody can know beforehand: answers that hang on these must be "unknown", or not hang on them.
  { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
  { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
  { StringLike: { "aws:userid": "*:app" } },
  { StringEquals: { "s3:prefix": "x" } },
);

const withCondition = (statement: fc.Arbitrary<Statement>, pool: fc.Arbitrary<object | undefined>) =>
  fc.tuple(statement, pool).map(([made, Condition]) => (Condition ? { ...made, Condition } : made));

const permission = withCondition(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ Effect: effect, Action: actions, Resource: resources }) },
    { weight: 1, arbitrary: fc.record({ Effect: effect, NotAction: actions, Resource: resources }) },
    { weight: 1, arbitrary: fc.record({ Effect: effect, Action: actions, NotResource: resources }) },
  ),
  conditions,
);

const assuming = fc.record({
  Effect: effect,
  Action: oneOrMore(some("sts:AssumeRole", "sts:TagSession", "sts:*")),
  Resource: some("*", names.target, names.role),
});

const subject = some(
  "system:serviceaccount:shop:cart",
  "system:serviceaccount:shop:*",
  "system:serviceaccount:*:cart",
  "system:serviceaccount:bank:cart",
  "*",
);

const claimConditions = fc
  .record({
    sub: maybe(fc.tuple(some("StringEquals", "StringLike", "StringNotEquals", "ForAnyValue:StringLike"), subject), 4),
    aud: maybe(fc.tuple(some("StringEquals", "StringLike"), some("sts.amazonaws.com", "other", "*")), 3),
    more: maybe(
      some(
        ["StringEquals", "sts:RoleSessionName", "app"] as const,
        ["ForAllValues:StringEquals", `${names.issuer}:amr`, "pwd"] as const,
        ["StringEqualsIfExists", `${names.issuer}:email`, "x@example.com"] as const,
        ["Null", `${names.issuer}:email`, "true"] as const,
      ),
      1,
      5,
    ),
  })
  .map(({ sub, aud, more }) => {
    const made: Record<string, Record<string, string>> = {};
    const put = (operator: string, key: string, value: string): void => {
      made[operator] = { ...made[operator], [key]: value };
    };
    if (sub) put(sub[0], `${names.issuer}:sub`, sub[1]);
    if (aud) put(aud[0], `${names.issuer}:aud`, aud[1]);
    if (more) put(more[0], more[1], more[2]);
    return Object.keys(made).length === 0 ? undefined : made;
  });

const federated = some(
  `arn:aws:iam::${names.account}:oidc-provider/${names.issuer}`,
  `arn:aws:iam::${names.account}:oidc-provider/${names.issuer}`,
  `arn:aws:iam::${names.account}:oidc-provider/${names.issuer}`,
  `arn:aws:iam::${names.account}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF`,
);

const webTrust = withCondition(
  fc.record({
    Effect: effect,
    Principal: fc.oneof({ weight: 6, arbitrary: federated.map((Federated) => ({ Federated })) }, some("*")),
    Action: some("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity", "sts:*", "sts:AssumeRole"),
  }),
  claimConditions,
);

const tagConditions = some<object | undefined>(
  undefined,
  undefined,
  { StringEquals: { "aws:RequestTag/kubernetes-namespace": "shop" } },
  { StringLike: { "aws:RequestTag/kubernetes-service-account": "ca*" } },
  { StringEquals: { "aws:SourceAccount": names.account } },
  { ArnEquals: { "aws:SourceArn": names.cluster } },
  { ArnEquals: { "aws:SourceArn": "arn:aws:eks:eu-central-1:111111111111:cluster/other" } },
  { "ForAllValues:StringLike": { "aws:TagKeys": "kubernetes-*" } },
  { StringEquals: { "sts:RoleSessionName": "app" } },
);

const agentTrust = withCondition(
  fc.record({
    Effect: effect,
    Principal: some(
      { Service: "pods.eks.amazonaws.com" },
      { Service: "pods.eks.amazonaws.com" },
      { Service: "ec2.amazonaws.com" },
    ),
    Action: some<string | string[]>(
      ["sts:AssumeRole", "sts:TagSession"],
      ["sts:AssumeRole", "sts:TagSession"],
      "sts:AssumeRole",
      "sts:*",
    ),
  }),
  tagConditions,
);

const roleTrust = withCondition(
  fc.record({
    Effect: effect,
    Principal: some<unknown>(
      { AWS: names.role },
      { AWS: `arn:aws:iam::${names.account}:root` },
      { AWS: "*" },
      { Service: "ec2.amazonaws.com" },
    ),
    Action: some<string | string[]>(["sts:AssumeRole", "sts:TagSession"], "sts:AssumeRole", "sts:*"),
  }),
  some<object | undefined>(
    undefined,
    undefined,
    { StringEquals: { "aws:PrincipalTag/kubernetes-namespace": "shop" } },
    { StringEquals: { "sts:ExternalId": "secret" } },
  ),
);

const bucket = withCondition(
  fc.record({
    Effect: effect,
    Principal: some<unknown>(
      "*",
      { AWS: names.role },
      { AWS: `arn:aws:iam::${names.account}:root` },
      { AWS: names.target },
    ),
    Action: oneOrMore(some("s3:*", "s3:GetObject", "s3:PutObject", "s3:ListBucket")),
    Resource: oneOrMore(some("arn:aws:s3:::data", "arn:aws:s3:::data/*", "arn:aws:s3:::data/shop/*")),
  }),
  some<object | undefined>(
    undefined,
    undefined,
    { StringEquals: { "aws:PrincipalTag/kubernetes-namespace": "shop" } },
    { Bool: { "aws:SecureTransport": "false" } },
    { StringNotEquals: { "aws:PrincipalArn": names.role } },
  ),
);

const goodWebTrust: Statement = {
  Effect: "Allow",
  Principal: { Federated: `arn:aws:iam::${names.account}:oidc-provider/${names.issuer}` },
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition: { StringLike: { [`${names.issuer}:sub`]: "system:serviceaccount:*" } },
};
const goodAgentTrust: Statement = {
  Sid: "Agent",
  Effect: "Allow",
  Principal: { Service: "pods.eks.amazonaws.com" },
  Action: ["sts:AssumeRole", "sts:TagSession"],
};
const goodPermission: Statement = { Sid: "Data", Effect: "Allow", Action: "s3:*", Resource: "*" };

/** Half of the policies begin with a statement that lets most of it pass, so that what comes after it matters. */
const often = (good: Statement, policy: fc.Arbitrary<Policy>): fc.Arbitrary<Policy> =>
  fc
    .tuple(fc.boolean(), policy)
    .map(([has, made]) => (has ? { ...made, Statement: [good, ...made.Statement].slice(0, 3) } : made));

/** Any case. */
export const podCase: fc.Arbitrary<PodCase> = some<PodCase["way"]>("web-identity", "pod-identity").chain((way) =>
  fc.record<PodCase>({
    way: fc.constant(way),
    namespace: fc.oneof({ weight: 3, arbitrary: some("shop") }, some("bank")),
    serviceAccount: fc.oneof({ weight: 3, arbitrary: some("cart") }, some("till")),
    audience: maybe(some("sts.amazonaws.com", "other", "sts.amazonaws.com"), 2),
    sessionName: maybe(some("app", "other"), 2),
    provider: fc.oneof(
      { weight: 8, arbitrary: some("own" as const) },
      some("none" as const, "other-audience" as const),
    ),
    trust: often(
      way === "web-identity" ? goodWebTrust : goodAgentTrust,
      policyOf(way === "web-identity" ? webTrust : agentTrust, 2),
    ),
    identity: fc.array(often(goodPermission, policyOf(fc.oneof({ weight: 4, arbitrary: permission }, assuming), 3)), {
      maxLength: 2,
    }),
    boundary: maybe(often(goodPermission, policyOf(permission, 3)), 1),
    tags: some<Record<string, string>>({}, { team: "shop" }, { team: "bank" }),
    bucket: maybe(policyOf(bucket, 2), 1),
    association: fc.record({
      disableSessionTags: fc.boolean(),
      policy: maybe(often(goodPermission, policyOf(permission, 2)), 1),
      target: fc.oneof({ weight: 3, arbitrary: some(false) }, some(true)),
      gone: fc.oneof({ weight: 15, arbitrary: some(false) }, some(true)),
    }),
    targetTrust: policyOf(roleTrust, 2),
    targetIdentity: fc.array(often(goodPermission, policyOf(permission, 3)), { maxLength: 2 }),
    action: some("s3:GetObject", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"),
  }),
);
