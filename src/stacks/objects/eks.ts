// EKS objects that eksctl makes by API call: add-ons, Fargate profiles, pod identity associations, access entries.
import type { Context } from "../context.ts";
import type {
  DesiredAccessEntry,
  DesiredAddon,
  DesiredFargateProfile,
  DesiredIdentityProvider,
  DesiredPodIdentityAssociation,
  RoleReference,
} from "../desired.ts";
import { selfManagedGroups } from "../nodegroup/group.ts";
import { usesAccessEntries } from "../nodegroup/self-managed.ts";
import { plannedAddons } from "../roles/addons.ts";
import type { PlannedAddon } from "../roles/addons.ts";
import { podIdentities } from "../roles/pod-identity.ts";

const oidcProviderId = "oidc-provider/oidc-provider";

/** What a role reference waits for. */
export function roleStacks(...roles: readonly (RoleReference | undefined)[]): string[] {
  return roles.flatMap((role) => (role && "stack" in role ? [role.stack] : []));
}

function conflicts(text: string | undefined): DesiredAddon["resolveConflicts"]["update"] {
  return text ? (text.toUpperCase() as "NONE" | "OVERWRITE" | "PRESERVE") : undefined;
}

function toAddon(context: Context, addon: PlannedAddon, others: readonly PlannedAddon[]): DesiredAddon {
  const { spec, name } = addon;
  // The CNI has to run before nodes are ready, its role before the OIDC provider can't be: it gets the role afterwards.
  const roleLater = name === "vpc-cni" && addon.irsa !== undefined;
  const associations = addon.podIdentities.map(({ serviceAccount, role }) => ({ serviceAccount, role }));
  const agent = others.some((other) => other.name === "eks-pod-identity-agent") && name !== "eks-pod-identity-agent";
  const groups = [...(context.config.managedNodeGroups ?? []), ...(context.config.nodeGroups ?? [])];
  const hasNodes = groups.some((group) => (group.desiredCapacity ?? 0) > 0);
  const slow = others.some((other) => !other.beforeNodes && other.name !== "metrics-server");
  const update = conflicts(spec.resolveConflicts);
  return {
    kind: "addon",
    id: `addon/${name}`,
    name,
    isDefault: addon.isDefault,
    ...(spec.version ? { version: spec.version } : {}),
    ...(spec.configurationValues ? { configurationValues: spec.configurationValues } : {}),
    resolveConflicts: { create: "OVERWRITE", ...(update ? { update } : {}) },
    ...(addon.irsa ? { serviceAccountRole: addon.irsa.role } : {}),
    roleLater,
    podIdentityAssociations: associations,
    tags: spec.tags ?? {},
    ...(spec.namespaceConfig?.namespace ? { namespace: spec.namespaceConfig.namespace } : {}),
    phase: addon.beforeNodes ? "before-nodes" : "after-nodes",
    wait: !addon.beforeNodes && hasNodes && slow,
    filter: { publishers: spec.publishers ?? [], types: spec.types ?? [], owners: spec.owners ?? [] },
    source: addon.source,
    after: [
      context.clusterStack,
      ...(agent ? ["addon/eks-pod-identity-agent"] : []),
      ...(addon.irsa && !roleLater ? [oidcProviderId] : []),
      ...roleStacks(roleLater ? undefined : addon.irsa?.role, ...associations.map(({ role }) => role)),
    ],
  };
}

/** Add-ons in the order of creation. */
export function desiredAddons(context: Context): DesiredAddon[] {
  const planned = plannedAddons(context);
  return planned.map((addon) => toAddon(context, addon, planned));
}

/** Fargate profiles, each after the one before: EKS changes one at a time. */
export function desiredFargateProfiles(context: Context): DesiredFargateProfile[] {
  const { fargateProfiles = [], iam } = context.config;
  const own = iam?.fargatePodExecutionRoleARN;
  const shared: RoleReference = own
    ? { arn: own }
    : { stack: context.clusterStack, output: "FargatePodExecutionRoleARN" };
  return fargateProfiles.map((profile, i) => {
    const before = fargateProfiles[i - 1];
    return {
      kind: "fargate-profile",
      id: `fargate-profile/${profile.name}`,
      name: profile.name,
      podExecutionRole: profile.podExecutionRoleARN ? { arn: profile.podExecutionRoleARN } : shared,
      selectors: profile.selectors ?? [],
      ...(profile.subnets?.length ? { subnets: profile.subnets } : {}),
      tags: profile.tags ?? {},
      source: [["fargateProfiles", i]],
      after: [context.clusterStack, ...(before ? [`fargate-profile/${before.name}`] : [])],
    };
  });
}

/** Pod identity associations of `iam.podIdentityAssociations`. */
export function desiredPodIdentities(context: Context): DesiredPodIdentityAssociation[] {
  return podIdentities(context).map(({ spec, namespace, serviceAccount, role, tags, path }) => ({
    kind: "pod-identity-association",
    id: `pod-identity-association/${namespace}/${serviceAccount}`,
    name: `${namespace}/${serviceAccount}`,
    namespace,
    serviceAccount,
    role,
    ...(spec.targetRoleARN ? { targetRoleArn: spec.targetRoleARN } : {}),
    ...(spec.disableSessionTags === undefined ? {} : { disableSessionTags: spec.disableSessionTags }),
    ...(spec.policy ? { policy: spec.policy } : {}),
    tags,
    source: [path],
    after: [context.clusterStack, ...roleStacks(role)],
  }));
}

/** Providers of `identityProviders`, by which people log in. */
export function desiredIdentityProviders(context: Context): DesiredIdentityProvider[] {
  const { identityProviders = [] } = context.config;
  return identityProviders.map(({ tags, ...provider }, i) => ({
    kind: "identity-provider",
    id: `identity-provider/${provider.name}`,
    ...provider,
    tags: tags ?? {},
    source: [["identityProviders", i]],
    after: [context.clusterStack],
  }));
}

/** Access entries for node roles that the file brings; those of roles made by a stack are in that stack. */
export function desiredAccessEntries(context: Context): DesiredAccessEntry[] {
  if (!usesAccessEntries(context)) return [];
  const entries = selfManagedGroups(context).flatMap((group): DesiredAccessEntry[] => {
    const principalArn = group.spec.iam?.instanceRoleARN;
    if (!principalArn) return [];
    return [
      {
        kind: "access-entry",
        id: `access-entry/${principalArn}`,
        name: principalArn,
        principalArn,
        type: "EC2_LINUX",
        source: [[...group.path, "iam", "instanceRoleARN"]],
        after: [group.stackName],
      },
    ];
  });
  // Several groups may share a role; it has one entry.
  return entries.filter((entry, i) => entries.findIndex((other) => other.id === entry.id) === i);
}
