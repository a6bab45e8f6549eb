// LT-W028: No seccomp profile.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** No seccomp profile. */
export const noSeccomp: Check = defineCheck({
  id: "LT-W028",
  title: "No seccomp profile",
  area: "workloads",
  severity: "info",
  why: "RuntimeDefault forbids the system calls that most ways out of a container need.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Set securityContext.seccompProfile.type: RuntimeDefault.",
  objects: async (facts) =>
    inContainers(facts, ({ securityContext }, { spec }) => {
      const type = securityContext?.seccompProfile?.type ?? spec.securityContext?.seccompProfile?.type;
      return (type === undefined || type === "Unconfined") && `seccompProfile is ${type ?? "missing"}`;
    }),
});
