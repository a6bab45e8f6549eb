// What roles hold in memory, each a process as the image and its manifests start it: idle, and with 10,000 pods, or what they
// mean for a role that doesn't follow them. A stand-in lists them: what a real API server costs isn't the question.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createSign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { issueCertificate, newAuthority } from "../src/base/index.ts";
import { knownRoles, listRoles, manifestOptions, objectsOf } from "../src/controllers/index.ts";
import { servicePrincipal } from "../src/sandbox/aws/core/index.ts";
import { oidcKey } from "../src/sandbox/aws/services/eks/certificate.ts";
import type { Sandbox } from "../src/sandbox/index.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import type { ApiStandIn } from "../test/helpers/api-stand-in.ts";
import { openApiStandIn } from "../test/helpers/api-stand-in.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import { residentMegabytes } from "./daemon.ts";
import type { Bench, Figure } from "./figure.ts";

const many = 10_000;
/** Ask at once. */
const askers = 40;
const cluster = "bench";

/** What the roles are measured in: a cluster of any size, and an AWS account. */
interface Place {
  folder: string;
  kubeconfig: string;
  api: ApiStandIn;
  sandbox: Sandbox;
  /** PEM of the authority of every certificate. */
  authority: string;
  /** Its certificate for a client of the login webhook. */
  client: { cert: string; key: string };
}

/** A role that runs. */
interface Started {
  port: number;
  /** The value of a metric; 0 while there is none. */
  metric(name: string): Promise<number>;
}

/** How a role is started, and what 10,000 pods mean for one that doesn't follow them. */
interface Measured {
  flags(place: Place): readonly string[];
  load?(place: Place, started: Started): Promise<void>;
}

const certified = ({ folder }: Place): string[] => [
  `--tls-cert-file=${join(folder, "tls.crt")}`,
  `--tls-private-key-file=${join(folder, "tls.key")}`,
];
const people = (place: Place): string[] => [
  "--auth-providers=token-auth",
  `--token-auth-file=${join(place.folder, "people.csv")}`,
];

/** Does something many times, some at once. */
async function each(times: number, work: (i: number) => Promise<void>, atOnce = askers): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let i = next; i < times; i = next) {
      next += 1;
      await work(i);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** The status and the length of an answer over TLS, to a client of the login webhook. */
function ask(place: Place, port: number, path: string, token: string, body?: string): Promise<[number, number]> {
  return new Promise((done, fail) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        path,
        ca: place.authority,
        ...place.client,
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      },
      (answer) => {
        let length = 0;
        answer.on("data", (chunk: Buffer) => (length += chunk.length));
        answer.once("end", () => done([answer.statusCode ?? 0, length]));
      },
    );
    sent.once("error", fail);
    sent.end(body);
  });
}

/** Tokens of pods, as the cluster's API server would sign them. */
function podTokens({ sandbox }: Place): (i: number) => string {
  const { account, region } = sandbox;
  const principal = servicePrincipal("eks.amazonaws.com", account);
  const described = sandbox.cloud.invoke<{ cluster: { identity: { oidc: { issuer: string } } } }>({
    service: "eks",
    operation: "DescribeCluster",
    input: { name: cluster },
    account,
    region,
    principal,
  });
  const iss = described.cluster.identity.oidc.issuer;
  const ctx = sandbox.cloud.context({ account, region, principal });
  const key = sandbox.cloud.store.transaction(() => oidcKey(ctx, cluster, iss));
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  return (i) => {
    const sub = "system:serviceaccount:shop:cart";
    const pod = { name: `cart-${i}`, uid: `u-${i}` };
    const claims = { iss, sub, aud: ["pods.eks.amazonaws.com"], iat, exp: iat + 3600, "kubernetes.io": { pod } };
    const content = `${part({ alg: "RS256", kid: key.kid })}.${part(claims)}`;
    return `${content}.${createSign("sha256").update(content).sign(key.privateKey).toString("base64url")}`;
  };
}

