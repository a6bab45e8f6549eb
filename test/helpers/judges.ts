// The outside judges that `npm test` has set up (scripts/judges.mjs), and what to say when they are missing.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** Where `npm test` puts them. */
export const judgesFolder: string = process.env["LOTSE_JUDGES"] ?? resolve(".cache", "judges");

/** The virtual environment's Python, or undefined when `npm test` could not make one. */
export const python: string | undefined = existsSync(join(judgesFolder, "installed.txt"))
  ? join(judgesFolder, "bin", "python")
  : undefined;

/** Why tests with the AWS CLI and boto3 are skipped, for their titles. */
export const pythonMissing = "skipped: no AWS CLI and boto3 (python3 with venv is missing; `npm test` sets them up)";

export interface CliResult {
  exit: number;
  out: string;
  err: string;
}

export interface AwsCli {
  /** Runs `aws …args`. */
  run(args: readonly string[]): Promise<CliResult>;
  close(): void;
}

/** A process that runs AWS CLI commands with `env` and nothing of the caller's AWS settings. */
export function startAwsCli(env: Readonly<Record<string, string | undefined>>): AwsCli {
  if (!python) throw new Error(pythonMissing);
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("AWS_")));
  const child = spawn(python, [resolve("test/helpers/aws_cli_server.py")], {
    env: { ...clean, AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_PAGER: "", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting: ((result: CliResult) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line) as CliResult));
  return {
    run: (args) =>
      new Promise((done, reject) => {
        if (child.exitCode !== null) return reject(new Error(`the AWS CLI process ended with ${child.exitCode}`));
        waiting.push(done);
        child.stdin.write(`${JSON.stringify({ argv: args })}\n`);
      }),
    close: () => void child.kill(),
  };
}

/** Runs a Python script of test/helpers with boto3 at hand. Asynchronous: the sandbox it talks to lives in this process. */
export function runPython(script: string, env: Readonly<Record<string, string | undefined>>): Promise<CliResult> {
  if (!python) throw new Error(pythonMissing);
  const child = spawn(python, [resolve("test/helpers", script)], {
    env: {
      PATH: process.env["PATH"] ?? "",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      ...env,
    },
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
  return new Promise((done) => child.once("close", (exit) => done({ exit: exit ?? -1, ...texts })));
}
