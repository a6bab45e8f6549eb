// `lotse sandbox exec`: a command of this machine that sees AWS as a pod of an emulated cluster does.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { errorMessage, isLotseError, LotseError } from "../../base/index.ts";
import { adminCall } from "../daemon.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { openKubeClient } from "../kube/client.ts";
import { agentService } from "./agent.ts";
import type { ClusterDoor, InstanceFacts, PodCredentials } from "./answers.ts";
import type { Contents } from "./environment.ts";
import { commandEnvironment, containerVariables } from "./environment.ts";
import { copyMounts, PrivateFiles } from "./files.ts";
import type { Loopback } from "./loopback.ts";
import { openLoopback } from "./loopback.ts";
import { metadataService } from "./metadata.ts";
import type { Container, ExecPod } from "./pod.ts";

/** A command, the pod that it is to run as, and where. */
export interface ExecOptions {
  /** Of the sandbox, `http://127.0.0.1:PORT`. */
  endpoint: string;
  /** Where there is more than one. */
  cluster?: string | undefined;
  region?: string | undefined;
  /** `NAMESPACE/NAME`; a bare name is of the namespace `default`. */
  pod: string;
  /** Default: the one that kubectl would take. */
  container?: string | undefined;
  /** A program and its arguments. */
  command: readonly string[];
  /** Of whoever calls. */
  env: Readonly<Record<string, string | undefined>>;
  /** Hears what is otherwise than on AWS. */
  onNote?: (text: string) => void;
  /** Hands the process's signals over to a function; returns how to take them back. */
  signals?: (handler: (signal: NodeJS.Signals) => void) => () => void;
  /** Where the command's streams go; default: those of this process. */
  stdio?: "inherit" | "pipe";
  /** Gets the process, for its streams. */
  onStart?: (child: ChildProcess) => void;
}

/** Answers of the metadata service count for so long, milliseconds. */
const factsLife = 30_000;
const agentAddress = /^http:\/\/(169\.254\.170\.23|\[fd00:ec2::23\])(:80)?\/v1\/credentials$/;

function noPod(title: string, remedy: string): LotseError {
  return new LotseError("sandbox/no-pod", { title, remedy, blame: "user" });
}

/** Looks for the pod; a cluster that can't be asked says why, as far as the sandbox knows. */
async function podOf(client: KubeClient, door: ClusterDoor, name: string): Promise<ExecPod> {
  try {
    return await findPod(client, name);
  } catch (error) {
    if (isLotseError(error)) throw error;
    throw new LotseError(
      "sandbox/no-cluster",
      {
        title: `The API server of cluster ${door.name} can't be asked`,
        detail: door.problem ?? errorMessage(error),
        remedy: "lotse sandbox status says what its clusters are doing.",
        blame: "user",
      },
      { cause: error },
    );
  }
}

async function findPod(client: KubeClient, name: string): Promise<ExecPod> {
  const parts = name.split("/");
  const [namespace, pod] = parts.length === 1 ? ["default", parts[0]] : parts;
  const isName = (text: string | undefined): boolean =>
    text !== undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);
  if (parts.length > 2 || !isName(namespace) || !isName(pod))
    throw noPod(`"${name}" names no pod`, "Write NAMESPACE/NAME, as `kubectl get pods -A` lists them.");
  const found = await client.find<ExecPod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
  if (!found)
    throw noPod(`There is no pod ${namespace}/${pod}`, `kubectl get pods -n ${namespace} lists those that are.`);
  const { phase } = found.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw noPod(`Pod ${namespace}/${pod} has ended: ${phase}`, "A command runs in a pod that is there.");
  return found;
}

function containerOf({ metadata, spec }: ExecPod, wanted: string | undefined): Container {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const name = wanted ?? metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  const found = name === undefined ? all[0] : all.find((each) => each.name === name);
  if (found) return found;
  throw noPod(
    `Pod ${metadata.namespace}/${metadata.name} has no container ${name}`,
    `It has ${all.map((each) => each.name).join(", ")}.`,
  );
}

interface DataObject extends KubeObject {
  data?: Record<string, string>;
}

/** Every ConfigMap and Secret that a pod may name is read before its variables are put together. */
async function readContents(client: KubeClient, { metadata, spec }: ExecPod, container: Container): Promise<Contents> {
  const maps = new Set<string>();
  const secrets = new Set<string>();
  for (const { valueFrom } of container.env ?? []) {
    maps.add(valueFrom?.configMapKeyRef?.name ?? "");
    secrets.add(valueFrom?.secretKeyRef?.name ?? "");
  }
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    maps.add(configMapRef?.name ?? "");
    secrets.add(secretRef?.name ?? "");
  }
  for (const volume of spec.volumes ?? []) {
    for (const { configMap, secret } of volume.projected?.sources ?? [volume]) {
      maps.add(configMap?.name ?? "");
      secrets.add(secret?.name ?? secret?.secretName ?? "");
    }
  }
  const read = async (kind: string, names: ReadonlySet<string>): Promise<Map<string, Record<string, string>>> => {
    const found = new Map<string, Record<string, string>>();
    for (const name of names) {
      if (name === "") continue;
      const object = await client.find<DataObject>(`/api/v1/namespaces/${metadata.namespace}/${kind}/${name}`);
      if (object) found.set(name, object.data ?? {});
    }
    return found;
  };
  const [configMaps, encoded] = [await read("configmaps", maps), await read("secrets", secrets)];
  return {
    configMap: (name) => configMaps.get(name),
    secret: (name) => {
      const data = encoded.get(name);
      const plain = (text: string): string => Buffer.from(text, "base64").toString("utf8");
      return data && Object.fromEntries(Object.entries(data).map(([key, text]) => [key, plain(text)]));
    },
  };
}

