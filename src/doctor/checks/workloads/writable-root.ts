// LT-W014: The root filesystem is writable.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** The root filesystem is writable. */
export const writableRoot: Check = defineCheck({
  id: "LT-W014",
  title: "The root filesystem is writable",
  area: "workloads",
  severity: "info",
  why: "What an attacker brings can be stored and started.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Set readOnlyRootFilesystem: true, with emptyDir volumes for what is written.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true && "readOnlyRootFilesystem isn't true",
    ),
});
