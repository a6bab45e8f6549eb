// Which service account stands for which role: a role by annotation is a pod's, a role of a service account is everybody's who
// runs as it. Where pods of one account have different roles, or none, some get an account of their own.
import type { AnnotatedWorkload, PodRoleGroup } from "./model.ts";

interface Asked {
  workload: AnnotatedWorkload;
  /** Undefined for one that has no role. */
  roleArn: string | undefined;
  /** It has its service account's already. */
  moved: boolean;
}

function grouped<T>(all: readonly T[], keyOf: (each: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const each of all) found.set(keyOf(each), [...(found.get(keyOf(each)) ?? []), each]);
  return [...found.values()];
}

/** A name that no service account has yet; Kubernetes takes 253 characters. */
function freeName(namespace: string, wished: string, taken: ReadonlySet<string>): string {
  let name = wished.slice(0, 240);
  for (let i = 2; taken.has(`${namespace}/${name}`); i += 1) name = `${wished.slice(0, 240)}-${i}`;
  return name;
}

/** Groups of pods with a role, each with a service account that is theirs alone. */
export function serviceAccountFor(
  asked: readonly Asked[],
  serviceAccounts: ReadonlyMap<string, unknown>,
): PodRoleGroup[] {
  const taken = new Set(serviceAccounts.keys());
  return grouped(asked, ({ workload }) => `${workload.namespace}/${workload.serviceAccount}`).flatMap((together) => {
    const byRole = grouped(together, ({ roleArn = "" }) => roleArn);
    const [first] = together;
    // `default` is everybody's who comes later without a name of his own.
    const shared = byRole.length > 1 || first?.workload.serviceAccount === "default";
    return byRole.flatMap((same): PodRoleGroup[] => {
      const [one] = same.filter(({ moved }) => !moved);
      if (one?.roleArn === undefined) return [];
      const { namespace, serviceAccount, name } = one.workload;
      const own = shared ? freeName(namespace, name, taken) : serviceAccount;
      taken.add(`${namespace}/${own}`);
      return [
        {
          namespace,
          serviceAccount: own,
          roleArn: one.roleArn,
          workloads: same.filter(({ moved }) => !moved).map(({ workload }) => workload),
        },
      ];
    });
  });
}
