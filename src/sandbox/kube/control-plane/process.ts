// One program of a control plane, kept so that it never outlives the sandbox: not after a stop, not after a crash.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LotseError } from "../../../base/index.ts";
import { trustEnvironment } from "../assets/index.ts";

/**
 * The shell between us and the program holds a pipe from this process: when it breaks, even by kill -9, the program is
 * killed. Node has no prctl(PR_SET_PDEATHSIG).
 */
const keeper = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
trap 'kill -TERM $program 2>/dev/null' TERM INT
(read _ <&3; kill -KILL $program) 2>/dev/null &
reader=$!
wait $program
status=$?
while kill -0 $program 2>/dev/null; do wait $program; status=$?; done
kill $reader 2>/dev/null
exit $status
`;

/** How long a program may take to end after SIGTERM. */
const usualPatience = 5_000;
const tailLength = 8_000;
/** A log that has grown beyond this is begun anew at the next start; the one before stays beside it. */
const longLog = 32 * 1024 * 1024;

export interface ProgramOptions {
  /** `etcd`, for messages. */
  name: string;
  path: string;
  arguments: readonly string[];
  /** Where its output goes. */
  logFile: string;
}

/** A program that runs. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** Undefined while it runs. */
  readonly exit: { status: number | undefined; tail: string } | undefined;
  /** Settles when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it: by SIGTERM, and after so many milliseconds (default 5 s) by SIGKILL; with 0 by SIGKILL alone. */
  stop(patience?: number): Promise<void>;
}

/** The end of what was written since a start; nothing, when somebody removed the log. */
function tailOf(file: string, from: number): string {
  if (!existsSync(file)) return "";
  const log = openSync(file, "r");
  try {
    const { size } = fstatSync(log);
    const buffer = Buffer.alloc(Math.max(0, Math.min(tailLength, size - from)));
    const read = readSync(log, buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(0, read).toString("utf8");
  } finally {
    closeSync(log);
  }
}

/** Opens a log to append to it, and tells where it ends. */
function openLog(file: string): { log: number; from: number } {
  if (existsSync(file) && statSync(file).size > longLog) renameSync(file, `${file}.1`);
  const log = openSync(file, "a", 0o600);
  return { log, from: fstatSync(log).size };
}

/** What a Go program says when it gives up: klog's fatal and error lines, panics, flags that it doesn't know. */
const lastWords = /no space left|^panic: |"level":"(?:fatal|panic|error)"|^[FE]\d{4} |^Error: |unknown flag/;
/** etcd alone wants 64 MB for its first log. */
const littleRoom = 80 * 1024 * 1024;

/** The line that tells most: a stack follows a panic, and a full disk cuts everything short. */
function reason(program: Program, logFile: string): string {
  const lines = (program.exit?.tail ?? "").trim().split("\n");
  const said = lines.find((line) => lastWords.test(line)) ?? lines.at(-1) ?? "";
  const text = said === "" ? `exit status ${program.exit?.status ?? "unknown"}` : said.trim().slice(0, 500);
  const { bavail, bsize } = statfsSync(dirname(logFile));
  return bavail * bsize < littleRoom ? `The disk is full. ${text}` : text;
}

/** What went wrong, for a program that ended by itself. */
export function programEnded(program: Program, logFile: string): LotseError {
  return new LotseError("sandbox/program-ended", {
    title: `${program.name} of the emulated control plane ended`,
    detail: existsSync(logFile) ? reason(program, logFile) : "Its folder is gone.",
    remedy: `Its log is ${logFile}.`,
    blame: "lotse",
  });
}

/** Starts a program whose life is bound to this process. */
export function startProgram(options: ProgramOptions): Program {
  const { log, from } = openLog(options.logFile);
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", keeper, "lotse-keeper", options.path, ...options.arguments], {
      stdio: ["pipe", log, log],
      // A group of its own: Ctrl-C at the terminal is ours to answer, in our order.
      detached: true,
      env: { PATH: "/usr/bin:/bin", ...trustEnvironment() },
    });
  } finally {
    closeSync(log);
  }
  // The keeper's end of the pipe may be gone first; that is how it ends.
  child.stdin?.on("error", () => undefined);
  (child.stdin as unknown as { unref?(): void } | null)?.unref?.();
  child.unref();
  let exit: Program["exit"];
  const signal = (name: NodeJS.Signals): void => {
    if (exit || child.pid === undefined) return;
    try {
      process.kill(name === "SIGKILL" ? -child.pid : child.pid, name);
    } catch (error) {
      // It ended between the look and the signal.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  const ended = new Promise<void>((resolve) => {
    const settle = (status: number | undefined): void => {
      // A keeper that was killed leaves its program behind; both are of one group.
      signal("SIGKILL");
      exit ??= { status, tail: tailOf(options.logFile, from) };
      resolve();
    };
    child.once("exit", (status) => settle(status ?? undefined));
    child.once("error", () => settle(undefined));
  });
  return {
    name: options.name,
    pid: child.pid ?? -1,
    get exit() {
      return exit;
    },
    ended,
    async stop(patience = usualPatience) {
      // Who stops it waits for its end: without this a process with nothing else to do would end first, as if all were well.
      child.ref();
      signal(patience > 0 ? "SIGTERM" : "SIGKILL");
      const timer = setTimeout(() => signal("SIGKILL"), patience);
      await ended;
      clearTimeout(timer);
    },
  };
}
