// Roles for service accounts by OIDC, and names of roles.
import { anyEnabled, defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule, RuleContext } from "./rule.ts";

const oidc: Rule = defineRule({
  code: "config/oidc-needed",
  severity: "error",
  demands: "Roles for service accounts need the OIDC provider.",
  remedy: "Add withOIDC: true under iam",
  *check({ config }) {
    if (!config.iam?.withOIDC && isSet(config.iam?.serviceAccounts))
      yield {
        path: ["iam", "serviceAccounts"],
        title: "iam.withOIDC must be enabled explicitly for iam.serviceAccounts to be created",
      };
  },
});

const serviceAccounts: Rule = defineRule({
  code: "config/service-account",
  severity: "error",
  demands: "A service account has a name of its own and permissions.",
  remedy: "Give it attachPolicyARNs, wellKnownPolicies, attachPolicy or attachRoleARN",
  *check({ config }) {
    const seen = new Map<string, number>();
    for (const [index, account] of (config.iam?.serviceAccounts ?? []).entries()) {
      const path = ["iam", "serviceAccounts", index];
      const { name, namespace } = account.metadata ?? {};
      const full = `${namespace}/${name}`;
      const first = seen.get(full);
      if (name && first !== undefined)
        yield {
          path: [...path, "metadata"],
          title: `<namespace>/<name> of iam.serviceAccounts[${index}] ${JSON.stringify(full)} is not unique`,
          remedy: `iam.serviceAccounts[${first}] has the same name; join the two`,
        };
      seen.set(full, first ?? index);
      const permitted =
        anyEnabled(account.wellKnownPolicies) ||
        isSet(account.attachPolicyARNs) ||
        account.attachPolicy !== undefined ||
        account.attachRoleARN;
      if (!permitted)
        yield {
          path,
          title: `iam.serviceAccounts[${index}].wellKnownPolicies, attachPolicyARNs, attachRoleARN or attachPolicy must be set`,
        };
      if (name && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
        yield {
          path: [...path, "metadata", "name"],
          title: `${JSON.stringify(name)} is no name for a service account`,
          remedy: "Use lower-case letters, digits, dashes and dots",
        };
      if (namespace && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace))
        yield {
          path: [...path, "metadata", "namespace"],
          title: `${JSON.stringify(namespace)} is no name for a namespace`,
          remedy: "Use lower-case letters, digits and dashes",
        };
    }
  },
});

const existingRole: Rule = defineRule({
  code: "config/existing-role",
  severity: "warning",
  demands: "A service account with an existing role asks for nothing that would need a new one.",
  remedy: "Remove attachRoleARN or the policies",
  *check({ config }) {
    for (const [index, account] of (config.iam?.serviceAccounts ?? []).entries()) {
      const ignored = (
        [
          "attachPolicy",
          "attachPolicyARNs",
          "wellKnownPolicies",
          "roleName",
          "permissionsBoundary",
          "subjectPattern",
        ] as const
      ).filter((key) => isSet(account[key]));
      if (account.attachRoleARN && ignored.length > 0)
        yield {
          path: ["iam", "serviceAccounts", index, "attachRoleARN"],
          title: `attachRoleARN uses an existing role; ${ignored.join(", ")} will not be applied to it`,
        };
    }
  },
});

const roleNames: Rule = defineRule({
  code: "config/role-name",
  severity: "error",
  demands: "Names of IAM roles hold 1 to 64 letters, digits and +=,.@-_.",
  remedy: "Shorten the name or leave it out",
  *check(context) {
    for (const { path, name } of namedRoles(context))
      if (name && !/^[\w+=,.@-]{1,64}$/.test(name))
        yield {
          path,
          title: `${JSON.stringify(name)} is no name for an IAM role (1 to 64 of letters, digits and +=,.@-_)`,
        };
  },
});

const roleNamesTwice: Rule = defineRule({
  code: "config/role-name-twice",
  severity: "error",
  demands: "No two roles have the same name.",
  remedy: "Give each role a name of its own",
  *check(context) {
    const seen = new Set<string>();
    for (const { path, name } of namedRoles(context)) {
      // IAM compares role names without regard to case.
      if (name && seen.has(name.toLowerCase()))
        yield {
          path,
          title: `role name ${JSON.stringify(name)} is not unique in this file; IAM will refuse the second one`,
        };
      if (name) seen.add(name.toLowerCase());
    }
  },
});

function* namedRoles(context: RuleContext): Generator<{ path: (string | number)[]; name: string | undefined }> {
  const { config } = context;
  for (const [index, account] of (config.iam?.serviceAccounts ?? []).entries())
    yield {
      path: ["iam", "serviceAccounts", index, "roleName"],
      name: account.attachRoleARN ? undefined : account.roleName,
    };
  for (const [index, item] of (config.iam?.podIdentityAssociations ?? []).entries())
    yield { path: ["iam", "podIdentityAssociations", index, "roleName"], name: item.roleName };
  for (const { group, path } of groupsOf(context))
    yield { path: [...path, "iam", "instanceRoleName"], name: group.iam?.instanceRoleName };
}

export const serviceAccountRules: readonly Rule[] = [oidc, serviceAccounts, existingRole, roleNames, roleNamesTwice];
