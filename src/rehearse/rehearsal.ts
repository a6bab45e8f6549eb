// What the stages of a rehearsal share: the file as it is now, an emulated account of its own, the way to its cluster, and
// what happened so far.
import type { Host } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import { bearerToken } from "../identity/index.ts";
import type { Kube } from "../kube/index.ts";
import { openKube } from "../kube/index.ts";
import type { Aws, Cluster, Plan, PlanOptions, RunOptions, RunResult, UpgradeOptions } from "../lotse.ts";
import { apply, connect, destroy, loadCluster, plan, planDestroy, planUpgrade, runSteps } from "../lotse.ts";
import type { Principal, Sandbox, SandboxOptions } from "../sandbox/index.ts";
import { createSandbox, defaultMinor, findAssets } from "../sandbox/index.ts";
import type { Manifest } from "./manifests/document.ts";
import type { StageReport } from "./report.ts";
import type { Scene } from "./scene/scene.ts";
import { openScene } from "./scene/scene.ts";
import type { TimelineKeeper } from "./timeline.ts";
import { keepTimeline } from "./timeline.ts";

/** What a rehearsal begins with. */
export interface RehearsalInput {
  /** Name of the cluster file, for messages. */
  file: string;
  text: string;
  manifests: readonly Manifest[];
  host: Host;
  signal: AbortSignal;
  /** `2026-11-21`: the day that versions are judged by. */
  today?: string;
  /** Wall milliseconds that something may take to become Ready. */
  timeout: number;
  /** Of the sandbox; the rehearsal sets region, listening and Kubernetes. */
  sandbox?: Pick<SandboxOptions, "kubernetes" | "seed" | "start" | "listen">;
}

/** A rehearsal under way. */
export interface Rehearsal extends AsyncDisposable {
  readonly file: string;
  /** The cluster file; stages change it as a person would. */
  text: string;
  readonly manifests: readonly Manifest[];
  readonly sandbox: Sandbox;
  readonly aws: Aws;
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly timeout: number;
  readonly timeline: TimelineKeeper;
  readonly stages: StageReport[];
  /** Why there is no Kubernetes; undefined when there is. */
  readonly missing: string | undefined;
  /** Virtual seconds since the rehearsal began. */
  seconds(): number;
  /** What AWS or somebody else in the account does, beside lotse: no policy judges it. */
  account<Output>(service: string, operation: string, input: object): Output;
  /** What goes on in the sandbox's half of the cluster by itself. */
  outlook(): { busy: boolean; next: number | undefined };
  /** Lets so many virtual seconds pass. */
  pass(seconds: number): void;
  /** The file as a cluster. @throws LotseError with every mistake */
  cluster(): Promise<Cluster>;
  plan(): Promise<Plan>;
  planUpgrade(options: UpgradeOptions): Promise<Plan>;
  apply(of: Plan): Promise<RunResult>;
  /** For plans that weren't made from the file. */
  runSteps(of: Plan): Promise<RunResult>;
  destroy(name: string): Promise<RunResult>;
  /** The cluster's API server and what is on it; opened at the first call. */
  kubernetes(): Promise<{ kube: Kube; scene: Scene }>;
  /** Lets go of the API server: the cluster goes, or was replaced. */
  leave(): void;
}

