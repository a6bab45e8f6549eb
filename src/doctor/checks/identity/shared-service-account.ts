// LT-I023: Several workloads share a service account with a role.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import { workloadsOf } from "../../objects/workloads.ts";
import { ofObject } from "../../sight.ts";

/** Several workloads share a service account with a role. */
export const sharedServiceAccount: Check = defineCheck({
  id: "LT-I023",
  title: "Several workloads share a service account with a role",
  area: "identity",
  severity: "info",
  why: "What one of them needs, all of them may.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Give each workload an account and a role of its own.",
  objects: async (facts) => {
    const [annotated, workloads] = await Promise.all([rolesOfAccounts(facts), workloadsOf(facts)]);
    return annotated.flatMap(({ account }) => {
      const { name, namespace = "default" } = account.metadata;
      const users = workloads.filter((each) => each.namespace === namespace && each.spec.serviceAccountName === name);
      return ofObject(facts, account, users.length > 1 && `${users.map((each) => each.name).join(", ")} share it`);
    });
  },
});
