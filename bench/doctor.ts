// How long the doctor thinks over 500 nodes and 5,000 pods, beyond the API's own time; how often it asks; how much memory it takes.
import type { Kube } from "../src/kube/index.ts";
import { checks, livingFacts, runChecks } from "../src/doctor/index.ts";
import type { Bench } from "./figure.ts";
import { median } from "./figure.ts";

const many = (count: number, make: (i: number) => object): object[] => Array.from({ length: count }, (_, i) => make(i));
const pod = (i: number): object => ({
  serviceAccountName: `web-${i % 250}`,
  containers: [{ name: "app", image: "nginx", env: many(10, (j) => ({ name: `V${j}`, value: "x".repeat(50) })) }],
});
const metadata = (name: string): object => ({
  name,
  namespace: `team-${name.length % 7}`,
  labels: { app: name },
  managedFields: [{ manager: "kubectl", apiVersion: "v1", operation: "Update", fieldsV1: { all: "x".repeat(800) } }],
});
const owned = { ownerReferences: [{ kind: "ReplicaSet", name: "web", controller: true }] };

/** Lists of a large cluster, by plural; made anew for each answer, as a connection does. */
const lists: Readonly<Record<string, () => object[]>> = {
  nodes: () => many(500, (i) => ({ metadata: { name: `n${i}` }, status: { nodeInfo: { kubeletVersion: "v1.34.0" } } })),
  deployments: () =>
    many(1_000, (i) => ({
      metadata: metadata(`web-${i}`),
      spec: { replicas: 5, template: { metadata: { labels: { app: `web-${i}` } }, spec: pod(i) } },
    })),
  services: () =>
    many(1_000, (i) => ({
      metadata: metadata(`web-${i}`),
      spec: { selector: { app: `web-${i}` }, ports: [{ port: 80 }] },
    })),
  poddisruptionbudgets: () =>
    many(500, (i) => ({ metadata: metadata(`web-${i}`), spec: { selector: { matchLabels: { app: `web-${i}` } } } })),
  pods: () =>
    many(5_000, (i) => ({ metadata: { ...metadata(`p${i}`), ...owned }, spec: pod(i), status: { phase: "Running" } })),
};

export const bench: Bench = {
  name: "doctor",
  async *run() {
    let asked = 0;
    const kube = {
      list: async ({ plural }: { plural: string }, _: object, keep: (object: object) => object) => {
        asked += 1;
        return (lists[plural]?.() ?? []).map(keep);
      },
      version: async () => ({ gitVersion: "v1.35.2", major: "1", minor: "35" }),
    } as unknown as Kube;
    const times: number[] = [];
    const heaps: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      asked = 0;
      const before = process.memoryUsage().heapUsed;
      const from = performance.now();
      const { findings } = await runChecks({ today: "2026-11-21", cluster: livingFacts(kube) }, { checks });
      if (findings.length < 5_000) throw new Error("the visit isn't whole");
      times.push(performance.now() - from);
      heaps.push((process.memoryUsage().heapUsed - before) / 1024 ** 2);
    }
    const large = "doctor over 500 nodes and 5,000 pods";
    yield { name: large, ours: median(times), unit: "ms", bound: { atMost: 5_000 } };
    yield { name: "doctor: lists that a visit asks for", ours: asked, unit: "lists", bound: { atMost: 40 } };
    yield { name: "doctor: heap that a visit adds", ours: Math.max(...heaps), unit: "MB", bound: { atMost: 300 } };
  },
};
