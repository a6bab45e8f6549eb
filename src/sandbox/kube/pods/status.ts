// The status that a kubelet writes for a pod, as a function of what its containers do.
import { createHash } from "node:crypto";
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from "./pod.ts";

/** What all containers of a pod are doing; simulated ones do everything together. */
export type Stage =
  | { kind: "waiting"; reason: string; message?: string }
  | { kind: "running"; since: string; ready: boolean }
  | { kind: "ended"; exitCode: number; since: string; at: string };

/** Where the pod is. */
export interface PodPlace {
  hostIP: string;
  /** Undefined until it has one. */
  podIP: string | undefined;
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

function stateOf(stage: Stage, containerID: string): ContainerState {
  switch (stage.kind) {
    case "waiting":
      return { waiting: { reason: stage.reason, ...(stage.message ? { message: stage.message } : {}) } };
    case "running":
      return { running: { startedAt: stage.since } };
    case "ended":
      return {
        terminated: {
          exitCode: stage.exitCode,
          reason: stage.exitCode === 0 ? "Completed" : "Error",
          startedAt: stage.since,
          finishedAt: stage.at,
          containerID,
        },
      };
  }
}

function containerStatus(
  pod: Pod,
  container: Container,
  stage: Stage,
  restarts: number,
  last: ContainerState,
): ContainerStatus {
  const containerID = `containerd://${hashOf(`${pod.metadata.uid}/${container.name}/${restarts}`)}`;
  return {
    name: container.name,
    image: container.image,
    imageID: stage.kind === "waiting" ? "" : `${container.image}@sha256:${hashOf(container.image)}`,
    ...(stage.kind === "waiting" ? {} : { containerID }),
    ready: stage.kind === "running" && stage.ready,
    started: stage.kind === "running",
    restartCount: restarts,
    state: stateOf(stage, containerID),
    lastState: last,
  };
}

/** Init containers have always done their work when the others run; sidecars among them run on. */
function initStatuses(pod: Pod, stage: Stage): ContainerStatus[] {
  return (pod.spec.initContainers ?? []).map((container) => {
    if (stage.kind === "waiting") return containerStatus(pod, container, stage, 0, {});
    if (container.restartPolicy === "Always") return containerStatus(pod, container, stage, 0, {});
    const done: Stage = { kind: "ended", exitCode: 0, since: stage.since, at: stage.since };
    return { ...containerStatus(pod, container, done, 0, {}), ready: true };
  });
}

function phaseOf(stage: Stage, started: boolean, final: boolean): NonNullable<PodStatus["phase"]> {
  if (stage.kind === "running") return "Running";
  if (stage.kind === "waiting") return started ? "Running" : "Pending";
  if (!final) return "Running";
  return stage.exitCode === 0 ? "Succeeded" : "Failed";
}

function condition(type: string, yes: boolean, before: readonly Condition[], now: string, reason?: string): Condition {
  const status = yes ? "True" : "False";
  const known = before.find((each) => each.type === type);
  const since = known?.status === status ? (known.lastTransitionTime ?? now) : now;
  return { type, status, lastTransitionTime: since, ...(yes || !reason ? {} : { reason }) };
}

/** Conditions that others write (the scheduler, controllers of readiness gates) stay as they are. */
const ours = new Set(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"]);

function conditionsOf(pod: Pod, stage: Stage, hasAddress: boolean, over: boolean, now: string): Condition[] {
  const before = pod.status?.conditions ?? [];
  const others = before.filter((each) => !ours.has(each.type));
  const gates = pod.spec.readinessGates ?? [];
  const open = gates.every(({ conditionType }) =>
    others.some((each) => each.type === conditionType && each.status === "True"),
  );
  const running = stage.kind === "running" && stage.ready;
  const reason = over ? "PodCompleted" : "ContainersNotReady";
  return [
    ...others,
    condition("PodReadyToStartContainers", hasAddress && !over, before, now),
    condition("Initialized", stage.kind !== "waiting" || over, before, now, "ContainersNotInitialized"),
    condition("Ready", running && open, before, now, running && !open ? "ReadinessGatesNotReady" : reason),
    condition("ContainersReady", running, before, now, reason),
  ];
}

/**
 * The whole status of a pod.
 *
 * @param restarts how often its containers were started again
 * @param final true when an end is the end of the pod
 * @param last how the containers ended before
 */
export function podStatus(
  pod: Pod,
  place: PodPlace,
  stage: Stage,
  restarts: number,
  final: boolean,
  last: ContainerState,
  now: string,
): PodStatus {
  const over = stage.kind === "ended" && final;
  return {
    phase: phaseOf(stage, restarts > 0, final),
    hostIP: place.hostIP,
    ...(place.podIP ? { podIP: place.podIP, podIPs: [{ ip: place.podIP }] } : {}),
    startTime: pod.status?.startTime ?? now,
    conditions: conditionsOf(pod, stage, place.podIP !== undefined, over, now),
    containerStatuses: pod.spec.containers.map((container) => containerStatus(pod, container, stage, restarts, last)),
    ...(pod.spec.initContainers?.length ? { initContainerStatuses: initStatuses(pod, stage) } : {}),
  };
}
