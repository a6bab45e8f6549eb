// A pod as it would leave the pod identity webhook today: for pods that weren't made yet, and for those made too early.
import type { PatchOperation } from "../../identity/index.ts";
import { decideIdentity, mutatePod, webhookDefaults } from "../../identity/index.ts";
import { isRead } from "../explanation.ts";
import type { Known } from "../explanation.ts";
import type { AssociationFacts, PodFacts, ServiceAccountFacts } from "./world.ts";

function insert(target: unknown, path: readonly string[], value: unknown): unknown {
  const [key = "", ...rest] = path;
  if (Array.isArray(target)) {
    const at = key === "-" ? target.length : Number(key);
    return rest.length === 0
      ? target.toSpliced(at, 0, value)
      : target.map((item: unknown, i) => (i === at ? insert(item, rest, value) : item));
  }
  const object = (target ?? {}) as Readonly<Record<string, unknown>>;
  return { ...object, [key]: rest.length === 0 ? value : insert(object[key], rest, value) };
}

const patched = (pod: PodFacts, { path, value }: PatchOperation): PodFacts => {
  const keys = path
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return insert(pod, keys, value) as PodFacts;
};

/** What the webhook would make of a pod; undefined when it would let it be. */
export function admitted(
  pod: PodFacts,
  serviceAccount: Known<ServiceAccountFacts | undefined>,
  association: Known<AssociationFacts | undefined>,
): PodFacts | undefined {
  const { namespace } = pod.metadata;
  const name = pod.spec.serviceAccountName ?? "default";
  const annotations = isRead(serviceAccount) ? serviceAccount.value?.annotations : undefined;
  const associated = isRead(association) && association.value !== undefined;
  const identity = decideIdentity(
    {
      namespace,
      serviceAccount: name,
      annotations,
      containerIdentities: new Set(associated ? [`${namespace}/${name}`] : []),
    },
    webhookDefaults,
  );
  // The day's spread of tokens' ends is of no interest here.
  return identity && mutatePod(pod, identity, webhookDefaults, 0).reduce(patched, pod);
}
