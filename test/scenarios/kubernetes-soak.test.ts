// Hours of an account's life in virtual time: groups grow and shrink, instances die and EC2 takes spot instances back, pods,
// claims and Jobs come and go.
// Afterwards everything adds up: addresses, interfaces, volumes, nodes. Thirty hours in `npm run soak`; two in `npm test`,
// where no node dies, for pods of dead nodes are collected after a real minute.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { randomised } from "../../src/base/testing.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { MadeCluster, Send } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");
const long = Boolean(process.env["LOTSE_SOAK"]);
const hours = long ? 30 : 2;
const changesAnHour = 4;

interface Pod extends KubeObject {
  spec: { nodeName?: string; hostNetwork?: boolean };
  status: { phase: string; podIP?: string };
}

interface Node extends KubeObject {
  spec: { providerID: string };
}

interface Instance {
  InstanceId: string;
  State: { Name: string };
  NetworkInterfaces: { PrivateIpAddresses: { PrivateIpAddress: string }[] }[];
}

/** Numbers from a seed: mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function running(send: Send): Instance[] {
  const { Reservations } = send<{ Reservations: { Instances: Instance[] }[] }>("ec2", "DescribeInstances", {});
  return Reservations.flatMap(({ Instances }) => Instances).filter(({ State }) => State.Name === "running");
}

const claimed = (send: Send): number =>
  send<{ Volumes: object[] }>("ec2", "DescribeVolumes", { Filters: [{ Name: "tag-key", Values: ["CSIVolumeName"] }] })
    .Volumes.length;

interface Ground {
  /** Free addresses of all subnets together. */
  addresses: number;
  interfaces: string[];
  volumes: number;
}

function groundOf(send: Send): Ground {
  const { Subnets } = send<{ Subnets: { AvailableIpAddressCount: number }[] }>("ec2", "DescribeSubnets", {});
  const { NetworkInterfaces } = send<{ NetworkInterfaces: { NetworkInterfaceId: string }[] }>(
    "ec2",
    "DescribeNetworkInterfaces",
    {},
  );
  const { Volumes } = send<{ Volumes: object[] }>("ec2", "DescribeVolumes", {});
  return {
    addresses: Subnets.reduce((sum, subnet) => sum + subnet.AvailableIpAddressCount, 0),
    interfaces: NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId).toSorted(),
    volumes: Volumes.length,
  };
}

class Life {
  readonly sandbox: Sandbox;
  readonly made: MadeCluster;
  readonly kube: Kube;
  readonly pick: (below: number) => number;
  #serial = 0;

  constructor(sandbox: Sandbox, made: MadeCluster, kube: Kube, seed: number) {
    this.sandbox = sandbox;
    this.made = made;
    this.kube = kube;
    this.pick = numbers(seed);
  }

  post(path: string, body: object): Promise<unknown> {
    return this.kube.connection.send({ method: "POST", path, body, what: `create at ${path}` });
  }

