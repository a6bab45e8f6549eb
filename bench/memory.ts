// What the daemon holds in memory with a large account: 100 clusters of 100 nodes, made through its API.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { CreateSubnetCommand, CreateVpcCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
} from "@aws-sdk/client-eks";
import type * as SandboxRoom from "../src/sandbox/index.ts";
import type { Clients } from "./daemon.ts";
import { clientsOf, daemon, defined, nodePolicies, region, residentMegabytes, role } from "./daemon.ts";
import type { Bench, Figure } from "./figure.ts";

const clusters = 100;
const nodes = 100;
/** A hundred control planes are another question. */
const awsOnly = ["--kubernetes", "off"];

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
  const nodeRole = await role(iam, "node", "ec2.amazonaws.com", nodePolicies);
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

async function* largeAccount(): AsyncGenerator<Figure> {
  const room = (await import(resolve("dist/sandbox.js"))) as typeof SandboxRoom;
  const folder = mkdtempSync(join(tmpdir(), "lotse-memory-"));
  const size = `${clusters} clusters × ${nodes} nodes`;
  let running = await daemon(room, folder, awsOnly);
  try {
    yield { name: "daemon, empty account", ours: residentMegabytes(running.pid), unit: "MB", bound: {} };
    const clients = clientsOf(room, running.endpoint);
    await fill(clients);
    const instances = await runningInstances(clients.ec2);
    if (instances !== clusters * nodes) throw new Error(`${instances} instances run`);
    for (const client of [clients.ec2, clients.eks, clients.iam]) client.destroy();
    yield { name: `daemon, ${size}`, ours: residentMegabytes(running.pid), unit: "MB", bound: { atMost: 400 } };
    await running.stop();
    running = await daemon(room, folder, awsOnly);
    const again = residentMegabytes(running.pid);
    yield { name: "daemon, the same after a restart", ours: again, unit: "MB", bound: { atMost: 400 } };
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "memory", run: largeAccount };
