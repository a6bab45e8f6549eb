// LT-U017: PodSecurityPolicies, which are gone.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** PodSecurityPolicies, which are gone. */
export const podSecurityPolicies: Check = defineCheck({
  id: "LT-U017",
  title: "PodSecurityPolicies, which are gone",
  area: "upgrades",
  severity: "error",
  why: "Kubernetes 1.25 took them away without a successor of the same shape: what they forbade is allowed afterwards unless namespaces have Pod Security labels.",
  docs: "https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/",
  remedy: "Label namespaces pod-security.kubernetes.io/enforce (LT-W019), then delete the policies.",
  objects: async (facts) =>
    inKind(
      facts,
      "podSecurityPolicies",
      ({ apiVersion }) =>
        `${apiVersion} PodSecurityPolicy is gone from Kubernetes 1.25 on, and nothing takes its place`,
      "apiVersion",
    ),
});
