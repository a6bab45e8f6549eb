// What the daemon holds in memory with a large account: 100 clusters of 100 nodes, made through its API.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateSubnetCommand, CreateVpcCommand, DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
} from "@aws-sdk/client-eks";
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type * as SandboxRoom from "../src/sandbox/index.ts";
import type { Bench, Figure } from "./figure.ts";

const clusters = 100;
const nodes = 100;
const region = "eu-central-1";

/** Resident set of a process, MB. */
function residentMegabytes(pid: number): number {
  const path = `/proc/${pid}/status`;
  const kilobytes = existsSync(path)
    ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(path, "utf8"))?.[1]
    : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kilobytes) / 1024;
}

function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

interface Clients {
  ec2: EC2Client;
  eks: EKSClient;
  iam: IAMClient;
}

async function role(iam: IAMClient, RoleName: string, service: string, policies: readonly string[]): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  const made = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  for (const policy of policies) {
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }));
  }
  return defined(made.Role?.Arn, "role");
}

/** All in one VPC, so that its quota of five isn't in the way. */
async function fill({ ec2, eks, iam }: Clients): Promise<void> {
  const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const subnetIds: string[] = [];
  for (const [index, zone] of ["a", "b", "c"].entries()) {
    const subnet = new CreateSubnetCommand({
      VpcId: vpc.Vpc?.VpcId,
      CidrBlock: `10.0.${64 * index}.0/18`,
      AvailabilityZone: `${region}${zone}`,
    });
    subnetIds.push(defined((await ec2.send(subnet)).Subnet?.SubnetId, "subnet"));
  }
  const roleArn = await role(iam, "cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
  const nodeRole = await role(iam, "node", "ec2.amazonaws.com", [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
  ]);
  for (let index = 0; index < clusters; index += 1) {
    const name = `cluster-${index}`;
    await eks.send(new CreateClusterCommand({ name, roleArn, resourcesVpcConfig: { subnetIds } }));
    // One read moves the clock to the end of what is under way.
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    const group = { clusterName: name, nodegroupName: "workers" };
    const scalingConfig = { minSize: nodes, maxSize: nodes, desiredSize: nodes };
    await eks.send(new CreateNodegroupCommand({ ...group, nodeRole, subnets: subnetIds, scalingConfig }));
    const { nodegroup } = await eks.send(new DescribeNodegroupCommand(group));
    if (cluster?.status !== "ACTIVE" || nodegroup?.status !== "ACTIVE") {
      throw new Error(`${name}: ${cluster?.status}, ${nodegroup?.status} ${JSON.stringify(nodegroup?.health)}`);
    }
  }
}

async function runningInstances(ec2: EC2Client): Promise<number> {
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(new DescribeInstancesCommand({ MaxResults: 1000, NextToken }));
    for (const { Instances = [] } of page.Reservations ?? []) {
      count += Instances.filter(({ State }) => State?.Name === "running").length;
    }
    ({ NextToken } = page);
  } while (NextToken);
  return count;
}

interface Daemon {
  pid: number;
  endpoint: string;
  stop(): Promise<void>;
}

async function daemon(room: typeof SandboxRoom, folder: string): Promise<Daemon> {
  const child = spawn(process.execPath, [resolve("dist/lotse.js"), "sandbox", "serve", "--state", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  for (let tries = 0; tries < 600 && child.exitCode === null; tries += 1) {
    const status = await room.daemonStatus(folder);
    if (status) return { pid: status.pid, endpoint: status.endpoint, stop };
    await sleep(50);
  }
  await stop();
  throw new Error("the sandbox didn't start");
}

function clientsOf(room: typeof SandboxRoom, endpoint: string): Clients {
  const { set } = room.toolVariables({ endpoint, region }, {});
  const accessKeyId = defined(set["AWS_ACCESS_KEY_ID"], "key");
  const secretAccessKey = defined(set["AWS_SECRET_ACCESS_KEY"], "secret");
  const options = { region, endpoint, credentials: { accessKeyId, secretAccessKey } };
  return { ec2: new EC2Client(options), eks: new EKSClient(options), iam: new IAMClient(options) };
}

async function* largeAccount(): AsyncGenerator<Figure> {
  const room = (await import(resolve("dist/sandbox.js"))) as typeof SandboxRoom;
  const folder = mkdtempSync(join(tmpdir(), "lotse-memory-"));
  const size = `${clusters} clusters × ${nodes} nodes`;
  let running = await daemon(room, folder);
  try {
    yield { name: "daemon, empty account", ours: residentMegabytes(running.pid), unit: "MB", bound: {} };
    const clients = clientsOf(room, running.endpoint);
    await fill(clients);
    const instances = await runningInstances(clients.ec2);
    if (instances !== clusters * nodes) throw new Error(`${instances} instances run`);
    for (const client of Object.values(clients)) client.destroy();
    yield { name: `daemon, ${size}`, ours: residentMegabytes(running.pid), unit: "MB", bound: { atMost: 400 } };
    await running.stop();
    running = await daemon(room, folder);
    const again = residentMegabytes(running.pid);
    yield { name: "daemon, the same after a restart", ours: again, unit: "MB", bound: { atMost: 400 } };
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "memory", run: largeAccount };
