// Which add-ons a cluster gets and how each comes by its IAM permissions, in the order of eksctl's preferences.
import { addon as addonFacts } from "../../facts/index.ts";
import type { Addon, ConfigPath } from "../../config/index.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack, KnownAddon, RoleReference } from "../desired.ts";
import { stackNames, tagKeys } from "../names.ts";
import { partitionOf } from "../partitions.ts";
import { podIdentity, podIdentityStack } from "./pod-identity.ts";
import type { PodIdentity } from "./pod-identity.ts";
import { roleId, roleTemplate } from "./role-stack.ts";
import { irsaTrust } from "./trust.ts";

/** Policies for an add-on's role by IRSA. */
type IrsaPolicies = Pick<Addon, "attachPolicyARNs" | "attachPolicy" | "wellKnownPolicies">;

export interface PlannedAddon {
  readonly spec: Addon;
  readonly name: string;
  /** Installed although the file doesn't list it. */
  readonly isDefault: boolean;
  /** Its entry in the file, or where add-ons are configured for those the file doesn't list. */
  readonly source: readonly ConfigPath[];
  readonly beforeNodes: boolean;
  /** Role by IRSA, and the policies of the stack that makes it. */
  readonly irsa?: { readonly role: RoleReference; readonly policies?: IrsaPolicies };
  readonly podIdentities: readonly PodIdentity[];
}

/** eksctl's default add-ons in the order in which they are wanted: network, proxy, DNS, and metrics after the nodes. */
const defaults: readonly string[] = ["vpc-cni", "kube-proxy", "coredns", "metrics-server"];

const beforeNodes: ReadonlySet<string> = new Set(["eks-pod-identity-agent", "vpc-cni", "kube-proxy", "coredns"]);

/** EKS offers no metrics-server add-on outside the standard partition. */
const offered = (name: string, region: string): boolean => name !== "metrics-server" || partitionOf(region) === "aws";

function known(context: Context, name: string): KnownAddon {
  const told = context.known.addons?.[name];
  if (told) return told;
  const facts = addonFacts(name);
  const arn = (policy: string): string => `arn:${partitionOf(context.region)}:iam::aws:policy/${policy}`;
  return {
    // Of an add-on that the table doesn't know, the file knows better: what it asks for is made.
    requiresIamPermissions: facts?.requiresIamPermissions ?? true,
    podIdentities: (facts?.serviceAccounts ?? []).map((account) => ({
      serviceAccount: account.name,
      policyArns: account.policies.map(arn),
    })),
  };
}

/** What eksctl attaches to the role of an add-on about which the file says nothing. */
function recommendedPolicies(context: Context, name: string): IrsaPolicies | undefined {
  const cni = `arn:${partitionOf(context.region)}:iam::aws:policy/AmazonEKS_CNI_Policy`;
  const table: Readonly<Record<string, IrsaPolicies>> = {
    "vpc-cni": { attachPolicyARNs: [cni] },
    "aws-ebs-csi-driver": { wellKnownPolicies: { ebsCSIController: true } },
    "aws-efs-csi-driver": { wellKnownPolicies: { efsCSIController: true } },
  };
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The policies the file gives; one of the three, the first that is there. */
function givenPolicies({ attachPolicyARNs, wellKnownPolicies, attachPolicy }: Addon): IrsaPolicies | undefined {
  if (attachPolicyARNs?.length) return { attachPolicyARNs };
  if (wellKnownPolicies && Object.values(wellKnownPolicies).includes(true)) return { wellKnownPolicies };
  return attachPolicy && { attachPolicy };
}

function permissions(context: Context, spec: Addon, path: ConfigPath): Pick<PlannedAddon, "irsa" | "podIdentities"> {
  const { requiresIamPermissions, podIdentities } = known(context, spec.name);
  if (!requiresIamPermissions) return { podIdentities: [] };
  if (spec.podIdentityAssociations?.length)
    return {
      podIdentities: spec.podIdentityAssociations.map((association, i) =>
        podIdentity(context, association, [...path, "podIdentityAssociations", i], spec.name),
      ),
    };
  const given = givenPolicies(spec);
  if (spec.serviceAccountRoleARN || given) {
    // Without OIDC provider no service account can assume the role: eksctl warns and goes on without.
    if (!context.withOidc) return { podIdentities: [] };
    if (spec.serviceAccountRoleARN) return { irsa: { role: { arn: spec.serviceAccountRoleARN } }, podIdentities: [] };
  }
  const wantsDefaults =
    context.config.addonsConfig?.autoApplyPodIdentityAssociations || spec.useDefaultPodIdentityAssociations;
  if (!given && wantsDefaults && podIdentities.length > 0)
    return {
      podIdentities: podIdentities.map(({ serviceAccount, policyArns }) =>
        podIdentity(
          context,
          { serviceAccountName: serviceAccount, permissionPolicyARNs: [...policyArns] },
          path,
          spec.name,
        ),
      ),
    };
  const policies = given ?? recommendedPolicies(context, spec.name);
  if (!policies || !context.withOidc) return { podIdentities: [] };
  const role = { stack: stackNames.addon(context.name, spec.name), output: roleId };
  return { irsa: { role, policies }, podIdentities: [] };
}

function plan(context: Context, spec: Addon, path: ConfigPath, isDefault: boolean): PlannedAddon {
  return {
    spec,
    name: spec.name,
    isDefault,
    source: [path],
    beforeNodes: beforeNodes.has(spec.name),
    ...permissions(context, spec, path),
  };
}

/** Every add-on of the cluster in the order of creation: the pod identity agent first, others may need it. */
export function plannedAddons(context: Context): PlannedAddon[] {
  const listed = (context.config.addons ?? []).map((spec, i) => plan(context, spec, ["addons", i], false));
  const missing = context.config.addonsConfig?.disableDefaultAddons
    ? []
    : defaults.filter((name) => offered(name, context.region) && !listed.some((addon) => addon.name === name));
  const all = [...listed, ...missing.map((name) => plan(context, { name }, ["addons"], true))];
  const rank = ({ name, beforeNodes: early }: PlannedAddon): number =>
    name === "eks-pod-identity-agent" ? 0 : early ? 1 : 2;
  return all.sort((a, b) => rank(a) - rank(b));
}

function irsaStack(context: Context, addon: PlannedAddon, policies: IrsaPolicies): DesiredStack {
  const binder = context.bind();
  // eksctl knows only the CNI's service account; the roles of other add-ons trust every one of the cluster.
  const subject = addon.name === "vpc-cni" ? { namespace: "kube-system", name: "aws-node" } : undefined;
  return toStack(context, {
    stackName: stackNames.addon(context.name, addon.name),
    kind: "addon",
    name: addon.name,
    capability: "CAPABILITY_IAM",
    tags: [{ [tagKeys.addon]: addon.name }],
    template: roleTemplate({
      ...policies,
      description: `IAM role for "${addon.name}" [created and managed by eksctl]`,
      trust: irsaTrust(binder, subject),
      permissionsBoundary: addon.spec.permissionsBoundary,
    }),
    source: addon.source,
    binder,
    dependsOn: [context.clusterStack],
  });
}

/** The role stacks of an add-on. */
export function addonStacks(context: Context, addon: PlannedAddon): DesiredStack[] {
  const policies = addon.irsa?.policies;
  return [
    ...(policies ? [irsaStack(context, addon, policies)] : []),
    ...addon.podIdentities.flatMap((identity) => podIdentityStack(context, identity) ?? []),
  ];
}
