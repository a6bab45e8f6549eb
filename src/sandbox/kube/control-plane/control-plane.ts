// A real Kubernetes control plane on this machine: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.
import { existsSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LotseError } from "../../../base/index.ts";
import { inFolder } from "../../state/folder.ts";
import type { KubeAssets } from "../assets/index.ts";
import type { KubeClient } from "../client.ts";
import { openKubeClient } from "../client.ts";
import type { ControlPlaneSettings, OidcProvider } from "./arguments.ts";
import { apiserverArguments, controllerManagerArguments, etcdArguments, schedulerArguments } from "./arguments.ts";
import type { ClientFiles, ControlPlaneFiles, ControlPlaneIdentity } from "./files.ts";
import { clientCertificate, removeSockets, serverCertificate, writeFiles } from "./files.ts";
import { endLeftovers } from "./leftovers.ts";
import type { Program } from "./process.ts";
import { programEnded, startProgram } from "./process.ts";

export interface ControlPlaneOptions {
  identity: ControlPlaneIdentity;
  /** Of this cluster alone; etcd's data in it is what survives. */
  folder: string;
  assets: KubeAssets;
  serviceCidr: string;
  issuer: string;
  jwksUri: string;
  /** People's logins beside IAM. */
  identityProvider?: OidcProvider;
  /** PEM; vouches for its issuer instead of the public authorities. */
  issuerAuthority?: string;
  /** Gives the start up: what runs already is ended, and the start fails with the signal's reason. */
  signal?: AbortSignal;
  /** Hears of a program that ended by itself after the start. The others still run: whoever hears it stops them. */
  onFailure?: (error: LotseError) => void;
}

/** A log, and where in it this run begins. */
export interface RunLog {
  file: string;
  from: number;
}

/** A control plane that runs. */
export interface ControlPlane {
  /** Of the API server on 127.0.0.1. */
  readonly port: number;
  /** What `/version` says, `v1.35.9`. */
  readonly version: string;
  /** As `lotse:sandbox`, which may do everything. */
  readonly client: KubeClient;
  /** A client certificate for someone, in groups. */
  certificate(name: string, groups?: readonly string[]): ClientFiles;
  /** A server's certificate of the cluster's authority. */
  serverCertificate(name: string, names: readonly string[]): { certificate: string; key: string };
  /** The authority, PEM. */
  readonly authority: string;
  /** Unix socket where the API server asks for connections into the cluster's network. */
  readonly networkSocket: string;
  readonly pids: readonly number[];
  /** Where the programs write, and the API server its audit. */
  readonly logs: {
    readonly apiserver: RunLog;
    readonly audit: RunLog;
    readonly controllerManager: RunLog;
    readonly scheduler: RunLog;
  };
  /** Ends the programs, those that write first; at once, when their data isn't kept. */
  stop(how?: { discard: boolean }): Promise<void>;
}

/** Measured: 2.9 s on an idle machine with two cores; a busy one takes its time. */
const startPatience = 90_000;
const firstLook = 25;
const longestLook = 100;

/**
 * An API server that is told to end waits for whoever still watches, for a minute if need be. Requests are answered by then,
 * milliseconds; it and the controllers keep nothing, for all is in etcd.
 */
const lastAnswers = 500;

/** A port of 127.0.0.1 that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** True when somebody listens there. */
function listens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function tooSlow(what: string, files: ControlPlaneFiles): LotseError {
  return new LotseError("sandbox/kubernetes-slow", {
    title: `${what} of the emulated control plane isn't ready after ${startPatience / 1000} s`,
    detail: "The programs run, but don't answer.",
    remedy: `Their logs are in ${files.folder}/logs. A machine that is short of memory or processor time may need another try.`,
    blame: "lotse",
  });
}

