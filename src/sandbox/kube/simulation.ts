// What runs on a cluster beside its control plane: the nodes that its instances make, their pods, volumes, Fargate, add-ons.
import { setTimeout as sleep } from "node:timers/promises";
import type { AwsAuthData } from "../../identity/index.ts";
import type {
  Cloud,
  Context,
  KubernetesAddonIssue,
  KubernetesDrain,
  KubernetesDrainRequest,
  Principal,
} from "../aws/core/index.ts";
import { servicePrincipal } from "../aws/core/index.ts";
import { clusters, fargateProfiles } from "../aws/services/eks/state.ts";
import { AddonKeeper } from "./addons/keeper.ts";
import type { AdmissionListener } from "./admission/listener.ts";
import type { ClusterKey } from "./cluster-key.ts";
import type { ControlPlane } from "./control-plane/index.ts";
import type { EventWriter } from "./events.ts";
import { openEventWriter } from "./events.ts";
import type { FargateAdmission } from "./fargate/admission.ts";
import { openFargateAdmission } from "./fargate/admission.ts";
import { FargateKeeper } from "./fargate/keeper.ts";
import { tellOfLoadBalancers } from "./load-balancers.ts";
import { kubeletAnswer } from "./kubelet/answers.ts";
import type { ClusterNetwork } from "./kubelet/network.ts";
import { openClusterNetwork } from "./kubelet/network.ts";
import { Admissions } from "./nodes/admission.ts";
import { AwsAuthKeeper } from "./nodes/aws-auth.ts";
import { Devices, devicesOf } from "./nodes/devices.ts";
import { Drains } from "./nodes/drains.ts";
import type { FleetNode } from "./nodes/fleet.ts";
import { Fleet } from "./nodes/fleet.ts";
import { networkNotReady } from "./nodes/node-object.ts";
import { takesPrefixes } from "./nodes/size.ts";
import { NodeAddresses } from "./pods/addresses.ts";
import { Cni, isNetworkPlugin } from "./pods/cni.ts";
import type { Outlook, PodHost } from "./pods/keeper.ts";
import { PodKeeper } from "./pods/keeper.ts";
import type { Pod } from "./pods/pod.ts";
import { EbsDriver } from "./storage/ebs.ts";
import { attachableVolumes } from "./storage/limits.ts";
import { ebsDriver } from "./storage/objects.ts";
import type { WorkloadRole } from "./workload-role.ts";
import { WorkloadRoles } from "./workload-role.ts";

export interface SimulationOptions {
  key: ClusterKey;
  cloud: Cloud;
  plane: ControlPlane;
  /** Where the API server finds the webhooks of this cluster. */
  admission: AdmissionListener;
  awsAuth(): AwsAuthData | undefined;
  /** Virtual seconds of a container's life in one second of wall time. */
  speed: number;
  onProblem(problem: Error): void;
}

/** Nodes and pods of a cluster, for people and tests. */
export interface SimulationStatus {
  nodes: readonly FleetNode[];
  pods: number;
}

/** Changes of AWS come in bunches: they are looked at together, wall milliseconds. */
const gather = 25;
/** A plugin that can't get what it needs from EC2 tries again, wall milliseconds. */
const pluginRetry = 2_000;

/** So many failures in a row are worth telling. */
const loudAfter = 10;

