// The status that a kubelet writes for a pod, as a function of what its containers do.
import { createHash } from "node:crypto";
import type { ContainerLife, Containers, LifeOptions } from "./life.ts";
import { endedState, isoTime, isReady } from "./life.ts";
import type { Condition, ContainerState, ContainerStatus, Pod, PodStatus } from "./pod.ts";

/** Where the pod is. */
export interface PodPlace {
  hostIP: string;
  /** Undefined until it has one. */
  podIP: string | undefined;
}

export interface StatusInput {
  pod: Pod;
  place: PodPlace;
  containers: Containers;
  /** When the kubelet saw it first, epoch ms. */
  startedAt: number;
  /** Conditions that were written last. */
  before: readonly Condition[];
  now: number;
  wall: LifeOptions["wall"];
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

function waitingState({ doing, name, kind }: ContainerLife, initialized: boolean): ContainerState {
  if (doing.kind === "unpullable")
    return { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
  if (doing.kind === "backing-off") {
    return {
      waiting: { reason: "CrashLoopBackOff", message: `back-off restarting failed container=${name}` },
    };
  }
  return { waiting: { reason: kind === "main" && initialized ? "ContainerCreating" : "PodInitializing" } };
}

function containerStatus(input: StatusInput, container: ContainerLife, initialized: boolean): ContainerStatus {
  const { pod, now, wall } = input;
  const { doing, restarts, last, name, image } = container;
  const here = doing.kind === "running" || doing.kind === "ended";
  const containerID = `containerd://${hashOf(`${pod.metadata.uid}/${name}/${restarts}`)}`;
  const state: ContainerState =
    doing.kind === "running"
      ? { running: { startedAt: isoTime(doing.since) } }
      : doing.kind === "ended"
        ? endedState(doing, containerID)
        : waitingState(container, initialized);
  return {
    name,
    image,
    imageID: here || restarts > 0 ? `${image}@sha256:${hashOf(image)}` : "",
    ...(here ? { containerID } : {}),
    ready: isReady(container, now, wall),
    started: doing.kind === "running",
    restartCount: restarts,
    state,
    lastState: last,
  };
}

/** True when all that has to happen before the main containers has happened. */
function isInitialized({ all }: Containers): boolean {
  return all.every(({ kind, doing, restarts }) => {
    if (kind === "main") return true;
    if (kind === "sidecar") return doing.kind === "running" || doing.kind === "ended" || restarts > 0;
    return doing.kind === "ended" && doing.exitCode === 0;
  });
}

function phaseOf({ all, ending }: Containers): NonNullable<PodStatus["phase"]> {
  if (ending) return ending.phase;
  const begun = all.filter(({ kind }) => kind === "main");
  const waits = ({ doing, restarts }: ContainerLife): boolean =>
    restarts === 0 && (doing.kind === "new" || doing.kind === "pulling" || doing.kind === "unpullable");
  // As the kubelet has it: pending while one of them never ran.
  return begun.some(waits) ? "Pending" : "Running";
}

/** Conditions that the kubelet owns, in the order in which it writes them. */
function conditionsOf(input: StatusInput, statuses: readonly ContainerStatus[], initialized: boolean): Condition[] {
  const { pod, containers, before, now, place } = input;
  const over = containers.ending !== undefined;
  const closed = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) =>
      !pod.status?.conditions?.some((each) => each.type === conditionType && each.status === "True"),
  );
  const waiting = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = { reason: "ContainersNotReady", message: `containers with unready status: [${waiting.join(" ")}]` };
  const completed = { reason: "PodCompleted" };
  const gates = {
    reason: "ReadinessGatesNotReady",
    message: closed
      .map((each) => `corresponding condition of pod readiness gate "${each.conditionType}" does not exist.`)
      .join(", "),
  };
  const containersReady = !over && waiting.length === 0;
  const end = containers.ending?.phase === "Succeeded" ? completed : { reason: over ? "PodFailed" : notReady.reason };
  const why = over ? end : waiting.length > 0 ? notReady : gates;
  const condition = (type: string, yes: boolean, reason: Partial<Condition>): Condition => {
    const status = yes ? "True" : "False";
    const known = before.find((each) => each.type === type);
    const since = known?.status === status ? known.lastTransitionTime : undefined;
    return {
      type,
      status,
      lastTransitionTime: since ?? isoTime(now),
      ...(yes ? { reason: null, message: null } : reason),
    };
  };
  const uninitialized = containers.all.filter(({ kind }) => kind !== "main").map(({ name }) => name);
  return [
    condition("PodReadyToStartContainers", place.podIP !== undefined && !over, {}),
    condition("Initialized", initialized, {
      reason: "ContainersNotInitialized",
      message: `containers with incomplete status: [${uninitialized.join(" ")}]`,
    }),
    condition("Ready", containersReady && closed.length === 0, why),
    condition("ContainersReady", containersReady, over ? end : notReady),
  ];
}

/** The whole of what a kubelet says of a pod; conditions of others aren't in it. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, place, containers, startedAt } = input;
  const initialized = isInitialized(containers);
  const statusOf = (each: ContainerLife): ContainerStatus => containerStatus(input, each, initialized);
  const mains = containers.all.filter(({ kind }) => kind === "main").map(statusOf);
  const inits = containers.all.filter(({ kind }) => kind !== "main").map(statusOf);
  const { ending } = containers;
  const { generation } = pod.metadata as { generation?: number };
  return {
    phase: phaseOf(containers),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    hostIP: place.hostIP,
    hostIPs: [{ ip: place.hostIP }],
    ...(place.podIP ? { podIP: place.podIP, podIPs: [{ ip: place.podIP }] } : {}),
    startTime: isoTime(startedAt),
    conditions: conditionsOf(input, [...mains, ...inits.filter(({ started }) => started)], initialized),
    containerStatuses: mains,
    ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    ...(ending?.reason ? { reason: ending.reason } : {}),
    ...(ending?.message ? { message: ending.message } : {}),
  };
}
