// Asks programs what they are: a file that runs here and names its version is one; anything else isn't.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { basename } from "node:path";
import { errorMessage, LotseError } from "../../../base/index.ts";
import type { Program } from "./assets.ts";
import { pathsIn, programs } from "./assets.ts";

/** Programs of a folder that aren't there, or aren't executable. */
export async function missingPrograms(folder: string): Promise<Program[]> {
  const paths = pathsIn(folder);
  const there = await Promise.all(
    programs.map((program) =>
      access(paths[program], constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return programs.filter((_, i) => !there[i]);
}

/** kube-*: `Kubernetes v1.36.3`; etcd: `etcd Version: 3.6.16` and more lines. */
const said = /^(?:Kubernetes v|etcd Version: v?)(\d+\.\d+\.\d+\S*)/m;

/**
 * Runs a program with `--version`.
 *
 * @returns `v1.36.3`
 * @throws LotseError `kube/not-runnable` when it doesn't run or says something else
 */
export async function versionOf(path: string, signal?: AbortSignal): Promise<string> {
  const answer = await new Promise<string>((resolve, reject) => {
    // 30 s: the first start of a 100 MB program on a busy machine, scanned for viruses, takes a while.
    execFile(path, ["--version"], { timeout: 30_000, ...(signal ? { signal } : {}) }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw signal.reason;
    const why =
      (cause as { code?: unknown }).code === "ENOEXEC" ? "not a program of this machine" : errorMessage(cause);
    throw notRunnable(path, why.trim().split("\n").at(-1) ?? "", cause);
  });
  const version = said.exec(answer)?.[1];
  if (version !== undefined) return `v${version}`;
  throw notRunnable(path, `--version says ${JSON.stringify(answer.trim().slice(0, 80))}`);
}

function notRunnable(path: string, why: string, cause?: unknown): LotseError {
  // In the cache, names carry the version.
  const name = basename(path).replace(/-v\d.*$/, "");
  return new LotseError("kube/not-runnable", { title: `${name} doesn't run: ${why}`, subject: path }, { cause });
}

/** Versions of the four programs of a folder; throws as {@link versionOf} does. */
export async function versionsIn(folder: string, signal?: AbortSignal): Promise<Record<Program, string>> {
  const paths = pathsIn(folder);
  const versions = await Promise.all(programs.map((program) => versionOf(paths[program], signal)));
  return Object.fromEntries(programs.map((program, i) => [program, versions[i]])) as Record<Program, string>;
}
