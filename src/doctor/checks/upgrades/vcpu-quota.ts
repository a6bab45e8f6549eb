// LT-U015: The quota for instances is nearly used up.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The quota for instances is nearly used up. */
export const vcpuQuota: Check = defineCheck({
  id: "LT-U015",
  title: "The quota for instances is nearly used up",
  area: "upgrades",
  severity: "warning",
  why: "An update of a node group starts new nodes before old ones go: without vCPUs left in the region's quota it stops with VcpuLimitExceeded.",
  docs: "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html",
  remedy: "Ask for more in Service Quotas, days before the upgrade.",
  account: async (account) => {
    const [{ vcpus: quota }, used] = await Promise.all([account.read("quotas"), account.read("standardVcpus")]);
    const share = used / quota;
    return ofCluster(
      account,
      share >= 0.8 && {
        text: `Instances on demand use ${used} of ${quota} vCPUs of the region's quota`,
        severity: share >= 0.9 ? "error" : "warning",
        evidence: { used, quota },
        command: `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value ${Math.ceil(quota * 2)}`,
      },
    );
  },
});
