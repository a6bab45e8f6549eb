// LT-N003: Jobs end faster than their addresses come back.
import { coolingAddresses, defaultCooldownSeconds } from "../../../capacity/index.ts";
import { cniOf } from "../../objects/cni.ts";
import { nodeSubnets } from "../../account/network.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** How often a schedule runs in a minute: `* * * * *` once, every five minutes a fifth of that; rarer ones count as nothing. */
function runsPerMinute(schedule = ""): number {
  const [minute = "", ...rest] = schedule.trim().split(/\s+/);
  if (rest.some((field) => field !== "*")) return 0;
  if (minute === "*") return 1;
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  return step === undefined ? 0 : 1 / Number(step);
}

/** Jobs end faster than their addresses come back. */
export const churn: Check = defineCheck({
  id: "LT-N003",
  title: "Jobs end faster than their addresses come back",
  area: "network",
  severity: "warning",
  why: "The VPC CNI keeps the address of a pod that has ended for 30 seconds (IP_COOLDOWN_PERIOD) before another pod gets it.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html",
  remedy: "Run fewer or longer jobs, set ttlSecondsAfterFinished, use prefix delegation, or larger subnets.",

  together: async (account, cluster) => {
    const [jobs, subnets] = await Promise.all([cluster.list("cronJobs"), nodeSubnets(account)]);
    const perMinute = jobs
      .filter(({ spec }) => spec.suspend !== true)
      .reduce((sum, { spec }) => sum + runsPerMinute(spec.schedule), 0);
    const free = subnets.reduce((sum, { AvailableIpAddressCount = 0 }) => sum + AvailableIpAddressCount, 0);
    const cni = await cniOf(cluster);
    const period = Number(cni?.env["IP_COOLDOWN_PERIOD"] ?? defaultCooldownSeconds);
    const seconds = Number.isFinite(period) ? period : defaultCooldownSeconds;
    const cooling = perMinute === 0 ? 0 : coolingAddresses(perMinute, seconds);
    if (cooling === 0 || cooling <= free * 0.25) return [];
    const text = `CronJobs end ${cooling} pods in the ${seconds} seconds that an address rests, and ${free} addresses are free`;
    return ofCluster(account, { text, evidence: { perMinute, free } });
  },
});
