// The sandbox as a process of its own: `lotse sandbox up` starts it, its state survives restarts.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorMessage, LotseError, packageFile, sleep, version } from "../base/index.ts";
import type { SandboxStatus } from "./admin.ts";
import { adminPrefix } from "./admin.ts";
import type { ClockMode } from "./aws/core/index.ts";
import type { KubernetesMode } from "./kube/index.ts";
import { administratorKey } from "./aws/administrator.ts";
import { serviceEntries } from "./aws/schema/index.ts";
import { checkQuotas } from "./quotas.ts";
import type { CredentialMode, Sandbox } from "./sandbox.ts";
import { createSandbox, foreignVariables } from "./sandbox.ts";
import { inFolder, makeFolder } from "./state/folder.ts";
import { removeState } from "./state/journal.ts";
import { isAlive } from "./state/lock.ts";

/** What `daemon.json` in the state folder says. */
interface DaemonFile {
  pid: number;
  endpoint: string;
  version: string;
}

/** How the sandbox's own process runs; what is left out is as the last time. */
export interface DaemonOptions {
  /** State folder. */
  folder: string;
  /** Default: the port of the last time if it is free, else any. */
  port?: number;
  clock?: ClockMode;
  account?: string;
  region?: string;
  seed?: number;
  credentials?: CredentialMode;
  /** Default `lazy`. */
  kubernetes?: KubernetesMode;
  /** Of all control planes together, MiB; default half of the machine's memory. */
  kubernetesMemory?: number;
  /** File (PEM) of the authority that vouches for issuers of identity providers; absolute. */
  issuerAuthority?: string;
  /** Also a proxy for AWS's host names. */
  proxy?: boolean;
  /** Quotas other than AWS's, by name. */
  quotas?: Readonly<Record<string, number>>;
}

/** Control planes end within five seconds or are killed; a busy machine takes its time. */
const stopPatience = 30_000;

const fileName = "daemon.json";
const logName = "daemon.log";
/** The proxy's authority for trust stores: PEM. */
const authorityName = "proxy-authority.pem";

/** `poll`, `instant`, `real` or `scaled:N`; undefined when it is none of these. */
export function parseClock(text: string): ClockMode | undefined {
  if (text === "poll" || text === "instant" || text === "real") return { kind: text };
  const scaled = /^scaled:(\d+(?:\.\d+)?)$/.exec(text);
  const factor = Number(scaled?.[1]);
  return scaled && factor > 0 && factor <= 1_000_000 ? { kind: "scaled", factor } : undefined;
}

function readDaemonFile(folder: string): DaemonFile | undefined {
  const path = join(folder, fileName);
  if (!existsSync(path)) return undefined;
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as Partial<DaemonFile> | null;
    const { pid, endpoint, version: writtenBy = "" } = file ?? {};
    if (!Number.isInteger(pid) || typeof endpoint !== "string" || !/^http:\/\/[\w.]+:\d+$/.test(endpoint)) {
      return undefined;
    }
    return { pid: Number(pid), endpoint, version: writtenBy };
  } catch {
    // Being written, or not ours: as if there were none.
    return undefined;
  }
}

/** Where the state of the default daemon lives, from a copy of the environment. */
export function defaultStateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { LOTSE_SANDBOX_DIR, XDG_STATE_HOME, LOCALAPPDATA, HOME, USERPROFILE } = env;
  if (LOTSE_SANDBOX_DIR) return LOTSE_SANDBOX_DIR;
  const base = XDG_STATE_HOME || LOCALAPPDATA || join(HOME ?? USERPROFILE ?? ".", ".local", "state");
  return join(base, "lotse", "sandbox");
}

/**
 * Calls an admin endpoint of a running sandbox.
 *
 * @param call `GET status`, `POST advance` …; see admin.ts
 * @throws LotseError `sandbox/refused` with what it said
 */
