// EKS Pod Identity.
import type { PodIdentityAssociation } from "../model/index.ts";
import { anyEnabled, defineRule, hasAddon, isAutoMode, isSet } from "./rule.ts";
import type { Breach, Rule } from "./rule.ts";

/** What eksctl asks of every pod identity association, in `iam` and in add-ons. */
export function* associationBreaches(
  item: PodIdentityAssociation,
  path: readonly (string | number)[],
  name: string,
): Generator<Breach> {
  const policies = {
    permissionPolicy: isSet(item.permissionPolicy),
    permissionPolicyARNs: isSet(item.permissionPolicyARNs),
    wellKnownPolicies: anyEnabled(item.wellKnownPolicies),
  };
  const given = Object.entries(policies).filter(([, there]) => there);
  if (!item.roleARN && given.length === 0)
    yield {
      path,
      title: `at least one of the following must be specified: ${name}.roleARN, permissionPolicy, permissionPolicyARNs, wellKnownPolicies`,
    };
  const excluded = [
    ...given.map(([key]) => key),
    ...(item.roleName ? ["roleName"] : []),
    ...(item.permissionsBoundaryARN ? ["permissionsBoundaryARN"] : []),
  ];
  if (item.roleARN)
    for (const key of excluded) {
      // eksctl refuses the policies and ignores the other two.
      if (key in policies)
        yield {
          path: [...path, key],
          title: `${name}.${key} cannot be specified when ${name}.roleARN is set`,
          remedy: "Keep roleARN or the policies",
        };
    }
  if (item.permissionPolicyName && !isSet(item.permissionPolicy))
    yield {
      path: [...path, "permissionPolicyName"],
      title: "permissionPolicyName requires permissionPolicy to be set",
      remedy: "Add permissionPolicy or remove the name",
    };
  else if (item.permissionPolicyName && !/[a-zA-Z0-9]/.test(item.permissionPolicyName))
    yield {
      path: [...path, "permissionPolicyName"],
      title: `permissionPolicyName ${JSON.stringify(item.permissionPolicyName)} must contain at least one alphanumeric character`,
      remedy: "Use letters",
    };
}

const podIdentity: Rule = defineRule({
  code: "config/pod-identity",
  severity: "error",
  demands:
    "A pod identity association has an existing role or permissions for a new one, and each service account has one association.",
  remedy: "Give it roleARN, or permissionPolicyARNs, permissionPolicy or wellKnownPolicies",
  *check({ config }) {
    const seen = new Set<string>();
    for (const [index, item] of (config.iam?.podIdentityAssociations ?? []).entries()) {
      const path = ["iam", "podIdentityAssociations", index];
      yield* associationBreaches(item, path, `iam.podIdentityAssociations[${index}]`);
      const name = `${item.namespace}/${item.serviceAccountName}`;
      if (seen.has(name))
        yield {
          path,
          title: `pod identity association for ${JSON.stringify(name)} is not unique; EKS allows one per service account`,
          remedy: "Join the two",
        };
      seen.add(name);
    }
  },
});

const podIdentityRole: Rule = defineRule({
  code: "config/pod-identity-role",
  severity: "warning",
  demands: "An association with an existing role doesn't name or bound one.",
  remedy: "Remove roleARN, or the fields about a new role",
  *check({ config }) {
    for (const [index, item] of (config.iam?.podIdentityAssociations ?? []).entries())
      for (const key of ["roleName", "permissionsBoundaryARN"] as const)
        if (item.roleARN && item[key])
          yield { path: ["iam", "podIdentityAssociations", index, key], title: `${key} has no effect beside roleARN` };
  },
});

const podIdentityAgent: Rule = defineRule({
  code: "config/pod-identity-agent",
  severity: "error",
  demands: "Pod identity needs the add-on eks-pod-identity-agent, unless Auto Mode is on.",
  remedy: "Add - name: eks-pod-identity-agent to addons",
  *check(context) {
    const { config } = context;
    if (isAutoMode(context) || hasAddon(context, "eks-pod-identity-agent")) return;
    const title =
      'the "eks-pod-identity-agent" addon must be installed to create pod identity associations; please add it to the config file';
    if (isSet(config.iam?.podIdentityAssociations)) yield { path: ["iam", "podIdentityAssociations"], title };
    else if (config.addonsConfig?.autoApplyPodIdentityAssociations && isSet(config.addons))
      yield { path: ["addonsConfig", "autoApplyPodIdentityAssociations"], title };
    else
      for (const [index, addon] of (config.addons ?? []).entries())
        for (const key of ["useDefaultPodIdentityAssociations", "podIdentityAssociations"] as const)
          if (isSet(addon[key])) yield { path: ["addons", index, key], title };
  },
});

export const podIdentityRules: readonly Rule[] = [podIdentity, podIdentityRole, podIdentityAgent];
