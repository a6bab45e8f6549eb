// LT-W011: Processes may gain rights.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** Processes may gain rights. */
export const privilegeEscalation: Check = defineCheck({
  id: "LT-W011",
  title: "Processes may gain rights",
  area: "workloads",
  severity: "warning",
  why: "Unless allowPrivilegeEscalation is false, setuid programs give more rights than the container began with.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Set securityContext.allowPrivilegeEscalation: false.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ securityContext }) =>
        securityContext?.allowPrivilegeEscalation !== false && "allowPrivilegeEscalation isn't false",
    ),
});
