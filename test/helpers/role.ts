// What a role of `lotse controller` is started with in tests: a kubeconfig of a cluster, and a process's answers.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import { senderOf } from "./eks-by-api.ts";

/** A kubeconfig (JSON is YAML) with a token of now, of the account's administrator; good for a quarter of an hour. */
export function kubeconfigText(sandbox: Sandbox, name: string): string {
  const { cluster } = senderOf(sandbox)<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
    "eks",
    "DescribeCluster",
    { name },
  );
  const { credentials, region } = sandbox;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      { name, cluster: { server: cluster.endpoint, "certificate-authority-data": cluster.certificateAuthority.data } },
    ],
    users: [{ name, user: { token: bearerToken({ cluster: name, region, credentials, at: Date.now() }).token } }],
  });
}

/** A role in a process of its own. */
export interface RoleProcess {
  /** Of its listener. */
  port: number;
  /** Everything it has written. */
  log(): string;
  /** Resident memory, MiB. */
  memory(): number;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `lotse controller NAME` and waits until it listens; ports are free ones. */
export function startRole(
  name: string,
  flags: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RoleProcess> {
  const all = { port: "0", address: "127.0.0.1", "health-port": "0", "health-address": "127.0.0.1", ...flags };
  const words = Object.entries(all).map(([flag, value]) => `--${flag}=${value}`);
  const child: ChildProcess = spawn(process.execPath, [resolve("dist/lotse.js"), "controller", name, ...words], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  return new Promise((done, fail) => {
    const hear = (chunk: Buffer): void => {
      log += chunk.toString();
      const [, port] = /"message":"listens".*?"port":(\d+)/.exec(log) ?? [];
      if (port === undefined) return;
      done({
        port: Number(port),
        log: () => log,
        memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
        stop: () => {
          child.kill("SIGTERM");
          return ended;
        },
      });
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    void ended.then((code) => fail(new Error(`controller ${name} ended with ${code}: ${log}`)));
  });
}
