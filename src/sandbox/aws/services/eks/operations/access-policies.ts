// Access policies: what an access entry may do, over the cluster or over namespaces.
import type {
  AssociateAccessPolicyRequest,
  AssociateAccessPolicyResponse,
  AssociatedAccessPolicy,
  DisassociateAccessPolicyRequest,
  DisassociateAccessPolicyResponse,
  ListAccessPoliciesRequest,
  ListAccessPoliciesResponse,
  ListAssociatedAccessPoliciesRequest,
  ListAssociatedAccessPoliciesResponse,
} from "@aws-sdk/client-eks";
import { accessPolicies, accessPolicyArn } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { invalidRequest, notFound } from "../errors.ts";
import { childKey, page } from "../lookup.ts";
import { checkPolicy } from "../rules/access.ts";
import type { AccessEntryRow } from "../state.ts";
import { accessEntries } from "../state.ts";
import { requireEntry } from "./access-entries.ts";

type Policy = AccessEntryRow["policies"][number];

function policyOf(policy: Policy): AssociatedAccessPolicy {
  const { policyArn, accessScope, associatedAt, modifiedAt } = policy;
  return { policyArn, accessScope, associatedAt: new Date(associatedAt), modifiedAt: new Date(modifiedAt) };
}

function associate(input: Sent<AssociateAccessPolicyRequest>, ctx: Context): AssociateAccessPolicyResponse {
  const { clusterName, principalArn, policyArn, accessScope } = input;
  const row = requireEntry(ctx, clusterName, principalArn);
  checkPolicy(ctx, policyArn, accessScope);
  if (row.type !== "STANDARD" && row.type !== "EC2")
    throw invalidRequest(`Access policies cannot be associated with access entries of type ${row.type}`, {
      clusterName,
    });
  const known = row.policies.find((policy) => policy.policyArn === policyArn);
  const policy: Policy = {
    policyArn,
    accessScope: { type: accessScope.type, namespaces: [...(accessScope.namespaces ?? [])] },
    associatedAt: known?.associatedAt ?? ctx.now(),
    modifiedAt: ctx.now(),
  };
  const policies = known ? row.policies.map((other) => (other === known ? policy : other)) : [...row.policies, policy];
  ctx.table(accessEntries).put(childKey(clusterName, principalArn), { ...row, policies });
  return { clusterName, principalArn, associatedAccessPolicy: policyOf(policy) };
}

function disassociate(input: Sent<DisassociateAccessPolicyRequest>, ctx: Context): DisassociateAccessPolicyResponse {
  const { clusterName, principalArn, policyArn } = input;
  const row = requireEntry(ctx, clusterName, principalArn);
  const policies = row.policies.filter((policy) => policy.policyArn !== policyArn);
  if (policies.length === row.policies.length)
    throw notFound(`The specified policyArn is not associated with the access entry. (${policyArn})`, { clusterName });
  ctx.table(accessEntries).put(childKey(clusterName, principalArn), { ...row, policies });
  return {};
}

function listAssociated(
  input: Sent<ListAssociatedAccessPoliciesRequest>,
  ctx: Context,
): ListAssociatedAccessPoliciesResponse {
  const { clusterName, principalArn } = input;
  const row = requireEntry(ctx, clusterName, principalArn);
  const { items, nextToken } = page(row.policies.map(policyOf), input, "ListAssociatedAccessPolicies");
  return {
    clusterName,
    principalArn,
    associatedAccessPolicies: items,
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

export const accessPolicyOperations: Readonly<Record<string, Operation>> = {
  AssociateAccessPolicy: eksOperation<AssociateAccessPolicyRequest, AssociateAccessPolicyResponse>(
    "AssociateAccessPolicy",
    {
      on: "access-entry",
      run: associate,
    },
  ),
  DisassociateAccessPolicy: eksOperation<DisassociateAccessPolicyRequest, DisassociateAccessPolicyResponse>(
    "DisassociateAccessPolicy",
    { on: "access-entry", run: disassociate },
  ),
  ListAssociatedAccessPolicies: eksOperation<ListAssociatedAccessPoliciesRequest, ListAssociatedAccessPoliciesResponse>(
    "ListAssociatedAccessPolicies",
    { on: "access-entry", run: listAssociated },
  ),
  ListAccessPolicies: eksOperation<ListAccessPoliciesRequest, ListAccessPoliciesResponse>("ListAccessPolicies", {
    on: "any",
    run: (input, ctx) => {
      const all = accessPolicies.map((name) => ({ name, arn: accessPolicyArn(name, ctx.partition) }));
      const { items, nextToken } = page(all, input, "ListAccessPolicies");
      return { accessPolicies: items, ...(nextToken === undefined ? {} : { nextToken }) };
    },
  }),
};