export async function adminCall(
  endpoint: string,
  call: string,
  options: { body?: string; query?: Record<string, string>; timeout?: number } = {},
): Promise<string> {
  const [method = "GET", path = ""] = call.split(" ");
  const query = new URLSearchParams(options.query ?? {}).toString();
  const url = `${endpoint}${adminPrefix}${path}${query ? `?${query}` : ""}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(options.timeout ?? 60_000),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
  } catch (cause) {
    throw new LotseError(
      "sandbox/unreachable",
      {
        title: `No sandbox answers at ${endpoint}`,
        detail: errorMessage(cause),
        remedy: "Start one: lotse sandbox up",
        blame: "user",
      },
      { cause },
    );
  }
  const text = await response.text();
  if (response.ok) return text;
  let said = text.trim();
  let remedy: string | undefined;
  try {
    const parsed = JSON.parse(text) as { error?: string; remedy?: string };
    said = parsed.error ?? said;
    remedy = parsed.remedy;
  } catch {
    // Not the sandbox's JSON: shown as it is.
  }
  throw new LotseError("sandbox/refused", { title: said, ...(remedy ? { remedy } : {}), blame: "user" });
}

/** The running daemon of a state folder; undefined when there is none. */
export async function daemonStatus(folder: string): Promise<SandboxStatus | undefined> {
  const file = readDaemonFile(folder);
  if (!file || !isAlive(file.pid)) return undefined;
  try {
    const status = JSON.parse(await adminCall(file.endpoint, "GET status", { timeout: 5000 })) as SandboxStatus;
    // The port may belong to another sandbox by now.
    return status.pid === file.pid ? status : undefined;
  } catch {
    // It doesn't answer: not running, as far as anyone can use it.
    return undefined;
  }
}

/** A port that was used last time, so that exported variables stay right. */
function lastPort(folder: string): number | undefined {
  const port = Number(readDaemonFile(folder)?.endpoint.split(":").at(-1));
  // Ports below were never free ones: somebody asked for them by name, and does it again.
  return port >= 1024 && port <= 65_535 ? port : undefined;
}

/** The end of a daemon's log. */
function lastWords(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").slice(-8).join("\n") : "";
}

/**
 * Starts the daemon and waits until it answers; one that runs already is left as it is.
 *
 * @param entry script that understands `sandbox serve`; default: the installed command line
 * @throws LotseError `sandbox/bad-quota`; `sandbox/start-failed` with the end of its log
 */
export async function startDaemon(
  options: DaemonOptions,
  entry: string = packageFile("dist/lotse.js"),
): Promise<{ status: SandboxStatus; started: boolean }> {
  const { folder } = options;
  checkQuotas(options.quotas ?? {});
  const running = await daemonStatus(folder);
  if (running) return { status: running, started: false };
  const logPath = join(folder, logName);
  const log = inFolder(folder, () => {
    makeFolder(folder);
    return openSync(logPath, "w", 0o600);
  });
  const clock = options.clock?.kind === "scaled" ? `scaled:${options.clock.factor}` : options.clock?.kind;
  const flags: [string, string | number | undefined][] = [
    ["--state", folder],
    ["--port", options.port],
    ["--clock", clock],
    ["--account", options.account],
    ["--region", options.region],
    ["--seed", options.seed],
    ["--credentials", options.credentials],
    ["--kubernetes", options.kubernetes],
    ["--kubernetes-memory", options.kubernetesMemory],
    ["--issuer-authority", options.issuerAuthority],
    ...Object.entries(options.quotas ?? {}).map(([name, value]): [string, string] => ["--quota", `${name}=${value}`]),
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
  if (options.proxy) given.push("--proxy");
  const child = spawn(process.execPath, [entry, "sandbox", "serve", ...given], {
    detached: true,
    stdio: ["ignore", log, log],
    windowsHide: true,
  });
  closeSync(log);
  child.unref();
  let exited: number | null | undefined;
  child.once("exit", (code) => (exited = code));
  child.once("error", () => (exited = null));
  const deadline = Date.now() + 20_000;
  for (let wait = 10; Date.now() < deadline; wait = Math.min(wait * 1.5, 100)) {
    const status = await daemonStatus(folder);
    if (status) return { status, started: true };
    // Two commands may start it at once: the one that comes second finds the state in use, and waits for the first.
    if (exited !== undefined && !lastWords(logPath).includes("is in use")) break;
    await sleep(wait);
  }
  // One that listens but can't be reached would keep the state in use.
  if (exited === undefined) child.kill("SIGKILL");
  const said = lastWords(logPath);
  throw new LotseError("sandbox/start-failed", {
    title: "The sandbox didn't start",
    detail: said === "" ? `It said nothing within 20 seconds (log: ${logPath}).` : said,
    remedy: "Another port (--port) or another folder (--state) may help.",
    blame: "user",
  });
}

/**
 * Stops the daemon of a folder and waits until it is gone.
 *
 * @returns `unsaved` says why its last changes aren't on disk, if they aren't
 */
export async function stopDaemon(folder: string): Promise<{ stopped: boolean; unsaved?: string }> {
  const status = await daemonStatus(folder);
  if (!status) return { stopped: false };
  const { problem } = JSON.parse(await adminCall(status.endpoint, "POST stop")) as { problem?: string };
  for (let waited = 0; waited < stopPatience && isAlive(status.pid); waited += 20) await sleep(20);
  return { stopped: true, ...(problem === undefined ? {} : { unsaved: problem }) };
}

/**
 * Is the daemon: runs until it is told to stop (by `signal` or by `POST /_lotse/stop`).
 *
 * @param say hears one line when it is ready and one for each problem with the disk
 */
export async function serveSandbox(
  options: DaemonOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { folder } = options;
  const { issuerAuthority: authorityFile } = options;
  const issuerAuthority = authorityFile === undefined ? undefined : readFileSync(authorityFile, "utf8");
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const open = (port: number | undefined): Promise<Sandbox> =>
    createSandbox({
      folder,
      listen: port === undefined ? true : { port },
      admin: { stop: () => setTimeout(stop, 20) },
      onProblem: (problem) => say(problem ? `state can't be written: ${problem.message}` : "state is written again"),
      ...(options.clock ? { clock: options.clock } : {}),
      ...(options.account ? { account: options.account } : {}),
      ...(options.region ? { region: options.region } : {}),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.credentials ? { credentials: options.credentials } : {}),
      kubernetes: {
        ...(options.kubernetes ? { mode: options.kubernetes } : {}),
        ...(options.kubernetesMemory === undefined ? {} : { memoryLimit: options.kubernetesMemory }),
        ...(issuerAuthority === undefined ? {} : { issuerAuthority }),
      },
      ...(options.proxy ? { proxy: true } : {}),
      onKubernetesProblem: (problem) => say(`kubernetes: ${problem.message}`),
      ...(options.quotas ? { quotas: options.quotas } : {}),
    });
  // 0 is any free port, as everywhere.
  const remembered = options.port === 0 ? undefined : (options.port ?? lastPort(folder));
  const sandbox = await open(remembered).catch((error: unknown) => {
    const taken = (error as { cause?: NodeJS.ErrnoException }).cause?.code === "EADDRINUSE";
    if (options.port === undefined && taken) return open(undefined);
    throw error;
  });
  sandbox.ref();
  if (sandbox.proxyAuthority !== undefined) {
    writeFileSync(join(folder, authorityName), sandbox.proxyAuthority, { mode: 0o644 });
  }
  const path = join(folder, fileName);
  const file: DaemonFile = { pid: process.pid, endpoint: sandbox.endpoint, version };
  writeFileSync(`${path}.tmp`, JSON.stringify(file), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  if (sandbox.damage !== undefined) say(sandbox.damage);
  say(`lotse sandbox listens at ${sandbox.endpoint}, state in ${folder}`);
  const onSignal = (): void => stop();
  signal.addEventListener("abort", onSignal, { once: true });
  if (signal.aborted) stop();
  await stopped;
  await sandbox.close();
}

