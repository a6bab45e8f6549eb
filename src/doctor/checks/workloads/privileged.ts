// LT-W009: A privileged container.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";

/** A privileged container. */
export const privileged: Check = defineCheck({
  id: "LT-W009",
  title: "A privileged container",
  area: "workloads",
  severity: "error",
  why: "It may do on its node what root may: read every other pod's secrets, load modules.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Take privileged out; add single capabilities where they are needed.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ securityContext }, { kind, namespace, name }) =>
        securityContext?.privileged === true && !isSystem({ kind, namespace, name }) && "privileged is true",
      true,
    ),
});
