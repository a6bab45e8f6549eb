// Backend CRD: IAMIdentityMapping objects (iamauthenticator.k8s.aws/v1alpha1). Whoever writes one says an ARN; the ARN that
// tokens are compared with is written into its status here, as aws-iam-authenticator's own controller does it.
import { errorMessage, WorkQueue } from "../../base/index.ts";
import type { IdentityMappingObject } from "../../identity/index.ts";
import { canonicalArn } from "../../identity/index.ts";
import type { Kube, KubeObject, Resource } from "../../kube/index.ts";
import { isNotFound } from "../../kube/index.ts";
import type { Logger, Metrics } from "../frame/index.ts";
import { openInformer } from "../frame/index.ts";

/** The kind. */
export const identityMappings: Resource = {
  group: "iamauthenticator.k8s.aws",
  version: "v1alpha1",
  plural: "iamidentitymappings",
  kind: "IAMIdentityMapping",
  namespaced: false,
};

type IdentityMapping = KubeObject & IdentityMappingObject;

/** Its definition, for manifests. */
export const identityMappingDefinition: object = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "iamidentitymappings.iamauthenticator.k8s.aws" },
  spec: {
    group: identityMappings.group,
    scope: "Cluster",
    names: {
      plural: identityMappings.plural,
      singular: "iamidentitymapping",
      kind: identityMappings.kind,
      categories: ["all"],
    },
    versions: [
      {
        name: identityMappings.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["arn", "username"],
                properties: {
                  arn: { type: "string" },
                  username: { type: "string" },
                  groups: { type: "array", items: { type: "string" } },
                },
              },
              status: {
                type: "object",
                properties: { canonicalARN: { type: "string" }, userID: { type: "string" } },
              },
            },
          },
        },
      },
    ],
  },
};

/** Keeps the objects, and their status; undefined until they have been listed. */
export function keepIdentityMappings(options: {
  kube: Kube;
  log: Logger;
  metrics: Metrics;
  signal: AbortSignal;
}): () => readonly IdentityMappingObject[] | undefined {
  const { kube, log, metrics, signal } = options;
  const watch = { name: "iamidentitymappings", resource: identityMappings, required: false };
  const informer = openInformer<IdentityMapping>({ kube, watch, namespace: "", log, metrics, signal });
  const settle = async (name: string): Promise<void> => {
    const object = informer.get(undefined, name);
    if (!object) return;
    const canonical = canonicalArn((object.spec?.arn ?? "").toLowerCase());
    if (!canonical.ok) {
      log.warn("an IAMIdentityMapping names no principal", { object: name, problem: canonical.problem });
      return;
    }
    if (object.status?.canonicalARN === canonical.arn) return;
    const body = { status: { canonicalARN: canonical.arn, userID: object.status?.userID ?? "" } };
    const path = `/apis/${identityMappings.group}/${identityMappings.version}/${identityMappings.plural}/${encodeURIComponent(name)}/status`;
    try {
      await kube.connection.send({ method: "PATCH", path, patch: "merge", body, what: `set the status of ${name}` });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
  const queue = new WorkQueue({
    workers: 2,
    work: settle,
    onFailure: (object, error) => log.warn("a status couldn't be written", { object, error: errorMessage(error) }),
  });
  signal.addEventListener("abort", () => queue.close(), { once: true });
  let list: readonly IdentityMappingObject[] = [];
  let stale = true;
  informer.onChange(({ type, object }) => {
    stale = true;
    if (type !== "DELETED") queue.add(object.metadata.name);
  });
  return () => {
    if (!informer.synced) return undefined;
    if (stale) list = [...informer.all()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    stale = false;
    return list;
  };
}