/** A cluster file is one document or the first of several. */
async function read(input: Pick<RehearsalInput, "file" | "today">, text: string): Promise<Cluster> {
  const { cluster, diagnostics } = await loadCluster(text, {
    file: input.file,
    ...(input.today === undefined ? {} : { today: input.today }),
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first) throw new LotseError(first.code, first, { diagnostics: errors });
  if (!cluster) throw new Error(`${input.file} is no cluster and has no mistakes`);
  return cluster;
}

/** Says in one line why a version's programs aren't there; undefined when they are. */
export async function missingKubernetes(version: string, mode: RehearsalInput["sandbox"]): Promise<string | undefined> {
  const asked = mode?.kubernetes;
  if (asked === "off") return "Kubernetes is switched off";
  const assets = await findAssets(version, typeof asked === "object" ? asked.assets : undefined);
  return assets
    ? undefined
    : `there are no programs of Kubernetes ${version} on this machine (lotse sandbox kubernetes install ${version})`;
}

/** Who acts in the account beside lotse. */
const owner = (account: string): Principal => ({
  type: "AWSService",
  account,
  arn: `arn:aws:iam::${account}:service/rehearsal.lotse.dev`,
  principalId: "rehearsal.lotse.dev",
  name: "rehearsal.lotse.dev",
});

/** Opens the account. Nothing of the caller's AWS settings is looked at, and nothing of it is kept. */
export async function openRehearsal(input: RehearsalInput): Promise<Rehearsal> {
  const { config } = await read(input, input.text);
  const missing = await missingKubernetes(config.metadata.version ?? defaultMinor(), input.sandbox);
  const problems: Error[] = [];
  const sandbox = await createSandbox({
    kubernetes: "on",
    listen: false,
    ...input.sandbox,
    ...(missing === undefined ? {} : { kubernetes: "off" as const }),
    region: config.metadata.region,
    onKubernetesProblem: (problem) => problems.push(problem),
  });
  const began = sandbox.clock.now();
  const seconds = (): number => (sandbox.clock.now() - began) / 1000;
  const timeline = keepTimeline(seconds);
  const { endpoint, credentials, requestHandler } = sandbox.clientConfig();
  let aws: Aws;
  try {
    aws = await connect({ region: sandbox.region, endpoint, credentials, requestHandler, signal: input.signal });
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  let open: Promise<{ kube: Kube; scene: Scene }> | undefined;

  const openKubernetes = async (name: string): Promise<{ kube: Kube; scene: Scene }> => {
    const { cluster } = await aws.call("eks", "DescribeCluster", { name });
    const kube = openKube({
      server: cluster?.endpoint ?? "",
      authority: Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64").toString("utf8"),
      signal: input.signal,
      token: () => {
        const { token, expiresAt } = bearerToken({
          cluster: name,
          region: sandbox.region,
          credentials,
          at: Date.now(),
        });
        return Promise.resolve({ token, expires: expiresAt });
      },
    });
    try {
      return { kube, scene: await openScene(kube, timeline.hear, input.signal) };
    } catch (error) {
      kube.close();
      // Why the cluster doesn't come says more than that it can't be reached.
      throw problems.at(-1) ?? error;
    }
  };
  const leave = (): void => {
    const left = open;
    open = undefined;
    if (left) timeline.end();
    left?.then(
      ({ kube, scene }) => {
        scene.close();
        kube.close();
      },
      // It was told when it was opened.
      () => undefined,
    );
  };
  // Without Kubernetes the AWS half is rehearsed.
  const inside: Pick<PlanOptions & RunOptions, "kubernetes"> = {
    kubernetes: missing === undefined ? "required" : "never",
  };
  const rehearsal: Rehearsal = {
    file: input.file,
    text: input.text,
    manifests: input.manifests,
    sandbox,
    aws,
    host: input.host,
    signal: input.signal,
    timeout: input.timeout,
    timeline,
    stages: [],
    missing,
    seconds,
    account: (service, operation, call) =>
      sandbox.cloud.invoke({
        service,
        operation,
        input: call,
        account: sandbox.account,
        region: sandbox.region,
        principal: owner(sandbox.account),
      }),
    outlook: () => {
      const key = { account: sandbox.account, region: sandbox.region, name: config.metadata.name };
      return sandbox.kubernetes?.cluster(key)?.outlook() ?? { busy: false, next: undefined };
    },
    pass: (by) => sandbox.advance(by),
    cluster: () => read(input, rehearsal.text),
    plan: async () => plan(await read(input, rehearsal.text), aws, inside),
    planUpgrade: (options) => planUpgrade(config.metadata.name, aws, options),
    apply: (of) => apply(of, aws, input.host, inside),
    runSteps: (of) => runSteps(of, aws, input.host, inside),
    destroy: async (name) => destroy(await planDestroy(name, aws, inside), aws, input.host, inside),
    kubernetes: () => {
      open ??= openKubernetes(config.metadata.name).catch((error: unknown) => {
        open = undefined;
        throw error;
      });
      return open;
    },
    leave,
    async [Symbol.asyncDispose]() {
      leave();
      aws.close();
      await sandbox.close();
    },
  };
  return rehearsal;
}
