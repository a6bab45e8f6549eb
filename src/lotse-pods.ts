// The library's verbs about pods' identity; a part of lotse.ts, which is their door.
import type { Aws } from "./aws/index.ts";
import type { Cluster } from "./config/index.ts";
import type { PolicyScope, WorkloadDefinition, WorkloadPolicy } from "./iam/index.ts";
import type { GivenPodRoleSettings, MigrationTarget, PodRolePlan } from "./identity/index.ts";
import type { Plan, ServiceAccountsOptions } from "./plan/index.ts";

/** What making service accounts with roles, or taking them down, would do; nothing else of the file. `runSteps` does it. */
export async function planServiceAccounts(
  cluster: Cluster,
  aws: Aws,
  options: ServiceAccountsOptions = {},
): Promise<Plan> {
  return (await import("./plan/index.ts")).planServiceAccounts(cluster, aws, options);
}

/** Policies of well-known workloads: what each needs and why, as narrow as the scope makes it. */
export const workloadPolicies = {
  list: async (): Promise<readonly WorkloadDefinition[]> => (await import("./iam/index.ts")).workloads,
  /** By a name of {@link workloadPolicies.list}, or another name of the same. @throws RangeError when it is none, or the scope lacks what it needs */
  make: async (name: string, scope: PolicyScope = {}): Promise<WorkloadPolicy> => {
    const { workloadNamed, workloadPolicy, workloads } = await import("./iam/index.ts");
    const workload = workloadNamed(name);
    if (workload) return workloadPolicy(workload, scope);
    throw new RangeError(
      `there is no policy for ${JSON.stringify(name)}; known are ${workloads.map((each) => each.name).join(", ")}`,
    );
  },
};

/** The way from roles by annotation (kube2iam, kiam) to roles of service accounts; nothing is changed. */
export async function planPodRoles(
  aws: Aws,
  cluster: string,
  given: GivenPodRoleSettings,
  target: MigrationTarget,
): Promise<PodRolePlan> {
  return (await import("./access/index.ts")).planPodRoles(aws, cluster, given, target);
}
