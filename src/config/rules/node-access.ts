// Roles, security groups and SSH of node groups.
import { anyEnabled, defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const roles: Rule = defineRule({
  code: "config/node-role",
  severity: "error",
  demands: "An existing role or instance profile excludes what would change it.",
  remedy: "Keep the existing role or the settings for a new one",
  *check(context) {
    for (const { group, managed, kind, path } of groupsOf(context)) {
      const iam = group.iam ?? {};
      const name = `${kind}[${path[1]}].iam`;
      if (managed && iam.instanceProfileARN)
        yield {
          path: [...path, "iam", "instanceProfileARN"],
          title: `instanceProfileARN is not supported for Managed Nodes (${name}.instanceProfileARN)`,
          remedy: "Use instanceRoleARN",
        };
      for (const key of managed
        ? (["instanceRoleARN"] as const)
        : (["instanceProfileARN", "instanceRoleARN"] as const)) {
        if (!iam[key]) continue;
        const others = (
          ["instanceRoleName", "attachPolicy", "attachPolicyARNs", "instanceRolePermissionsBoundary"] as const
        ).filter(
          (other) =>
            iam[other] !== undefined && iam[other] !== "" && (other !== "attachPolicyARNs" || isSet(iam[other])),
        );
        for (const other of others)
          yield {
            path: [...path, "iam", other],
            title: `${name}.${key} and ${name}.${other} cannot be set at the same time`,
          };
        if (anyEnabled(iam.withAddonPolicies))
          yield {
            path: [...path, "iam", "withAddonPolicies"],
            title: `${name}.${key} and ${name}.withAddonPolicies cannot be set at the same time`,
          };
      }
      if (iam.withAddonPolicies?.albIngress && iam.withAddonPolicies.awsLoadBalancerController)
        yield {
          path: [...path, "iam", "withAddonPolicies", "albIngress"],
          title: '"awsLoadBalancerController" and "albIngress" cannot both be configured',
          remedy: "Remove albIngress",
        };
    }
  },
});

const securityGroups: Rule = defineRule({
  code: "config/managed-security-groups",
  severity: "error",
  demands: "withShared and withLocal are for self-managed groups.",
  remedy: "Remove them; managed nodes get the cluster's security group",
  *check(context) {
    for (const { written, managed, path } of groupsOf(context))
      for (const key of ["withLocal", "withShared"] as const)
        if (managed && written.securityGroups?.[key])
          yield {
            path: [...path, "securityGroups", key],
            title: `securityGroups.${key}: securityGroups.withLocal and securityGroups.withShared are not supported for managed nodegroups`,
          };
  },
});

const ssh: Rule = defineRule({
  code: "config/ssh",
  severity: "error",
  demands: "The SSH key comes from one source, and the SSM agent can't be switched off.",
  remedy: "Keep one of publicKeyName, publicKeyPath and publicKey",
  *check(context) {
    for (const { written, path } of groupsOf(context)) {
      const given = (["publicKeyName", "publicKeyPath", "publicKey"] as const).filter((key) => written.ssh?.[key]);
      if (given.length > 1)
        yield {
          path: [...path, "ssh"],
          title: `only one of publicKeyName, publicKeyPath or publicKey can be specified for SSH per node-group, got ${given.join(", ")}`,
        };
      if (written.ssh?.enableSsm === false)
        yield {
          path: [...path, "ssh", "enableSsm"],
          title: "SSM agent is now built into EKS AMIs and cannot be disabled",
          remedy: "Remove enableSsm",
        };
    }
  },
});

export const nodeAccessRules: readonly Rule[] = [roles, securityGroups, ssh];
