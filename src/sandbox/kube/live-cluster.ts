// One emulated EKS cluster as a Kubernetes cluster: asleep behind its address, starting, running, or failed.
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { AwsAuthData } from "../../identity/index.ts";
import type { Cloud } from "../aws/core/index.ts";
import { servicePrincipal } from "../aws/core/index.ts";
import { authority, oidcKey } from "../aws/services/eks/certificate.ts";
import { instances } from "../aws/services/ec2/state.ts";
import type { ClusterRow } from "../aws/services/eks/state.ts";
import { clusters as clusterTable } from "../aws/services/eks/state.ts";
import type { KubeAssets } from "./assets/index.ts";
import type { KubeObject } from "./client.ts";
import type { ClusterKey } from "./cluster-key.ts";
import { LogShipper } from "./log-shipper.ts";
import type { ControlPlane } from "./control-plane/index.ts";
import { startControlPlane } from "./control-plane/index.ts";
import { nodeOf } from "./nodes/membership.ts";
import { Simulation } from "./simulation.ts";
import type { Front } from "./front.ts";

export interface LiveClusterOptions {
  key: ClusterKey;
  front: Front;
  cloud: Cloud;
  /** Of this cluster alone. */
  folder: string;
  /** Programs for a minor version, or undefined when there are none. */
  findAssets(minor: string): Promise<KubeAssets | undefined>;
  /** Where the API server asks who somebody is and what he may. */
  webhooks: { authenticate: string; authorize: string };
  /** Connections come from inside of the VPC: private endpoints are open to them. */
  insideVpc: boolean;
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

function noBinaries(name: string, minor: string): LotseError {
  return new LotseError("sandbox/no-kubernetes", {
    title: `Cluster ${name} has no Kubernetes behind it`,
    detail: `There are no programs of Kubernetes ${minor} on this machine; the AWS half works without them.`,
    remedy: `Get them with \`lotse sandbox kubernetes install --version ${minor}\`.`,
    blame: "user",
  });
}

function notRunning(name: string, status: string | undefined): LotseError {
  return new LotseError("sandbox/no-cluster", {
    title: `Cluster ${name} has no API server now`,
    detail: status === undefined ? "It is gone." : `Its status is ${status}.`,
    remedy: "Wait until it is ACTIVE.",
    blame: "user",
  });
}

/** `10.100.0.1` of `10.100.0.0/16`: where pods find the API server. */
function firstAddress(cidr: string): string {
  const [network = ""] = cidr.split("/");
  if (network.includes(":")) return network.endsWith("::") ? `${network}1` : network;
  const bytes = network.split(".").map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join(".");
}

export class LiveCluster {
  readonly key: ClusterKey;
  readonly port: number;
  readonly #options: LiveClusterOptions;
  #starting: Promise<ControlPlane> | undefined;
  #running: ControlPlane | undefined;
  #minor: string | undefined;
  #failure: { error: Error; at: number } | undefined;
  #changing: Promise<void> = Promise.resolve();
  #watching: AbortController | undefined;
  #simulation: Simulation | undefined;
  #shipper: LogShipper | undefined;
  #awsAuth: AwsAuthData | undefined;

