// LT-L008: Nobody watches for attacks.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Nobody watches for attacks. */
export const noDetection: Check = defineCheck({
  id: "LT-L008",
  title: "Nobody watches for attacks",
  area: "logging",
  severity: "info",
  why: "GuardDuty reads the cluster's audit log and what processes do on nodes; Inspector knows the holes in images and nodes. Both have to be switched on in each region.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/detective-controls.html",
  remedy: "Switch on GuardDuty with EKS audit logs and runtime monitoring, and Inspector for EC2 and ECR.",
  account: async (account) => {
    const [features, inspector] = await Promise.all([account.read("guardDuty"), account.read("inspector")]);
    const off = [
      ...(features === undefined
        ? ["GuardDuty"]
        : [
            ...(features.includes("EKS_AUDIT_LOGS") ? [] : ["GuardDuty's EKS audit logs"]),
            ...(features.includes("RUNTIME_MONITORING") || features.includes("EKS_RUNTIME_MONITORING")
              ? []
              : ["GuardDuty's runtime monitoring"]),
          ]),
      ...(inspector.ec2 ? [] : ["Inspector for EC2"]),
      ...(inspector.ecr ? [] : ["Inspector for ECR"]),
    ];
    return ofCluster(
      account,
      off.length > 0 && {
        text: `Off in ${account.region}: ${off.join(", ")}`,
        evidence: { off },
        ...(features === undefined ? { command: "aws guardduty create-detector --enable" } : {}),
      },
    );
  },
});
