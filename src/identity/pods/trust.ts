// Trust policies of roles for pods: by the tokens of one or more clusters (IRSA) or by EKS Pod Identity.
// https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html and …/pod-id-role.html
import type { Diagnostic } from "../../base/index.ts";

/** A cluster whose service accounts are trusted. */
export interface TrustedIssuer {
  /** `https://oidc.eks.eu-central-1.amazonaws.com/id/…`; condition keys and ARN are made of it, without the scheme. */
  issuer: string;
  /** Account of the role: the provider has to be there, whatever account the cluster is in. */
  account: string;
  /** Default `aws`. */
  partition?: string;
}

/** Service accounts; `*` and `?` stand for any characters, as StringLike has it. */
export interface TrustedAccounts {
  namespace: string;
  name: string;
}

export interface WebIdentityTrustOptions {
  issuers: readonly TrustedIssuer[];
  accounts: readonly TrustedAccounts[];
  /** Of the tokens; default `sts.amazonaws.com`. */
  audiences?: readonly string[];
}

type ConditionBlock = Record<string, Record<string, string | readonly string[]>>;

export interface TrustStatement {
  Effect: "Allow";
  Principal: { Federated: string } | { Service: string };
  Action: string | readonly string[];
  Condition?: ConditionBlock;
}

export interface TrustPolicy {
  Version: "2012-10-17";
  Statement: readonly TrustStatement[];
}

/** A trust policy, and what there is to say about it. */
export interface MadeTrust {
  policy: TrustPolicy;
  warnings: readonly Diagnostic[];
}

const defaultAudience = "sts.amazonaws.com";
/** IAM's limit for a trust policy that no quota increase has raised, without white space. */
const usualLength = 2048;

const isPattern = (text: string): boolean => /[*?]/.test(text);
const one = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? (values[0] as string) : values;
const subjectOf = ({ namespace, name }: TrustedAccounts): string => `system:serviceaccount:${namespace}:${name}`;

function warning(title: string, remedy: string): Diagnostic {
  return { code: "identity/trust-pattern", severity: "warning", title, remedy };
}

function warningsOf({ namespace, name }: TrustedAccounts): Diagnostic[] {
  const subject = subjectOf({ namespace, name });
  if (/^\*+$/.test(namespace))
    return [
      warning(
        `${subject} trusts service accounts of every namespace`,
        "Whoever may make a namespace or a service account in the cluster becomes this role. Name the namespaces.",
      ),
    ];
  if (isPattern(namespace))
    return [
      warning(
        `${subject} trusts namespaces by a pattern`,
        "A namespace that somebody makes later may fit as well. Name the namespaces, or control who makes them.",
      ),
    ];
  if (isPattern(name))
    return [
      warning(
        `${subject} trusts more than one service account of namespace ${namespace}`,
        "Whoever may make pods or service accounts there becomes this role. Name the service accounts.",
      ),
    ];
  return [];
}

function statementFor(
  { issuer, account, partition = "aws" }: TrustedIssuer,
  condition: ConditionBlock,
): TrustStatement {
  const path = issuer.replace(/^https:\/\//, "").replace(/\/$/, "");
  const keyed = Object.entries(condition).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${path}:${key}`, value])),
  ]);
  return {
    Effect: "Allow",
    Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${path}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: Object.fromEntries(keyed) as ConditionBlock,
  };
}

/**
 * The trust policy of a role for service accounts. Exact names are compared by StringEquals, patterns by StringLike (under
 * StringEquals a `*` is a character like any other, and matches nobody), audiences always exactly. A statement never holds
 * both kinds: STS would want both to be true.
 *
 * @throws RangeError when there is no issuer or no service account
 */
export function webIdentityTrust(options: WebIdentityTrustOptions): MadeTrust {
  const { issuers, accounts, audiences = [defaultAudience] } = options;
  if (issuers.length === 0 || accounts.length === 0 || audiences.length === 0)
    throw new RangeError("a trust policy needs at least one issuer, one service account and one audience");
  const exact = accounts.filter(({ namespace, name }) => !isPattern(namespace) && !isPattern(name)).map(subjectOf);
  const patterns = accounts.filter(({ namespace, name }) => isPattern(namespace) || isPattern(name)).map(subjectOf);
  const aud = one(audiences);
  const conditions: ConditionBlock[] = [
    ...(exact.length > 0 ? [{ StringEquals: { aud, sub: one(exact) } }] : []),
    ...(patterns.length > 0 ? [{ StringEquals: { aud }, StringLike: { sub: one(patterns) } }] : []),
  ];
  const policy: TrustPolicy = {
    Version: "2012-10-17",
    Statement: issuers.flatMap((issuer) => conditions.map((condition) => statementFor(issuer, condition))),
  };
  const length = JSON.stringify(policy).length;
  const tooLong: Diagnostic[] =
    length <= usualLength
      ? []
      : [
          {
            code: "identity/trust-length",
            severity: "warning",
            title: `The trust policy has ${length} characters; an account takes ${usualLength} unless its quota was raised`,
            remedy:
              "Use EKS Pod Identity, whose trust policy names no cluster; or a role for each group of clusters; or ask for 4096.",
          },
        ];
  return { policy, warnings: [...accounts.flatMap(warningsOf), ...tooLong] };
}

/** What of its pods and clusters a role for EKS Pod Identity trusts; nothing given: every association of its account. */
export interface PodIdentityTrustOptions {
  account?: string;
  clusterArns?: readonly string[];
  /** Patterns count here as well. */
  accounts?: readonly TrustedAccounts[];
}

/** `StringLike` where one of the values is a pattern. */
function compared(tag: string, values: readonly string[]): ConditionBlock {
  const operator = values.some(isPattern) ? "StringLike" : "StringEquals";
  return { [operator]: { [`aws:RequestTag/${tag}`]: one(values) } };
}

function joined(blocks: readonly ConditionBlock[]): ConditionBlock {
  const result: ConditionBlock = {};
  for (const block of blocks)
    for (const [operator, keys] of Object.entries(block)) result[operator] = { ...result[operator], ...keys };
  return result;
}

/** The trust policy of a role for EKS Pod Identity: a statement for each namespace, so that names don't mix. */
export function podIdentityTrust(options: PodIdentityTrustOptions = {}): MadeTrust {
  const { account, clusterArns = [], accounts = [] } = options;
  const common: readonly ConditionBlock[] = [
    ...(account === undefined ? [] : [{ StringEquals: { "aws:SourceAccount": account } }]),
    ...(clusterArns.length === 0 ? [] : [{ ArnEquals: { "aws:SourceArn": one(clusterArns) } }]),
  ];
  const namespaces = [...new Set(accounts.map(({ namespace }) => namespace))];
  const conditions = namespaces.map((namespace) => {
    const names = accounts.filter((each) => each.namespace === namespace).map(({ name }) => name);
    return joined([
      ...common,
      compared("kubernetes-namespace", [namespace]),
      compared("kubernetes-service-account", [...new Set(names)]),
    ]);
  });
  const Statement = (conditions.length === 0 ? [joined(common)] : conditions).map((condition): TrustStatement => ({
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  }));
  return { policy: { Version: "2012-10-17", Statement }, warnings: accounts.flatMap(warningsOf) };
}