/** Looks again and again, a little later each time, until it is so or one of the programs has ended. */
async function until(
  what: string,
  files: ControlPlaneFiles,
  programs: readonly Program[],
  look: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + startPatience;
  for (let pause = firstLook; !(await look()); pause = Math.min(pause * 1.5, longestLook)) {
    signal?.throwIfAborted();
    const dead = programs.find((program) => program.exit);
    if (dead) throw programEnded(dead, files.log(dead.name));
    if (Date.now() > deadline) throw tooSlow(what, files);
    await sleep(pause);
  }
}

const logSize = (file: string): RunLog => ({ file, from: existsSync(file) ? statSync(file).size : 0 });

/** Two processes may be given the same free port; the one that comes second says so and ends. */
const portIsTaken = (error: unknown): boolean => /address already in use/.test((error as Error).message);
const portTries = 3;

/**
 * Starts a control plane and waits until its API server answers. What a killed sandbox left running on the same folder is
 * ended first.
 *
 * @throws LotseError `sandbox/program-ended` or `sandbox/kubernetes-slow`, with the log to look into;
 *   `sandbox/state-folder` when the disk refuses
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let left = portTries - 1; ; left -= 1) {
    try {
      return await tryToStart(options, await freePort());
    } catch (error) {
      if (left === 0 || !portIsTaken(error)) throw error;
    }
  }
}

async function tryToStart(options: ControlPlaneOptions, port: number): Promise<ControlPlane> {
  const { identity, assets, signal } = options;
  await endLeftovers(options.folder);
  signal?.throwIfAborted();
  const files = inFolder(options.folder, () => writeFiles(options.folder, identity, port, options.issuerAuthority));
  const settings: ControlPlaneSettings = {
    files,
    port,
    serviceCidr: options.serviceCidr,
    issuer: options.issuer,
    jwksUri: options.jwksUri,
    webhooks: identity.webhooks !== undefined,
    ...(options.identityProvider ? { identityProvider: options.identityProvider } : {}),
    ...(assets.emulated ? { emulate: assets.minor } : {}),
  };
  const logs = {
    apiserver: logSize(files.log("kube-apiserver")),
    audit: logSize(files.auditLog),
    controllerManager: logSize(files.log("kube-controller-manager")),
    scheduler: logSize(files.log("kube-scheduler")),
  };
  const client = openKubeClient({ port, ...clientCertificate(identity, "lotse:sandbox", ["system:masters"]) });
  const programs: Program[] = [];
  let running = false;
  const start = (name: string, path: string, list: readonly string[]): void => {
    const program = startProgram({ name, path, arguments: list, logFile: files.log(name) });
    programs.push(program);
    void program.ended.then(() => {
      if (running) options.onFailure?.(programEnded(program, files.log(name)));
      running = false;
    });
  };
  let stopped: Promise<void> | undefined;
  const stop = (how?: { discard: boolean }): Promise<void> =>
    (stopped ??= (async () => {
      running = false;
      client.close();
      // etcd last: what the others still write has somewhere to go.
      const [etcd, ...others] = programs;
      await Promise.all(others.map((program) => program.stop(how?.discard ? 0 : lastAnswers)));
      await etcd?.stop(how?.discard ? 0 : undefined);
      removeSockets(files);
    })());
  try {
    start("etcd", assets.paths.etcd, etcdArguments(settings));
    // It needn't lead yet: the API server is half a second from its first question, and waits for the answer.
    await until("etcd", files, programs, () => listens(files.etcdSocket), signal);
    start("kube-apiserver", assets.paths.apiserver, apiserverArguments(settings));
    await until("kube-apiserver", files, programs, () => client.answers("/readyz"), signal);
    start("kube-controller-manager", assets.paths.controllerManager, controllerManagerArguments(settings));
    start("kube-scheduler", assets.paths.scheduler, schedulerArguments(settings));
    running = true;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    version: assets.version,
    client,
    certificate: (name, groups) => clientCertificate(identity, name, groups),
    serverCertificate: (name, names) => serverCertificate(identity, name, names),
    authority: identity.authority.certificate,
    networkSocket: files.networkSocket,
    pids: programs.map((program) => program.pid),
    logs,
    stop,
  };
}
