// LT-W025: A ConfigMap, Secret or service account that nobody uses.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import type { ObjectFacts } from "../../objects/facts.ts";
import type { AnyObject, PodSpec } from "../../objects/kinds.ts";
import { subjectOf, workloadsOf } from "../../objects/workloads.ts";

/** Names of what a pod leans on, `Kind/name`. */
function usedBy({ containers, initContainers = [], volumes = [], imagePullSecrets = [], ...spec }: PodSpec): string[] {
  const all = [...containers, ...initContainers];
  const env = all.flatMap((each) => (each.env ?? []).flatMap(({ valueFrom }) => (valueFrom ? [valueFrom] : [])));
  const from = all.flatMap((each) => each.envFrom ?? []);
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const secrets = [
    ...env.map(({ secretKeyRef }) => secretKeyRef?.name),
    ...from.map(({ secretRef }) => secretRef?.name),
    ...volumes.map(({ secret }) => secret?.secretName),
    ...volumes.map(({ csi }) => csi?.nodePublishSecretRef?.name),
    ...projected.map(({ secret }) => secret?.name),
    ...imagePullSecrets.map(({ name }) => name),
  ];
  const maps = [
    ...env.map(({ configMapKeyRef }) => configMapKeyRef?.name),
    ...from.map(({ configMapRef }) => configMapRef?.name),
    ...volumes.map(({ configMap }) => configMap?.name),
    ...projected.map(({ configMap }) => configMap?.name),
  ];
  return [
    ...secrets.map((name) => `Secret/${name}`),
    ...maps.map((name) => `ConfigMap/${name}`),
    `ServiceAccount/${spec.serviceAccountName ?? "default"}`,
  ];
}

async function usedNames(facts: ObjectFacts): Promise<Set<string>> {
  const [workloads, accounts, ingresses, pods] = await Promise.all([
    workloadsOf(facts),
    facts.list("serviceAccounts"),
    facts.list("ingresses"),
    facts.list("pods"),
  ]);
  const of = (namespace: string | undefined, names: readonly string[]): string[] =>
    names.map((name) => `${namespace ?? "default"}/${name}`);
  return new Set([
    ...workloads.flatMap(({ namespace, spec }) => of(namespace, usedBy(spec))),
    // Of owners that aren't known here, as an operator's.
    ...pods.flatMap(({ metadata, spec }) => of(metadata.namespace, usedBy(spec))),
    ...accounts.flatMap(({ metadata, secrets = [], imagePullSecrets = [] }) =>
      of(
        metadata.namespace,
        [...secrets, ...imagePullSecrets].map(({ name }) => `Secret/${name}`),
      ),
    ),
    ...ingresses.flatMap(({ metadata, spec }) =>
      of(
        metadata.namespace,
        (spec?.tls ?? []).map(({ secretName }) => `Secret/${secretName}`),
      ),
    ),
  ]);
}

/** Made by Kubernetes, by meshes and by programs that read them through the API; nobody mounts these. */
const ofPrograms =
  /^(kube-root-ca\.crt|istio-ca-root-cert|istio-ca-crl|openshift-service-ca\.crt|aws-logging|default)$/;
const otherTypes = /^(helm\.sh\/|kubernetes\.io\/service-account-token|bootstrap\.kubernetes\.io\/)/;

/** Labels that say that a program looks for the object, whatever mounts it: dashboards, credentials of GitOps, sidecars. */
const isSoughtByLabel = ({ metadata }: AnyObject): boolean =>
  Object.keys(metadata.labels ?? {}).some((key) => /^(grafana_|argocd\.|kots\.|owner$)/.test(key));

/** A ConfigMap, Secret or service account that nobody uses. */
export const unusedObjects: Check = defineCheck({
  id: "LT-W025",
  title: "A ConfigMap, Secret or service account that nobody uses",
  area: "workloads",
  severity: "info",
  why: "What nobody mounts or names is left over: a secret more to lose, and rights that wait for somebody. Programs that read it through the API don't show here.",
  docs: "https://kubernetes.io/docs/concepts/configuration/configmap/",
  remedy: "Delete it when nobody reads it through the API either.",
  cluster: async (facts) => {
    const [used, maps, secrets, accounts, bindings, clusterBindings] = await Promise.all([
      usedNames(facts),
      facts.list("configMaps"),
      facts.list("secrets"),
      facts.list("serviceAccounts"),
      facts.list("roleBindings"),
      facts.list("clusterRoleBindings"),
    ]);
    const bound = new Set(
      [...bindings, ...clusterBindings].flatMap(({ metadata, subjects = [] }) =>
        subjects
          .filter(({ kind }) => kind === "ServiceAccount")
          .map(({ namespace, name }) => `${namespace ?? metadata.namespace}/${name}`),
      ),
    );
    const idle = [...maps, ...secrets, ...accounts].filter((object) => {
      const { metadata, kind } = object;
      const namespace = metadata.namespace ?? "default";
      if (namespace.startsWith("kube-") || ofPrograms.test(metadata.name)) return false;
      if ((metadata.ownerReferences ?? []).length > 0 || isSoughtByLabel(object)) return false;
      if (otherTypes.test((object as { type?: string }).type ?? "")) return false;
      // A bound account may be somebody's outside of the cluster, with a token that was made for it.
      if (kind === "ServiceAccount" && bound.has(`${namespace}/${metadata.name}`)) return false;
      return !used.has(`${namespace}/${kind}/${metadata.name}`);
    });
    return idle.map((object) => ({ subject: subjectOf(object), text: "No workload names it" }));
  },
});
