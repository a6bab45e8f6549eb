// LT-W019: A namespace without Pod Security.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A namespace without Pod Security. */
export const noPodSecurity: Check = defineCheck({
  id: "LT-W019",
  title: "A namespace without Pod Security",
  area: "workloads",
  severity: "warning",
  why: "Without pod-security.kubernetes.io/enforce anything may run in it, privileged pods too.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Label it pod-security.kubernetes.io/enforce=baseline, or restricted.",
  objects: async (facts) =>
    inKind(
      facts,
      "namespaces",
      ({ metadata }) => {
        const open =
          !metadata.name.startsWith("kube-") && metadata.labels?.["pod-security.kubernetes.io/enforce"] === undefined;
        return (
          open && {
            text: "It has no label pod-security.kubernetes.io/enforce",
            command: `kubectl label namespace ${metadata.name} pod-security.kubernetes.io/enforce=baseline`,
          }
        );
      },
      "metadata",
    ),
});
