// LT-D014: The cluster autoscaler may more than it needs.
import { workloadNamed } from "../../../iam/index.ts";
import { allowedPatterns, documentsOf, takesIn } from "../../account/policies.ts";
import type { AccountFacts } from "../../account/facts.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ObjectFacts } from "../../objects/facts.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import type { Workload } from "../../objects/workloads.ts";
import { workloadsOf } from "../../objects/workloads.ts";
import { ofObject } from "../../sight.ts";

const image = /cluster-autoscaler[:@]/;
const isAutoscaler = ({ spec }: Workload): boolean => spec.containers.some((each) => image.test(each.image ?? ""));

/** Rights that nobody narrows to one action: all reads of the services that it reads are fine. */
const isReading = (pattern: string): boolean => /^(autoscaling|ec2|eks):(Describe|Get|List)/i.test(pattern);
const isNeeded = (pattern: string, needed: readonly string[]): boolean =>
  isReading(pattern) || needed.some((each) => takesIn(each, pattern));

async function rolesOf(
  account: AccountFacts,
  cluster: ObjectFacts,
  { namespace, spec }: Workload,
): Promise<{ arn?: string; associated: boolean }> {
  const name = spec.serviceAccountName ?? "default";
  const [annotated, associations] = await Promise.all([rolesOfAccounts(cluster), account.read("associations")]);
  const own = annotated.find(
    ({ account: { metadata } }) => metadata.name === name && (metadata.namespace ?? "default") === namespace,
  );
  const associated = associations.some((each) => each.namespace === namespace && each.serviceAccount === name);
  return { associated, ...(own ? { arn: own.arn } : {}) };
}

/** The cluster autoscaler may more than it needs. */
export const autoscalerRole: Check = defineCheck({
  id: "LT-D014",
  title: "The cluster autoscaler may more than it needs",
  area: "nodes",
  severity: "warning",
  why: "It reads groups and instance types, sets sizes and ends instances. Without a role of its own it does so with the nodes', which every pod then has; more actions than those are a gift to whoever takes it over.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
  remedy: "Give its service account a role with the policy of lotse iam policy cluster-autoscaler.",
  together: async (account, cluster) => {
    const scalers = (await workloadsOf(cluster)).filter(isAutoscaler);
    const needed = (workloadNamed("cluster-autoscaler")?.statements ?? []).flatMap(({ actions }) => actions);
    const found = await Promise.all(
      scalers.map(async (workload) => {
        const { arn, associated } = await rolesOf(account, cluster, workload);
        const name = workload.spec.serviceAccountName ?? "default";
        if (arn === undefined)
          return ofObject(
            cluster,
            workload.object,
            !associated && `Service account ${name} has no role: it works with the role of its node`,
          );
        const role = await account.role(arn);
        if (!role) return [];
        const more = allowedPatterns(await documentsOf(account, role)).filter((each) => !isNeeded(each, needed));
        const text = `${arn} allows ${more.slice(0, 5).join(", ")}${more.length > 5 ? ` and ${more.length - 5} more` : ""}`;
        return ofObject(cluster, workload.object, more.length > 0 && { text, evidence: { role: arn, more } });
      }),
    );
    return found.flat();
  },
});
