// How EKS's operations are declared: their permissions follow from the resource they name and the roles they pass.
import type { Context, Operation, Permission, Sent } from "../../core/index.ts";
import { operation } from "../../core/index.ts";
import { requestConditions } from "./conditions.ts";
import { childKey, eksArn } from "./lookup.ts";
import { accessEntries, addonTable, capabilities, fargateProfiles, identityProviders, nodegroups } from "./state.ts";

/** Members of requests that name resources; each operation has some of them. */
export interface Named {
  name?: string | undefined;
  clusterName?: string | undefined;
  nodegroupName?: string | undefined;
  fargateProfileName?: string | undefined;
  addonName?: string | undefined;
  principalArn?: string | undefined;
  associationId?: string | undefined;
  capabilityName?: string | undefined;
  identityProviderConfig?: { name?: string | undefined } | undefined;
  oidc?: { identityProviderConfigName?: string | undefined } | undefined;
  tags?: Record<string, string> | undefined;
}

/** What an operation is about, in the words of EKS's service authorization reference. */
export type Resource =
  | "any"
  | "cluster"
  | "nodegroup"
  | "fargateprofile"
  | "addon"
  | "access-entry"
  | "podidentityassociation"
  | "capability"
  | "identityproviderconfig";

const clusterOf = (input: Named): string => input.clusterName ?? input.name ?? "";

/** A resource that doesn't exist has no ARN: the pattern is judged with a `*` for the part EKS would have made up. */
const arns: Readonly<Record<Resource, (input: Named, ctx: Context) => string>> = {
  any: () => "*",
  cluster: (input, ctx) => eksArn(ctx, `cluster/${clusterOf(input)}`),
  nodegroup: (input, ctx) =>
    ctx.table(nodegroups).get(childKey(clusterOf(input), input.nodegroupName ?? ""))?.nodegroupArn ??
    eksArn(ctx, `nodegroup/${clusterOf(input)}/${input.nodegroupName}/*`),
  fargateprofile: (input, ctx) =>
    ctx.table(fargateProfiles).get(childKey(clusterOf(input), input.fargateProfileName ?? ""))?.fargateProfileArn ??
    eksArn(ctx, `fargateprofile/${clusterOf(input)}/${input.fargateProfileName}/*`),
  addon: (input, ctx) =>
    ctx.table(addonTable).get(childKey(clusterOf(input), input.addonName ?? ""))?.addonArn ??
    eksArn(ctx, `addon/${clusterOf(input)}/${input.addonName}/*`),
  "access-entry": (input, ctx) =>
    ctx.table(accessEntries).get(childKey(clusterOf(input), input.principalArn ?? ""))?.accessEntryArn ??
    eksArn(ctx, `access-entry/${clusterOf(input)}/*`),
  podidentityassociation: (input, ctx) =>
    eksArn(ctx, `podidentityassociation/${clusterOf(input)}/${input.associationId ?? "*"}`),
  capability: (input, ctx) =>
    ctx.table(capabilities).get(childKey(clusterOf(input), input.capabilityName ?? ""))?.arn ??
    eksArn(ctx, `capability/${clusterOf(input)}/*/${input.capabilityName}/*`),
  identityproviderconfig: (input, ctx) => {
    const name = input.identityProviderConfig?.name ?? input.oidc?.identityProviderConfigName ?? "*";
    return (
      ctx.table(identityProviders).get(childKey(clusterOf(input), name))?.identityProviderConfigArn ??
      eksArn(ctx, `identityproviderconfig/${clusterOf(input)}/oidc/${name}/*`)
    );
  },
};

export interface EksOperation<Input, Output> {
  on: Resource;
  /** Others that the same action is asked for on, where the request names them. */
  also?: (input: Sent<Input>) => readonly Resource[];
  /** What it makes: tagging it on the way is an action of its own. */
  makes?: Resource;
  run: (input: Sent<Input>, ctx: Context) => Output;
  /** Roles that the caller hands to EKS. */
  passes?: (input: Sent<Input>) => readonly (string | undefined)[];
  /** Roles that the caller hands to the cluster's pods. */
  passesToPods?: (input: Sent<Input>) => readonly (string | undefined)[];
  /** Keys EKS makes grants on in the caller's name. */
  keys?: (input: Sent<Input>) => readonly (string | undefined)[];
  waiter?: boolean;
}

function tagConditions(input: Named): Record<string, string | readonly string[]> {
  const conditions: Record<string, string | readonly string[]> = {};
  const keys = Object.keys(input.tags ?? {});
  for (const [key, value] of Object.entries(input.tags ?? {})) conditions[`aws:RequestTag/${key}`] = value;
  if (keys.length > 0) conditions["aws:TagKeys"] = keys;
  return conditions;
}

function passing(roles: readonly (string | undefined)[] = [], conditions: Record<string, string>): Permission[] {
  return roles
    .filter((role) => role !== undefined)
    .map((resource) => ({ action: "iam:PassRole", resource, conditions }));
}

/**
 * Declares an operation of EKS.
 *
 * @param name the API's name, which is also the IAM action
 */
export function eksOperation<Input extends object, Output>(
  name: string,
  definition: EksOperation<Input, Output>,
): Operation {
  const { on, also, makes, run, passes, passesToPods, keys, waiter } = definition;
  return operation<Sent<Input> & Named, Output>({
    run,
    ...(waiter ? { waiter } : {}),
    permissions: (input, ctx) => [
      ...[on, ...(also?.(input) ?? [])].map((resource): Permission => ({
        action: `eks:${name}`,
        resource: arns[resource](input, ctx),
        conditions: { ...tagConditions(input), ...requestConditions(name, input, ctx) },
      })),
      ...(makes !== undefined && Object.keys(input.tags ?? {}).length > 0
        ? [{ action: "eks:TagResource", resource: arns[makes](input, ctx), conditions: tagConditions(input) }]
        : []),
      ...passing(passes?.(input), { "iam:PassedToService": "eks.amazonaws.com" }),
      ...passing(passesToPods?.(input), {
        "iam:PassedToService": "pods.eks.amazonaws.com",
        "iam:AssociatedResourceArn": arns.cluster(input, ctx),
      }),
      ...(keys?.(input) ?? [])
        .filter((key) => key?.startsWith("arn:"))
        .flatMap((key = ""): Permission[] => [
          { action: "kms:DescribeKey", resource: key },
          { action: "kms:CreateGrant", resource: key, conditions: { "kms:GrantIsForAWSResource": "true" } },
        ]),
    ],
  });
}
