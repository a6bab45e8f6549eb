// One stack per pod identity association whose role the file doesn't bring itself; add-ons have such roles too.
import type { ConfigPath, PodIdentityAssociation } from "../../config/index.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack, RoleReference } from "../desired.ts";
import { stackNames, tagKeys } from "../names.ts";
import { roleId, roleTemplate } from "./role-stack.ts";
import { podIdentityTrust } from "./trust.ts";

export interface PodIdentity {
  readonly spec: PodIdentityAssociation;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly path: ConfigPath;
  /** The add-on whose association it is. */
  readonly addon?: string;
  readonly stackName: string;
  readonly role: RoleReference;
  /** Tags of the stack and of the association; eksctl puts none of its own where the file brings the role. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An association with its role; `addon` when it belongs to one. */
export function podIdentity(
  context: Context,
  spec: PodIdentityAssociation,
  path: ConfigPath,
  addon?: string,
): PodIdentity {
  const { namespace = "", serviceAccountName = "" } = spec;
  const stackName =
    addon === undefined
      ? stackNames.podIdentity(context.name, namespace, serviceAccountName)
      : stackNames.addonPodIdentity(context.name, addon, serviceAccountName);
  const id = `${namespace}/${serviceAccountName}`;
  const own =
    addon === undefined ? { [tagKeys.podIdentity]: id } : { [tagKeys.addon]: addon, [tagKeys.addonPodIdentity]: id };
  return {
    spec,
    namespace,
    serviceAccount: serviceAccountName,
    path,
    ...(addon === undefined ? {} : { addon }),
    stackName,
    role: spec.roleARN ? { arn: spec.roleARN } : { stack: stackName, output: roleId },
    tags: { ...spec.tags, ...(spec.roleARN ? {} : own) },
  };
}

/** `iam.podIdentityAssociations`. */
export function podIdentities(context: Context): PodIdentity[] {
  const list = context.config.iam?.podIdentityAssociations ?? [];
  return list.map((spec, i) => podIdentity(context, spec, ["iam", "podIdentityAssociations", i]));
}

/** The role stack of an association, or undefined where the file brings the role. */
export function podIdentityStack(context: Context, identity: PodIdentity): DesiredStack | undefined {
  const { spec } = identity;
  if (spec.roleARN) return undefined;
  return toStack(context, {
    stackName: identity.stackName,
    kind: identity.addon === undefined ? "podidentityrole" : "addonpodidentityrole",
    name: `${identity.addon ?? identity.namespace}/${identity.serviceAccount}`,
    capability: spec.roleName ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
    tags: [identity.tags],
    template: roleTemplate({
      description: "IAM role for pod identity association [created and managed by eksctl]",
      trust: podIdentityTrust,
      attachPolicy: spec.permissionPolicy,
      attachPolicyARNs: spec.permissionPolicyARNs,
      attachPolicyName: spec.permissionPolicyName,
      wellKnownPolicies: spec.wellKnownPolicies,
      roleName: spec.roleName,
      permissionsBoundary: spec.permissionsBoundaryARN,
    }),
    source: [identity.path],
    binder: context.bind(),
    dependsOn: [context.clusterStack],
  });
}
