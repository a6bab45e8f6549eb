// LT-D012: The cluster autoscaler is for another Kubernetes.
import { minorOf } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

/** The cluster autoscaler is for another Kubernetes. */
export const autoscalerVersion: Check = defineCheck({
  id: "LT-D012",
  title: "The cluster autoscaler is for another Kubernetes",
  area: "nodes",
  severity: "warning",
  why: "It foretells where pods fit with the scheduler of its own minor.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
  remedy: "Use the image whose minor is the cluster's.",
  cluster: async (facts) => {
    const version = await facts.version();
    return inContainers(facts, ({ image = "" }) => {
      if (!/cluster-autoscaler[:@]/.test(image) || version === undefined) return undefined;
      const minor = minorIn(tagOf(image));
      return Number.isFinite(minor) && minor !== minorOf(version) && `${image} runs on Kubernetes ${version}`;
    });
  },
});
