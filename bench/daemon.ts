// The daemon as benchmarks see it: the built program in a process of its own, and AWS's clients for it.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import type * as SandboxRoom from "../src/sandbox/index.ts";

export const region = "eu-central-1";

/** Resident set of a process, MB. */
export function residentMegabytes(pid: number): number {
  const path = `/proc/${pid}/status`;
  const kilobytes = existsSync(path)
    ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(path, "utf8"))?.[1]
    : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kilobytes) / 1024;
}

/** Processor time that a process has used, its ended children not counted, seconds; 0 where /proc isn't. */
export function processorSeconds(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const fields = readFileSync(path, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  // Fields 14 and 15 of the whole line, in hundredths of a second on every Linux that matters.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processes that were started by a process, and by those in turn; none where /proc isn't. */
export function descendants(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  const children = readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

export interface Clients {
  ec2: EC2Client;
  eks: EKSClient;
  iam: IAMClient;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** A role that a service may take on, with AWS's policies of these names. */
export async function role(
  iam: IAMClient,
  name: string,
  service: string,
  policies: readonly string[],
): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  };
  const document = JSON.stringify(trust);
  const made = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));
  for (const policy of policies) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }));
  }
  return defined(made.Role?.Arn, "role");
}

export const nodePolicies: readonly string[] = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryReadOnly",
];

export interface Daemon {
  pid: number;
  endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts it.
 *
 * @param options of `lotse sandbox serve`
 */
export async function daemon(room: typeof SandboxRoom, folder: string, options: readonly string[]): Promise<Daemon> {
  const child = spawn(process.execPath, [resolve("dist/lotse.js"), "sandbox", "serve", "--state", folder, ...options], {
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

export function clientsOf(room: typeof SandboxRoom, endpoint: string): Clients {
  const { set } = room.toolVariables({ endpoint, region }, {});
  const accessKeyId = defined(set["AWS_ACCESS_KEY_ID"], "key");
  const secretAccessKey = defined(set["AWS_SECRET_ACCESS_KEY"], "secret");
  const credentials = { accessKeyId, secretAccessKey };
  const options = { region, endpoint, credentials };
  return { ec2: new EC2Client(options), eks: new EKSClient(options), iam: new IAMClient(options), credentials };
}
