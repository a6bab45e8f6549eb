// A large cluster: so many instances become nodes, ten times as many pods become Ready, each with an address of the VPC;
// beside kwok, which simulates nodes and pods without a cloud. LOTSE_BENCH_NODES takes a smaller number than 1000.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  AttachInternetGatewayCommand,
  DescribeRouteTablesCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
} from "@aws-sdk/client-eks";
import { bearerToken } from "../src/identity/index.ts";
import type { Kube, KubeObject } from "../src/kube/index.ts";
import { openKube, resources } from "../src/kube/index.ts";
import type * as SandboxRoom from "../src/sandbox/index.ts";
import { findAssets } from "../src/sandbox/kube/assets/index.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clients } from "./daemon.ts";
import {
  clientsOf,
  daemon,
  defined,
  descendants,
  nodePolicies,
  processorSeconds,
  region,
  residentMegabytes,
  role,
} from "./daemon.ts";
import type { Bench, Figure } from "./figure.ts";
import { kwokSeconds } from "./kwok.ts";

const nodes = Number(process.env["LOTSE_BENCH_NODES"] ?? 1000);
const pods = nodes * 10;
const version = "1.35";
/** EKS's quota of nodes in a group. */
const groupSize = 450;
const patience = 20 * 60_000;
const name = "large";

/** A VPC with room for every node's interfaces. */
async function network({ ec2 }: Clients): Promise<string[]> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc?.VpcId;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
  const { RouteTables } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId ?? ""] }] }),
  );
  const { RouteTableId } = defined(RouteTables?.[0], "route table");
  await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId }));
  const subnets: string[] = [];
  for (const [index, zone] of ["a", "b", "c"].entries()) {
    const CidrBlock = `10.0.${64 * index}.0/18`;
    const AvailabilityZone = `${region}${zone}`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    const SubnetId = defined(Subnet?.SubnetId, "subnet");
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    subnets.push(SubnetId);
  }
  return subnets;
}

