// LT-W017: A ConfigMap that looks like a secret.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A ConfigMap that looks like a secret. */
export const passwordInConfig: Check = defineCheck({
  id: "LT-W017",
  title: "A ConfigMap that looks like a secret",
  area: "workloads",
  severity: "warning",
  why: "ConfigMaps aren't encrypted apart, and more people may read them.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
  remedy: "Put it into a Secret, or into Secrets Manager.",
  objects: async (facts) =>
    inKind(
      facts,
      "configMaps",
      ({ metadata, data = {} }) => {
        if (metadata.namespace === "kube-system" || metadata.name === "kube-root-ca.crt") return undefined;
        const key = Object.entries(data).find(
          ([name, value]) =>
            (/(^|[_.-])(password|passwd|secret|token|api[_-]?key)$/i.test(name) && value !== "") ||
            /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value),
        )?.[0];
        return key !== undefined && `${key} looks like a secret`;
      },
      "data",
    ),
});
