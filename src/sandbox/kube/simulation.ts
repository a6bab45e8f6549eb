// What runs on a cluster beside its control plane: the nodes that its instances make, and their pods.
import type { GetInstanceProfileResponse } from "@aws-sdk/client-iam";
import { instanceType } from "../../facts/index.ts";
import type { AwsAuthData, Identity } from "../../identity/index.ts";
import { clusterMappers, decideMapping } from "../../identity/index.ts";
import type { Cloud, Context } from "../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../aws/core/index.ts";
import { instances } from "../aws/services/ec2/state.ts";
import { AddonKeeper } from "./addons/keeper.ts";
import type { ClusterKey } from "./cluster-key.ts";
import type { ControlPlane } from "./control-plane/index.ts";
import type { Admission, FleetNode } from "./nodes/fleet.ts";
import { Fleet } from "./nodes/fleet.ts";
import type { NodeSpec } from "./nodes/membership.ts";
import { NodeAddresses } from "./pods/addresses.ts";
import type { PodHost } from "./pods/keeper.ts";
import { PodKeeper } from "./pods/keeper.ts";
import { accessWorld } from "./webhooks/access.ts";

export interface SimulationOptions {
  key: ClusterKey;
  cloud: Cloud;
  plane: ControlPlane;
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

/** Why a role is no node: the kubelet only sees `Unauthorized`. */
const unauthorized = (reason: string): Admission => ({ allowed: false, reason });

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #fleet: Fleet;
  readonly #keeper: PodKeeper;
  readonly #addons: AddonKeeper;
  readonly #hosts: Map<string, PodHost & { instanceId: string }> = new Map();

  constructor(options: SimulationOptions) {
    const { key, cloud, plane } = options;
    this.#options = options;
    this.#keeper = new PodKeeper({
      client: plane.client,
      clock: cloud.clock,
      host: (name) => this.#host(name),
      speed: options.speed,
    });
    this.#addons = new AddonKeeper({ key, cloud, client: plane.client });
    this.#fleet = new Fleet({
      key,
      cloud,
      client: plane.client,
      kubeletVersion: plane.version,
      admit: (node) => this.#admit(node),
      trouble: () => undefined,
      onNodes: () => this.#keeper.nodesChanged(),
    });
  }

  /** Begins: registers nodes, follows pods. */
  async start(): Promise<void> {
    this.#addons.refresh();
    await this.#fleet.start();
    this.#keeper.run().catch((error: unknown) => this.#options.onProblem(error as Error));
  }

  /** Instances, node groups, access or add-ons changed. */
  refresh(): void {
    this.#addons.refresh();
    this.#fleet.refresh();
  }

  status(): SimulationStatus {
    return { nodes: [...this.#fleet.nodes.values()], pods: this.#keeper.size };
  }

  close(): void {
    this.#fleet.close();
    this.#addons.close();
    this.#keeper.close();
  }

  #context(): Context {
    const { cloud, key } = this.#options;
    const { account, region } = key;
    return cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
  }

  #host(name: string): PodHost | undefined {
    const spec = this.#fleet.nodes.get(name)?.spec;
    if (!spec) {
      this.#hosts.delete(name);
      return undefined;
    }
    const known = this.#hosts.get(name);
    if (known?.instanceId === spec.instanceId) return known;
    const subnetId = this.#context().table(instances).get(spec.instanceId)?.subnetId ?? "";
    const host = {
      instanceId: spec.instanceId,
      hostIP: spec.privateIp,
      addresses: new NodeAddresses({
        instanceId: spec.instanceId,
        subnetId,
        type: instanceType(spec.instanceType) ?? { enis: 2, ipv4PerEni: 2 },
        context: () => this.#context(),
        cluster: this.#options.key.name,
      }),
    };
    this.#hosts.set(name, host);
    return host;
  }

  /** The instance's role as its kubelet would present it: a session named after the instance. */
  #nodeIdentity(node: NodeSpec): Identity | undefined {
    const profile = node.profileArn?.split("/").at(-1);
    if (profile === undefined) return undefined;
    let found: GetInstanceProfileResponse;
    try {
      found = this.#context().call<GetInstanceProfileResponse>("iam", "GetInstanceProfile", {
        InstanceProfileName: profile,
      });
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
    const role = found.InstanceProfile?.Roles?.[0];
    if (!role?.Arn || !role.RoleName || !role.RoleId) return undefined;
    const [, partition = "aws", , , account = ""] = role.Arn.split(":");
    return {
      arn: `arn:${partition}:sts::${account}:assumed-role/${role.RoleName}/${node.instanceId}`,
      canonicalArn: `arn:${partition}:iam::${account}:role/${role.RoleName}`,
      type: "assumed-role",
      accountId: account,
      userId: `${role.RoleId}:${node.instanceId}`,
      principalId: role.RoleId,
      sessionName: node.instanceId,
      accessKeyId: "",
    };
  }

  #admit(node: NodeSpec): Admission {
    const identity = this.#nodeIdentity(node);
    if (!identity) return unauthorized(`instance ${node.instanceId} has no role: its kubelet has no credentials`);
    const world = accessWorld(this.#options.cloud, this.#options.key, this.#options.awsAuth());
    if (!world) return unauthorized("the cluster is gone");
    const decision = decideMapping(identity, clusterMappers(world.access), world.decide);
    if (!decision.allowed) return unauthorized(decision.reason);
    const { username, groups } = decision.user;
    if (username !== `system:node:${node.name}` || !groups.includes("system:nodes")) {
      return unauthorized(
        `${identity.canonicalArn} is ${username} [${groups.join(", ")}] in the cluster, and a node has to be system:node:${node.name} in system:nodes`,
      );
    }
    return { allowed: true };
  }
}
