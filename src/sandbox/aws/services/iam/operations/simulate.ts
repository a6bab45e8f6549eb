// The policy simulator: the same evaluator that judges calls, asked without making one.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import type {
  ContextEntry,
  EvaluationResult,
  ResourceSpecificResult,
  GetContextKeysForCustomPolicyRequest,
  GetContextKeysForPolicyResponse,
  GetContextKeysForPrincipalPolicyRequest,
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
  Statement as StatementShape,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import type {
  ContextLookup,
  Evaluation,
  NamedPolicy,
  PolicyDocument,
  PolicyKind,
  PolicySet,
  Requester,
} from "../../../../../iam/index.ts";
import { contextKeysOf, contextOf, evaluate, parsePolicy } from "../../../../../iam/index.ts";
import { getEntity } from "../entities.ts";
import { invalidInput, noSuchEntity } from "../errors.ts";
import { rolePolicies, userPolicies } from "../../../access/principal-policies.ts";
import { policiesOfPrincipal } from "../../../access/requester.ts";
import { administratorOf } from "../../../administrator.ts";
import { groups, roles, users } from "../state.ts";
import { checkDocument, page } from "../values.ts";

interface Source {
  policies: PolicySet;
  requester: Requester;
}

type Simulation = Pick<
  SimulatePrincipalPolicyRequest,
  | "ActionNames"
  | "ResourceArns"
  | "ContextEntries"
  | "ResourcePolicy"
  | "ResourceOwner"
  | "PermissionsBoundaryPolicyInputList"
  | "Marker"
  | "MaxItems"
>;

function read(text: string, kind: PolicyKind, member: string): PolicyDocument {
  const parsed = parsePolicy(text, kind);
  if ("document" in parsed) return parsed.document;
  throw invalidInput(`Invalid policy in ${member}: ${parsed.problem}`);
}

function listed(texts: readonly string[] | undefined, kind: PolicyKind, member: string): NamedPolicy[] {
  return (texts ?? []).map((text, i) => ({ name: `${member}.${i + 1}`, document: read(text, kind, member) }));
}

