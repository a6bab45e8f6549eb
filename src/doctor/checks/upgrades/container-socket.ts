// LT-U016: A pod mounts the runtime's socket.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** A pod mounts the runtime's socket. */
export const containerSocket: Check = defineCheck({
  id: "LT-U016",
  title: "A pod mounts the runtime's socket",
  area: "upgrades",
  severity: "error",
  why: "/var/run/docker.sock is gone with dockershim since 1.24, and whoever reaches a runtime's socket owns the node.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Use what the runtime's API is used for from outside: kaniko, BuildKit, CRI-aware agents.",
  objects: async (facts) =>
    inWorkloads(
      facts,
      ({ spec }) => {
        const found = (spec.volumes ?? []).find(({ hostPath }) =>
          /(docker|dockershim|containerd|crio)\.sock$/.test(hostPath?.path ?? ""),
        );
        return found && `It mounts ${found.hostPath?.path}`;
      },
      "volumes",
    ),
});
