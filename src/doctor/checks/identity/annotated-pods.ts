// LT-I025: Roles by annotation of pods (kube2iam, kiam).
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** Roles by annotation of pods (kube2iam, kiam). */
export const annotatedPods: Check = defineCheck({
  id: "LT-I025",
  title: "Roles by annotation of pods (kube2iam, kiam)",
  area: "identity",
  severity: "warning",
  why: "Neither is maintained any more, and whoever may annotate a pod chooses its role.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
  remedy: "Move to Pod Identity or IRSA: lotse identity migrate.",
  objects: async (facts) =>
    inWorkloads(facts, ({ annotations, spec }) => {
      const image = spec.containers.find((each) => /\/(kube2iam|kiam)[:@]/.test(each.image ?? ""))?.image;
      if (image) return `${image} gives pods their roles`;
      const role = annotations["iam.amazonaws.com/role"];
      return role !== undefined && `The pod asks for ${role} by annotation`;
    }),
});
