// LT-N032: An ingress names what isn't there.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** An ingress names what isn't there. */
export const ingressWithoutService: Check = defineCheck({
  id: "LT-N032",
  title: "An ingress names what isn't there",
  area: "network",
  severity: "error",
  why: "The controller answers 503 for a backend that it doesn't find, and nobody heeds an ingress whose class nobody serves.",
  docs: "https://kubernetes.io/docs/concepts/services-networking/ingress/",
  remedy: "Correct the service's name and port.",
  objects: async (facts, { manifests }) => {
    const services = new Map(
      (await facts.list("services")).map((each) => [
        `${each.metadata.namespace ?? "default"}/${each.metadata.name}`,
        each,
      ]),
    );
    return inKind(
      facts,
      "ingresses",
      ({ metadata, spec }) => {
        const namespace = metadata.namespace ?? "default";
        // A folder may hold ingresses alone; their services may be elsewhere then.
        const partial = facts === manifests && ![...services.keys()].some((key) => key.startsWith(`${namespace}/`));
        const backends = [
          spec?.defaultBackend,
          ...(spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
        ];
        for (const { name, port } of backends.flatMap((each) => (each?.service ? [each.service] : []))) {
          // Names of actions of the load balancer controller are no services.
          if (port?.name === "use-annotation") continue;
          const service = services.get(`${metadata.namespace ?? "default"}/${name}`);
          if (!service && partial)
            return { text: `There is no service ${name} among these manifests`, severity: "info" as const };
          if (!service) return `There is no service ${name} in the namespace`;
          const has = (service.spec?.ports ?? []).some((each) =>
            port?.number === undefined ? each.name === port?.name : each.port === port.number,
          );
          if (!has) return `Service ${name} has no port ${port?.number ?? port?.name}`;
        }
        return undefined;
      },
      "spec.rules",
    );
  },
});
