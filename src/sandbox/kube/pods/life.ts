// What becomes of a pod's containers in time, as a kubelet has it: init containers one after the other, then all others;
// restarts with a back-off that grows; an end when nothing is started again. No calls, no clock.
import type { Container, ContainerState, Pod } from "./pod.ts";
import { isOver } from "./pod.ts";
import type { Script } from "./script.ts";
import { endOfRun, scriptsOf } from "./script.ts";

/** What a container is doing. Times are wall time, epoch milliseconds. */
export type Doing =
  | { kind: "new" }
  | { kind: "pulling"; until: number }
  | { kind: "unpullable" }
  | { kind: "running"; since: number }
  | { kind: "backing-off"; until: number }
  | { kind: "ended"; since: number; at: number; exitCode: number };

export interface ContainerLife {
  name: string;
  image: string;
  /** A sidecar is an init container that runs on. */
  kind: "init" | "sidecar" | "main";
  script: Script;
  doing: Doing;
  restarts: number;
  /** How it ended last. */
  last: ContainerState;
}

/** Something that a kubelet says of a container. */
export interface Happening {
  container: string;
  /** `spec.containers{web}`. */
  field: string;
  warning?: boolean;
  reason: string;
  message: string;
}

/** How the pod ended, or that it hasn't. */
export type Ending = { phase: "Succeeded" | "Failed"; reason?: string; message?: string } | undefined;

export interface Containers {
  all: readonly ContainerLife[];
  ending: Ending;
}

export interface LifeOptions {
  now: number;
  /** Wall milliseconds of so many virtual seconds. */
  wall(seconds: number): number;
  /** Virtual seconds until the image is on the node. */
  pullSeconds(image: string): number;
  said: Happening[];
}

/** The kubelet's back-off after crashes, virtual seconds: none, 10, 20, 40 … 300. It forgets after twice the longest. */
const firstBackOff = 10;
const longestBackOff = 300;

const backOff = (restarts: number): number =>
  restarts <= 1 ? 0 : Math.min(firstBackOff * 2 ** (restarts - 2), longestBackOff);

const fieldOf = ({ name, kind }: ContainerLife): string =>
  kind === "main" ? `spec.containers{${name}}` : `spec.initContainers{${name}}`;

export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** State of a container that has ended. */
export function endedState(doing: Doing & { kind: "ended" }, containerID?: string): ContainerState {
  const { exitCode, since, at } = doing;
  return {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt: isoTime(since),
      finishedAt: isoTime(at),
      ...(containerID ? { containerID } : {}),
    },
  };
}

/** What an earlier process left: containers that run go on running, and are not started a second time. */
function resumed(pod: Pod, container: Container): Pick<ContainerLife, "doing" | "restarts" | "last"> {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container.name);
  const { running, terminated } = status?.state ?? {};
  let doing: Doing = { kind: "new" };
  if (running) doing = { kind: "running", since: Date.parse(running.startedAt) };
  else if (terminated) {
    const { startedAt, finishedAt, exitCode } = terminated;
    doing = { kind: "ended", since: Date.parse(startedAt), at: Date.parse(finishedAt), exitCode };
  }
  return { doing, restarts: status?.restartCount ?? 0, last: status?.lastState ?? {} };
}

/**
 * The containers of a pod that a kubelet sees for the first time.
 *
 * @throws LotseError `sandbox/bad-script`
 */
export function containersOf(pod: Pod): Containers {
  const scripts = scriptsOf(pod);
  const of = (container: Container, init: boolean): ContainerLife => ({
    name: container.name,
    image: container.image,
    kind: !init ? "main" : container.restartPolicy === "Always" ? "sidecar" : "init",
    script: scripts.get(container.name) as Script,
    ...resumed(pod, container),
  });
  const { initContainers = [], containers } = pod.spec;
  return {
    all: [...initContainers.map((each) => of(each, true)), ...containers.map((each) => of(each, false))],
    ending: isOver(pod) ? { phase: pod.status?.phase === "Succeeded" ? "Succeeded" : "Failed" } : undefined,
  };
}

function say(container: ContainerLife, options: LifeOptions, reason: string, message: string, warning = false): void {
  options.said.push({ container: container.name, field: fieldOf(container), reason, message, warning });
}

