// LT-W013: Capabilities are added.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { isSystem } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";

/** What runtimes give a container anyway. */
const usual = new Set([
  "CHOWN",
  "DAC_OVERRIDE",
  "FSETID",
  "FOWNER",
  "MKNOD",
  "NET_RAW",
  "SETGID",
  "SETUID",
  "SETFCAP",
  "SETPCAP",
  "NET_BIND_SERVICE",
  "SYS_CHROOT",
  "KILL",
  "AUDIT_WRITE",
]);

/** Capabilities are added. */
export const addedCapabilities: Check = defineCheck({
  id: "LT-W013",
  title: "Capabilities are added",
  area: "workloads",
  severity: "warning",
  why: "SYS_ADMIN is nearly root, NET_ADMIN changes the node's network.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/pod-security.html",
  remedy: "Drop ALL and add what is needed and no more.",

  objects: async (facts) =>
    inContainers(
      facts,
      ({ securityContext }, { kind, namespace, name }) => {
        if (isSystem({ kind, namespace, name })) return undefined;
        const added = (securityContext?.capabilities?.add ?? []).filter(
          (each) => !usual.has(each.replace(/^CAP_/, "")),
        );
        const severity = added.some((each) => /^(CAP_)?(SYS_ADMIN|NET_ADMIN|ALL)$/.test(each))
          ? ("error" as const)
          : ("warning" as const);
        return added.length > 0 && { text: `${added.join(", ")} added`, severity, evidence: { added } };
      },
      true,
    ),
});
