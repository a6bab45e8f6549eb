// LT-W023: A pod isn't well.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";
import { daysBetween } from "../../versions.ts";

/** A pod isn't well. */
export const unhealthyPods: Check = defineCheck({
  id: "LT-W023",
  title: "A pod isn't well",
  area: "workloads",
  severity: "error",
  why: "Pods that crash, wait for an image or for a place don't do their work.",
  docs: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/",
  remedy: "See kubectl describe pod and kubectl logs --previous.",
  cluster: async (facts, { today }) =>
    inKind(facts, "pods", ({ metadata, status }) => {
      const waiting = (status?.containerStatuses ?? []).find(({ state }) =>
        /^(CrashLoopBackOff|ImagePullBackOff|ErrImagePull|CreateContainerConfigError|CreateContainerError|InvalidImageName|RunContainerError)$/.test(
          state?.waiting?.reason ?? "",
        ),
      );
      if (waiting) return `Container ${waiting.name}: ${waiting.state?.waiting?.reason}`;
      const place = (status?.conditions ?? []).find(
        ({ type, status: is }) => type === "PodScheduled" && is === "False",
      );
      if (status?.phase === "Pending" && place) return `It finds no node: ${place.message ?? place.reason ?? ""}`;
      if (metadata.deletionTimestamp !== undefined && daysBetween(metadata.deletionTimestamp.slice(0, 10), today) > 1)
        return { text: `It is being deleted since ${metadata.deletionTimestamp}`, severity: "warning" as const };
      const restarts = Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount));
      return (
        restarts > 10 && {
          text: `A container was restarted ${restarts} times`,
          severity: "warning" as const,
          evidence: { restarts },
        }
      );
    }),
});
