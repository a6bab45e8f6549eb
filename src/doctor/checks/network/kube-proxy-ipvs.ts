// LT-N034: kube-proxy in IPVS mode.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofObject } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

/** kube-proxy in IPVS mode. */
export const kubeProxyIpvs: Check = defineCheck({
  id: "LT-N034",
  title: "kube-proxy in IPVS mode",
  area: "network",
  severity: "warning",
  why: "Kubernetes deprecates the IPVS mode of kube-proxy from 1.35 on.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/ipvs.html",
  remedy: "Change the mode to iptables or nftables in the add-on's configuration.",
  cluster: async (facts) => {
    const [maps, version] = await Promise.all([facts.list("configMaps"), facts.version()]);
    const config = maps.find(
      ({ metadata }) => metadata.name === "kube-proxy-config" && metadata.namespace === "kube-system",
    );
    if (!config || !/^\s*mode:\s*"?ipvs/m.test(config.data?.["config"] ?? "")) return [];
    const severity = minorIn(version) >= 36 ? "error" : "warning";
    return ofObject(facts, config, { text: "mode is ipvs", severity });
  },
});
