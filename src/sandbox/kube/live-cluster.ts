// One emulated EKS cluster as a Kubernetes cluster: asleep behind its address, starting, running, or failed.
import { join } from "node:path";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { AwsAuthData } from "../../identity/index.ts";
import type { Cloud } from "../aws/core/index.ts";
import { servicePrincipal } from "../aws/core/index.ts";
import { instances } from "../aws/services/ec2/state.ts";
import type { ClusterRow } from "../aws/services/eks/state.ts";
import { clusters as clusterTable } from "../aws/services/eks/state.ts";
import type { KubeAssets } from "./assets/index.ts";
import { builtMinors } from "./assets/index.ts";
import type { KubeObject } from "./client.ts";
import type { ClusterKey } from "./cluster-key.ts";
import type { AdmissionListener } from "./admission/listener.ts";
import { openAdmissionListener } from "./admission/listener.ts";
import { servePodIdentity } from "./admission/pod-identity.ts";
import { LogShipper } from "./log-shipper.ts";
import type { ControlPlane } from "./control-plane/index.ts";
import { startControlPlane } from "./control-plane/index.ts";
import { nodeOf } from "./nodes/membership.ts";
import type { ClusterSettings } from "./settings.ts";
import { Reader } from "./reader.ts";
import { clusterSettings, sameSettings, startOptions } from "./settings.ts";
import type { Outlook } from "./pods/keeper.ts";
import { Simulation } from "./simulation.ts";
import type { Front } from "./front.ts";

export interface LiveClusterOptions {
  key: ClusterKey;
  front: Front;
  cloud: Cloud;
  /** Of all clusters; each has a folder of its own in it. */
  root(): string;
  /** Programs for a minor version, or undefined when there are none. */
  findAssets(minor: string): Promise<KubeAssets | undefined>;
  /** Where the API server asks who somebody is and what he may. */
  webhooks: { authenticate: string; authorize: string };
  /** Connections come from inside of the VPC: private endpoints are open to them. */
  insideVpc: boolean;
  /** PEM; vouches for the issuers of identity providers instead of the public authorities. */
  issuerAuthority?: string;
  /** Throws when there is no memory for another control plane. */
  admit(): void;
  onProblem(problem: Error): void;
}

export type ClusterState = "asleep" | "starting" | "running" | "failed";

/** What a cluster is doing, for people. */
export interface ClusterStatus extends ClusterKey {
  endpoint: string;
  state: ClusterState;
  /** Why nobody gets in, or what of the endpoint's settings a process on this machine can't judge. */
  note?: string;
  /** `v1.35.9`, while it runs. */
  version?: string;
  pids?: readonly number[];
  problem?: string;
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** A container's second passes in a tenth of a second: image pulls and back-offs don't hold a rehearsal up. */
const podSpeed = 10;

/** After a failed start the next one waits, so that a client that tries for ever doesn't start programs for ever. */
const retryAfter = 5_000;
/** Programs that appear meanwhile are noticed so soon, milliseconds. */
const lookForPrograms = 2_000;
/** A control plane whose programs ended after less than this isn't started again by itself. */
const steadyAfter = 10_000;

function noBinaries(name: string, minor: string): LotseError {
  const [oldest, newest] = [builtMinors[0], builtMinors.at(-1)];
  return new LotseError("sandbox/no-kubernetes", {
    title: `Cluster ${name} has no Kubernetes behind it`,
    detail: `There are no programs of Kubernetes ${minor} on this machine; the AWS half works without them.`,
    remedy: builtMinors.includes(minor)
      ? `Get them: lotse sandbox kubernetes install ${minor}`
      : `Versions ${oldest} to ${newest} can be built; ${minor} can only be downloaded: lotse sandbox kubernetes install ${minor}`,
    blame: "user",
  });
}

const isNoBinaries = (error: unknown): boolean => (error as Partial<LotseError>)?.code === "sandbox/no-kubernetes";

function notRunning(name: string, status: string | undefined): LotseError {
  return new LotseError("sandbox/no-cluster", {
    title: `Cluster ${name} has no API server now`,
    detail: status === undefined ? "It is gone." : `Its status is ${status}.`,
    remedy: "Wait until it is ACTIVE.",
    blame: "user",
  });
}

/**
 * Folder of a cluster: a cluster of the same name that is made later has another one. Short, as the path of a socket in it
 * may have 107 characters.
 */
function folderOf(row: Readonly<ClusterRow>): string {
  return `${row.name.slice(0, 16)}-${row.hidden.endpointId.slice(0, 10).toLowerCase()}`;
}

export class LiveCluster {
  readonly key: ClusterKey;
  /** Tells it from another one of the same name: part of its endpoint's name on AWS. */
  readonly endpointId: string;
  /** Name of its folder in the folder of all clusters. */
  readonly folder: string;
  readonly #options: LiveClusterOptions;
  readonly #reader: Reader;
  readonly #closing: AbortController = new AbortController();
  #starting: Promise<ControlPlane> | undefined;
  #running: { plane: ControlPlane; settings: ClusterSettings; since: number } | undefined;
  /** Settles when what ran has ended; nothing starts before. */
  #ending: Promise<void> = Promise.resolve();
  #failure: { error: Error; at: number } | undefined;
  #looking: NodeJS.Timeout | undefined;
  #watching: AbortController | undefined;
  #admission: AdmissionListener | undefined;
  #simulation: Simulation | undefined;
  #shipper: LogShipper | undefined;
  #awsAuth: AwsAuthData | undefined;