/** The instance behind a pod's node; undefined on Fargate and without a node. */
async function instanceOf(client: KubeClient, { spec }: ExecPod): Promise<string | undefined> {
  if (!spec.nodeName) return undefined;
  const node = await client.find<KubeObject & { spec?: { providerID?: string } }>(`/api/v1/nodes/${spec.nodeName}`);
  return /\/(i-[0-9a-f]+)$/.exec(node?.spec?.providerID ?? "")?.[1];
}

/** Services of the pod's node on this machine, and what leads to them. */
interface Services {
  metadata: Loopback;
  agent: Loopback;
}

async function openServices(
  options: ExecOptions,
  door: ClusterDoor,
  pod: ExecPod,
  instance?: string,
): Promise<Services> {
  const { endpoint } = options;
  const { account, region, name } = door;
  let known: { facts: Promise<InstanceFacts>; at: number } | undefined;
  const askFacts = async (id: string): Promise<InstanceFacts> =>
    JSON.parse(await adminCall(endpoint, "GET instance", { query: { account, region, id } })) as InstanceFacts;
  const metadata = await openLoopback(
    metadataService({
      hops: pod.spec.hostNetwork === true ? 1 : 2,
      facts: async () => {
        if (instance === undefined) return undefined;
        if (!known || Date.now() - known.at > factsLife) known = { facts: askFacts(instance), at: Date.now() };
        const facts = await known.facts;
        return facts.id === undefined ? undefined : facts;
      },
    }),
  );
  const agent = await openLoopback(
    agentService(async (token) => {
      if (instance === undefined)
        return { code: "ServiceUnavailableException", message: "the pod is on no EC2 instance", status: 503 };
      const body = JSON.stringify({ account, region, cluster: name, instance, token });
      return JSON.parse(await adminCall(endpoint, "POST pod-credentials", { body })) as PodCredentials;
    }),
  );
  return { metadata, agent };
}

/** Runs to its end; signals go on to it. */
function runCommand(options: ExecOptions, env: Record<string, string>): Promise<number> {
  const [program = "", ...words] = options.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: options.stdio ?? "inherit" });
    const release = options.signals?.((signal) => void child.kill(signal));
    options.onStart?.(child);
    child.once("error", (cause: NodeJS.ErrnoException) => {
      release?.();
      const missing = cause.code === "ENOENT";
      reject(
        new LotseError(
          "sandbox/no-command",
          {
            title: missing
              ? `There is no program ${program} on this machine`
              : `${program} can't be started: ${cause.message}`,
            remedy: "The command runs here, with the pod's view of AWS; the pod's image is not looked at.",
            blame: "user",
            data: { exit: missing ? 127 : 126 },
          },
          { cause },
        ),
      );
    });
    child.once("close", (code, signal) => {
      release?.();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** What a person should know, because a real cluster would show it in another way. */
function notesOf(door: ClusterDoor, pod: ExecPod, instance: string | undefined, usesAgent: boolean): string[] {
  const { name, namespace } = pod.metadata;
  return [
    ...(pod.spec.nodeName
      ? []
      : [`pod ${namespace}/${name} is on no node yet: nothing of a node's role or agent is there`]),
    ...(usesAgent && instance !== undefined && !door.agent
      ? [
          `cluster ${door.name} has no add-on eks-pod-identity-agent: on AWS the pod would find no agent and get no credentials`,
        ]
      : []),
  ];
}

/**
 * Runs a command as a pod: its container's variables, its projected tokens (renewed), its credentials endpoint, its node's
 * metadata service. Nothing of the caller's AWS settings but region and pager gets through.
 *
 * @returns the command's exit code; 128 and the signal's number when a signal ended it
 * @throws LotseError `sandbox/refused` when no or more than one cluster may be meant, `sandbox/no-pod`, `sandbox/no-command`
 */
export async function execAsPod(options: ExecOptions): Promise<number> {
  const { endpoint, cluster, region } = options;
  const query = { ...(cluster === undefined ? {} : { name: cluster }), ...(region === undefined ? {} : { region }) };
  const door = JSON.parse(await adminCall(endpoint, "GET cluster-door", { query })) as ClusterDoor;
  const client = openKubeClient(door);
  const files = new PrivateFiles();
  let services: Services | undefined;
  try {
    const pod = await podOf(client, door, options.pod);
    const container = containerOf(pod, options.container);
    const contents = await readContents(client, pod, container);
    const instance = await instanceOf(client, pod);
    services = await openServices(options, door, pod, instance);
    const copyOf = await copyMounts({ pod, container, contents, client, files });
    let usesAgent = false;
    const variables = new Map<string, string>();
    for (const [name, value] of containerVariables(pod, container, contents)) {
      const isAgent = name === "AWS_CONTAINER_CREDENTIALS_FULL_URI" && agentAddress.test(value);
      usesAgent ||= isAgent;
      variables.set(name, isAgent ? `${services.agent.url}/v1/credentials` : copyOf(value));
    }
    for (const note of notesOf(door, pod, instance, usesAgent)) options.onNote?.(note);
    const env = commandEnvironment({
      caller: options.env,
      variables,
      endpoint,
      region: door.region,
      metadata: `${services.metadata.url}/`,
      noProfiles: files.write("no-profiles", ""),
      home: files.makeFolder("home"),
      port: door.port,
      hostName: pod.metadata.name,
    });
    return await runCommand(options, env);
  } finally {
    services?.metadata.close();
    services?.agent.close();
    files.close();
    client.close();
  }
}
