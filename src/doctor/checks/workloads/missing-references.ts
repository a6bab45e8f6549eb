// LT-W024: A workload names what isn't there.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inWorkloads } from "../../sight.ts";

/** A workload names what isn't there. */
export const missingReferences: Check = defineCheck({
  id: "LT-W024",
  title: "A workload names what isn't there",
  area: "workloads",
  severity: "error",
  why: "Its pods stay in CreateContainerConfigError or ContainerCreating.",
  docs: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/",
  remedy: "Make it, or mark it optional.",
  cluster: async (facts) => {
    const [maps, secrets, accounts] = await Promise.all([
      facts.list("configMaps"),
      facts.list("secrets"),
      facts.list("serviceAccounts"),
    ]);
    const names = (list: readonly { metadata: { namespace?: string; name: string } }[]): Set<string> =>
      new Set(list.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    const [configMaps, secretNames, accountNames] = [names(maps), names(secrets), names(accounts)];
    return inWorkloads(facts, ({ namespace, spec }) => {
      const containers = [...spec.containers, ...(spec.initContainers ?? [])];
      const env = containers
        .flatMap((each) => each.env ?? [])
        .flatMap(({ valueFrom }) => (valueFrom ? [valueFrom] : []));
      const from = containers.flatMap((each) => each.envFrom ?? []);
      const wanted = [
        ...env.map(({ configMapKeyRef: ref }) => ({ kind: "ConfigMap", name: ref?.optional ? undefined : ref?.name })),
        ...from.map(({ configMapRef: ref }) => ({ kind: "ConfigMap", name: ref?.optional ? undefined : ref?.name })),
        ...(spec.volumes ?? []).map(({ configMap: ref }) => ({
          kind: "ConfigMap",
          name: ref?.optional ? undefined : ref?.name,
        })),
        ...env.map(({ secretKeyRef: ref }) => ({ kind: "Secret", name: ref?.optional ? undefined : ref?.name })),
        ...from.map(({ secretRef: ref }) => ({ kind: "Secret", name: ref?.optional ? undefined : ref?.name })),
        ...(spec.volumes ?? []).map(({ secret: ref }) => ({
          kind: "Secret",
          name: ref?.optional ? undefined : ref?.secretName,
        })),
        { kind: "ServiceAccount", name: spec.serviceAccountName },
      ];
      const lists: Record<string, Set<string>> = {
        ConfigMap: configMaps,
        Secret: secretNames,
        ServiceAccount: accountNames,
      };
      const lost = wanted.find(
        ({ kind, name }) => name !== undefined && lists[kind]?.has(`${namespace}/${name}`) !== true,
      );
      return lost && `There is no ${lost.kind} ${lost.name} in ${namespace}`;
    });
  },
});