  constructor(options: LiveClusterOptions) {
    this.key = options.key;
    this.port = options.front.port;
    this.#options = options;
    options.front.serve({
      wake: async () => (await this.wake()).port,
      closed: () => this.#closedTo(),
    });
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
    const state = this.#running ? "running" : this.#starting ? "starting" : this.#failure ? "failed" : "asleep";
    return {
      ...this.key,
      endpoint: `https://127.0.0.1:${this.port}`,
      state,
      ...(this.#running ? { version: this.#running.version, pids: this.#running.pids } : {}),
      ...this.#note(),
      ...(this.#failure ? { problem: errorMessage(this.#failure.error) } : {}),
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
    if (this.#running) return this.#running;
    if (this.#failure && Date.now() - this.#failure.at < retryAfter) throw this.#failure.error;
    this.#starting ??= this.#start()
      .then((plane) => {
        this.#running = plane;
        this.#failure = undefined;
        this.#watchAwsAuth(plane);
        this.#shipLogs(plane);
        this.#simulate(plane);
        return plane;
      })
      .catch((error: unknown) => {
        this.#failure = { error: error instanceof Error ? error : new Error(errorMessage(error)), at: Date.now() };
        this.#options.onProblem(this.#failure.error);
        throw this.#failure.error;
      })
      .finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** The row of the cluster changed: another version restarts the control plane on the same data. */
  rowChanged(): void {
    const row = this.#row();
    if (!row || this.#minor === undefined || row.version === this.#minor || !this.running) return;
    this.#minor = row.version;
    this.#changing = this.#changing
      .then(async () => {
        await this.#stop();
        await this.wake();
      })
      .catch((error: unknown) => this.#options.onProblem(error as Error));
  }

  /** A line of the authenticator's log, for CloudWatch. */
  logAuthentication(line: string): void {
    this.#shipper?.authenticator(line);
  }

  /** Instances, groups, access or add-ons of its account changed. */
  worldChanged(): void {
    this.#simulation?.refresh();
  }

  /** True when an instance runs that is to be its node. */
  hasInstances(): boolean {
    const { account, region, name } = this.key;
    if (this.#row()?.status !== "ACTIVE") return false;
    const { cloud } = this.#options;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    for (const [, instance] of ctx.table(instances).entries()) {
      if (instance.state === "running" && nodeOf(ctx, name, instance)) return true;
    }
    return false;
  }

  /** Nodes and pods, while it runs. */
  get simulation(): Simulation | undefined {
    return this.#simulation;
  }

  /** Ends the programs and gives the address up; data stays. */
  async close(): Promise<void> {
    await this.#changing;
    await this.#options.front.close();
    await this.#stop();
  }

  /** The cluster was deleted: nothing of it stays. */
  async destroy(): Promise<void> {
    await this.close();
    rmSync(this.#options.folder, { recursive: true, force: true });
  }

  async #stop(): Promise<void> {
    const plane = this.#running ?? (await this.#starting?.catch(() => undefined));
    this.#running = undefined;
    this.#watching?.abort();
    this.#simulation?.close();
    this.#simulation = undefined;
    this.#shipper?.close();
    this.#shipper = undefined;
    await plane?.stop();
  }

  #shipLogs(plane: ControlPlane): void {
    const { logs } = plane;
    this.#shipper = new LogShipper({
      key: this.key,
      cloud: this.#options.cloud,
      files: {
        api: logs.apiserver,
        audit: logs.audit,
        controllerManager: logs.controllerManager,
        scheduler: logs.scheduler,
      },
    });
  }

  #simulate(plane: ControlPlane): void {
    const { cloud, onProblem } = this.#options;
    const simulation = new Simulation({
      key: this.key,
      cloud,
      plane,
      awsAuth: () => this.#awsAuth,
      speed: podSpeed,
      onProblem,
    });
    this.#simulation = simulation;
    simulation.start().catch((error: unknown) => onProblem(error as Error));
  }

  #watchAwsAuth(plane: ControlPlane): void {
    this.#watching = new AbortController();
    const path = "/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Daws-auth";
    const take = (found: ConfigMap | undefined): void => {
      this.#awsAuth = found ? (found.data ?? {}) : undefined;
      this.#simulation?.refresh();
    };
    plane.client
      .watch<ConfigMap>(
        path,
        {
          onList: ([found]) => take(found),
          onEvent: ({ type, object }) => take(type === "DELETED" ? undefined : object),
        },
        this.#watching.signal,
      )
      .catch((error: unknown) => this.#options.onProblem(error as Error));
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

  async #start(): Promise<ControlPlane> {
    const row = this.#row();
    const issuer = row?.identity?.oidc?.issuer;
    if (!row || !issuer) throw notRunning(this.name, row?.status);
    const assets = await this.#options.findAssets(row.version);
    if (!assets) throw noBinaries(this.name, row.version);
    this.#options.admit();
    this.#minor = row.version;
    const { cloud } = this.#options;
    const { account, region, name } = this.key;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    const keys = cloud.store.transaction(() => ({
      authority: authority(ctx, name),
      serviceAccountKey: oidcKey(ctx, name, issuer),
    }));
    const network = row.kubernetesNetworkConfig;
    const serviceCidr = network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr ?? "10.100.0.0/16";
    const kmsKey = row.encryptionConfig?.[0]?.provider?.keyArn;
    return startControlPlane({
      identity: {
        cluster: name,
        ...keys,
        serviceAddress: firstAddress(serviceCidr),
        webhooks: this.#options.webhooks,
        hostNames: [`${row.hidden.endpointId}.${row.hidden.endpointShard}.${region}.eks.amazonaws.com`],
        // The KMS key's name and the cluster's own secret make a key that is the same at the next start.
        ...(kmsKey
          ? {
              encryptionKey: createHash("sha256").update(`${kmsKey}\n${keys.authority.privateKey}`).digest("base64"),
            }
          : {}),
      },
      folder: this.#options.folder,
      assets,
      serviceCidr,
      issuer,
      jwksUri: `${issuer}/keys`,
      onFailure: (error) => {
        this.#running = undefined;
        this.#failure = { error, at: Date.now() };
        this.#options.onProblem(error);
      },
    });
  }
}
