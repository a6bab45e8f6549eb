// LT-E003: Secrets live in the cluster alone.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { containersOf } from "../../objects/workloads.ts";

const stores =
  /(external-secrets|secrets-store|sealed-secrets|vault-(k8s|secrets-operator)|vault-csi|secrets-manager|berglas|doppler|infisical)/;

/** Secrets live in the cluster alone. */
export const noSecretStore: Check = defineCheck({
  id: "LT-E003",
  title: "Secrets live in the cluster alone",
  area: "encryption",
  severity: "info",
  why: "A store outside rotates secrets, says who read them, and has them when the cluster is gone; Kubernetes does none of that.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/manage-secrets.html",
  remedy: "Use Secrets Manager or Parameter Store with the Secrets Store CSI driver or External Secrets.",
  cluster: async (facts) => {
    const [secrets, drivers, containers] = await Promise.all([
      facts.list("secrets"),
      facts.list("csiDrivers"),
      containersOf(facts),
    ]);
    const own = secrets.filter(
      ({ type, metadata }) =>
        (type ?? "Opaque") === "Opaque" &&
        !metadata.namespace?.startsWith("kube-") &&
        (metadata.ownerReferences ?? []).length === 0,
    );
    const there =
      drivers.some(({ metadata }) => metadata.name === "secrets-store.csi.k8s.io") ||
      containers.some(({ container }) => stores.test(container.image ?? ""));
    const [first] = own;
    if (!first || there) return [];
    return [
      {
        subject: { kind: "Cluster", name: "(secret store)" },
        text: `${own.length} ${own.length === 1 ? "secret is" : "secrets are"} written into the cluster by hand, and no store outside is connected`,
        evidence: { secrets: own.length },
      },
    ];
  },
});