interface Host {
  instanceId: string;
  addresses: NodeAddresses;
  images: Set<string>;
}

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #events: EventWriter;
  readonly #roles: WorkloadRoles;
  readonly #admissions: Admissions;
  readonly #cni: Cni;
  readonly #fleet: Fleet;
  readonly #drains: Drains;
  readonly #devices: Devices;
  readonly #keeper: PodKeeper;
  readonly #addons: AddonKeeper;
  readonly #awsAuth: AwsAuthKeeper;
  readonly #ebs: EbsDriver;
  readonly #fargate: FargateKeeper;
  #fargateAdmission: FargateAdmission | undefined;
  /** Running pods of the EBS driver's controller, by uid. */
  readonly #ebsControllers: Map<string, Pod> = new Map();
  /** Nodes on which the driver runs, by name; with the uid of its pod. */
  readonly #ebsNodes: Map<string, string> = new Map();
  readonly #hosts: Map<string, Host> = new Map();
  readonly #closing: AbortController = new AbortController();
  #network: ClusterNetwork | undefined;
  #refreshing: NodeJS.Timeout | undefined;
  #started = false;
  #closed = false;

  constructor(options: SimulationOptions) {
    const { key, cloud, plane, onProblem } = options;
    const { client } = plane;
    this.#options = options;
    this.#events = openEventWriter(client);
    this.#roles = new WorkloadRoles({ key, cloud, client });
    this.#devices = new Devices(client);
    this.#admissions = new Admissions({ key, cloud, roles: this.#roles, awsAuth: options.awsAuth });
    this.#cni = new Cni({ client, roles: this.#roles, onChange: () => this.#keeper.nodeChanged() });
    this.#keeper = new PodKeeper({
      client,
      clock: cloud.clock,
      events: this.#events,
      host: (name) => this.#host(name),
      addresses: (name) => this.#hostOf(name)?.addresses,
      waitsFor: (pod) => this.#ebs.waitsFor(pod),
      onRunning: (pod, runs) => this.#podRuns(pod, runs),
      speed: options.speed,
    });
    this.#ebs = new EbsDriver({
      key,
      cloud,
      client,
      events: this.#events,
      role: () => this.#ebsRole(),
      node: (name) => this.#fleet.nodes.get(name)?.spec,
      zones: () => [...new Set([...this.#fleet.nodes.values()].map(({ spec }) => spec.zone))],
      driverOn: (name) => this.#ebsNodes.has(name),
      onNode: (name) => this.#keeper.nodeChanged(name),
    });
    this.#addons = new AddonKeeper({ key, cloud, client });
    this.#awsAuth = new AwsAuthKeeper({ key, cloud, client, onProblem });
    this.#fargate = new FargateKeeper({
      key,
      cloud,
      client,
      events: this.#events,
      kubeletVersion: plane.version,
      roleProblem: (roleArn) => this.#admissions.fargateProblem(roleArn),
      onNodes: () => this.refresh(),
      isRegistered: (name) => this.#fleet.nodes.get(name)?.registered === true,
      speed: options.speed,
    });
    this.#fleet = new Fleet({
      key,
      cloud,
      client,
      events: this.#events,
      kubeletVersion: plane.version,
      admit: (node) => this.#admissions.admit(node),
      cniSize: () => this.#cni.settings,
      others: () => this.#fargate.specs(),
      onNode: (name) => this.#nodeChanged(name),
      speed: options.speed,
    });
    this.#drains = new Drains({
      client,
      clock: cloud.clock,
      nodes: () => this.#fleet.nodes.values(),
      speed: options.speed,
    });
  }

  /** Begins: registers nodes, follows pods. */
  async start(): Promise<void> {
    const steps = [
      () => this.#openNetwork(),
      () => this.#cni.start(),
      () => this.#fargate.start(),
      () => this.#fleet.start(),
    ];
    for (const step of steps) await this.#persist(step);
    if (this.#closed) return;
    this.#started = true;
    this.#ebs.start();
    const { plane, onProblem } = this.#options;
    this.#keeper.run().catch((error: unknown) => onProblem(error as Error));
    tellOfLoadBalancers(plane.client, this.#events, this.#closing.signal).catch((error: unknown) =>
      onProblem(error as Error),
    );
    // What changed while it started.
    this.refresh();
  }

  /** The API server may still be making its own roles, or be busy: a step is tried until it works or all ends. */
  async #persist(step: () => Promise<void>): Promise<void> {
    for (let tries = 1; !this.#closed; tries += 1) {
      try {
        await step();
        return;
      } catch (error) {
        if (this.#closed) return;
        if (tries === loudAfter) this.#options.onProblem(error as Error);
        await sleep(Math.min(tries * 200, 5_000), undefined, { ref: false });
      }
    }
  }

  /** Instances, node groups, access or add-ons changed. */
  refresh(): void {
    if (this.#closed || this.#refreshing) return;
    this.#refreshing = setTimeout(() => {
      this.#refreshing = undefined;
      if (this.#closed || !this.#started) return;
      this.#roles.forget();
      this.#admissions.forget();
      this.#addons.refresh();
      this.#awsAuth.refresh();
      this.#fleet.refresh();
      this.#fargate.refresh();
      // Profiles that are new let nobody in before the API server is back.
      this.#fargateAdmission?.refresh().catch(() => this.refresh());
    }, gather);
    this.#refreshing.unref();
  }

  /** The API server reaches kubelets to show logs. */
  async #openNetwork(): Promise<void> {
    const { plane } = this.#options;
    this.#network = await openClusterNetwork({
      socket: plane.networkSocket,
      certificate: plane.serverCertificate("kubelet", ["localhost"]),
      isNode: (address) => [...this.#fleet.nodes.values()].some(({ spec }) => spec.address === address),
      answer: (_method, url) => kubeletAnswer(url, (namespace, name) => this.#keeper.find(namespace, name)),
    });
    this.#fargateAdmission = openFargateAdmission({
      client: plane.client,
      listener: this.#options.admission,
      profiles: () => {
        const { cloud, key } = this.#options;
        return cloud.store.table(fargateProfiles, key.account, key.region).by("cluster", key.name);
      },
    });
    if (this.#closed) await this.#network.close();
  }

  /** What is wrong with an add-on's objects, or undefined. */
  addonIssue(addon: string): KubernetesAddonIssue | undefined {
    return this.#addons.issue(addon);
  }

  /** Instances of a managed group that were let in once and aren't any more. */
  shutOut(group: string): readonly string[] {
    return [...this.#fleet.nodes.values()]
      .filter(({ spec, registered, refusal }) => spec.group === group && registered && refusal !== undefined)
      .map(({ spec }) => spec.instanceId);
  }

  /** Empties nodes as EKS does; undefined while nothing runs yet that could be moved. */
  drainNodes(request: KubernetesDrainRequest): KubernetesDrain | undefined {
    return this.#started && !this.#closed ? this.#drains.request(request) : undefined;
  }

  /** Nodes whose emptying was given up take pods again. */
  restoreNodes(instances: readonly string[]): void {
    if (!this.#closed) this.#drains.restore(instances);
  }

  status(): SimulationStatus {
    return { nodes: [...this.#fleet.nodes.values()], pods: this.#keeper.size };
  }

  /** What goes on by itself: a cluster on which nothing does stays as it is, as far as kubelets and drivers are concerned. */
  outlook(): Outlook {
    const pods = this.#keeper.outlook();
    const others = [this.#fleet, this.#devices, this.#ebs, this.#fargate, this.#addons].some(({ busy }) => busy);
    return { ...pods, busy: pods.busy || others || !this.#started || this.#refreshing !== undefined };
  }

  close(): void {
    this.#closed = true;
    this.#closing.abort();
    clearTimeout(this.#refreshing);
    this.#fleet.close();
    this.#drains.close();
    this.#devices.close();
    this.#addons.close();
    this.#awsAuth.close();
    this.#cni.close();
    this.#keeper.close();
    this.#ebs.close();
    this.#fargate.close();
    this.#events.close();
    void this.#network?.close();
  }

  #context(principal?: Principal): Context {
    const { cloud, key } = this.#options;
    const { account, region } = key;
    return cloud.context({
      account,
      region,
      principal: principal ?? servicePrincipal("eks.amazonaws.com", account),
    });
  }

  /** A node whose kubelet lives and is let in. */
  #host(name: string): PodHost | undefined {
    const node = this.#fleet.nodes.get(name);
    const host = this.#hostOf(name);
    if (!node?.registered || node.refusal !== undefined || !host) return undefined;
    return {
      hostIP: node.spec.address,
      images: host.images,
      shared: node.spec.system === "fargate",
      network: () =>
        node.network
          ? undefined
          : { reason: "NetworkNotReady", message: `network is not ready: ${networkNotReady.message}` },
    };
  }

  #hostOf(name: string): Host | undefined {
    const node = this.#fleet.nodes.get(name);
    const known = this.#hosts.get(name);
    if (!node) return known;
    if (known?.instanceId === node.spec.instanceId) return known;
    const { spec } = node;
    const type = spec.type ?? { enis: 2, ipv4PerEni: 2, hypervisor: "xen" as const, bareMetal: false };
    const { key, cloud } = this.#options;
    const family = cloud.store.table(clusters, key.account, key.region).get(key.name)
      ?.kubernetesNetworkConfig?.ipFamily;
    const host: Host = {
      instanceId: spec.instanceId,
      images: new Set(),
      addresses: new NodeAddresses({
        instanceId: spec.instanceId,
        // Windows has its first interface for pods alone.
        type: {
          enis: spec.system === "windows" ? 1 : type.enis,
          ipv4PerEni: type.ipv4PerEni,
          prefixes: takesPrefixes(type),
        },
        ipv6: family === "ipv6",
        context: () => this.#cniContext(name),
        settings: () => this.#cni.settings,
        eniConfig: () => this.#cni.eniConfig(node.labels, node.annotations),
        cluster: key.name,
      }),
    };
    this.#hosts.set(name, host);
    // Pods that were there before this process keep their addresses.
    for (const [uid, address] of this.#keeper.addressesOn(name)) host.addresses.adopt(uid, address);
    return host;
  }

  /** As whom the CNI of a node calls EC2. */
  #cniContext(nodeName: string): Context {
    const spec = this.#fleet.nodes.get(nodeName)?.spec;
    const role = this.#cni.role ?? this.#roles.ofInstance(spec?.instanceId ?? "", spec?.profileArn);
    if ("principal" in role) return this.#context(role.principal);
    const { account } = this.#options.key;
    return this.#context({ type: "Anonymous", account, arn: "", principalId: "", name: "" });
  }

  #nodeChanged(name: string): void {
    if (!this.#fleet.nodes.has(name)) {
      this.#hosts.delete(name);
      this.#devices.forget(name);
    }
    this.#keeper.nodeChanged(name);
  }

  #podRuns(pod: Pod, runs: boolean): void {
    const { nodeName = "" } = pod.spec;
    const { labels = {}, uid = "" } = pod.metadata;
    if (runs && isNetworkPlugin(pod)) this.#pluginStarts(nodeName, pod);
    const type = this.#fleet.nodes.get(nodeName)?.spec.type;
    const devices = type && devicesOf(pod, type);
    if (devices) this.#devices.offer(nodeName, devices.resource, runs ? devices.count : 0);
    if (labels["app"] === "ebs-csi-controller") {
      if (runs) this.#ebsControllers.set(uid, pod);
      else this.#ebsControllers.delete(uid);
      if (runs) this.#ebs.controllerChanged();
    }
    if (labels["app"] === "ebs-csi-node") {
      if (runs) this.#ebsNodes.set(nodeName, uid);
      else if (this.#ebsNodes.get(nodeName) === uid) this.#ebsNodes.delete(nodeName);
      if (runs) this.#driverRuns(nodeName);
    }
  }

  #driverRuns(nodeName: string): void {
    const spec = this.#fleet.nodes.get(nodeName)?.spec;
    if (!spec) return;
    this.#fleet.driverRuns(nodeName, ebsDriver, attachableVolumes(this.#context(), spec));
    this.#keeper.nodeChanged(nodeName);
  }

  /** As whom the EBS driver calls EC2: the role of its service account, or of the node that its controller runs on. */
  async #ebsRole(): Promise<WorkloadRole | undefined> {
    const [pod] = this.#ebsControllers.values();
    if (!pod) return undefined;
    const { nodeName = "", serviceAccountName = "default" } = pod.spec;
    const own = await this.#roles.own(pod.metadata.namespace ?? "kube-system", serviceAccountName);
    const spec = this.#fleet.nodes.get(nodeName)?.spec;
    return own ?? this.#roles.ofInstance(spec?.instanceId ?? "", spec?.profileArn);
  }

  /** As the plugin's own events do: why a node stays without a network. */
  #tellOfPlugin({ metadata: { name, namespace = "kube-system", uid = "" } }: Pod, problem: string): void {
    this.#events.write({
      about: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
      type: "Warning",
      reason: "MissingIAMPermissions",
      message: `The node has no network as long as EC2 refuses what the VPC CNI asks for: ${problem}`,
      component: "aws-node",
    });
  }

  /** The daemon of the network plugin runs: the node has a network as soon as EC2 gives what the plugin keeps ready. */
  #pluginStarts(nodeName: string, pod: Pod, told = false): void {
    const node = this.#fleet.nodes.get(nodeName);
    const addresses = this.#hostOf(nodeName)?.addresses;
    if (!node || !addresses || this.#closed) return;
    const isOurs = pod.metadata.labels?.["k8s-app"] === "aws-node";
    if (isOurs) addresses.prepare();
    if (isOurs && /^(Unauthorized|AccessDenied|AuthFailure|ENIConfigNotFound)/.test(addresses.problem ?? "")) {
      if (!told) this.#tellOfPlugin(pod, addresses.problem ?? "");
      setTimeout(() => this.#pluginStarts(nodeName, pod, true), pluginRetry).unref();
      return;
    }
    this.#fleet.networkReady(nodeName);
  }
}
