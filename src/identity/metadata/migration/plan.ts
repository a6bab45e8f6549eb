// From roles by annotation (kube2iam, kiam) to roles of service accounts, as a plan: what to do in which order, with the
// command and what takes it back, so that every pod has credentials at every moment. Nothing old goes before the new works.
import type { Diagnostic } from "../../../base/index.ts";
import type { PodRoleSettings } from "../pod-role.ts";
import { podRole } from "../pod-role.ts";
import { serviceAccountFor } from "./accounts.ts";
import { finding, obstacle, remarks } from "./findings.ts";
import type { AnnotatedWorkload, MigrationTarget, PodRolePlan, PodRoleWorld } from "./model.ts";
import { nameOf, roleAnnotation } from "./model.ts";
import { accountSteps, preparation, trustSteps, workloadSteps } from "./steps.ts";

/** The role that a workload has by its service account, the new way. */
function roleOfAccount(world: PodRoleWorld, { namespace, serviceAccount }: AnnotatedWorkload): string | undefined {
  const association = world.associations.find(
    (each) => each.namespace === namespace && each.serviceAccount === serviceAccount,
  );
  return association?.roleArn ?? world.serviceAccounts.get(`${namespace}/${serviceAccount}`)?.[roleAnnotation];
}

/**
 * Plans the way.
 *
 * @param settings how the proxy that is left was started: its annotations, base and default role
 */
export function planPodRoleMigration(
  world: PodRoleWorld,
  settings: PodRoleSettings,
  target: MigrationTarget,
): PodRolePlan {
  const findings: Diagnostic[] = [];
  const asked: { workload: AnnotatedWorkload; roleArn: string | undefined; moved: boolean }[] = [];
  for (const workload of world.workloads) {
    const namespaceAnnotations = world.namespaces.get(workload.namespace);
    const role = podRole({ ...workload, namespaceAnnotations }, settings);
    const asks = workload.annotations[settings.roleKey] !== undefined;
    if ("refusal" in role && asks)
      findings.push(
        finding(
          "error",
          "identity/role-refused",
          `${nameOf(workload)} gets no role today: ${role.refusal}`,
          "Mend it first, or take the annotation away.",
        ),
      );
    const own = asks ? undefined : roleOfAccount(world, workload);
    asked.push({ workload, roleArn: own ?? ("roleArn" in role ? role.roleArn : undefined), moved: own !== undefined });
  }
  const groups = serviceAccountFor(asked, world.serviceAccounts).filter((group) => {
    const problem = obstacle(group, target, world);
    if (problem) findings.push(problem);
    return problem === undefined;
  });
  const workloads = groups.map((group) => workloadSteps(group, settings));
  findings.push(...groups.flatMap((group) => remarks(group, settings)));
  const steps = [
    ...trustSteps(groups, target, world),
    ...groups.flatMap((group) => accountSteps(group, target, world)),
    ...workloads.flatMap(({ start }) => start),
    ...workloads.flatMap(({ end }) => end),
  ];
  return { target, steps: groups.length === 0 ? [] : [...preparation(target, world), ...steps], findings };
}
