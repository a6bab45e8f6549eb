// LT-N026: A zone without an ENIConfig.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";

/** A zone without an ENIConfig. */
export const eniconfigMissing: Check = defineCheck({
  id: "LT-N026",
  title: "A zone without an ENIConfig",
  area: "network",
  severity: "error",
  why: "With custom networking a node of a zone for which there is no ENIConfig gives its pods no addresses.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/cni-custom-network.html",
  remedy: "Make an ENIConfig with the zone's name.",
  cluster: async (facts) => {
    const [cni, configs, nodes] = await Promise.all([cniOf(facts), facts.list("eniConfigs"), facts.list("nodes")]);
    if (cni?.env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] !== "true") return [];
    const label = cni.env["ENI_CONFIG_LABEL_DEF"] ?? "k8s.amazonaws.com/eniConfig";
    const names = new Set(configs.map(({ metadata }) => metadata.name));
    const wanted = new Set(nodes.map(({ metadata }) => metadata.labels?.[label] ?? "default"));
    return [...wanted]
      .filter((name) => !names.has(name))
      .map((name) => ({
        subject: { kind: "ENIConfig", name },
        text: `Nodes with ${label}=${name} find no ENIConfig of that name`,
      }));
  },
});
