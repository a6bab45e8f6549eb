// kwok, the simulator of nodes that others use, on a control plane of its own: the same nodes and pods without a cloud.
import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeAssets } from "../src/sandbox/kube/assets/index.ts";
import type { KubeClient } from "../src/sandbox/kube/client.ts";
import { startControlPlane } from "../src/sandbox/kube/control-plane/index.ts";
import { newAuthority } from "../src/base/index.ts";

const version = "v0.8.0";
const parallel = 50;

/** How its nodes and pods go: as kwok's own quick start has it, by the fast ways. */
const stages = [
  "node/fast/node-initialize.yaml",
  "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod/fast/pod-ready.yaml",
  "pod/fast/pod-complete.yaml",
  "pod/fast/pod-delete.yaml",
];

interface Program {
  path: string;
  config: string;
}

/** Its stages aren't in the program: they come with the module. */
function writeStages(file: string): void {
  const { stdout } = spawnSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" });
  const module = join(stdout.trim(), `sigs.k8s.io/kwok@${version}`, "kustomize/stage");
  writeFileSync(file, stages.map((stage) => readFileSync(join(module, stage), "utf8")).join("\n---\n"));
}

/** The program, built once where there is Go; or why there is none. */
function program(): Program | { missing: string } {
  const folder = resolve(".cache/bench");
  const path = join(folder, "kwok");
  const config = join(folder, "kwok-stages.yaml");
  if (existsSync(path) && existsSync(config)) return { path, config };
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync("nice", ["go", "install", `sigs.k8s.io/kwok/cmd/kwok@${version}`], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: "0" },
  });
  if (status !== 0) return { missing: error ? `no Go: ${error.message}` : "kwok could not be built" };
  writeStages(config);
  return { path, config };
}

const node = (index: number): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: `kwok-${index}`,
    annotations: { "kwok.x-k8s.io/node": "fake" },
    labels: { "kubernetes.io/hostname": `kwok-${index}`, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
  },
  status: {
    allocatable: { cpu: "2", memory: "8Gi", pods: "29" },
    capacity: { cpu: "2", memory: "8Gi", pods: "29" },
  },
});

interface NodeList {
  items: { status?: { conditions?: { type: string; status: string }[] } }[];
}

/** Waits for its nodes first, as ours are waited for. */
async function nodesReady(client: KubeClient, nodes: number, deadline: number): Promise<void> {
  for (;;) {
    const { items } = await client.get<NodeList>("/api/v1/nodes");
    const ready = items.filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    ).length;
    if (ready === nodes) return;
    if (Date.now() > deadline) throw new Error(`${ready} of ${nodes} nodes are Ready`);
    await sleep(2000);
  }
}

/** Makes a Deployment of so many pods, and waits until all are Ready. */
export async function allReady(client: KubeClient, pods: number, deadline: number): Promise<void> {
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const labels = { app: "web" };
  await client.create(path, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: pods,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  });
  for (;;) {
    const { status } = await client.get<{ status?: { readyReplicas?: number } }>(`${path}/web`);
    if (status?.readyReplicas === pods) return;
    if (Date.now() > deadline) throw new Error(`${status?.readyReplicas ?? 0} of ${pods} pods are Ready`);
    await sleep(250);
  }
}

/** Seconds that kwok takes for nodes and pods to be Ready, or why it isn't measured. */
export async function kwokSeconds(
  assets: KubeAssets,
  nodes: number,
  pods: number,
  patience: number,
): Promise<number | { missing: string }> {
  const built = program();
  if ("missing" in built) return built;
  const folder = mkdtempSync(join(tmpdir(), "lotse-kwok-"));
  // A control plane that starts or stops doesn't keep a process alive by itself: in a sandbox others do.
  const alive = setInterval(() => undefined, 60_000);
  const plane = await startControlPlane({
    identity: {
      cluster: "kwok",
      authority: newAuthority("kwok", Date.now()),
      serviceAccountKey: generateKeyPairSync("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" },
      }),
      serviceAddress: "10.96.0.1",
      hostNames: [],
    },
    folder,
    assets,
    serviceCidr: "10.96.0.0/16",
    issuer: "https://kubernetes.default.svc",
    jwksUri: "https://kubernetes.default.svc/openid/v1/jwks",
  });
  const { certificate, key, authority } = plane.certificate("kwok", ["system:masters"]);
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  const config = join(folder, "kwok.json");
  const cluster = { server: `https://127.0.0.1:${plane.port}`, "certificate-authority-data": encode(authority) };
  const user = { "client-certificate-data": encode(certificate), "client-key-data": encode(key) };
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "kwok", cluster }],
      users: [{ name: "kwok", user }],
      contexts: [{ name: "kwok", context: { cluster: "kwok", user: "kwok" } }],
      "current-context": "kwok",
    }),
    { mode: 0o600 },
  );
  const options = ["--manage-all-nodes=true", "--node-lease-duration-seconds=40"];
  const kwok = spawn(built.path, ["--kubeconfig", config, "--config", built.config, ...options], { stdio: "ignore" });
  try {
    // The default service account is there some seconds later; without it no pod is made.
    while (!(await plane.client.find("/api/v1/namespaces/default/serviceaccounts/default"))) await sleep(100);
    const begun = Date.now();
    for (let index = 0; index < nodes; index += parallel) {
      const some = Array.from({ length: Math.min(parallel, nodes - index) }, (_, i) => node(index + i));
      await Promise.all(some.map((each) => plane.client.create("/api/v1/nodes", each)));
    }
    await nodesReady(plane.client, nodes, begun + patience);
    await allReady(plane.client, pods, begun + patience);
    return (Date.now() - begun) / 1000;
  } finally {
    kwok.kill("SIGKILL");
    await plane.stop();
    clearInterval(alive);
    rmSync(folder, { recursive: true, force: true });
  }
}