async function makeCluster(clients: Clients): Promise<{ kube: Kube; subnets: string[]; nodeRole: string }> {
  const { eks, iam, credentials } = clients;
  const subnets = await network(clients);
  const roleArn = await role(iam, "cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
  const nodeRole = await role(iam, "node", "ec2.amazonaws.com", nodePolicies);
  const accessConfig = { authenticationMode: "API" } as const;
  const resourcesVpcConfig = { subnetIds: subnets };
  await eks.send(new CreateClusterCommand({ name, version, roleArn, resourcesVpcConfig, accessConfig }));
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  const kube = openKube({
    server: defined(cluster?.endpoint, "endpoint"),
    authority: Buffer.from(defined(cluster?.certificateAuthority?.data, "authority"), "base64").toString(),
    token: () => {
      const { token, expiresAt } = bearerToken({ cluster: name, region, credentials, at: Date.now() });
      return Promise.resolve({ token, expires: expiresAt });
    },
  });
  return { kube, subnets, nodeRole };
}

async function makeGroups({ eks }: Clients, subnets: string[], nodeRole: string): Promise<void> {
  for (let left = nodes, index = 0; left > 0; left -= groupSize, index += 1) {
    const group = { clusterName: name, nodegroupName: `group-${index}` };
    const size = Math.min(left, groupSize);
    const scalingConfig = { minSize: size, maxSize: size, desiredSize: size };
    const instanceTypes = ["m5.large"];
    await eks.send(new CreateNodegroupCommand({ ...group, nodeRole, subnets, scalingConfig, instanceTypes }));
    const { nodegroup } = await eks.send(new DescribeNodegroupCommand(group));
    if (nodegroup?.status !== "ACTIVE") throw new Error(`${nodegroup?.status} ${JSON.stringify(nodegroup?.health)}`);
  }
}

interface Deployment extends KubeObject {
  spec?: object;
  status?: { readyReplicas?: number };
}

interface Node extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Waits for all nodes: pods that come before them are tried again with every node, which tells of the scheduler. */
async function nodesReady(kube: Kube, begun: number): Promise<void> {
  const isReady = ({ status }: Node): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  for (;;) {
    const ready = (await kube.list<Node>(resources.nodes)).filter(isReady).length;
    if (ready === nodes) return;
    if (Date.now() - begun > patience) throw new Error(`${ready} of ${nodes} nodes are Ready`);
    await sleep(2000);
  }
}

/** Waits for all pods; what runs on every node comes first by itself. */
async function deploy(kube: Kube, begun: number): Promise<void> {
  const labels = { app: "web" };
  const key = { namespace: "default", name: "web" };
  await kube.create<Deployment>(resources.deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: key,
    spec: {
      replicas: pods,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  });
  for (;;) {
    const { status } = await kube.get<Deployment>(resources.deployments, key);
    if (status?.readyReplicas === pods) return;
    if (Date.now() - begun > patience) throw new Error(`${status?.readyReplicas ?? 0} of ${pods} pods are Ready`);
    await sleep(250);
  }
}

async function* large(): AsyncGenerator<Figure> {
  const assets = await findAssets(version);
  if (!assets) {
    console.log(
      `  skipped: no binaries of Kubernetes ${version}; lotse sandbox kubernetes install --version ${version}`,
    );
    return;
  }
  const load = loadavg()[0] ?? 0;
  if (load > 2) console.log(`  the machine is busy with other things: load ${load.toFixed(1)}`);
  const room = (await import(resolve("dist/sandbox.js"))) as typeof SandboxRoom;
  const folder = mkdtempSync(join(tmpdir(), "lotse-scale-"));
  const running = await daemon(room, folder, ["--kubernetes", "lazy"]);
  let seconds: number;
  try {
    const clients = clientsOf(room, running.endpoint);
    const { kube, subnets, nodeRole } = await makeCluster(clients);
    // The control plane is awake: what is measured begins with the first node.
    await kube.version();
    const begun = Date.now();
    const before = processorSeconds(running.pid);
    const programs = (): number =>
      descendants(running.pid).reduce((total, program) => total + processorSeconds(program), 0);
    const programsBefore = programs();
    await makeGroups(clients, subnets, nodeRole);
    await nodesReady(kube, begun);
    await deploy(kube, begun);
    seconds = (Date.now() - begun) / 1000;
    const used = processorSeconds(running.pid) - before;
    const byPrograms = programs() - programsBefore;
    const memory = residentMegabytes(running.pid);
    const bound = { atMost: 240 * Math.max(nodes / 1000, 0.25) };
    yield { name: `${nodes} nodes and ${pods} pods Ready`, ours: seconds, unit: "s", bound };
    yield { name: "of that, the daemon's processor time", ours: used, unit: "s", bound: {} };
    // Both together, by two, is what an idle machine with two cores would take at least: wall time tells of others as well.
    yield { name: "… the control plane's", ours: byPrograms, unit: "s", bound: {} };
    yield { name: "the daemon's memory then", ours: memory, unit: "MB", bound: { atMost: 600 } };
    const idle = processorSeconds(running.pid);
    await sleep(20_000);
    const share = ((processorSeconds(running.pid) - idle) / 20) * 100;
    yield { name: "the daemon at rest, % of a processor", ours: share, unit: "%", bound: { atMost: 10 } };
    kube.close();
    for (const client of [clients.ec2, clients.eks, clients.iam]) client.destroy();
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const peer = await kwokSeconds(assets, nodes, pods, patience);
  if (typeof peer === "number") {
    yield {
      name: "the same without a cloud, by kwok",
      ours: seconds,
      unit: "s",
      peer: { name: "kwok", value: peer },
      bound: {},
    };
  } else console.log(`  skipped: ${peer.missing}`);
}

export const bench: Bench = { name: "kubernetes-scale", run: large };
