// What the scheduler says, taken apart and explained.
import { describe, it } from "vitest";
import type { Node, Pod } from "../scene/objects.ts";
import type { Scene } from "../scene/scene.ts";
import { clausesOf, explainPod } from "./explain.ts";

describe("the scheduler's message", () => {
  it.for([
    [
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: gpu}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      ["1 Insufficient cpu", "2 node(s) had untolerated taint {dedicated: gpu}"],
    ],
    [
      "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
      ["2 Insufficient nvidia.com/gpu"],
    ],
    [
      '0/1 nodes are available: persistentvolumeclaim "data" not found. not found',
      ['persistentvolumeclaim "data" not found. not found'],
    ],
    ["no nodes available to schedule pods", ["no nodes available to schedule pods"]],
  ] as const)("%s", ([message, clauses], { expect }) => {
    expect(clausesOf(message)).toEqual(clauses);
  });
});

const node = (name: string, zone: string, cpu = "1930m"): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { "topology.kubernetes.io/zone": zone, "node.kubernetes.io/instance-type": "m5.large" } },
  spec: { taints: [{ key: "dedicated", value: "db", effect: "NoSchedule" }] },
  status: { allocatable: { cpu, memory: "6903Mi", pods: "29" } },
});

const nodes = [
  node("ip-10-0-0-1.eu-central-1.compute.internal", "eu-central-1a"),
  node("ip-10-0-0-2.eu-central-1.compute.internal", "eu-central-1b"),
];

function scene(pods: readonly Pod[] = []): Scene {
  const objects: Partial<Record<string, readonly unknown[]>> = { nodes, pods };
  return {
    all: (kind) => [...(objects[kind] ?? [])] as never,
    find: () => undefined,
    warnings: () => [],
    changedAt: 0,
    trouble: undefined,
    close: () => undefined,
  };
}

function pending(message: string, spec: Partial<Pod["spec"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-1", namespace: "shop" },
    spec: { containers: [{ name: "web", resources: { requests: { cpu: "3" } } }], ...spec },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
    },
  };
}

const reasonsOf = (pod: Pod): string[] =>
  explainPod(pod, { scene: scene(), subnetOf: () => undefined }).map(
    ({ code, title, detail }) => `${code} ${title}${detail ? ` | ${detail}` : ""}`,
  );

describe("a pod that no node takes", () => {
  it("is told which resource is short, and where", ({ expect }) => {
    expect(reasonsOf(pending("0/2 nodes are available: 2 Insufficient cpu."))).toEqual([
      "rehearse/no-capacity no node has 3 cpu free | The pod asks for 3; ip-10-0-0-1 (m5.large) has 1930m of 1930m left; ip-10-0-0-2 (m5.large) has 1930m of 1930m left.",
    ]);
  });

  it("is told each of several reasons", ({ expect }) => {
    const message = "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {dedicated: db}.";
    expect(reasonsOf(pending(message)).map((text) => text.split(" |")[0])).toEqual([
      "rehearse/pods-per-node every node has as many pods as it takes",
      "rehearse/taint it doesn't tolerate the taint dedicated=db:NoSchedule of 1 nodes",
    ]);
  });

  it("is told that its zone has no nodes, or that no node has its label", ({ expect }) => {
    const message = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.";
    const zone = { "topology.kubernetes.io/zone": "eu-central-1c" };
    expect(reasonsOf(pending(message, { nodeSelector: zone }))).toEqual([
      "rehearse/zone it has to be in eu-central-1c, where no node is | Nodes are in eu-central-1a, eu-central-1b.",
    ]);
    expect(reasonsOf(pending(message, { nodeSelector: { disk: "fast" } }))[0]).toContain(
      "rehearse/node-selector no node has the label disk=fast",
    );
  });

  it.for([
    ["2 node(s) had volume node affinity conflict", "rehearse/volume-zone"],
    ["2 node(s) didn't match PersistentVolume's node affinity", "rehearse/volume-zone"],
    ["pod has unbound immediate PersistentVolumeClaims", "rehearse/unbound-claim"],
    ["2 node(s) exceed max volume count", "rehearse/volume-limit"],
    ["2 node(s) didn't have free ports for the requested pod ports", "rehearse/host-port"],
    ["2 node(s) didn't match pod anti-affinity rules", "rehearse/pod-affinity"],
    ["2 node(s) didn't match pod topology spread constraints", "rehearse/topology-spread"],
    ["2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", "rehearse/node-not-ready"],
    ["2 node(s) were unschedulable", "rehearse/node-not-ready"],
    ["something new", "rehearse/unschedulable"],
  ] as const)("%s: %s", ([clause, code], { expect }) => {
    expect(reasonsOf(pending(`0/2 nodes are available: ${clause}.`)).map((text) => text.split(" ")[0])).toEqual([code]);
  });
});