const roles: Readonly<Record<string, Measured>> = {
  authenticator: {
    // 10,000 mappings of its CustomResourceDefinition.
    flags: ({ folder, kubeconfig }) => [
      "--cluster-id=own",
      "--port=0",
      "--backend-mode=CRD,EKSConfigMap",
      "--kubeconfig-pregenerated",
      `--state-dir=${folder}`,
      `--kubeconfig=${kubeconfig}`,
    ],
  },
  login: {
    flags: (place) => [
      "--port=0",
      "--address=127.0.0.1",
      "--source-qps=0",
      `--tls-ca-file=${join(place.folder, "ca.crt")}`,
      ...people(place),
      ...certified(place),
    ],
    // As many people, each of whom logs in.
    async load(place, { port, metric }) {
      const path = "/tokenreviews";
      await each(many, async (i) => {
        const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: `token-${i}` } };
        await ask(place, port, path, "", JSON.stringify(review));
      });
      if ((await metric("lotse_login_total")) < many) throw new Error("not everybody has logged in");
    },
  },
  "login-proxy": {
    flags: (place) => [
      "--proxy-port=0",
      "--proxy-address=127.0.0.1",
      "--source-qps=0",
      `--kubeconfig=${place.kubeconfig}`,
      ...people(place),
      ...certified(place),
    ],
    // The whole list of pods for so many people at once.
    async load(place, { port }) {
      await each(askers, async (i) => {
        const [status, length] = await ask(place, port, "/api/v1/pods", `token-${i}`);
        if (status !== 200 || length < many * 1000) throw new Error(`the list of pods is ${status}, ${length} bytes`);
      });
    },
  },
  "metadata-proxy": {
    // On one node, which no node has, each with credentials at hand.
    flags: ({ kubeconfig, sandbox }) => [
      "--node=node-1",
      "--firewall=none",
      "--port=0",
      "--namespace-restrictions=false",
      `--base-role-arn=arn:aws:iam::${sandbox.account}:role/`,
      `--kubeconfig=${kubeconfig}`,
    ],
    async load(_, { metric }) {
      for (const end = Date.now() + 900_000; Date.now() < end; await sleep(500))
        if ((await metric("lotse_metadata_proxy_assume_role_seconds_count")) >= many) return;
      throw new Error("not every pod's credentials are at hand");
    },
  },
  "pod-identity-agent": {
    flags: ({ sandbox }) => [
      `--cluster-name=${cluster}`,
      "--bind-hosts=127.0.0.1",
      "--port=0",
      "--max-service-qps=10000",
      `--endpoint=${sandbox.endpoint}`,
    ],
    // It keeps the credentials of 2,000.
    async load(place, { port, metric }) {
      const token = podTokens(place);
      // EKS Auth has a second for an answer, and this process is EKS Auth: few ask at once, and ask again.
      const askAgain = async (i: number): Promise<void> => {
        const authorization = token(i);
        for (let tries = 0; tries < 20; tries += 1) {
          const answer = await fetch(`http://127.0.0.1:${port}/v1/credentials`, { headers: { authorization } });
          await answer.arrayBuffer();
          if (answer.ok) return;
        }
      };
      await each(many / 4, askAgain, 6);
      const kept = await metric("pod_identity_cache_entries");
      if (kept < 2000) throw new Error(`${kept} tokens' credentials are at hand`);
    },
  },
  "pod-identity-webhook": {
    // 10,000 service accounts.
    flags: (place) => ["--port=0", "--namespace=kube-system", `--kubeconfig=${place.kubeconfig}`],
  },
};

/** What the Dockerfile starts Node with. */
function nodeFlags(): string[] {
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync("Dockerfile", "utf8"))?.[1] ?? "[]";
  return (JSON.parse(entry) as string[]).filter((word) => word.startsWith("-"));
}

/** What a role's manifests add to it. */
function nodeOptions(name: string): string {
  const [role] = knownRoles([name]);
  const text = role ? JSON.stringify(objectsOf(role, manifestOptions({}))) : "";
  return /"NODE_OPTIONS","value":"([^"]*)"/.exec(text)?.[1] ?? "";
}