  constructor(options: LiveClusterOptions) {
    this.key = options.key;
    this.#options = options;
    const { key, cloud, front, onProblem } = options;
    this.#reader = new Reader({ key, cloud, connections: () => front.connections, onProblem });
    const row = this.#row();
    if (!row) throw notRunning(this.key.name, undefined);
    this.endpointId = row.hidden.endpointId;
    this.folder = folderOf(row);
    options.front.serve({
      wake: async () => (await this.wake()).port,
      closed: () => this.#closedTo(),
      heard: () => this.#reader.heard(),
    });
    this.#look();
  }

  /** Where its front listens. */
  get port(): number {
    return this.#options.front.port;
  }

  get name(): string {
    return this.key.name;
  }

  /** `data` of the aws-auth ConfigMap, as last heard from the API server. */
  get awsAuth(): AwsAuthData | undefined {
    return this.#awsAuth;
  }

  /** True while programs run or are being started. */
  get running(): boolean {
    return this.#running !== undefined || this.#starting !== undefined;
  }

  status(): ClusterStatus {
    const running = this.#running?.plane;
    const state = running ? "running" : this.#starting ? "starting" : this.#failure ? "failed" : "asleep";
    return {
      ...this.key,
      endpoint: `https://127.0.0.1:${this.port}`,
      state,
      ...(running ? { version: running.version, pids: running.pids } : {}),
      ...this.#note(),
      ...(this.#failure ? { problem: problemText(this.#failure.error) } : {}),
    };
  }

  #note(): { note?: string } {
    const closed = this.#closedTo();
    if (closed !== undefined) return { note: closed };
    const cidrs = this.#row()?.resourcesVpcConfig.publicAccessCidrs ?? [];
    if (cidrs.length === 0 || cidrs.includes("0.0.0.0/0")) return {};
    return { note: `open to ${cidrs.join(", ")} on AWS; who is on this machine has no public address and gets in` };
  }

