// What has to be Ready, kind by kind, and what a person reads about it meanwhile.
import type { KubeObject } from "../../kube/index.ts";
import type { Claim, Pod, SceneKinds, Workload } from "./objects.ts";
import { hasCondition, isPodReady } from "./objects.ts";
import type { Scene } from "./scene.ts";

/** How something stands that is to become Ready. */
export interface Standing {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  ready: boolean;
  /** It has failed and won't come by itself. */
  failed?: string;
  /** `2 of 3 ready`. */
  text: string;
}

interface WorkloadKind<Kind extends keyof SceneKinds> {
  kind: Kind;
  /** Objects that others own are judged by their owners. */
  stands(object: SceneKinds[Kind]): { ready: boolean; failed?: string; text: string } | undefined;
}

const isOwned = ({ metadata }: KubeObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ controller }) => controller);
const seen = ({ metadata, status }: Workload): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
const counted = (have: number, want: number): string => `${have} of ${want} ready`;

function deployment(object: Workload): ReturnType<WorkloadKind<"deployments">["stands"]> {
  const { spec, status = {} } = object;
  const want = spec.replicas ?? 1;
  const { availableReplicas = 0, updatedReplicas = 0, replicas = 0 } = status;
  const ready = seen(object) && updatedReplicas >= want && availableReplicas >= want && replicas <= want;
  return { ready: spec.paused === true || ready, text: spec.paused ? "paused" : counted(availableReplicas, want) };
}

function statefulSet(object: Workload): ReturnType<WorkloadKind<"statefulSets">["stands"]> {
  const { spec, status = {} } = object;
  const want = spec.replicas ?? 1;
  const { readyReplicas = 0, currentRevision, updateRevision, updatedReplicas = 0 } = status;
  const byHand = spec.updateStrategy?.type === "OnDelete";
  const current = byHand || currentRevision === updateRevision || updatedReplicas >= want;
  return { ready: seen(object) && readyReplicas >= want && current, text: counted(readyReplicas, want) };
}

/** Ready on every node; whether its rollout has reached each of them is the controller's business. */
function daemonSet(object: Workload): ReturnType<WorkloadKind<"daemonSets">["stands"]> {
  const { desiredNumberScheduled: want = 0, numberReady = 0 } = object.status ?? {};
  return { ready: seen(object) && numberReady >= want, text: counted(numberReady, want) };
}

function job(object: Workload): ReturnType<WorkloadKind<"jobs">["stands"]> {
  const { spec, status = {} } = object;
  const { completions = 1, suspend } = spec;
  const failure = status.conditions?.find(({ type, status: is }) => type === "Failed" && is === "True");
  const text = suspend ? "suspended" : `${status.succeeded ?? 0} of ${completions} done`;
  if (failure) return { ready: false, failed: failure.message ?? failure.reason ?? "", text };
  return { ready: suspend === true || hasCondition(status.conditions, "Complete"), text };
}

function pod(object: Pod): ReturnType<WorkloadKind<"pods">["stands"]> {
  const failed = object.status?.phase === "Failed";
  return {
    ready: isPodReady(object),
    ...(failed ? { failed: object.status?.message ?? object.status?.reason ?? "it ended with an error" } : {}),
    text: object.status?.phase ?? "Pending",
  };
}

function claim(object: Claim): ReturnType<WorkloadKind<"claims">["stands"]> {
  return { ready: object.status?.phase === "Bound", text: object.status?.phase ?? "Pending" };
}

const kinds: readonly { [Kind in keyof SceneKinds]: WorkloadKind<Kind> }[keyof SceneKinds][] = [
  { kind: "deployments", stands: deployment },
  { kind: "statefulSets", stands: statefulSet },
  { kind: "daemonSets", stands: daemonSet },
  { kind: "replicaSets", stands: deployment },
  { kind: "jobs", stands: job },
  { kind: "pods", stands: pod },
  { kind: "claims", stands: claim },
];

/** A claim that waits for its first pod, and has none, is as it should be. */
function waitsForNobody(scene: Scene, { metadata }: KubeObject): boolean {
  const used = scene
    .all("pods")
    .some(
      (each) =>
        each.metadata.namespace === metadata.namespace &&
        (each.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name),
    );
  const why = scene.warnings({
    kind: "PersistentVolumeClaim",
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata.name,
  });
  return !used && why.length === 0;
}

/** Everything on the cluster that has to be Ready by itself: what no other object looks after. */
export function standings(scene: Scene): Standing[] {
  return kinds.flatMap(({ kind, stands }) =>
    scene.all(kind).flatMap((object): Standing[] => {
      if (isOwned(object) || object.metadata.deletionTimestamp !== undefined) return [];
      if (kind === "claims" && waitsForNobody(scene, object)) return [];
      const found = (stands as (object: KubeObject) => ReturnType<typeof job>)(object);
      if (!found) return [];
      const { namespace = "", name, uid = "" } = object.metadata;
      return [{ kind: object.kind, namespace, name, uid, ...found }];
    }),
  );
}

/** `Deployment shop/web`. */
export const standingName = ({ kind, namespace, name }: Pick<Standing, "kind" | "namespace" | "name">): string =>
  `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

/** Uids of what stands above an object, itself first: pod, ReplicaSet, Deployment. */
export function ancestry(scene: Scene, object: KubeObject): KubeObject[] {
  const line: KubeObject[] = [object];
  for (let top = object; line.length < 6;) {
    const owner = (top.metadata.ownerReferences ?? []).find(({ controller }) => controller);
    if (!owner) break;
    const kind = ownerKinds[owner.kind];
    const found = kind && scene.find(kind, top.metadata.namespace, owner.name);
    if (!found || found.metadata.uid !== owner.uid) {
      line.push({
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        metadata: {
          name: owner.name,
          uid: owner.uid,
          ...(top.metadata.namespace ? { namespace: top.metadata.namespace } : {}),
        },
      });
      break;
    }
    line.push(found);
    top = found;
  }
  return line;
}

const ownerKinds: Readonly<Record<string, keyof SceneKinds>> = {
  ReplicaSet: "replicaSets",
  Deployment: "deployments",
  StatefulSet: "statefulSets",
  DaemonSet: "daemonSets",
  Job: "jobs",
};
