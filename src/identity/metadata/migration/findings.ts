// What stands in the way of a move, and what changes with it.
import type { Diagnostic } from "../../../base/index.ts";
import type { PodRoleSettings } from "../pod-role.ts";
import type { MigrationTarget, PodRoleGroup, PodRoleWorld } from "./model.ts";
import { lastName, nameOf, roleAnnotation } from "./model.ts";

/** A finding of this plan. */
export function finding(severity: Diagnostic["severity"], code: string, title: string, remedy: string): Diagnostic {
  return { code, severity, title, remedy };
}

/** Why a group can't be moved, if so. */
export function obstacle(
  { roleArn, namespace, serviceAccount, workloads }: PodRoleGroup,
  target: MigrationTarget,
  world: PodRoleWorld,
): Diagnostic | undefined {
  const who = workloads.map(nameOf).join(", ");
  const role = world.roles.get(roleArn);
  if (role === undefined)
    return finding(
      "error",
      "identity/role-missing",
      `${who} asks for ${roleArn}, which IAM doesn't have`,
      "Make the role, or take the annotation away.",
    );
  if (role === "foreign")
    return finding(
      "error",
      "identity/role-foreign",
      `${who} asks for ${roleArn} of another account`,
      target === "irsa"
        ? `Make the cluster's OIDC provider in that account as well, and let the role trust it; then annotate ${namespace}/${serviceAccount}.`
        : "Associate a role of this account with --target-role-arn, which takes on the other one.",
    );
  const annotated = world.serviceAccounts.get(`${namespace}/${serviceAccount}`)?.[roleAnnotation];
  const associated = world.associations.find(
    (each) => each.namespace === namespace && each.serviceAccount === serviceAccount,
  );
  const taken = target === "irsa" ? annotated : associated?.roleArn;
  if (taken !== undefined && taken !== roleArn)
    return finding(
      "error",
      "identity/role-taken",
      `${who} asks for ${roleArn}, and its service account ${namespace}/${serviceAccount} is already for ${taken}`,
      "Pods with two roles have to choose: give one of them a service account of its own.",
    );
  if (target === "pod-identity" && workloads.some(({ windows }) => windows))
    return finding(
      "error",
      "identity/no-agent-there",
      `${who} runs on Windows, where EKS Pod Identity isn't available`,
      "Move it with --to irsa.",
    );
  return undefined;
}

/** What is different afterwards, and what is left for people to do. */
export function remarks(group: PodRoleGroup, settings: PodRoleSettings): Diagnostic[] {
  return group.workloads.flatMap((workload) => [
    ...(workload.annotations[settings.externalIdKey] === undefined
      ? []
      : [
          finding(
            "warning",
            "identity/external-id",
            `${nameOf(workload)} gives an external id, which service accounts don't`,
            `A condition on sts:ExternalId in the trust of ${lastName(group.roleArn)} may stay for the old way; the new statement has none.`,
          ),
        ]),
    ...(workload.kind === "Pod"
      ? [
          finding(
            "warning",
            "identity/bare-pod",
            `${nameOf(workload)} has no owner that could make it anew`,
            `Delete and create it with serviceAccountName: ${group.serviceAccount}.`,
          ),
        ]
      : []),
    ...(workload.annotations[settings.roleKey] === undefined
      ? [
          finding(
            "warning",
            "identity/default-role",
            `${nameOf(workload)} asks for no role and has had the proxy's default, ${lastName(group.roleArn)}`,
            "See whether it needs one at all before it gets it by name.",
          ),
        ]
      : []),
  ]);
}
