// LT-W016: Secrets as variables.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** Secrets as variables. */
export const secretsInEnv: Check = defineCheck({
  id: "LT-W016",
  title: "Secrets as variables",
  area: "workloads",
  severity: "warning",
  why: "Variables are printed in crash reports and inherited by every child process; files are not, and follow changes.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Mount the secret as a file, or use the Secrets Store CSI driver.",
  objects: async (facts) =>
    inContainers(facts, ({ env = [], envFrom = [] }) => {
      const found = env.filter(({ valueFrom }) => valueFrom?.secretKeyRef).map(({ name }) => name);
      const whole = envFrom.filter(({ secretRef }) => secretRef).map(({ secretRef }) => secretRef?.name);
      return found.length + whole.length > 0 && `${[...found, ...whole].join(", ")} come from secrets`;
    }),
});
