// LT-N010: Warm targets that don't work together.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { ofObject } from "../../sight.ts";

/** Warm targets that don't work together. */
export const warmTargets: Check = defineCheck({
  id: "LT-N010",
  title: "Warm targets that don't work together",
  area: "network",
  severity: "warning",
  why: "MINIMUM_IP_TARGET without WARM_IP_TARGET has no effect beyond the start, and with prefixes a WARM_PREFIX_TARGET of 0 without the other two leaves no spare address.",
  docs: "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md",
  remedy: "Set WARM_IP_TARGET and MINIMUM_IP_TARGET together.",
  cluster: async (facts) => {
    const cni = await cniOf(facts);
    if (!cni) return [];
    const { env, object } = cni;
    const alone = env["MINIMUM_IP_TARGET"] !== undefined && env["WARM_IP_TARGET"] === undefined;
    const none =
      env["ENABLE_PREFIX_DELEGATION"] === "true" &&
      env["WARM_PREFIX_TARGET"] === "0" &&
      env["WARM_IP_TARGET"] === undefined;
    if (alone)
      return ofObject(facts, object, `MINIMUM_IP_TARGET is ${env["MINIMUM_IP_TARGET"]} without WARM_IP_TARGET`);
    return ofObject(facts, object, none && "WARM_PREFIX_TARGET is 0 without WARM_IP_TARGET");
  },
});