  async makeSet(): Promise<void> {
    const labels = { app: "db" };
    await this.post("/apis/apps/v1/namespaces/default/statefulsets", {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        serviceName: "db",
        replicas: 2,
        podManagementPolicy: "Parallel",
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Delete" },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "db", image: "db", volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: "gp2",
              resources: { requests: { storage: "1Gi" } },
            },
          },
        ],
      },
    });
  }

  async scale(kind: "deployments" | "statefulsets", name: string, replicas: number): Promise<void> {
    await this.kube.connection.send({
      method: "PATCH",
      path: `/apis/apps/v1/namespaces/default/${kind}/${name}`,
      patch: "merge",
      body: { spec: { replicas } },
      what: `scale ${name}`,
    });
  }

  async makeJob(): Promise<void> {
    this.#serial += 1;
    await this.post("/apis/batch/v1/namespaces/default/jobs", {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: `job-${this.#serial}` },
      spec: {
        completions: 4,
        parallelism: 4,
        ttlSecondsAfterFinished: 0,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "work", image: "work" }] } },
      },
    });
  }

  resize(desiredSize: number, nodegroupName = "workers"): void {
    this.made.send("eks", "UpdateNodegroupConfig", {
      clusterName: this.made.name,
      nodegroupName,
      scalingConfig: { minSize: 0, maxSize: 6, desiredSize },
    });
    this.sandbox.clock.settle();
  }

  terminateOne(): void {
    const instances = running(this.made.send);
    const one = instances[this.pick(Math.max(instances.length, 1))];
    if (one) this.made.send("ec2", "TerminateInstances", { InstanceIds: [one.InstanceId] });
    this.sandbox.clock.settle();
  }

  async change(): Promise<void> {
    const changes: readonly (() => Promise<void> | void)[] = [
      () => this.scale("deployments", "web", this.pick(30)),
      () => this.scale("statefulsets", "db", this.pick(4)),
      () => this.makeJob(),
      ...(long
        ? [() => this.resize(1 + this.pick(5)), () => this.terminateOne(), () => this.resize(this.pick(4), "spot")]
        : [() => this.resize(3 + this.pick(3))]),
    ];
    await changes[this.pick(changes.length)]?.();
    await sleep(this.pick(300));
  }

  /** Nothing that is alive contradicts the account. */
  async check(): Promise<string[]> {
    const problems: string[] = [];
    const pods = (await this.kube.list<Pod>(resources.pods)).filter(
      ({ status, spec, metadata }) => status.phase === "Running" && !spec.hostNetwork && !metadata.deletionTimestamp,
    );
    const instances = running(this.made.send);
    const nodes = await this.kube.list<Node>(resources.nodes);
    const holders = new Map<string, string>();
    for (const { InstanceId, NetworkInterfaces } of instances) {
      for (const { PrivateIpAddresses } of NetworkInterfaces) {
        for (const { PrivateIpAddress } of PrivateIpAddresses) holders.set(PrivateIpAddress, InstanceId);
      }
    }
    const seen = new Set<string>();
    for (const { metadata, spec, status } of pods) {
      const { podIP = "" } = status;
      const instance = nodes
        .find((node) => node.metadata.name === spec.nodeName)
        ?.spec.providerID.split("/")
        .at(-1);
      // Its node's instance has ended: the pod is the garbage collector's.
      if (!instances.some(({ InstanceId }) => InstanceId === instance)) continue;
      if (seen.has(podIP)) problems.push(`two pods have ${podIP}`);
      if (holders.get(podIP) !== instance) problems.push(`${metadata.name} has ${podIP}, which ${instance} hasn't`);
      seen.add(podIP);
    }
    return problems;
  }
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? `${hours} hours of an account`, () => {
  it("leave nothing behind", { timeout: 1_200_000 }, async ({ expect }) => {
    const { seed } = randomised(1);
    await using sandbox = await createSandbox({ listen: false });
    const made = makeCluster(sandbox, "shop");
    makeGroup(sandbox, made, "workers", 0, { scalingConfig: { minSize: 0, maxSize: 6, desiredSize: 0 } });
    makeGroup(sandbox, made, "spot", 0, {
      scalingConfig: { minSize: 0, maxSize: 6, desiredSize: 0 },
      capacityType: "SPOT",
      instanceTypes: ["m5.large", "m5a.large"],
    });
    made.send("iam", "AttachRolePolicy", {
      RoleName: "shop-node",
      PolicyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    });
    made.send("eks", "CreateAddon", { clusterName: "shop", addonName: "aws-ebs-csi-driver" });
    sandbox.clock.settle();
    // EC2 takes half of the spot instances back after two hours.
    sandbox.faults.add({
      match: { resource: "Instance", lifecycle: "spot" },
      probability: 0.5,
      effect: { kind: "failAt", seconds: 2 * 3600 },
    });
    const ground = groundOf(made.send);
    const kube = kubeOf({ sandbox, send: made.send }, "shop");
    const life = new Life(sandbox, made, kube, seed);
    const labels = { app: "web" };
    await life.post("/apis/apps/v1/namespaces/default/deployments", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 8,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
      },
    });
    await life.makeSet();
    life.resize(3);
    for (let hour = 0; hour < hours; hour += 1) {
      for (let i = 0; i < changesAnHour; i += 1) await life.change();
      sandbox.advance(3600);
      // What is under way settles: an address isn't a pod's before its status says so.
      await eventually(
        () => life.check(),
        (problems) => problems.length === 0,
      );
    }
    const last = long ? 2 : 5;
    life.resize(0, "spot");
    life.resize(last);
    await eventually(
      () => kube.list<Node>(resources.nodes),
      (nodes) => nodes.length === last,
    );
    expect(running(made.send)).toHaveLength(last);
    for (const [kind, name] of [
      ["deployments", "web"],
      ["statefulsets", "db"],
    ] as const) {
      await kube.connection.send({
        method: "DELETE",
        path: `/apis/apps/v1/namespaces/default/${kind}/${name}`,
        what: `delete ${name}`,
      });
    }
    // Pods of instances that ended are collected in their own time; claims go after their pods, volumes after the claims.
    await eventually(
      () => Promise.resolve(claimed(made.send)),
      (left) => left === 0,
    );
    life.resize(0);
    await eventually(
      () => kube.list<Node>(resources.nodes),
      (nodes) => nodes.length === 0,
    );
    sandbox.advance(3600);
    expect(groundOf(made.send)).toEqual(ground);
    kube.close();
  });
});
