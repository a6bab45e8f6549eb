// LT-N030: A load balancer's targets don't fit what stands behind it.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ObjectFacts } from "../../objects/facts.ts";
import type { Ingress, Pod, Service } from "../../objects/kinds.ts";
import { fits } from "../../objects/workloads.ts";
import type { Sight } from "../../sight.ts";
import { inKind } from "../../sight.ts";

const ofAlb = "alb.ingress.kubernetes.io";
const ofNlb = "service.beta.kubernetes.io/aws-load-balancer";
const fargateLabel = "eks.amazonaws.com/fargate-profile";

/** True when the load balancer controller is told to take addresses unless somebody says otherwise. */
async function addressesByDefault(facts: ObjectFacts): Promise<boolean> {
  return (await facts.list("deployments")).some(({ spec }) =>
    spec.template.spec.containers.some(({ args = [], command = [] }) =>
      [...args, ...command].some((word) => word.includes("--default-target-type=ip")),
    ),
  );
}

const onFargate = (pods: readonly Pod[], { metadata, spec }: Service): Pod | undefined =>
  pods.find(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      pod.metadata.labels?.[fargateLabel] !== undefined &&
      spec?.selector !== undefined &&
      fits({ matchLabels: spec.selector }, pod.metadata.labels),
  );

function ofService(service: Service, pods: readonly Pod[], byAddress: boolean): Sight {
  const { metadata, spec } = service;
  if (spec?.type !== "LoadBalancer") return undefined;
  const { annotations = {} } = metadata;
  const target = annotations[`${ofNlb}-nlb-target-type`] ?? (byAddress ? "ip" : "instance");
  // The controller before its present one said it so.
  const addresses = target === "ip" || annotations[`${ofNlb}-type`] === "nlb-ip";
  const pod = onFargate(pods, service);
  if (pod && !addresses)
    return `Its targets are instances, and pod ${pod.metadata.name} runs on Fargate, which has none`;
  return (
    addresses &&
    spec.externalTrafficPolicy === "Local" && {
      text: "externalTrafficPolicy Local has no effect: targets are pods' own addresses",
      severity: "info" as const,
    }
  );
}

/** Ingresses that the load balancer controller serves by its own defaults; parameters of a class may say other things. */
const isAlb = ({ metadata, spec }: Ingress): boolean =>
  spec?.ingressClassName === "alb" || metadata.annotations?.["kubernetes.io/ingress.class"] === "alb";

/** A load balancer's targets don't fit what stands behind it. */
export const targetTypes: Check = defineCheck({
  id: "LT-N030",
  title: "A load balancer's targets don't fit what stands behind it",
  area: "network",
  severity: "error",
  why: "Targets of the type instance are reached through a port of the node: Fargate has no such nodes, and a service of the type ClusterIP no such port.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/alb-ingress.html",
  remedy: `Set ${ofAlb}/target-type: ip, or ${ofNlb}-nlb-target-type: ip.`,
  objects: async (facts) => {
    const [pods, services, classes, byAddress] = await Promise.all([
      facts.list("pods"),
      facts.list("services"),
      facts.list("ingressClasses"),
      addressesByDefault(facts),
    ]);
    // EKS's own classes always take addresses; so may a class with parameters.
    const unlike = classes.some(({ metadata, spec }) => metadata.name === "alb" && spec?.["parameters"] !== undefined);
    const command = (kind: string, name: string, namespace: string, key: string): string =>
      `kubectl annotate ${kind} -n ${namespace} ${name} ${key}=ip --overwrite`;
    const balanced = await inKind(facts, "services", (each) => {
      const sight = ofService(each, pods, byAddress);
      const { name, namespace = "default" } = each.metadata;
      if (typeof sight !== "string") return sight;
      return { text: sight, command: command("service", name, namespace, `${ofNlb}-nlb-target-type`) };
    });
    const routed = await inKind(facts, "ingresses", (each) => {
      const { name: own, namespace = "default", annotations = {} } = each.metadata;
      if (!isAlb(each) || unlike || byAddress) return undefined;
      const backends = [
        each.spec?.defaultBackend,
        ...(each.spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
      ].flatMap((backend) => (backend?.service ? [backend.service.name] : []));
      for (const name of new Set(backends)) {
        const service = services.find(
          ({ metadata }) => metadata.name === name && (metadata.namespace ?? "default") === namespace,
        );
        const target = service?.metadata.annotations?.[`${ofAlb}/target-type`] ?? annotations[`${ofAlb}/target-type`];
        if (!service || (target ?? "instance") !== "instance") continue;
        const pod = onFargate(pods, service);
        const text = pod
          ? `Its targets are instances, and pod ${pod.metadata.name} of service ${name} runs on Fargate, which has none`
          : (service.spec?.type ?? "ClusterIP") === "ClusterIP" &&
            `Its targets are instances, and service ${name} of type ClusterIP has no port on them`;
        if (text) return { text, command: command("ingress", own, namespace, `${ofAlb}/target-type`) };
      }
      return undefined;
    });
    return [...balanced, ...routed];
  },
});
