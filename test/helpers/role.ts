// What a role of `lotse controller` is started with in tests: a kubeconfig of a cluster, and a process's answers.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import { senderOf } from "./eks-by-api.ts";
import { eventually } from "./kubernetes.ts";

/**
 * A kubeconfig (JSON is YAML).
 *
 * @param token of whoever it is for; of the account's administrator by default, and then good for a quarter of an hour
 */
export function kubeconfigText(sandbox: Sandbox, name: string, token?: string): string {
  const { cluster } = senderOf(sandbox)<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
    "eks",
    "DescribeCluster",
    { name },
  );
  const { credentials, region } = sandbox;
  const own = (): string => bearerToken({ cluster: name, region, credentials, at: Date.now() }).token;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      { name, cluster: { server: cluster.endpoint, "certificate-authority-data": cluster.certificateAuthority.data } },
    ],
    users: [{ name, user: { token: token ?? own() } }],
  });
}

/** A role in a process of its own. */
export interface RoleProcess {
  /** Of its listener. */
  port: number;
  /** Everything it has written. */
  log(): string;
  /** Status of a probe: `readyz`, `healthz`, `metrics`. */
  probe(path: string): Promise<number>;
  /** Resident memory, MiB. */
  memory(): number;
  /** What is in use after a garbage collection, MiB; of a role that was started with `heapWatched`. */
  heap(): Promise<number>;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Environment of a role whose heap is asked for. */
export const heapWatched: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--require=${resolve("test/helpers/heap-on-signal.cjs")}`,
};

/**
 * Starts `lotse controller NAME` and waits until it listens; ports are free ones.
 *
 * @param flags beside those of its addresses; undefined for one of them that the role doesn't have
 * @param program the command line's, or the image's `dist/lotse-image.cjs`
 */
export function startRole(
  name: string,
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
  program = "dist/lotse.js",
): Promise<RoleProcess> {
  const all = { port: "0", address: "127.0.0.1", "health-port": "0", "health-address": "127.0.0.1", ...flags };
  const words = Object.entries(all).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]));
  const child: ChildProcess = spawn(process.execPath, [resolve(program), "controller", name, ...words], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  return new Promise((done, fail) => {
    const hear = (chunk: Buffer): void => {
      log += chunk.toString();
      const [, port] = /listens".*?"port":(\d+)/.exec(log) ?? [];
      if (port === undefined) return;
      done({
        port: Number(port),
        log: () => log,
        probe: async (path) => {
          const [, health] = /"message":"started".*?"health":(\d+)/.exec(log) ?? [];
          return (await fetch(`http://127.0.0.1:${health}/${path}`)).status;
        },
        memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
        heap: async () => {
          const said = (): string[] => log.match(/"message":"heap","bytes":\d+/g) ?? [];
          const before = said().length;
          child.kill("SIGUSR2");
          const after = await eventually(
            () => Promise.resolve(said()),
            ({ length }) => length > before,
          );
          return Number(after.at(-1)?.split(":").at(-1)) / 2 ** 20;
        },
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
