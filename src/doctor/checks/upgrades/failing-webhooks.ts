// LT-U018: A webhook that can stop the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { WebhookConfiguration } from "../../objects/kinds.ts";
import { fits, workloadsOf } from "../../objects/workloads.ts";
import { inKind } from "../../sight.ts";

/** A webhook that can stop the cluster. */
export const failingWebhooks: Check = defineCheck({
  id: "LT-U018",
  title: "A webhook that can stop the cluster",
  area: "upgrades",
  severity: "error",
  why: "A webhook with failurePolicy Fail whose service has no pods refuses every request that it is asked about, also for what would mend it.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/cluster-upgrades.html",
  remedy: "Give the webhook a namespaceSelector that leaves kube-system out, a short timeout, and see to its pods.",
  objects: async (facts) => {
    const [services, workloads] = await Promise.all([facts.list("services"), workloadsOf(facts)]);
    const look = ({
      metadata,
      webhooks = [],
    }: WebhookConfiguration): { text: string; severity?: "warning" } | undefined => {
      for (const {
        name,
        failurePolicy = "Fail",
        clientConfig,
        rules = [],
        namespaceSelector,
        objectSelector,
        timeoutSeconds = 10,
      } of webhooks) {
        const target = clientConfig?.service;
        // EKS's own webhooks are served from outside.
        if (failurePolicy !== "Fail" || /^(eks-|vpc-resource|pod-identity)/.test(metadata.name)) continue;
        const service =
          target &&
          services.find((each) => each.metadata.name === target.name && each.metadata.namespace === target.namespace);
        const labels = service?.spec?.selector;
        const behind =
          labels &&
          workloads.some((each) => each.namespace === target?.namespace && fits({ matchLabels: labels }, each.labels));
        if (target && (!service || (labels && !behind)))
          return { text: `${name} fails closed, and nobody answers at ${target.namespace}/${target.name}` };
        const wide = rules.some(({ resources = [] }) =>
          resources.some((each) => each === "*" || each === "*/*" || each === "pods"),
        );
        const chooses = Object.keys(namespaceSelector ?? {}).length > 0 || Object.keys(objectSelector ?? {}).length > 0;
        if (wide && !chooses)
          return { text: `${name} fails closed for every namespace, kube-system too`, severity: "warning" };
        if (timeoutSeconds > 10)
          return { text: `${name} may take ${timeoutSeconds} seconds of each request`, severity: "warning" };
      }
      return undefined;
    };
    return [...(await inKind(facts, "validatingWebhooks", look)), ...(await inKind(facts, "mutatingWebhooks", look))];
  },
});
