// Webhooks that see pods before they are stored, as tests register them: outside the cluster, at a port of this machine.
import type { Kube, KubeObject, Resource } from "../../src/kube/index.ts";

export const mutatingWebhooks: Resource = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  plural: "mutatingwebhookconfigurations",
  kind: "MutatingWebhookConfiguration",
  namespaced: false,
};

/** Has the API server send new pods, of one namespace or all, to `/mutate` at a port. */
export async function mutatePodsBy(
  kube: Kube,
  webhook: {
    name: string;
    port: number;
    /** PEM of who vouches for its certificate. */
    authority: string;
    namespace?: string;
  },
): Promise<void> {
  const { name, port, authority, namespace } = webhook;
  const object = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.pod-identity.example.com`,
        admissionReviewVersions: ["v1"],
        clientConfig: {
          url: `https://127.0.0.1:${port}/mutate`,
          caBundle: Buffer.from(authority).toString("base64"),
        },
        failurePolicy: "Fail",
        sideEffects: "None",
        ...(namespace === undefined
          ? {}
          : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }),
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
    ],
  };
  await kube.create(mutatingWebhooks, object as KubeObject);
}
