// What a simulated container does, as annotations of its pod say: without any it starts at once and runs for ever, and the
// pod of a Job is done after a moment.
import { LotseError } from "../../../base/index.ts";
import type { Container, Pod } from "./pod.ts";

/** Virtual seconds throughout. */
export interface Script {
  /** Until the image is there and the container runs; undefined: as long as a pull takes where the image is new. */
  startSeconds: number | undefined;
  /** From then until it is ready; undefined: never. */
  readySeconds: number | undefined;
  /** Until it ends by itself; undefined: it doesn't. */
  runSeconds: number | undefined;
  /** With which it ends. */
  exitCode: number;
  /** So often it crashes before it stays up. */
  crashes: number;
  /** The image can't be had. */
  pullError: boolean;
  /** From the signal to the end when the pod is deleted; the grace period cuts it short. */
  stopSeconds: number;
}

/** Beginning of the annotations. */
export const scriptPrefix = "lotse.dev/sim-";

/** A Job's pod runs for so long when nothing is said. */
const jobSeconds = 1;
/** A container that crashes does it after so long. */
const crashSeconds = 1;
const longest = 7 * 24 * 3600;

function badValue(name: string, value: string, wants: string): LotseError {
  return new LotseError("sandbox/bad-script", {
    title: `Annotation ${scriptPrefix}${name} is "${value}"`,
    detail: `It takes ${wants}.`,
  });
}

type Reader = (script: Script, value: string) => void;

function seconds(name: string, put: (script: Script, value: number) => void): Reader {
  return (script, text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0 && value <= longest)) throw badValue(name, text, "seconds, up to a week");
    put(script, value);
  };
}

function yesOrNo(name: string, put: (script: Script, value: boolean) => void): Reader {
  return (script, text) => {
    if (text !== "true" && text !== "false") throw badValue(name, text, "true or false");
    put(script, text === "true");
  };
}

/** The annotations, without their prefix. */
const annotations: Readonly<Record<string, Reader>> = {
  "start-seconds": seconds("start-seconds", (script, value) => (script.startSeconds = value)),
  "ready-seconds": seconds("ready-seconds", (script, value) => (script.readySeconds = value)),
  ready: yesOrNo("ready", (script, value) => {
    if (!value) script.readySeconds = undefined;
  }),
  "run-seconds": seconds("run-seconds", (script, value) => (script.runSeconds = value)),
  "stop-seconds": seconds("stop-seconds", (script, value) => (script.stopSeconds = value)),
  "exit-code": (script, text) => {
    const code = Number(text);
    if (!/^\d+$/.test(text) || code > 255) throw badValue("exit-code", text, "a number from 0 to 255");
    script.exitCode = code;
    script.runSeconds ??= crashSeconds;
  },
  crash: (script, text) => {
    if (!/^\d{1,6}$/.test(text)) throw badValue("crash", text, "how often it crashes before it stays up");
    script.crashes = Number(text);
  },
  "pull-error": yesOrNo("pull-error", (script, value) => (script.pullError = value)),
};

/** Names of all annotations, for the reference. */
export const scriptAnnotations: readonly string[] = Object.keys(annotations).map((name) => scriptPrefix + name);

/** What a container does when nothing is said. */
function usual(pod: Pod, container: Container, init: boolean): Script {
  const ends = pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure";
  const runSeconds = init ? 0 : ends ? jobSeconds : undefined;
  return {
    startSeconds: undefined,
    readySeconds: 0,
    // A sidecar runs as long as its pod does.
    runSeconds: container.restartPolicy === "Always" ? undefined : runSeconds,
    exitCode: 0,
    crashes: 0,
    pullError: false,
    stopSeconds: 0,
  };
}

/**
 * Reads a pod's scripts, by container. `lotse.dev/sim-crash` speaks of every container but the init containers,
 * `lotse.dev/sim-crash.web` of the container `web` alone.
 *
 * @throws LotseError `sandbox/bad-script` for an unknown annotation or container, or a value that makes no sense
 */
export function scriptsOf(pod: Pod): Map<string, Script> {
  const { containers, initContainers = [] } = pod.spec;
  const mains = containers.map(({ name }) => name);
  const scripts = new Map<string, Script>();
  for (const each of containers) scripts.set(each.name, usual(pod, each, false));
  for (const each of initContainers) scripts.set(each.name, usual(pod, each, true));
  const given = Object.entries(pod.metadata.annotations ?? {}).filter(([name]) => name.startsWith(scriptPrefix));
  // What is said of one container has the last word.
  for (const [name, value] of given.toSorted(([a], [b]) => a.split(".").length - b.split(".").length)) {
    const [what = "", ...rest] = name.slice(scriptPrefix.length).split(".");
    const read = Object.hasOwn(annotations, what) ? annotations[what] : undefined;
    if (!read) throw badValue(what, value, `one of ${scriptAnnotations.join(", ")}`);
    const only = rest.join(".");
    if (only !== "" && !scripts.has(only)) {
      throw badValue(`${what}.${only}`, value, `the name of a container: ${[...scripts.keys()].join(", ")}`);
    }
    for (const container of only === "" ? mains : [only]) read(scripts.get(container) as Script, value);
  }
  return scripts;
}

/** When a container ends, counted from its start; undefined: never. */
export function endOfRun(script: Script, restarts: number): { seconds: number; exitCode: number } | undefined {
  if (restarts < script.crashes) return { seconds: crashSeconds, exitCode: script.exitCode || 1 };
  return script.runSeconds === undefined ? undefined : { seconds: script.runSeconds, exitCode: script.exitCode };
}
