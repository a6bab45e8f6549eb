// One program of a control plane, kept so that it never outlives the sandbox: not after a stop, not after a crash.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { LotseError } from "../../../base/index.ts";

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
const patience = 5_000;
const tailLength = 2_000;

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
  /** Ends it: by SIGTERM, then by SIGKILL. */
  stop(): Promise<void>;
}

function tailOf(file: string): string {
  const text = readFileSync(file, "utf8");
  return text.slice(Math.max(0, text.length - tailLength));
}

/** What went wrong, for a program that ended by itself. */
export function programEnded(program: Program, logFile: string): LotseError {
  const tail = program.exit?.tail.trim().split("\n").at(-1) ?? "";
  return new LotseError("sandbox/program-ended", {
    title: `${program.name} of the emulated control plane ended`,
    detail: tail === "" ? `exit status ${program.exit?.status ?? "unknown"}` : tail.slice(0, 500),
    remedy: `Its log is ${logFile}.`,
    blame: "lotse",
  });
}

/** Starts a program whose life is bound to this process. */
export function startProgram(options: ProgramOptions): Program {
  const log = openSync(options.logFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", keeper, "lotse-keeper", options.path, ...options.arguments], {
      stdio: ["pipe", log, log],
      // A group of its own: Ctrl-C at the terminal is ours to answer, in our order.
      detached: true,
      env: { PATH: "/usr/bin:/bin" },
    });
  } finally {
    closeSync(log);
  }
  // The keeper's end of the pipe may be gone first; that is how it ends.
  child.stdin?.on("error", () => undefined);
  (child.stdin as unknown as { unref?(): void } | null)?.unref?.();
  child.unref();
  let exit: Program["exit"];
  const ended = new Promise<void>((resolve) => {
    const settle = (status: number | undefined): void => {
      exit ??= { status, tail: tailOf(options.logFile) };
      resolve();
    };
    child.once("exit", (status) => settle(status ?? undefined));
    child.once("error", () => settle(undefined));
  });
  const signal = (name: NodeJS.Signals): void => {
    if (exit || child.pid === undefined) return;
    try {
      process.kill(name === "SIGKILL" ? -child.pid : child.pid, name);
    } catch (error) {
      // It ended between the look and the signal.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  return {
    name: options.name,
    pid: child.pid ?? -1,
    get exit() {
      return exit;
    },
    ended,
    async stop() {
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), patience);
      await ended;
      clearTimeout(timer);
    },
  };
}