async function start(child: ChildProcess, name: string): Promise<Started> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  const found = (form: RegExp): number => Number(form.exec(said)?.[1]);
  let started: Started | undefined;
  let health = Number.NaN;
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
    if (Number.isNaN(health)) health = found(/"message":"started".*"health":(\d+)/);
    if (!started && /listens"/.test(said)) {
      started = {
        port: found(/listens".*?"port":(\d+)/),
        async metric(metric) {
          const text = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text();
          const lines = text
            .split("\n")
            .filter((line) => line.startsWith(metric) && /^[ {]/.test(line.slice(metric.length)));
          return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
        },
      };
    }
    const ready = Number.isNaN(health)
      ? undefined
      : await fetch(`http://127.0.0.1:${health}/readyz`).catch(() => undefined);
    if (ready?.ok && started) return started;
  }
  throw new Error(`${name} isn't ready: ${said}`);
}

/** Memory of a role once it is ready, and once there is everything that it may have to do with, MB. */
async function* measure(name: string, measured: Measured, place: Place): AsyncGenerator<Figure> {
  for (const [size, what, atMost] of [
    [0, "idle", 90],
    [many, "10,000 pods", 160],
  ] as const) {
    place.api.size = size;
    const words = ["controller", name, ...measured.flags(place), "--health-port=0"];
    const child = spawn(process.execPath, [...nodeFlags(), resolve("dist/lotse-image.cjs"), ...words], {
      env: { ...place.sandbox.env(), HOME: place.folder, NODE_OPTIONS: nodeOptions(name) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const started = await start(child, name);
      if (size > 0) await measured.load?.(place, started);
      await sleep(3_000);
      yield { name: `${name}, ${what}`, ours: residentMegabytes(child.pid ?? 0), unit: "MB", bound: { atMost } };
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  }
}

async function openPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-roles-"));
  const api = await openApiStandIn(0);
  const sandbox = await createSandbox({ kubernetes: "off" });
  const { send } = makeCluster(sandbox, cluster);
  const role = (RoleName: string, statement: object): void => {
    const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] };
    send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: JSON.stringify(document) });
  };
  for (let i = 0; i < 100; i += 1) role(`role-${i}`, { Action: "sts:AssumeRole", Principal: { AWS: "*" } });
  role("cart", { Action: ["sts:AssumeRole", "sts:TagSession"], Principal: { Service: "pods.eks.amazonaws.com" } });
  send("eks", "CreatePodIdentityAssociation", {
    clusterName: cluster,
    namespace: "shop",
    serviceAccount: "cart",
    roleArn: `arn:aws:iam::${sandbox.account}:role/cart`,
  });
  const authority = newAuthority("bench", Date.now());
  const names = ["127.0.0.1"];
  const leaf = issueCertificate(authority, { commonName: "role", names, usage: "server" }, Date.now());
  const asking = { commonName: "", organizations: ["token-auth"], usage: "client" } as const;
  const client = issueCertificate(authority, asking, Date.now());
  writeFileSync(join(folder, "ca.crt"), authority.certificate);
  writeFileSync(join(folder, "tls.crt"), leaf.certificate);
  writeFileSync(join(folder, "tls.key"), leaf.privateKey);
  const lines = Array.from({ length: many }, (_, i) => `token-${i},user-${i},${i},"people,team-${i % 50}"`);
  writeFileSync(join(folder, "people.csv"), lines.join("\n"));
  const kubeconfig = api.kubeconfig(join(folder, "kubeconfig"));
  return {
    folder,
    kubeconfig,
    api,
    sandbox,
    authority: authority.certificate,
    client: { cert: client.certificate, key: client.privateKey },
  };
}

async function* run(): AsyncGenerator<Figure> {
  const place = await openPlace();
  try {
    for (const { name } of listRoles()) {
      const measured = roles[name];
      if (!measured) throw new Error(`nobody has said how ${name} is measured`);
      yield* measure(name, measured, place);
    }
  } finally {
    place.api.close();
    await place.sandbox.close();
    rmSync(place.folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "controllers", run };
