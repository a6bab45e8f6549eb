// What a simulated container does, as annotations of its pod say: without any it starts at once and runs for ever, and the
// pod of a Job is done after a moment.
import { LotseError } from "../../../base/index.ts";
import type { Pod } from "./pod.ts";

/** Virtual seconds throughout. */
export interface Script {
  /** Until images are there and containers run. */
  startSeconds: number;
  /** From then until the pod is ready; undefined: never. */
  readySeconds: number | undefined;
  /** Until the containers end by themselves; undefined: they don't. */
  runSeconds: number | undefined;
  /** With which they end. */
  exitCode: number;
  /** So often they crash before they stay up. */
  crashes: number;
  /** The image can't be had. */
  pullError: boolean;
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
  "exit-code": (script, text) => {
    const code = Number(text);
    if (!Number.isInteger(code) || code < 0 || code > 255) throw badValue("exit-code", text, "a number from 0 to 255");
    script.exitCode = code;
    script.runSeconds ??= crashSeconds;
  },
  crash: (script, text) => {
    const times = Number(text);
    if (!Number.isInteger(times) || times < 0) throw badValue("crash", text, "how often it crashes before it stays up");
    script.crashes = times;
  },
  "pull-error": yesOrNo("pull-error", (script, value) => (script.pullError = value)),
};

/** Names of all annotations, for the reference. */
export const scriptAnnotations: readonly string[] = Object.keys(annotations).map((name) => scriptPrefix + name);

/**
 * Reads a pod's script.
 *
 * @throws LotseError `sandbox/bad-script` for an unknown annotation or a value that makes no sense
 */
export function scriptOf(pod: Pod): Script {
  const ends = pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure";
  const script: Script = {
    startSeconds: 0,
    readySeconds: 0,
    runSeconds: ends ? jobSeconds : undefined,
    exitCode: 0,
    crashes: 0,
    pullError: false,
  };
  for (const [name, value] of Object.entries(pod.metadata.annotations ?? {})) {
    if (!name.startsWith(scriptPrefix)) continue;
    const read = annotations[name.slice(scriptPrefix.length)];
    if (!read) throw badValue(name.slice(scriptPrefix.length), value, `one of ${scriptAnnotations.join(", ")}`);
    read(script, value);
  }
  return script;
}

/** When the containers of a start end, counted from it; undefined: never. */
export function endOfRun(script: Script, restarts: number): { seconds: number; exitCode: number } | undefined {
  if (restarts < script.crashes) return { seconds: crashSeconds, exitCode: script.exitCode || 1 };
  return script.runSeconds === undefined ? undefined : { seconds: script.runSeconds, exitCode: script.exitCode };
}
