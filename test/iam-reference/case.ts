// Words in which the cases are told: who asks, statements, and one-line makers of cases.
import type { Json, ReferencePolicies, ReferenceRequest, Verdict } from "./reference.ts";

export interface Case {
  title: string;
  page: string;
  request: ReferenceRequest;
  policies: ReferencePolicies;
  verdict: Verdict;
}

export const account = "111111111111";
export const other = "222222222222";
export const alice = {
  kind: "user",
  account,
  arn: `arn:aws:iam::${account}:user/alice`,
  id: "AIDAABCDEFGHIJKLMNOPQ",
} as const;
export const roleArn = `arn:aws:iam::${account}:role/node`;
export const session = {
  kind: "role",
  account,
  arn: `arn:aws:sts::${account}:assumed-role/node/s`,
  roleArn,
  id: "AROAABCDEFGHIJKLMNOPQ",
} as const;
export const root = { kind: "root", account, arn: `arn:aws:iam::${account}:root` } as const;

export const doc = (...statements: Json[]): Json => ({ Version: "2012-10-17", Statement: statements });
export const allow = (Action: string | string[] = "*", more: Json = {}): Json => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});
export const deny = (Action: string | string[] = "*", more: Json = {}): Json => ({
  ...allow(Action, more),
  Effect: "Deny",
});
export const when = (operator: string, key: string, value: unknown): Json => ({
  Condition: { [operator]: { [key]: value } },
});

export const logic = "reference_policies_evaluation-logic";
export const operators = "reference_policies_elements_condition_operators";
export const sets = "reference_policies_condition-single-vs-multi-valued-context-keys";
export const variables = "reference_policies_variables";
export const resourceElement = "reference_policies_elements_resource";
export const principalElement = "reference_policies_elements_principal";
export const boundaryPage = "access_policies_boundaries";

function ask(change: Partial<ReferenceRequest> = {}): ReferenceRequest {
  return { who: alice, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", context: {}, ...change };
}

/** A statement with one condition, under one context, with only identity policies about. */
export function condition(
  title: string,
  [operator, key, wanted]: [string, string, unknown],
  context: ReferenceRequest["context"],
  holds: boolean,
  page = operators,
): Case {
  return {
    title,
    page,
    request: ask({ context }),
    policies: { identity: [doc(allow("*", when(operator, key, wanted)))] },
    verdict: holds ? "allowed" : "implicitDeny",
  };
}

export function identity(
  title: string,
  page: string,
  statements: Json[],
  verdict: Verdict,
  request: Partial<ReferenceRequest> = {},
): Case {
  return { title, page, request: ask(request), policies: { identity: [doc(...statements)] }, verdict };
}

export function all(
  title: string,
  page: string,
  policies: ReferencePolicies,
  verdict: Verdict,
  request: Partial<ReferenceRequest> = {},
): Case {
  return { title, page, request: ask(request), policies, verdict };
}

export const bucketFor = (principal: unknown, more: Json = {}): Json =>
  doc({ ...allow("s3:*", more), Principal: principal });
export const onlyEc2 = doc(allow("ec2:*"));
export const everything = doc(allow());
