// EKS add-ons.
import { addons as knownAddons } from "../../facts/index.ts";
import { parseDocument } from "yaml";
import { nearest } from "../check/nearest.ts";
import { associationBreaches } from "./pod-identity.ts";
import { anyEnabled, defineRule, hasAddon, isAutoMode, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const permissions: Rule = defineRule({
  code: "config/addon-permissions",
  severity: "error",
  demands: "An add-on gets its permissions from one place.",
  remedy: "Keep podIdentityAssociations, or one of the role fields",
  *check({ config }) {
    for (const [index, addon] of (config.addons ?? []).entries()) {
      const path = ["addons", index];
      const irsa = [
        ...(addon.attachPolicy === undefined ? [] : ["attachPolicy"]),
        ...(isSet(addon.attachPolicyARNs) ? ["attachPolicyARNs"] : []),
        ...(addon.serviceAccountRoleARN ? ["serviceAccountRoleARN"] : []),
        ...(anyEnabled(addon.wellKnownPolicies) ? ["wellKnownPolicies"] : []),
      ];
      const associations = isSet(addon.podIdentityAssociations);
      const start = `invalid configuration for ${JSON.stringify(addon.name)} addon:`;
      if (irsa.length > 1)
        yield {
          path,
          title: `${start} at most one of wellKnownPolicies, serviceAccountRoleARN, attachPolicyARNs and attachPolicy can be specified`,
        };
      if (irsa.length > 0 && associations)
        yield {
          path: [...path, "podIdentityAssociations"],
          title: `${start} cannot set IRSA config (${irsa.join(", ")}) and pod identity associations at the same time`,
        };
      if (addon.useDefaultPodIdentityAssociations && associations)
        yield {
          path: [...path, "useDefaultPodIdentityAssociations"],
          title: `cannot specify both addon.useDefaultPodIdentityAssociations and addon.podIdentityAssociations (addon: ${addon.name})`,
        };
      if (addon.useDefaultPodIdentityAssociations && irsa.length > 0)
        yield {
          path: [...path, "useDefaultPodIdentityAssociations"],
          title: `cannot specify serviceAccountRoleARN, wellKnownPolicies, attachPolicy or attachPolicyARNs when addon.useDefaultPodIdentityAssociations is set (addon: ${addon.name})`,
        };
    }
  },
});

const associations: Rule = defineRule({
  code: "config/addon-pod-identity",
  severity: "error",
  demands: "Pod identity associations of an add-on have an existing role or policies, and no tags.",
  remedy: "Give it roleARN, permissionPolicyARNs or permissionPolicy",
  *check({ config }) {
    for (const [index, addon] of (config.addons ?? []).entries()) {
      const items = addon.podIdentityAssociations ?? [];
      if (items.length > 0 && addon.name === "eks-pod-identity-agent")
        yield {
          path: ["addons", index, "podIdentityAssociations"],
          title: 'cannot set pod identity associations for "eks-pod-identity-agent" addon',
          remedy: "Remove them",
        };
      for (const [at, item] of items.entries()) {
        const path = ["addons", index, "podIdentityAssociations", at];
        yield* associationBreaches(item, path, `podIdentityAssociations[${at}]`);
        if (anyEnabled(item.wellKnownPolicies))
          yield {
            path: [...path, "wellKnownPolicies"],
            title: `wellKnownPolicies is not supported for addon.podIdentityAssociations; use addon.useDefaultPodIdentityAssociations instead (addon: ${addon.name})`,
          };
        if (item.tags !== undefined)
          yield {
            path: [...path, "tags"],
            title: `tags is not supported for addon.podIdentityAssociations (addon: ${addon.name})`,
            remedy: "Remove the tags",
          };
      }
    }
  },
});

const values: Rule = defineRule({
  code: "config/addon-values",
  severity: "error",
  demands: "configurationValues is a JSON or YAML map, as text.",
  remedy: "Write JSON in quotes, or YAML after configurationValues: |",
  *check({ config }) {
    for (const [index, addon] of (config.addons ?? []).entries()) {
      const text = addon.configurationValues;
      if (text && !isMapText(text))
        yield {
          path: ["addons", index, "configurationValues"],
          title: `invalid configuration for ${JSON.stringify(addon.name)} addon: configurationValues is not valid, supported format(s) are: JSON and YAML`,
        };
    }
  },
});

/** True for JSON or YAML that is a map (EKS takes nothing else). */
function isMapText(text: string): boolean {
  if (text.length > 100_000 || /[[{]{60}/.test(text)) return false;
  try {
    const document = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
    return (
      document.errors.length === 0 &&
      typeof document.toJS({ maxAliasCount: 100 }) === "object" &&
      document.toJS() !== null &&
      !Array.isArray(document.toJS())
    );
  } catch {
    // Aliases without an anchor, or nesting beyond any sense: no map either way.
    return false;
  }
}

const namespaces: Rule = defineRule({
  code: "config/addon-namespace",
  severity: "error",
  demands: "An add-on's namespace is a Kubernetes name.",
  remedy: "Use lower-case letters, digits and dashes, at most 63, beginning with a letter",
  *check({ config }) {
    for (const [index, addon] of (config.addons ?? []).entries()) {
      const name = addon.namespaceConfig?.namespace;
      if (addon.namespaceConfig && !(name && name.length <= 63 && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)))
        yield {
          path: ["addons", index, "namespaceConfig"],
          title: `invalid configuration for ${JSON.stringify(addon.name)} addon: ${JSON.stringify(name ?? "")} is no namespace`,
        };
    }
  },
});

const twice: Rule = defineRule({
  code: "config/addon-twice",
  severity: "warning",
  demands: "Every add-on is listed once.",
  remedy: "Join the two",
  *check({ written }) {
    const seen = new Set<string>();
    for (const [index, addon] of (written.addons ?? []).entries()) {
      const name = addon.name?.toLowerCase();
      if (name && seen.has(name))
        yield {
          path: ["addons", index, "name"],
          title: `addon ${JSON.stringify(name)} is listed a second time; it exists by then, so this entry is IGNORED`,
        };
      seen.add(name);
    }
  },
});

const unknown: Rule = defineRule({
  code: "config/addon-unknown",
  severity: "warning",
  demands: "Add-ons are ones that lotse knows.",
  remedy: "`aws eks describe-addon-versions` lists all add-ons, those of other publishers too",
  *check({ config }) {
    const names = knownAddons().map((addon) => addon.name);
    for (const [index, { name }] of (config.addons ?? []).entries()) {
      if (!name || names.includes(name)) continue;
      const near = nearest(name, names);
      yield {
        path: ["addons", index, "name"],
        title: `addon ${JSON.stringify(name)} is not one that lotse knows`,
        ...(near ? { remedy: `Did you mean ${near}?`, data: { value: name, nearest: near } } : {}),
      };
    }
  },
});

const bare: Rule = defineRule({
  code: "config/bare-cluster",
  severity: "error",
  demands: "A cluster without vpc-cni has no nodes, profiles or roles for pods when it is made.",
  remedy: "Add vpc-cni to addons, or remove disableDefaultAddons",
  *check(context) {
    const config = context.written;
    if (!config.addonsConfig?.disableDefaultAddons || isAutoMode(context) || hasAddon(context, "vpc-cni")) return;
    const groups = [...(config.nodeGroups ?? []), ...(config.managedNodeGroups ?? [])];
    // As eksctl counts, before any defaults: groups that say nothing of their size pass.
    const nodes = groups.some((group) => (group.desiredCapacity ?? 0) > 0);
    const others =
      config.fargateProfiles ??
      config.karpenter ??
      config.gitops?.flux ??
      config.iam?.serviceAccounts ??
      config.iam?.podIdentityAssociations;
    if (nodes || isSet(others))
      yield {
        path: ["addonsConfig", "disableDefaultAddons"],
        title:
          "fields nodeGroups, managedNodeGroups, fargateProfiles, karpenter, gitops, iam.serviceAccounts, and iam.podIdentityAssociations are not supported during cluster creation in a cluster without VPC CNI",
      };
  },
});

const idleNodes: Rule = defineRule({
  code: "config/nodes-without-network",
  severity: "warning",
  demands: "A cluster that has nodes has vpc-cni, without which no node gets ready.",
  remedy: "Add vpc-cni to addons, or set desiredCapacity: 0",
  *check(context) {
    const { config, written } = context;
    if (!config.addonsConfig?.disableDefaultAddons || isAutoMode(context) || hasAddon(context, "vpc-cni")) return;
    const lists = ["nodeGroups", "managedNodeGroups"] as const;
    for (const list of lists)
      for (const [index, group] of (config[list] ?? []).entries())
        if (written[list]?.[index]?.desiredCapacity === undefined && (group.minSize ?? group.desiredCapacity ?? 1) > 0)
          yield {
            path: [list, index],
            title: `nodes of ${list}[${index}] won't get ready: nothing gives pods a network`,
          };
  },
});

export const addonRules: readonly Rule[] = [
  permissions,
  associations,
  values,
  namespaces,
  twice,
  unknown,
  bare,
  idleNodes,
];
