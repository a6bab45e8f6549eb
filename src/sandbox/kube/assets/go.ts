// The Go toolchain of this machine, as far as it is needed: is it there, is it new enough, run it and hear what it does.
import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { errorMessage, LotseError } from "../../../base/index.ts";
import type { Environment } from "./environment.ts";
import { platform } from "./environment.ts";
import { oldestGo } from "./versions.ts";

/** What a Go command is run with. */
export interface GoOptions {
  env: Environment;
  /** Folder of the module. */
  folder: string;
  signal?: AbortSignal;
  /** Hears each line that Go writes to standard error. */
  onLine?(line: string): void;
}

/** Lines that say why, kept of a failed command. */
const keptLines = 4;
/** How long Go may take to stop before it is made to. Its cache stands any end. */
const graceMilliseconds = 5000;

/** Go's own tools inherit these; what a user has set for work of their own would lead them astray. */
function environmentOf(env: Environment): NodeJS.ProcessEnv {
  return {
    ...env,
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    // Not empty, as then what `go env -w` has written would count.
    GOFLAGS: "-trimpath",
    GOWORK: "off",
    GOOS: platform.os,
    GOARCH: platform.arch,
  };
}

/** Ends Go and the compilers it has started. */
function end(child: ChildProcessByStdio<null, Readable, Readable>, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself in the meantime.
  }
}

/**
 * Runs `go …` in a process group of its own.
 *
 * @returns what it writes to standard output
 * @throws LotseError `kube/no-go` when there is none, `kube/build-failed` with Go's last lines; the signal's reason when aborted
 */
export async function runGo(args: readonly string[], options: GoOptions): Promise<string> {
  const { env, folder, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn("go", args, {
    cwd: folder,
    env: environmentOf(env),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const atExit = (): void => end(child, "SIGKILL");
  process.once("exit", atExit);
  let killer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    end(child, "SIGTERM");
    killer = setTimeout(() => end(child, "SIGKILL"), graceMilliseconds);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  let out = "";
  const said: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  createInterface({ input: child.stderr }).on("line", (line) => {
    onLine?.(line);
    // The names of compiled packages and downloaded modules explain no failure.
    if (!/^go: (downloading|finding|extracting) |^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) said.push(line);
    if (said.length > keptLines) said.shift();
  });
  try {
    const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit, ended) => resolve(exit ?? ended));
    });
    signal?.throwIfAborted();
    if (code === 0) return out;
    const detail = said.join(" ").trim() || `it ended with ${code} and said nothing`;
    throw new LotseError("kube/build-failed", { title: `go ${args[0]} failed: ${detail}` });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new LotseError("kube/no-go", { title: "no Go toolchain is in the PATH" }, { cause });
    }
    if (typeof (cause as NodeJS.ErrnoException).errno === "number") {
      throw new LotseError("kube/no-go", { title: `go can't be started: ${errorMessage(cause)}` }, { cause });
    }
    throw cause;
  } finally {
    clearTimeout(killer);
    signal?.removeEventListener("abort", onAbort);
    process.off("exit", atExit);
  }
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.a-z-]/).map(Number));
  for (const i of [0, 1]) if ((a?.[i] ?? 0) !== (b?.[i] ?? 0)) return (a?.[i] ?? 0) < (b?.[i] ?? 0);
  return false;
}

/** A toolchain that can build, with what it has to be run with, and its own folders. */
export interface Toolchain {
  env: Environment;
  /** `1.26.8`. */
  version: string;
  /** Compiled packages. */
  cache: string;
  /** Downloaded modules. */
  modules: string;
}

/**
 * Finds Go. One that is too old is asked to fetch a newer one for itself, which it can since 1.21.
 *
 * @param folder of the module that is to be built
 * @throws LotseError `kube/no-go`
 */
export async function findGo(options: GoOptions): Promise<Toolchain> {
  const ask = async (env: Environment, local: boolean): Promise<[string, string, string]> => {
    // Asked for the toolchain as it is, Go doesn't mind what the module wants.
    const asked = local ? { ...env, GOTOOLCHAIN: "local" } : env;
    const folder = local ? "/" : options.folder;
    const answer = await runGo(["env", "GOVERSION", "GOCACHE", "GOMODCACHE"], { ...options, env: asked, folder });
    const [version = "", cache = "", modules = ""] = answer.split("\n");
    return [/(\d+\.\d+(\.\d+)?\S*)/.exec(version)?.[1] ?? version, cache, modules];
  };
  let { env } = options;
  let [version, cache, modules] = await ask(env, true);
  if (isOlder(version, oldestGo)) {
    const old = version;
    env = { ...env, GOTOOLCHAIN: "auto" };
    try {
      [version, cache, modules] = await ask(env, false);
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw tooOld(old, `it can't fetch a newer one (${errorMessage(cause)})`, cause);
    }
    if (isOlder(version, oldestGo)) throw tooOld(old, "it doesn't fetch a newer one");
  }
  return { env, version, cache, modules };
}

function tooOld(version: string, why: string, cause?: unknown): LotseError {
  const title = `Go ${version} is older than ${oldestGo.replace(/\.0$/, "")}, and ${why}`;
  return new LotseError("kube/no-go", { title, remedy: "Install a newer Go: https://go.dev/dl/" }, { cause });
}
