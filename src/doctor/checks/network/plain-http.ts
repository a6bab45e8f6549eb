// LT-N028: A load balancer of the internet without TLS.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

const prefix = "service.beta.kubernetes.io/aws-load-balancer";

/** A load balancer of the internet without TLS. */
export const plainHttp: Check = defineCheck({
  id: "LT-N028",
  title: "A load balancer of the internet without TLS",
  area: "network",
  severity: "warning",
  why: "What is sent over plain HTTP can be read and changed on its way.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/network-security.html",
  remedy:
    "Name a certificate: alb.ingress.kubernetes.io/certificate-arn, or service.beta.kubernetes.io/aws-load-balancer-ssl-cert.",

  objects: async (facts) => {
    const services = await inKind(facts, "services", ({ metadata, spec }) => {
      const { annotations = {} } = metadata;
      if (spec?.type !== "LoadBalancer" || annotations[`${prefix}-scheme`] !== "internet-facing") return undefined;
      const web = (spec.ports ?? []).some(({ port }) => port === 80 || port === 8080);
      return web && annotations[`${prefix}-ssl-cert`] === undefined && "It serves plain HTTP to the internet";
    });
    const ingresses = await inKind(facts, "ingresses", ({ metadata, spec }) => {
      const { annotations = {} } = metadata;
      if (annotations["alb.ingress.kubernetes.io/scheme"] !== "internet-facing") return undefined;
      const secure =
        (spec?.tls ?? []).length > 0 || annotations["alb.ingress.kubernetes.io/certificate-arn"] !== undefined;
      return !secure && "It serves plain HTTP to the internet";
    });
    return [...services, ...ingresses];
  },
});
