// Pods that come and go on a node, as many at a time as are asked for: half of them have their role by their service account,
// through the pod identity webhook, half by an annotation, through the metadata proxy. Each proves who it is when it comes and
// again when it goes, by STS; an address is another pod's, with another role, as soon as the last one has left.
import { request } from "node:http";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { issueCertificate, newAuthority } from "../../src/base/index.ts";
import { manifestOptions, objectsOf, resourceOf, roleNamed } from "../../src/controllers/index.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { connect } from "../../src/lotse.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { Send } from "./eks-by-api.ts";
import { eventually } from "./kubernetes.ts";
import type { RoleProcess } from "./role.ts";
import { heapWatched, kubeconfigText, startRole } from "./role.ts";
import { mutatePodsBy } from "./mutating-webhook.ts";

export interface ChurnOptions {
  sandbox: Sandbox;
  send: Send;
  kube: Kube;
  /** Of the cluster. */
  cluster: string;
  /** Name of a Node that nobody looks after. */
  node: string;
  /** For kubeconfigs and certificates. */
  folder: string;
  /** Alive at a time. */
  pods: number;
  /** How long they come and go; each place has three pods one after the other at least. */
  minutes: number;
}

/** Memory of a role's process over the time, MiB. */
export interface Memory {
  /** In use after a garbage collection. */
  heap: number[];
  resident: number[];
}

export interface Churned {
  /** Pods that have been. */
  lives: number;
  /** Answers that were compared with what the pod should get. */
  answers: number;
  /** Those that were something else. */
  wrong: string[];
  /** By name of the role, since all pods were there. */
  memory: Record<string, Memory>;
}

type Way = "annotation" | "account";

/** Where a pod is, and after it the next. */
interface Place {
  readonly way: Way;
  readonly address: string;
  readonly number: number;
  turn: number;
  pod?: Pod;
}

interface Pod extends KubeObject {
  spec: {
    containers: { env?: { name: string; value?: string }[] }[];
    volumes?: {
      name: string;
      projected?: { sources: { serviceAccountToken?: { audience: string; expirationSeconds: number } }[] };
    }[];
  };
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

const namespace = "churn";
const prefix = "churn.example.com";
/** Of each way: so many that a mistake is hardly ever right by chance. */
const roleCount = 25;
const credentialsPath = "/latest/meta-data/iam/security-credentials/";
const tokenHeader = "x-aws-ec2-metadata-token";

const roleOf = ({ way, number, turn }: Place): string => `churn-${way}-${(number + turn) % roleCount}`;

/** Asks the proxy from a pod's address. */
function ask(
  port: number,
  from: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, localAddress: from, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () => resolve(`${answer.statusCode} ${Buffer.concat(chunks).toString()}`));
    });
    sent.once("error", reject);
    sent.end();
  });
}

