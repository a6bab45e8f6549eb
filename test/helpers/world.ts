// A sandbox and what a person has in front of it: a file, a connection, a host that keeps what it hears.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  apply,
  connect,
  loadCluster,
  plan,
  recordingHost,
  type Aws,
  type Cluster,
  type KubernetesMode,
  type OpenOptions,
  type Plan,
  type RunOptions,
  type RunResult,
} from "../../src/lotse.ts";
import type { RecordingHost } from "../../src/base/index.ts";
import { administratorOf } from "../../src/sandbox/aws/administrator.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/index.ts";

/** A cluster from a file's text; throws what is wrong with it. */
export async function clusterOf(text: string): Promise<Cluster> {
  const { cluster, diagnostics } = await loadCluster(text, { file: "cluster.yaml" });
  if (!cluster) throw new Error(diagnostics.map(({ title, at }) => `${at?.line}: ${title}`).join("; "));
  return cluster;
}

/** The text of a file in examples/. */
export async function example(name: string): Promise<string> {
  return readFile(resolve(import.meta.dirname, "../../examples", name), "utf8");
}

export interface World extends AsyncDisposable {
  sandbox: Sandbox;
  aws: Aws;
  host: RecordingHost;
  connect(options?: Partial<OpenOptions>): Promise<Aws>;
  /** A call beside lotse, as the account's administrator: what somebody else does in the account. */
  send<Output = unknown>(service: string, operation: string, input: object): Output;
  plan(text: string, prune?: boolean, kubernetes?: KubernetesMode): Promise<Plan>;
  apply(text: string, options?: { aws?: Aws; prune?: boolean } & RunOptions): Promise<RunResult>;
  /** Rows of the account that weren't there at the beginning: `table/id`. */
  leftovers(): string[];
  close(): Promise<void>;
}

/** Histories, clocks, roles and keys that services make for themselves: AWS keeps them although everything is deleted. */
const kept =
  /^(clock|cloud|cloudtrail|trail|auto-scaling\/activities|cloudformation\/(?!stacks))|AWSServiceRole|alias\/aws\//;

/** Deleted stacks and NAT gateways stay visible for a while. */
const isDeleted = (row: object | null): boolean =>
  /"(status|state|State|stackStatus)":"(DELETE_COMPLETE|deleted|terminated)"/.test(JSON.stringify(row));

/** Keys that AWS makes at the first use of encryption stay in the account for ever. */
const isOfAws = (table: string, row: object | null): boolean =>
  table === "kms/keys" && (row as { manager?: string } | null)?.manager === "AWS";

function rowsOf(sandbox: Sandbox): Set<string> {
  const rows = [...sandbox.cloud.store.dump()].filter(({ table, row }) => !isDeleted(row) && !isOfAws(table, row));
  return new Set(rows.map(({ table, id }) => `${table}/${id}`).filter((row) => !kept.test(row)));
}

/** An emulated account in this process. */
export async function openWorld(options: SandboxOptions = {}): Promise<World> {
  const sandbox = await createSandbox({ listen: false, ...options });
  const open = async (change: Partial<OpenOptions> = {}): Promise<Aws> => {
    const { endpoint, region, credentials, requestHandler } = sandbox.clientConfig();
    return connect({ endpoint, region, credentials, requestHandler, ...change });
  };
  const { cloud, account, region } = sandbox;
  const principal = administratorOf(account, "aws");
  const send: World["send"] = (service, operation, input) =>
    cloud.invoke({ service, operation, input, account, region, principal });
  // The default network, which an account of AWS is born with, is made at the first look.
  send("ec2", "DescribeVpcs", {});
  const before = rowsOf(sandbox);
  const aws = await open();
  const host = recordingHost();
  // A world without control planes is one without an inside of Kubernetes.
  const kubernetes = options.kubernetes === "off" ? "never" : "required";
  const planText = async (text: string, prune = false, mode: KubernetesMode = kubernetes): Promise<Plan> =>
    plan(await clusterOf(text), aws, { prune, kubernetes: mode });
  const close = async (): Promise<void> => {
    aws.close();
    await sandbox.close();
  };
  return {
    sandbox,
    aws,
    host,
    connect: open,
    send,
    leftovers: () => [...rowsOf(sandbox)].filter((row) => !before.has(row)),
    plan: planText,
    apply: async (text, { aws: through = aws, ...how } = {}) => {
      const all = { kubernetes, ...how } as const;
      return apply(await plan(await clusterOf(text), through, all), through, host, all);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `create nodegroup/workers`, of steps that lotse carries out. */
export const stepsOf = (of: Plan): string[] =>
  of.steps.filter(({ pending }) => !pending).map(({ action, id }) => `${action} ${id}`);