/** Whether a container that has ended is started again. */
function startsAgain(container: ContainerLife, policy: string, exitCode: number): boolean {
  if (container.kind === "sidecar") return true;
  if (container.kind === "init") return exitCode !== 0 && policy !== "Never";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

function begin(container: ContainerLife, options: LifeOptions): void {
  const { script, image } = container;
  if (script.pullError) {
    say(container, options, "Pulling", `Pulling image "${image}"`);
    const why = "the simulation's script says that it can't be had";
    say(container, options, "Failed", `Failed to pull image "${image}": ${why}`, true);
    say(container, options, "Failed", "Error: ErrImagePull", true);
    say(container, options, "BackOff", `Back-off pulling image "${image}"`);
    container.doing = { kind: "unpullable" };
    return;
  }
  const pull = options.pullSeconds(image);
  if (pull > 0) say(container, options, "Pulling", `Pulling image "${image}"`);
  else say(container, options, "Pulled", `Container image "${image}" already present on machine`);
  container.doing = { kind: "pulling", until: options.now + options.wall(script.startSeconds ?? pull) };
}

function started(container: ContainerLife, since: number, options: LifeOptions): void {
  say(container, options, "Created", `Created container: ${container.name}`);
  say(container, options, "Started", `Started container ${container.name}`);
  container.doing = { kind: "running", since };
}

/** Moves one container on as far as time allows; returns when to look again. */
function drive(container: ContainerLife, pod: Pod, options: LifeOptions): number | undefined {
  const { now, wall } = options;
  const { restartPolicy: policy = "Always" } = pod.spec;
  for (;;) {
    const { doing, script } = container;
    if (doing.kind === "new") begin(container, options);
    else if (doing.kind === "unpullable") return undefined;
    else if (doing.kind === "pulling") {
      if (doing.until > now) return doing.until;
      const last = options.said.findLast((each) => each.container === container.name);
      if (last?.reason !== "Pulled")
        say(container, options, "Pulled", `Successfully pulled image "${container.image}"`);
      started(container, doing.until, options);
    } else if (doing.kind === "backing-off") {
      if (doing.until > now) return doing.until;
      say(container, options, "Pulled", `Container image "${container.image}" already present on machine`);
      started(container, Math.max(doing.until, now), options);
    } else if (doing.kind === "running") {
      const end = endOfRun(script, container.restarts);
      const endsAt = end && doing.since + wall(end.seconds);
      if (end && endsAt !== undefined && endsAt <= now) {
        container.doing = { kind: "ended", since: doing.since, at: endsAt, exitCode: end.exitCode };
        continue;
      }
      const readyAt = script.readySeconds === undefined ? undefined : doing.since + wall(script.readySeconds);
      const next = [endsAt, readyAt !== undefined && readyAt > now ? readyAt : undefined].filter(
        (at) => at !== undefined,
      );
      return next.length === 0 ? undefined : Math.min(...next);
    } else {
      if (!startsAgain(container, policy, doing.exitCode)) return undefined;
      const ranLong = doing.at - doing.since > wall(2 * longestBackOff);
      container.last = endedState(doing);
      container.restarts += 1;
      const pause = ranLong ? 0 : backOff(container.restarts);
      if (pause > 0) {
        const { name, namespace, uid } = pod.metadata;
        const text = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`;
        say(container, options, "BackOff", text, true);
      }
      container.doing = { kind: "backing-off", until: doing.at + wall(pause) };
    }
  }
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);

const failedInit = ({ doing }: ContainerLife, policy: string): boolean =>
  doing.kind === "ended" && doing.exitCode !== 0 && policy === "Never";

/** Sidecars end when nothing is left that they serve. */
function endSidecars(containers: readonly ContainerLife[], now: number): void {
  for (const container of containers) {
    const { doing } = container;
    if (container.kind !== "sidecar" || doing.kind !== "running") continue;
    container.doing = { kind: "ended", since: doing.since, at: now, exitCode: 0 };
  }
}

/**
 * Moves the containers on to `now`.
 *
 * @returns when to look again, epoch ms; undefined when nothing will happen by itself
 */
export function advance(containers: Containers, pod: Pod, options: LifeOptions): number | undefined {
  if (containers.ending) return undefined;
  const { restartPolicy: policy = "Always" } = pod.spec;
  let next: number | undefined;
  for (const container of containers.all) {
    if (container.kind === "main") continue;
    next = earliest(next, drive(container, pod, options));
    const { doing } = container;
    if (failedInit(container, policy)) {
      endSidecars(containers.all, options.now);
      containers.ending = { phase: "Failed" };
      return undefined;
    }
    const through =
      container.kind === "sidecar"
        ? doing.kind === "running" || container.restarts > 0
        : doing.kind === "ended" && doing.exitCode === 0;
    if (!through) return next;
  }
  const mains = containers.all.filter(({ kind }) => kind === "main");
  for (const container of mains) next = earliest(next, drive(container, pod, options));
  const codes = mains.map(({ doing }) => (doing.kind === "ended" ? doing.exitCode : undefined));
  if (codes.some((code) => code === undefined)) return next;
  endSidecars(containers.all, options.now);
  containers.ending = { phase: codes.every((code) => code === 0) ? "Succeeded" : "Failed" };
  return undefined;
}

/** Everything that runs ends now, with this exit status; what hasn't begun never will. */
export function endAll(containers: Containers, at: number, exitCode: number, ending: Ending): void {
  for (const container of containers.all) {
    const { doing } = container;
    if (doing.kind === "running") container.doing = { kind: "ended", since: doing.since, at, exitCode };
  }
  containers.ending ??= ending;
}

/** True when it runs and its readiness has been reached. */
export function isReady({ doing, script, kind }: ContainerLife, now: number, wall: LifeOptions["wall"]): boolean {
  if (kind === "init") return doing.kind === "ended" && doing.exitCode === 0;
  return (
    doing.kind === "running" && script.readySeconds !== undefined && doing.since + wall(script.readySeconds) <= now
  );
}
