// A doctor's visit to a real API server that knows 500 nodes and 5,000 pods: time beyond the API's own, calls, peak memory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeRequest } from "../src/kube/connection.ts";
import type { Kube, KubeObject } from "../src/kube/index.ts";
import { livingFacts } from "../src/doctor/index.ts";
import { kindTable } from "../src/doctor/objects/kinds.ts";
import type { KindName } from "../src/doctor/objects/kinds.ts";
import type { Sandbox } from "../src/sandbox/index.ts";
import { createSandbox, findAssets } from "../src/sandbox/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import { kubeOf } from "../test/helpers/kubernetes.ts";
import { processorSeconds } from "./daemon.ts";
import type { Bench, Figure } from "./figure.ts";

const version = "1.36";
const name = "bench";
const nodes = 500;
const pods = 5_000;
const workloads = 500;

/** Runs so many at a time. */
async function many(count: number, make: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await make(i);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

/** Objects alone: nobody runs them. Deployments are paused, so that no controller answers. */
async function fill(kube: Kube): Promise<void> {
  const post = async (path: string, body: object): Promise<KubeObject> =>
    kube.connection.send({ method: "POST", path, body, what: "create an object" });
  const spec = (i: number): object => ({
    containers: [
      {
        name: "app",
        image: "nginx",
        env: Array.from({ length: 10 }, (_, j) => ({ name: `V${j}`, value: "x".repeat(50) })),
      },
    ],
    serviceAccountName: "default",
    nodeName: `node-${i % nodes}`,
    tolerations: [{ operator: "Exists" }],
  });
  await many(nodes, async (i) =>
    post("/api/v1/nodes", { metadata: { name: `node-${i}`, labels: { "topology.kubernetes.io/zone": `z${i % 3}` } } }),
  );
  const metadata = (i: number): object => ({ name: `web-${i}`, labels: { app: `web-${i}` } });
  const uids: string[] = [];
  await many(workloads, async (i) => {
    const labels = { app: `web-${i}` };
    const made = await post("/apis/apps/v1/namespaces/default/deployments", {
      metadata: metadata(i),
      spec: { paused: true, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: spec(i) } },
    });
    uids[i] = made.metadata.uid ?? "";
    await post("/api/v1/namespaces/default/services", {
      metadata: metadata(i),
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
  });
  await many(pods, async (i) =>
    post("/api/v1/namespaces/default/pods", {
      metadata: {
        name: `p-${i}`,
        labels: { app: `web-${i % workloads}` },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "Deployment",
            name: `web-${i % workloads}`,
            uid: uids[i % workloads],
            controller: true,
          },
        ],
      },
      spec: spec(i),
    }),
  );
}

/** `lotse doctor` as people run it: seconds, and the most memory that it held, in MB. */
async function visit({
  credentials,
  region,
  ...sandbox
}: Sandbox): Promise<{ seconds: number; peak: number; found: number; processor: number }> {
  const { endpoint } = sandbox.clientConfig();
  const began = performance.now();
  const words = ["doctor", "--name", name, "--endpoint-url", String(endpoint), "--region", region, "-o", "json"];
  const child = spawn(process.execPath, [resolve("dist/lotse.js"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
  const output = text(child.stdout);
  const ended = once(child, "exit");
  let peak = 0;
  let processor = 0;
  while (child.exitCode === null) {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      processor = Math.max(processor, processorSeconds(child.pid ?? 0));
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
    await sleep(20);
  }
  await ended;
  const seconds = (performance.now() - began) / 1000;
  const { findings, unknown } = JSON.parse(await output) as { findings: object[]; unknown: object[] };
  if (unknown.length > 0) throw new Error(`the visit isn't whole: ${JSON.stringify(unknown[0])}`);
  return { seconds, peak, processor, found: findings.length };
}

/** Every request of a visit to the API server, by list. */
async function requestsOf(kube: Kube): Promise<KubeRequest[][]> {
  const { connection } = kube;
  const send = connection.send.bind(connection);
  const lists = new Map<string, KubeRequest[]>();
  Object.assign(connection, {
    send: async (request: KubeRequest) => {
      lists.set(request.path, [...(lists.get(request.path) ?? []), request]);
      return send(request);
    },
  });
  const facts = livingFacts(kube);
  await Promise.all((Object.keys(kindTable) as KindName[]).map(async (kind) => facts.list(kind)));
  Object.assign(connection, { send });
  return [...lists.values()];
}

/** Seconds that the API server takes for the same, when nobody reads what it says. */
async function ownTime(kube: Kube, lists: readonly KubeRequest[][]): Promise<number> {
  const began = performance.now();
  await Promise.all(
    lists.map(async (pages) => {
      for (const page of pages) {
        const answer = await kube.connection.stream(page).catch(() => undefined);
        for await (const _ of answer ?? []);
      }
    }),
  );
  return (performance.now() - began) / 1000;
}

async function* run(): AsyncGenerator<Figure> {
  if (!(await findAssets(version))) {
    console.log(`  skipped: no binaries of Kubernetes ${version} (lotse sandbox kubernetes install ${version})`);
    return;
  }
  await using sandbox = await createSandbox({ region: "eu-central-1" });
  const { send } = makeCluster(sandbox, name, { version });
  const kube = kubeOf({ sandbox, send }, name);
  await fill(kube);
  const lists = await requestsOf(kube);
  const calls = lists.flat().length;
  const own = await ownTime(kube, lists);
  const { seconds, peak, processor, found } = await visit(sandbox);
  kube.close();
  if (found < pods) throw new Error(`only ${found} findings`);
  yield {
    name: "a visit from start to end, beyond the API's own",
    ours: seconds - own,
    unit: "s",
    bound: { atMost: 5 },
  };
  yield { name: "… processor time of the process", ours: processor, unit: "s", bound: { atMost: 5 } };
  yield { name: "… the API's own, for the same lists", ours: own, unit: "s", bound: {} };
  yield { name: "… most memory of the process", ours: peak, unit: "MB", bound: { atMost: 300 } };
  yield { name: "… requests to the API server", ours: calls, unit: "calls", bound: { atMost: 120 } };
}

export const bench: Bench = { name: "doctor-cluster", run };
