// LT-S010: The quota for volumes is nearly used up.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The quota for volumes is nearly used up. */
export const storageQuota: Check = defineCheck({
  id: "LT-S010",
  title: "The quota for volumes is nearly used up",
  area: "storage",
  severity: "warning",
  why: "Beyond the region's quota for a type of volume neither claims nor new nodes get one: the claim stays Pending, the launch fails.",
  docs: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html",
  remedy: "Ask for more in Service Quotas, days before it is needed.",
  account: async (account) => {
    const [quotas, storage] = await Promise.all([account.read("quotas"), account.read("storage")]);
    const rows = [
      { type: "gp2", code: "L-D18FCD1D", used: storage.gp2 / 1024, quota: quotas.gp2TiB },
      { type: "gp3", code: "L-7A658B76", used: storage.gp3 / 1024, quota: quotas.gp3TiB },
    ];
    const seen = rows.map(async ({ type, code, used, quota }) => {
      const share = used / quota;
      const severity = share >= 0.9 ? ("error" as const) : ("warning" as const);
      return ofCluster(
        account,
        share >= 0.8 && {
          text: `Volumes of ${type} in the region hold ${used.toFixed(1)} of ${quota} TiB`,
          severity,
          evidence: { type, usedTiB: used, quotaTiB: quota },
          command: `aws service-quotas request-service-quota-increase --service-code ebs --quota-code ${code} --desired-value ${Math.ceil(quota * 2)}`,
        },
        type,
      );
    });
    return (await Promise.all(seen)).flat();
  },
});
