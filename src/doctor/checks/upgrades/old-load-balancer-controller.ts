// LT-U023: The load balancer controller is too old.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { tagOf } from "../../objects/workloads.ts";
import { inContainers } from "../../sight.ts";
import { isOlder } from "../../versions.ts";

/** The load balancer controller is too old. */
export const oldLoadBalancerController: Check = defineCheck({
  id: "LT-U023",
  title: "The load balancer controller is too old",
  area: "upgrades",
  severity: "error",
  why: "Versions before 2.4.7 use APIs that 1.25 has taken away.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/aws-load-balancer-controller.html",
  remedy: "Update the controller.",
  objects: async (facts) =>
    inContainers(facts, ({ image = "" }) => {
      const tag = tagOf(image) ?? "";
      return (
        /aws-(alb-ingress|load-balancer)-controller[:@]/.test(image) &&
        /\d/.test(tag) &&
        isOlder(tag, "2.4.7") &&
        `${image} is older than 2.4.7`
      );
    }),
});