/** Empties the state of a folder, of the running daemon or on disk. */
export async function resetState(folder: string): Promise<"running" | "on disk"> {
  const status = await daemonStatus(folder);
  if (status) {
    await adminCall(status.endpoint, "POST reset");
    return "running";
  }
  inFolder(folder, () => removeState(folder));
  return "on disk";
}

/**
 * Variables that send what ignores endpoint variables through the sandbox's proxy, and make it believe the sandbox's
 * authority. OpenSSL's, Go's, Node's and the AWS CLI's own.
 */
export function proxyVariables(target: Pick<SandboxStatus, "endpoint">, folder: string): Record<string, string> {
  const authority = join(folder, authorityName);
  return {
    HTTPS_PROXY: target.endpoint,
    https_proxy: target.endpoint,
    NO_PROXY: "127.0.0.1,localhost,::1",
    no_proxy: "127.0.0.1,localhost,::1",
    AWS_CA_BUNDLE: authority,
    SSL_CERT_FILE: authority,
    NODE_EXTRA_CA_CERTS: authority,
  };
}

/** Variables that point AWS tools at a sandbox, and those that would lead them away from it. */
export function toolVariables(
  target: Pick<SandboxStatus, "endpoint" | "region">,
  env: Readonly<Record<string, string | undefined>>,
): { set: Record<string, string>; unset: string[] } {
  const services = serviceEntries().map(({ serviceId }) => serviceId.toUpperCase().replaceAll(" ", "_"));
  const own = Object.keys(env).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));
  const endpoints = services.map((name) => `AWS_ENDPOINT_URL_${name}`);
  return {
    set: {
      AWS_ENDPOINT_URL: target.endpoint,
      AWS_ACCESS_KEY_ID: administratorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administratorKey.secretAccessKey,
      AWS_REGION: target.region,
      AWS_DEFAULT_REGION: target.region,
    },
    unset: [...new Set([...foreignVariables, ...endpoints, ...own])],
  };
}
