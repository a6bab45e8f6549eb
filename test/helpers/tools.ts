// Other people's programs against a sandbox of this process: so they run beside it, never instead of it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { judgesFolder } from "./judges.ts";

export interface ToolResult {
  exit: number;
  out: string;
  err: string;
}

/** Runs a program to its end; `env` is all that it sees besides PATH. */
export async function runTool(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ToolResult> {
  const child = spawn(command, [...args], {
    env: { ...env, PATH: [join(judgesFolder, "bin"), process.env["PATH"] ?? ""].join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (exit) => done({ exit: exit ?? -1, ...texts }));
  });
}

/** Why tests with kubectl are skipped, for their titles; undefined where it is there. */
export const kubectlMissing: string | undefined =
  spawnSync("kubectl", ["version", "--client"], { encoding: "utf8" }).status === 0
    ? undefined
    : "skipped: no kubectl (https://kubernetes.io/docs/tasks/tools/ says how to get it)";

/** The executable as it is shipped; `npm test` builds it first. */
export const lotse: string = resolve(import.meta.dirname, "../../dist/lotse.js");

const authenticatorPath = join(judgesFolder, "bin", "aws-iam-authenticator");

/** aws-iam-authenticator of the version that `npm test` builds; undefined without Go. */
export const authenticator: string | undefined = existsSync(authenticatorPath) ? authenticatorPath : undefined;

/** Why tests with it are skipped, for their titles. */
export const authenticatorMissing = "skipped: no aws-iam-authenticator (Go builds it; `npm test` sees to it)";
