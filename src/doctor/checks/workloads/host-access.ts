// LT-W015: A pod uses its node's files or ports.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inWorkloads } from "../../sight.ts";

/** A pod uses its node's files or ports. */
export const hostAccess: Check = defineCheck({
  id: "LT-W015",
  title: "A pod uses its node's files or ports",
  area: "workloads",
  severity: "warning",
  why: "A writable path of the node is a way out of the container; a host port ties a pod to the nodes where it is free.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Use volumes and services instead.",
  objects: async (facts) =>
    inWorkloads(facts, ({ kind, namespace, name, spec }) => {
      if (isSystem({ kind, namespace, name })) return undefined;
      const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      const path = (spec.volumes ?? []).find(
        (volume) => volume.hostPath && mounts.some((mount) => mount.name === volume.name && mount.readOnly !== true),
      );
      if (path) return `It mounts ${path.hostPath?.path} of the node, writable`;
      const port = spec.containers.flatMap(({ ports = [] }) => ports).find(({ hostPort }) => hostPort !== undefined);
      if (port && spec.hostNetwork !== true) return `It takes port ${port.hostPort} of the node`;
      const odd = spec.containers.find(
        ({ securityContext }) =>
          securityContext?.procMount === "Unmasked" || securityContext?.windowsOptions?.hostProcess === true,
      );
      return odd && `Container ${odd.name} sees the node's processes`;
    }),
});
