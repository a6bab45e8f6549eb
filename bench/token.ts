// How long kubectl waits for its token: cold processes of lotse, the AWS CLI and aws-iam-authenticator in turns, and what
// kubectl feels of them with a living cluster behind.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createSandbox, findAssets } from "../src/sandbox/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import { authenticator, kubectlMissing } from "../test/helpers/tools.ts";
import { judgesFolder, python } from "../test/helpers/judges.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";

const runs = 20;
const entry = resolve("dist/lotse.cjs");
const region = "eu-central-1";

type Line = readonly [command: string, ...args: string[]];
type Environment = Record<string, string | undefined>;

/** Wall time of a whole process; the sandbox lives in this one, so nothing here may block. */
async function milliseconds([command, ...args]: Line, env: Environment): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${status} ${errors}`);
  return performance.now() - started;
}

/** Medians of the lines, run in turns, so that whatever else the machine does hits all of them. */
async function medians<Name extends string>(
  lines: Readonly<Record<Name, Line>>,
  env: Environment,
): Promise<Record<Name, number>> {
  const names = Object.keys(lines) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    // Each goes first once: whoever follows a heavy process finds the machine still busy with its end.
    const turn = run % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)])
      times.get(name)?.push(await milliseconds(lines[name], env));
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

/** The plugins alone: none of them calls anybody for keys of the environment. */
async function* plugins(env: Environment): AsyncGenerator<Figure> {
  const token = [entry, "token", "--cluster", "prod", "--region", region];
  const lines: Record<string, Line> = {
    nothing: [process.execPath, "-e", "0"],
    kept: [process.execPath, ...token],
    fresh: [process.execPath, ...token, "--no-cache"],
    ...(python
      ? { aws: [join(judgesFolder, "bin", "aws"), "eks", "get-token", "--cluster-name", "prod", "--region", region] }
      : {}),
    ...(authenticator ? { authenticator: [authenticator, "token", "-i", "prod", "--region", region] } : {}),
  };
  const { nothing = 0, kept = 0, fresh = 0, aws, authenticator: go } = await medians(lines, env);
  const peer = { name: "node -e 0", value: nothing };
  yield { name: "lotse token, kept", ours: kept, unit: "ms", peer, bound: { atMost: 1.5 } };
  yield { name: "lotse token, signed anew", ours: fresh, unit: "ms", peer, bound: { atMost: 1.5 } };
  if (aws !== undefined) {
    const get = { name: "aws eks get-token", value: aws };
    yield { name: "lotse token, kept", ours: kept, unit: "ms", peer: get, bound: { atMost: 1 / 3 } };
    yield { name: "lotse token, signed anew", ours: fresh, unit: "ms", peer: get, bound: { atMost: 1 / 3 } };
  }
  if (go !== undefined) {
    const peer = { name: "aws-iam-authenticator token", value: go };
    yield { name: "lotse token, kept", ours: kept, unit: "ms", peer, bound: {} };
  }
}

/** Token and request: `kubectl get --raw /version` with each plugin. */
async function* felt(home: string): AsyncGenerator<Figure> {
  const sandbox = await createSandbox({ region, kubernetes: "on" });
  try {
    makeCluster(sandbox, "prod");
    const env: Environment = {
      HOME: home,
      ...sandbox.env(),
      PATH: [join(judgesFolder, "bin"), process.env["PATH"] ?? ""].join(":"),
    };
    const programs = ["lotse", ...(python ? ["aws"] : []), ...(authenticator ? ["aws-iam-authenticator"] : [])];
    const lines: Record<string, Line> = {};
    for (const program of programs) {
      const file = join(home, program);
      await milliseconds(
        [process.execPath, entry, "kubeconfig", "--cluster", "prod", "--exec", program, "--kubeconfig", file],
        env,
      );
      lines[program] = ["kubectl", "--kubeconfig", file, "get", "--raw", "/version"];
      // The control plane wakes up, and lotse keeps its token.
      await milliseconds(lines[program], env);
    }
    const { lotse = 0, ...others } = await medians(lines, env);
    for (const [name, value] of Object.entries(others)) {
      const peer = { name: `with ${name}`, value };
      yield {
        name: "kubectl with lotse token, kept",
        ours: lotse,
        unit: "ms",
        peer,
        bound: name === "aws" ? { atMost: 1 } : {},
      };
    }
    if (Object.keys(others).length === 0)
      yield { name: "kubectl with lotse token, kept", ours: lotse, unit: "ms", bound: {} };
  } finally {
    await sandbox.close();
  }
}

export const bench: Bench = {
  name: "token",
  async *run() {
    const home = mkdtempSync(join(tmpdir(), "lotse-bench-token-"));
    try {
      const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
      yield* plugins({ HOME: home, PATH: process.env["PATH"], ...keys });
      if (kubectlMissing) console.log(kubectlMissing);
      else if (!(await findAssets("1.35"))) console.log("skipped: no binaries of Kubernetes 1.35");
      else yield* felt(home);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