/** The user, group or role that the simulation is about. */
function sourceOf(ctx: Context, arn: string): Source {
  const match = /^arn:[^:]+:iam::(\d{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (!match) throw invalidInput(`Invalid Entity Arn: ${arn}`);
  const [, account = "", type, name = ""] = match;
  if (account !== ctx.account) throw noSuchEntity(`The ${type} with name ${name} cannot be found.`);
  if (type === "role") {
    const role = getEntity(ctx.table(roles), "role", name);
    const session = `arn:${ctx.partition}:sts::${account}:assumed-role/${role.name}/simulation`;
    const requester: Requester = { type: "AssumedRole", account, arn: session, roleArn: role.arn, uniqueId: role.id };
    return { policies: rolePolicies(ctx, role), requester };
  }
  const administrator = administratorOf(account, ctx.partition);
  if (arn === administrator.arn && !ctx.table(users).has(name.toLowerCase())) {
    // The administrator that the account is born with has no row.
    return {
      policies: policiesOfPrincipal(administrator, ctx),
      requester: { type: "IAMUser", account, arn, uniqueId: administrator.principalId },
    };
  }
  if (type === "user") {
    const user = getEntity(ctx.table(users), "user", name);
    const requester: Requester = { type: "IAMUser", account, arn: user.arn, uniqueId: user.id };
    return { policies: userPolicies(ctx, user), requester };
  }
  const group = getEntity(ctx.table(groups), "group", name);
  const policies = userPolicies(ctx, { ...group, groups: [] });
  return { policies, requester: { type: "IAMUser", account, arn, uniqueId: group.id } };
}

function contextOfEntries(
  entries: readonly ContextEntry[] | undefined,
  defaults: Record<string, string>,
): ContextLookup {
  const given = Object.fromEntries(
    (entries ?? []).map(({ ContextKeyName = "", ContextKeyValues = [], ContextKeyType = "string" }) => [
      ContextKeyName,
      String(ContextKeyType).endsWith("List") ? ContextKeyValues : ContextKeyValues[0],
    ]),
  );
  return contextOf(given, defaults);
}

/** Where a policy came from, in the simulator's words. */
const sourceTypes: Readonly<Partial<Record<PolicyKind, string>>> = {
  identity: "IAM Policy",
  boundary: "IAM Policy",
  resource: "Resource Policy",
};

function matched(evaluation: Evaluation): StatementShape[] {
  const wanted = evaluation.decision === "explicitDeny" ? "Deny" : "Allow";
  return evaluation.trace
    .filter((step) => !step.mismatch && step.effect === wanted && step.kind !== "boundary")
    .map((step) => ({
      SourcePolicyId: step.policy.slice(step.policy.lastIndexOf("/") + 1),
      SourcePolicyType: (sourceTypes[step.kind] ?? "none") as never,
    }));
}

function missingKeys(policies: PolicySet, context: ContextLookup): string[] {
  const documents = [...(policies.identity ?? []), ...(policies.boundary ? [policies.boundary] : [])];
  const keys = new Set(documents.flatMap((policy) => contextKeysOf(policy.document)));
  return [...keys].filter((key) => context(key.toLowerCase()) === undefined);
}

function simulate(input: Simulation, source: Source): SimulatePolicyResponse {
  const { requester } = source;
  const boundaries = listed(input.PermissionsBoundaryPolicyInputList, "boundary", "permissionsBoundaryPolicyInputList");
  const resource = input.ResourcePolicy;
  const policies: PolicySet = {
    ...source.policies,
    ...(boundaries[0] ? { boundary: boundaries[0] } : {}),
    ...(resource === undefined
      ? {}
      : { resource: { name: "resourcePolicy", document: read(resource, "resource", "resourcePolicy") } }),
    ...(input.ResourceOwner === undefined ? {} : { resourceAccount: accountOf(input.ResourceOwner) }),
  };
  const context = contextOfEntries(input.ContextEntries, {
    "aws:PrincipalArn": requester.roleArn ?? requester.arn,
    "aws:PrincipalAccount": requester.account,
    "aws:userid": requester.uniqueId ?? "",
    ...(requester.type === "IAMUser"
      ? { "aws:username": requester.arn.slice(requester.arn.lastIndexOf("/") + 1) }
      : {}),
  });
  const results = (input.ActionNames ?? []).flatMap((action) => {
    if (!/^[A-Za-z0-9-]+:[A-Za-z0-9*]+$/.test(action)) throw invalidInput(`Invalid action ${action}`);
    return (input.ResourceArns ?? ["*"]).map((target): EvaluationResult => {
      const evaluation = evaluate({ requester, action, resource: target, context }, policies);
      const boundary = policies.boundary
        ? { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: evaluation.decidedBy !== "boundary" } }
        : {};
      return {
        EvalActionName: action,
        EvalResourceName: target,
        EvalDecision: evaluation.decision,
        MatchedStatements: matched(evaluation),
        MissingContextValues: missingKeys(policies, context),
        EvalDecisionDetails: {},
        ...boundary,
        ...(input.ResourceArns === undefined ? {} : { ResourceSpecificResults: [ofResource(target, evaluation)] }),
      };
    });
  });
  const paged = page("EvaluationResults", results, input, "Simulate");
  return paged;
}

/** The result once more under the resource: AWS gives it in both places. */
function ofResource(target: string, evaluation: Evaluation): ResourceSpecificResult {
  return {
    EvalResourceName: target,
    EvalResourceDecision: evaluation.decision,
    MatchedStatements: matched(evaluation),
    MissingContextValues: [],
  };
}

function accountOf(arn: string): string {
  const account = arn.split(":")[4];
  if (account === undefined || !/^\d{12}$/.test(account)) throw invalidInput(`Invalid resource owner ${arn}`);
  return account;
}

function keysOf(documents: readonly PolicyDocument[]): GetContextKeysForPolicyResponse {
  return { ContextKeyNames: [...new Set(documents.flatMap(contextKeysOf))].toSorted() };
}

export const simulationOperations: Readonly<Record<string, Operation>> = {
  SimulatePrincipalPolicy: operation<SimulatePrincipalPolicyRequest, SimulatePolicyResponse>((input, ctx) => {
    const source = sourceOf(ctx, input.PolicySourceArn ?? "");
    const extra = listed(input.PolicyInputList, "identity", "PolicyInputList");
    const identity = [...(source.policies.identity ?? []), ...extra];
    return simulate(input, { requester: source.requester, policies: { ...source.policies, identity } });
  }),

  SimulateCustomPolicy: operation<SimulateCustomPolicyRequest, SimulatePolicyResponse>((input, ctx) => {
    const caller = input.CallerArn;
    const arn = caller ?? `arn:${ctx.partition}:iam::${ctx.account}:user/simulation`;
    const requester: Requester = { type: "IAMUser", account: accountOf(arn), arn };
    return simulate(input, {
      requester,
      policies: { identity: listed(input.PolicyInputList, "identity", "PolicyInputList") },
    });
  }),

  GetContextKeysForCustomPolicy: operation<GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse>(
    (input) => {
      for (const text of input.PolicyInputList ?? []) checkDocument(text, "identity");
      return keysOf(listed(input.PolicyInputList, "identity", "policyInputList").map((policy) => policy.document));
    },
  ),

  GetContextKeysForPrincipalPolicy: operation<GetContextKeysForPrincipalPolicyRequest, GetContextKeysForPolicyResponse>(
    (input, ctx) => {
      const { policies } = sourceOf(ctx, input.PolicySourceArn ?? "");
      const extra = listed(input.PolicyInputList, "identity", "policyInputList");
      return keysOf([...(policies.identity ?? []), ...extra].map((policy) => policy.document));
    },
  ),
};