async function prepare({ sandbox, send, kube, cluster }: ChurnOptions): Promise<void> {
  const described = send<{ cluster: { identity: { oidc: { issuer: string } } } }>("eks", "DescribeCluster", {
    name: cluster,
  });
  const Url = described.cluster.identity.oidc.issuer;
  send("iam", "CreateOpenIDConnectProvider", { Url, ClientIDList: ["sts.amazonaws.com"] });
  const issuer = Url.replace("https://", "");
  const makeRole = (RoleName: string, statement: object): unknown =>
    send("iam", "CreateRole", {
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", ...statement }],
      }),
    });
  const metadata = { name: namespace, annotations: { "iam.amazonaws.com/allowed-roles": '["churn-annotation-*"]' } };
  await kube.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata });
  const makeAccount = (name: string, annotations: Record<string, string>): Promise<KubeObject> =>
    kube.create(resources.serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, annotations },
    });
  await makeAccount("plain", {});
  for (let i = 0; i < roleCount; i += 1) {
    makeRole(`churn-annotation-${i}`, { Action: "sts:AssumeRole", Principal: { AWS: "*" } });
    const name = `churn-account-${i}`;
    makeRole(name, {
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: { Federated: `arn:aws:iam::${sandbox.account}:oidc-provider/${issuer}` },
      Condition: {
        StringEquals: {
          [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${name}`,
          [`${issuer}:aud`]: "sts.amazonaws.com",
        },
      },
    });
    await makeAccount(name, { [`${prefix}/role-arn`]: `arn:aws:iam::${sandbox.account}:role/${name}` });
  }
}

/** A kubeconfig of the role's own account, with the rights that its manifests give it and no others. */
async function install({ sandbox, kube, cluster, folder }: ChurnOptions, name: string): Promise<string> {
  const role = roleNamed(name);
  const objects = role ? (objectsOf(role, manifestOptions({ namespace })) as KubeObject[]) : [];
  for (const object of objects)
    if (/^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(object.kind ?? ""))
      await kube.apply(resourceOf(object), object);
  const account = { namespace, name: `lotse-${name}` };
  const { status } = await kube.post<{ status: { token: string } }>(resources.serviceAccounts, account, "token", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 7200 },
  });
  const path = join(folder, `churn-${name}`);
  writeFileSync(path, kubeconfigText(sandbox, cluster, status.token));
  return path;
}

async function startProxy(options: ChurnOptions): Promise<RoleProcess> {
  const { sandbox, node } = options;
  const flags = {
    kubeconfig: await install(options, "metadata-proxy"),
    node,
    firewall: "none",
    "base-role-arn": `arn:aws:iam::${sandbox.account}:role/`,
    "startup-taint": "",
  };
  return startRole("metadata-proxy", flags, { ...sandbox.env(), ...heapWatched });
}

async function startWebhook(options: ChurnOptions): Promise<RoleProcess> {
  const { kube, folder } = options;
  const authority = newAuthority("churn", Date.now());
  const names = ["127.0.0.1"];
  const leaf = issueCertificate(authority, { commonName: "churn", names, usage: "server" }, Date.now());
  const files = { certificate: join(folder, "churn.crt"), privateKey: join(folder, "churn.key") } as const;
  writeFileSync(files.certificate, leaf.certificate);
  writeFileSync(files.privateKey, leaf.privateKey);
  const flags = {
    kubeconfig: await install(options, "pod-identity-webhook"),
    namespace,
    "annotation-prefix": prefix,
    "tls-cert-file": files.certificate,
    "tls-private-key-file": files.privateKey,
  };
  const webhook = await startRole("pod-identity-webhook", flags, heapWatched);
  await mutatePodsBy(kube, { name: "churn", port: webhook.port, authority: authority.certificate, namespace });
  return webhook;
}

/** Lets pods come and go. */
export async function churn(options: ChurnOptions): Promise<Churned> {
  const { sandbox, kube, node, pods, minutes } = options;
  const { endpoint, region, account } = sandbox;
  // They look after their places one after the other.
  const workers = Math.min(8, Math.ceil(pods / 4));
  mkdirSync(options.folder, { recursive: true });
  await prepare(options);
  const proxy = await startProxy(options);
  const webhook = await startWebhook(options);
  const memory: Record<string, Memory> = {
    "metadata-proxy": { heap: [], resident: [] },
    "pod-identity-webhook": { heap: [], resident: [] },
  };
  const result: Churned = { lives: 0, answers: 0, wrong: [], memory };
  const places = Array.from({ length: pods + workers }, (_, i): Place => {
    const [way, network] = i % 2 === 0 ? (["annotation", 1] as const) : (["account", 2] as const);
    return { way, address: `127.${network}.${i >> 7}.${(i & 127) + 1}`, number: i, turn: 0 };
  });
  const compare = (place: Place, what: string, seen: string, wanted: string): void => {
    result.answers += 1;
    if (seen !== wanted)
      result.wrong.push(`${place.pod?.metadata.name} (${place.address}) ${what}: ${seen}, not ${wanted}`);
  };
  const whoIs = async (credentials: Keys): Promise<string> => {
    const aws = await connect({ endpoint, region, credentials });
    try {
      return (await aws.identity()).arn;
    } finally {
      aws.close();
    }
  };
  const identityOf = (place: Place, session: string): string =>
    `arn:aws:sts::${account}:assumed-role/${roleOf(place)}/${session}`;
  const held = async (address: string): Promise<string> => {
    const life = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
    return (await ask(proxy.port, address, "PUT", "/latest/api/token", life)).replace(/^200 /, "");
  };

  /** As the metadata proxy says it. */
  const proveByProxy = async (place: Place): Promise<void> => {
    const headers = { [tokenHeader]: await held(place.address) };
    const get = (path: string): Promise<string> => ask(proxy.port, place.address, "GET", path, headers);
    compare(place, "listed", await get(credentialsPath), `200 ${roleOf(place)}`);
    const answer = await get(`${credentialsPath}${roleOf(place)}`);
    const given = JSON.parse(answer.startsWith("200 {") ? answer.slice(4) : "{}") as Record<string, string>;
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken } = given;
    const arn =
      accessKeyId && secretAccessKey && sessionToken
        ? await whoIs({ accessKeyId, secretAccessKey, sessionToken })
        : answer;
    compare(place, "is", arn, identityOf(place, `${namespace}.${place.pod?.metadata.name}`));
  };
  const assume = async (role: string, session: string, token: string): Promise<Keys | string> => {
    const words = { Action: "AssumeRoleWithWebIdentity", Version: "2011-06-15" };
    const body = new URLSearchParams({ ...words, RoleArn: role, RoleSessionName: session, WebIdentityToken: token });
    const text = await (await fetch(endpoint, { method: "POST", body })).text();
    const element = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? "";
    const [accessKeyId, secretAccessKey] = [element("AccessKeyId"), element("SecretAccessKey")];
    return accessKeyId === ""
      ? element("Code")
      : { accessKeyId, secretAccessKey, sessionToken: element("SessionToken") };
  };
  /** By what the webhook has put into the pod, and a token as a kubelet gets it for that. */
  const proveByToken = async (place: Place): Promise<void> => {
    const { metadata, spec } = place.pod as Pod;
    const { name, uid } = metadata;
    const role = spec.containers[0]?.env?.find((each) => each.name === "AWS_ROLE_ARN")?.value ?? "none";
    compare(place, "AWS_ROLE_ARN", role, `arn:aws:iam::${account}:role/${roleOf(place)}`);
    const volume = spec.volumes?.find((each) => each.name === "aws-iam-token");
    const source = volume?.projected?.sources[0]?.serviceAccountToken;
    const key = { namespace, name: roleOf(place) };
    const { status } = await kube.post<{ status: { token: string } }>(resources.serviceAccounts, key, "token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        audiences: [source?.audience],
        expirationSeconds: source?.expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    });
    const keys = await assume(role, name, status.token);
    compare(place, "is", typeof keys === "string" ? keys : await whoIs(keys), identityOf(place, name));
    const neighbour = `arn:aws:iam::${account}:role/${roleOf({ ...place, turn: place.turn + 1 })}`;
    const stolen = await assume(neighbour, name, status.token);
    compare(place, "as its neighbour is", typeof stolen === "string" ? stolen : "let in", "AccessDenied");
    // It has a role by its token, and none by the proxy.
    const headers = { [tokenHeader]: await held(place.address) };
    const listed = await ask(proxy.port, place.address, "GET", credentialsPath, headers);
    compare(place, "listed", listed.slice(0, 4), "404 ");
  };
  const prove: Record<Way, (place: Place) => Promise<void>> = { annotation: proveByProxy, account: proveByToken };

  const template = (place: Place, name: string): KubeObject & { spec: object } => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      ...(place.way === "annotation" ? { annotations: { "iam.amazonaws.com/role": roleOf(place) } } : {}),
    },
    spec: {
      nodeName: node,
      serviceAccountName: place.way === "account" ? roleOf(place) : "plain",
      tolerations: [{ operator: "Exists" }],
      containers: [{ name: "main", image: "app" }],
    },
  });
  const come = async (place: Place): Promise<void> => {
    place.turn += 1;
    place.pod = await kube.create(resources.pods, template(place, `pod-${place.number}-${place.turn}`) as Pod);
    const status = { phase: "Running", podIP: place.address, podIPs: [{ ip: place.address }] };
    await kube.connection.send({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${place.pod.metadata.name}/status`,
      patch: "merge",
      body: { status },
      what: "patch status",
    });
    await prove[place.way](place);
    result.lives += 1;
  };
  const go = async (place: Place): Promise<void> => {
    await prove[place.way](place);
    const key = { namespace, name: place.pod?.metadata.name ?? "" };
    await kube.delete(resources.pods, key, { gracePeriodSeconds: 0 });
  };
  const all = (work: (own: readonly Place[]) => Promise<void>): Promise<unknown> =>
    Promise.all(Array.from({ length: workers }, (_, w) => work(places.filter(({ number }) => number % workers === w))));

  try {
    // The API server takes a moment to hear of a new webhook.
    const probe: Place = { way: "account", address: "127.2.255.1", number: 0, turn: 0 };
    await eventually(
      () =>
        kube.connection.send<Pod>({
          method: "POST",
          path: `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
          body: template(probe, "probe"),
          what: "try a pod",
        }),
      ({ spec }) => spec.containers[0]?.env?.some(({ name }) => name === "AWS_ROLE_ARN") === true,
    );
    await all(async (own) => {
      for (const place of own) await come(place);
    });
    const end = Date.now() + minutes * 60_000;
    let over = false;
    const churning = all(async (own) => {
      for (let round = 0; round < 2 || Date.now() < end; round += 1) {
        for (const place of own) {
          if (round >= 2 && Date.now() >= end) return;
          await go(place);
          await come(place);
        }
      }
    }).finally(() => (over = true));
    const processes = Object.entries({ "metadata-proxy": proxy, "pod-identity-webhook": webhook });
    const pause = Math.max(250, (minutes * 60_000) / 60);
    const measure = async (): Promise<void> => {
      for (let i = 0; !over || i < 9; i += 1) {
        for (const [name, role] of processes) {
          memory[name]?.heap.push(await role.heap());
          memory[name]?.resident.push(role.memory());
        }
        await sleep(over ? 10 : pause);
      }
    };
    await Promise.all([churning, measure()]);
    return result;
  } finally {
    await Promise.all([proxy.stop(), webhook.stop()]);
    await kube.delete(resources.namespaces, { name: namespace });
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The middle of the first third of samples and of the last, after a tenth for warming up. */
export function thirds(samples: readonly number[]): { first: number; last: number } {
  const warm = samples.slice(Math.floor(samples.length / 10));
  const third = Math.floor(warm.length / 3);
  return { first: median(warm.slice(0, third)), last: median(warm.slice(-third)) };
}
