// LT-W012: A container may run as root.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** A container may run as root. */
export const runsAsRoot: Check = defineCheck({
  id: "LT-W012",
  title: "A container may run as root",
  area: "workloads",
  severity: "warning",
  why: "Root in a container is root on the node when it gets out.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Set runAsNonRoot: true, and a user in the image.",
  objects: async (facts) =>
    inContainers(facts, ({ securityContext }, { spec }) => {
      const user = securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
      const nonRoot = securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot;
      return (
        nonRoot !== true &&
        (user === undefined || user === 0) &&
        (user === 0 ? "runAsUser is 0" : "Neither runAsNonRoot nor runAsUser is set")
      );
    }),
});
