// LT-N033: The retired ingress-nginx controller.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** The retired ingress-nginx controller. */
export const ingressNginx: Check = defineCheck({
  id: "LT-N033",
  title: "The retired ingress-nginx controller",
  area: "network",
  severity: "warning",
  why: "ingress-nginx is retired since March 2026: faults in it are mended no more.",
  docs: "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
  remedy: "Move to the AWS Load Balancer Controller, to Gateway API, or to another controller.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ image = "" }) =>
        /(registry\.k8s\.io|k8s\.gcr\.io)\/ingress-nginx\/controller/.test(image) && `${image} gets no fixes any more`,
    ),
});