  /**
   * The running control plane, started when it isn't there.
   *
   * @throws LotseError `sandbox/no-kubernetes`, `sandbox/kubernetes-memory`, `sandbox/no-cluster`, or why a program ended
   */
  async wake(): Promise<ControlPlane> {
    if (this.#running) return this.#running.plane;
    if (this.#closing.signal.aborted) throw notRunning(this.name, this.#row()?.status);
    if (this.#failure && Date.now() - this.#failure.at < retryAfter) throw this.#failure.error;
    this.#starting ??= this.#ending
      .then(() => this.#start())
      .catch((error: unknown) => {
        // Given up because nobody wants it any more: that is no trouble.
        if (this.#closing.signal.aborted) throw notRunning(this.name, this.#row()?.status);
        throw this.#failed(error);
      })
      .finally(() => {
        this.#starting = undefined;
        // What changed during the start wasn't seen by it.
        this.rowChanged();
      });
    return this.#starting;
  }

  /** The row of the cluster changed: other settings restart the control plane on the same data. */
  rowChanged(): void {
    const settings = clusterSettings(this.#options.cloud, this.key);
    if (!settings || !this.#running || sameSettings(settings, this.#running.settings)) return;
    this.#restart();
  }

  /** A line of the authenticator's log, for CloudWatch. */
  logAuthentication(line: string): void {
    this.#shipper?.authenticator(line);
  }

  /** Instances, groups, access or add-ons of its account changed. */
  worldChanged(): void {
    this.#simulation?.refresh();
  }

  /** True while it is there and nothing about it changes. */
  get active(): boolean {
    return this.#row()?.status === "ACTIVE";
  }

  /** True when an instance runs that is to be its node. */
  hasInstances(): boolean {
    const { account, region, name } = this.key;
    if (!this.active || isNoBinaries(this.#failure?.error)) return false;
    const { cloud } = this.#options;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    for (const [, instance] of ctx.table(instances).entries()) {
      if (instance.state === "running" && nodeOf(ctx, name, instance)) return true;
    }
    return false;
  }

  /** What goes on by itself. */
  outlook(): Outlook {
    const running = this.#simulation?.outlook();
    return running && this.#starting === undefined ? running : { busy: this.running, next: undefined };
  }

  /** Nodes and pods, while it runs. */
  get simulation(): Simulation | undefined {
    return this.#simulation;
  }

  /** Ends the programs, gives up those that start, and gives the address up; data stays, unless nobody wants it. */
  async close(how?: { discard: boolean }): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#looking);
    this.#reader.close();
    await this.#options.front.close();
    await this.#starting?.catch(() => undefined);
    this.#stop(how);
    await this.#ending;
  }

  /** False when it was stopped, or ended by itself. */
  #isCurrent(plane: ControlPlane): boolean {
    return this.#running?.plane === plane;
  }

  #whyNot(): Error {
    return this.#failure?.error ?? notRunning(this.name, this.#row()?.status);
  }

  /** Keeps and tells why there is no control plane. */
  #failed(cause: unknown): Error {
    const error = cause instanceof Error ? cause : new Error(errorMessage(cause));
    this.#failure = { error, at: Date.now() };
    if (isNoBinaries(error)) this.#look();
    this.#options.onProblem(error);
    return error;
  }

  /** As long as its programs aren't on this machine nobody listens, so that clients are refused; somebody may get them. */
  #look(): void {
    const { cloud, findAssets, front, onProblem } = this.#options;
    const look = async (): Promise<void> => {
      const settings = clusterSettings(cloud, this.key);
      const missing = settings && !this.#running && (await findAssets(settings.version)) === undefined;
      if (this.#closing.signal.aborted) return;
      if (!missing) {
        if (isNoBinaries(this.#failure?.error)) this.#failure = undefined;
        return front.listen();
      }
      if (!this.running && !this.#failure) {
        this.#failure = { error: noBinaries(this.name, settings.version), at: 0 };
        onProblem(this.#failure.error);
      }
      await front.refuse();
      this.#looking = setTimeout(() => this.#look(), lookForPrograms).unref();
    };
    clearTimeout(this.#looking);
    look().catch((error: unknown) => onProblem(error as Error));
  }

  /** Stops what runs; {@link #ending} says when it has ended. */
  #stop(how?: { discard: boolean }): void {
    const plane = this.#running?.plane;
    this.#running = undefined;
    this.#watching?.abort();
    this.#simulation?.close();
    this.#simulation = undefined;
    this.#admission?.close();
    this.#admission = undefined;
    this.#shipper?.close();
    this.#shipper = undefined;
    if (plane) this.#ending = this.#ending.then(() => plane.stop(how));
  }

  #restart(): void {
    this.#stop();
    this.wake().catch(() => undefined); // Told by the start itself.
  }

  /** One of the programs ended by itself: the others are ended too, and all start again, unless they did so just now. */
  #crashed(error: Error): void {
    const steady = Date.now() - (this.#running?.since ?? 0) > steadyAfter;
    this.#failed(error);
    this.#stop();
    if (!steady || this.#closing.signal.aborted) return;
    this.#failure = undefined;
    this.#restart();
  }

  async #start(): Promise<ControlPlane> {
    const { cloud, key } = this.#options;
    const row = this.#row();
    const settings = clusterSettings(cloud, key);
    if (!row?.identity?.oidc?.issuer || !settings || row.status === "DELETING")
      throw notRunning(this.name, row?.status);
    const assets = await this.#options.findAssets(settings.version);
    if (!assets) throw noBinaries(this.name, settings.version);
    this.#options.admit();
    const plane = await startControlPlane({
      ...startOptions(cloud, key, row, settings, this.#options.webhooks),
      ...(this.#options.issuerAuthority === undefined ? {} : { issuerAuthority: this.#options.issuerAuthority }),
      folder: join(this.#options.root(), this.folder),
      assets,
      signal: this.#closing.signal,
      onFailure: (error) => this.#crashed(error),
    });
    this.#running = { plane, settings, since: Date.now() };
    this.#failure = undefined;
    this.#shipLogs(plane);
    // Who is known by aws-auth alone isn't to be refused because nobody has looked yet.
    const seen = this.#watchAwsAuth(plane);
    const admission = await this.#openAdmission(plane);
    await seen;
    if (!this.#isCurrent(plane)) throw this.#whyNot();
    this.#simulate(plane, admission);
    return plane;
  }

  #shipLogs({ logs }: ControlPlane): void {
    const { cloud, onProblem } = this.#options;
    const { apiserver: api, audit, controllerManager, scheduler } = logs;
    this.#shipper = new LogShipper({
      key: this.key,
      cloud,
      files: { api, audit, controllerManager, scheduler },
      onProblem,
    });
  }

  /** Webhooks of the control plane; pods that are made from now on are mutated. */
  async #openAdmission(plane: ControlPlane): Promise<AdmissionListener> {
    const { cloud, key, onProblem } = this.#options;
    const listener = await openAdmissionListener({
      certificate: plane.serverCertificate("eks-webhooks", ["127.0.0.1"]),
      authority: plane.authority,
    });
    if (!this.#isCurrent(plane)) {
      listener.close();
      throw this.#whyNot();
    }
    this.#admission = listener;
    const signal = this.#watching?.signal ?? this.#closing.signal;
    // Nobody's cluster stays away because of it: pods are made all the same, without roles.
    const served = servePodIdentity({ key, cloud, client: plane.client, listener, signal });
    await served.catch((error: unknown) => onProblem(error as Error));
    return listener;
  }

  #simulate(plane: ControlPlane, admission: AdmissionListener): void {
    const { cloud, onProblem } = this.#options;
    const simulation = new Simulation({
      key: this.key,
      cloud,
      plane,
      admission,
      awsAuth: () => this.#awsAuth,
      speed: podSpeed,
      onProblem,
    });
    this.#simulation = simulation;
    simulation.start().catch((error: unknown) => {
      if (this.#simulation === simulation) onProblem(error as Error);
    });
  }

  /** Resolves when it has been seen for the first time, or when the control plane is stopped before. */
  #watchAwsAuth(plane: ControlPlane): Promise<void> {
    const watching = new AbortController();
    this.#watching = watching;
    const path = "/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Daws-auth";
    return new Promise((resolve) => {
      watching.signal.addEventListener("abort", () => resolve(), { once: true });
      const take = (found: ConfigMap | undefined): void => {
        this.#awsAuth = found ? (found.data ?? {}) : undefined;
        this.#simulation?.refresh();
        resolve();
      };
      plane.client
        .watch<ConfigMap>(
          path,
          {
            onList: ([found]) => take(found),
            onEvent: ({ type, object }) => take(type === "DELETED" ? undefined : object),
          },
          watching.signal,
        )
        .catch((error: unknown) => this.#options.onProblem(error as Error));
    });
  }

  #row(): Readonly<ClusterRow> | undefined {
    const { account, region, name } = this.key;
    return this.#options.cloud.store.table(clusterTable, account, region).get(name);
  }

  #closedTo(): string | undefined {
    const row = this.#row();
    if (!row || row.status === "CREATING" || row.status === "DELETING") return "the cluster isn't there";
    if (row.resourcesVpcConfig.endpointPublicAccess === false && !this.#options.insideVpc)
      return "its endpoint is private, and this machine stands outside of the VPC";
    return undefined;
  }
}

/** What went wrong and what helps, in one line. */
function problemText(error: Error): string {
  const { title, detail, remedy } = (error as Partial<LotseError>).diagnostic ?? { title: error.message };
  return [title, detail, remedy].filter((part) => part !== undefined).join(" · ");
}
