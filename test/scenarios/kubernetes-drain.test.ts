// Nodes that go are emptied first: in order, as budgets allow, and what forbids it is named.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { apply, destroy, isLotseError, planDestroy, planDrain, runSteps } from "../../src/lotse.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const group = (name: string, more = ""): string =>
  `  - { name: ${name}, instanceType: m5.large, desiredCapacity: 2, minSize: 2, maxSize: 2${more} }\n`;

// People of a time before access entries: nodes are let in by aws-auth.
const fileOf = (groups: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: quay, region: eu-central-1, version: "1.35" }
accessConfig: { authenticationMode: CONFIG_MAP }
nodeGroups:
${groups}`;

interface Node extends KubeObject {
  spec: { unschedulable?: boolean; providerID: string };
  status: { conditions?: { type: string; status: string }[] };
}

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: { phase: string; conditions?: { type: string; status: string }[] };
}

const labels = { app: "web" };

const deployment = (replicas: number): KubeObject & { spec: object } => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "web", image: "nginx" }] },
    },
  },
});

const budget = (minAvailable: number): KubeObject & { spec: object } => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web-budget", namespace: "default" },
  spec: { minAvailable, selector: { matchLabels: labels } },
});

const isReady = ({ status, metadata }: Pod | Node): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True");

/** Looks all the time until it is over. */
async function watch(over: AbortSignal, look: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await look();
    await sleep(100);
  }
}

const nodesOf = (kube: Kube, name: string): Promise<Node[]> =>
  kube.list<Node>(resources.nodes, { labelSelector: `alpha.eksctl.io/nodegroup-name=${name}` });

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "nodes that go", () => {
  let world: World;
  let kube: Kube;

  const pods = (): Promise<Pod[]> => kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=web" });
  const running = (count: number): Promise<Pod[]> =>
    eventually(pods, (found) => found.filter(isReady).length === count && found.length === count);
  const drain = async (name: string, how: object = {}, undo = false): ReturnType<typeof runSteps> =>
    runSteps(await planDrain("quay", world.aws, { nodeGroups: [name], undo }), world.aws, world.host, { drain: how });

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  it("have joined by their role's mapping in aws-auth", async ({ expect }) => {
    const file = fileOf(group("old") + group("new"));
    const plan = stepsOf(await world.plan(file));
    for (const name of ["old", "new"]) {
      const order = plan.filter((step) => step.endsWith(`/${name}`));
      expect(order.toSorted()).toEqual([`create aws-auth/${name}`, `create nodegroup/${name}`, `create nodes/${name}`]);
      expect(order.indexOf(`create nodegroup/${name}`)).toBeLessThan(order.indexOf(`create aws-auth/${name}`));
    }
    const { failed } = await world.apply(file);
    expect(failed.map(({ message }) => message)).toEqual([]);
    kube = kubeOf(world, "quay");
    expect(await nodesOf(kube, "old")).toHaveLength(2);
    const map = await kube.get<KubeObject & { data: Record<string, string> }>(resources.configMaps, {
      namespace: "kube-system",
      name: "aws-auth",
    });
    expect(map.data["mapRoles"]?.match(/system:node:\{\{EC2PrivateDNSName}}/g)).toHaveLength(2);
    expect(stepsOf(await world.plan(file))).toEqual([]);
    await kube.create(resources.deployments, deployment(4));
    await running(4);
  });

  it("name the budget that keeps a pod where it is, and the pod", async ({ expect }) => {
    await kube.create(resources.disruptionBudgets, budget(4));
    const busy = (await pods()).find(({ spec }) => spec.nodeName !== undefined)?.spec.nodeName ?? "";
    const node = await kube.get<Node>(resources.nodes, { name: busy });
    const name = node.metadata.labels?.["alpha.eksctl.io/nodegroup-name"] ?? "";
    // The API server takes a moment to know how many pods of a new budget are healthy.
    await eventually(
      async () =>
        kube.get<KubeObject & { status?: { currentHealthy?: number } }>(resources.disruptionBudgets, {
          namespace: "default",
          name: "web-budget",
        }),
      ({ status }) => status?.currentHealthy === 4,
    );
    const { ok, failed } = await drain(name, { timeout: 3, podEvictionWait: 1, parallel: 2 });
    expect(ok).toBe(false);
    const [failure] = failed;
    expect(failure?.code).toBe("engine/drain-blocked");
    const { title, detail = "" } = isLotseError(failure?.error) ? failure.error.diagnostic : { title: "none" };
    expect(title).toMatch(new RegExp(`^Node group ${name} can't be drained: \\d pods? stays?$`));
    expect(detail).toMatch(
      /^default\/web-\S+ on ip-\S+: The disruption budget web-budget needs 4 healthy pods and has 4 currently/,
    );
    // Nothing went, and the nodes stay closed until somebody decides.
    expect((await pods()).filter(isReady)).toHaveLength(4);
    expect((await nodesOf(kube, name)).map(({ spec }) => spec.unschedulable)).toEqual([true, true]);
    expect((await drain(name, {}, true)).ok).toBe(true);
    expect((await nodesOf(kube, name)).map(({ spec }) => spec.unschedulable ?? false)).toEqual([false, false]);
    await kube.delete(resources.disruptionBudgets, { namespace: "default", name: "web-budget" });
  });

  it("are emptied side by side when asked to", async ({ expect }) => {
    // One pod on each of the group's nodes, which somebody holds back when it is to go.
    const held = { app: "held" };
    const spread = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: held } };
    await kube.create<KubeObject & { spec: object }>(resources.deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "held", namespace: "default" },
      spec: {
        replicas: 2,
        selector: { matchLabels: held },
        template: {
          metadata: { labels: held, finalizers: ["example.com/hold"] },
          spec: {
            nodeSelector: { "alpha.eksctl.io/nodegroup-name": "new" },
            affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [spread] } },
            containers: [{ name: "web", image: "nginx" }],
          },
        },
      },
    });
    const found = (): Promise<Pod[]> =>
      kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=held" });
    const both = await eventually(found, (all) => all.length === 2 && all.every(isReady));
    const draining = drain("new", { parallel: 2, timeout: 120, podEvictionWait: 1 });
    const names = both.map(({ metadata }) => metadata.name);
    // Neither is gone yet, and both are going.
    await eventually(
      found,
      (all) =>
        all.filter(({ metadata }) => names.includes(metadata.name) && metadata.deletionTimestamp !== undefined)
          .length === 2,
    );
    await kube.delete(resources.deployments, { namespace: "default", name: "held" });
    for (const name of names) {
      await kube.patch(resources.pods, { namespace: "default", name }, "merge", { metadata: { finalizers: null } });
    }
    const { failed } = await draining;
    expect(failed.map(({ message }) => message)).toEqual([]);
    for (const { metadata } of await found()) {
      const key = { namespace: "default", name: metadata.name };
      await kube.patch(resources.pods, key, "merge", { metadata: { finalizers: null } });
    }
    expect((await drain("new", {}, true)).ok).toBe(true);
    await running(4);
  });

  it("are empty before a group that left the file is deleted", async ({ expect }) => {
    await kube.create(resources.disruptionBudgets, budget(2));
    const file = fileOf(group("new"));
    const plan = await world.plan(file, true);
    expect(stepsOf(plan)).toEqual(["update drain/old", "delete aws-auth/old", "delete nodegroup/old"]);
    let fewest = 4;
    const watching = new AbortController();
    const watched = watch(watching.signal, async () => {
      fewest = Math.min(fewest, (await pods()).filter(isReady).length);
    });
    const { failed } = await world.apply(file, { prune: true });
    expect(failed.map(({ message }) => message)).toEqual([]);
    watching.abort();
    await watched;
    expect(fewest).toBeGreaterThanOrEqual(2);
    const left = await running(4);
    const stay = new Set((await nodesOf(kube, "new")).map(({ metadata }) => metadata.name));
    expect(left.every(({ spec }) => stay.has(spec.nodeName ?? ""))).toBe(true);
    expect(stepsOf(await world.plan(file, true))).toEqual([]);
  });

  it("have successors before they go when a group changes", async ({ expect }) => {
    const file = fileOf(group("new", ", volumeSize: 120"));
    const before = (await nodesOf(kube, "new")).map(({ spec }) => spec.providerID);
    const plan = await world.plan(file);
    expect(plan.steps.map(({ id, action, effect }) => `${action} ${id} (${effect})`)).toEqual([
      "update nodegroup/new (rolling)",
    ]);
    let fewest = before.length;
    const watching = new AbortController();
    const watched = watch(watching.signal, async () => {
      const open = (await nodesOf(kube, "new")).filter((node) => node.spec.unschedulable !== true && isReady(node));
      fewest = Math.min(fewest, open.length);
    });
    // Somebody presses Ctrl-C after the first of the two, and starts it again.
    const stop = new AbortController();
    const aws = await world.connect({ signal: stop.signal });
    const told: string[] = [];
    const host = {
      ...world.host,
      emit: ({ text }: { text: string }) => {
        told.push(text);
        if (text === "1 of 2 nodes of new replaced") stop.abort();
      },
    };
    const first = await apply(plan, aws, host);
    aws.close();
    expect(first.interrupted).toBe(true);
    const rest = await world.plan(file);
    expect(rest.steps.find(({ kind }) => kind === "nodegroup")?.why[0]?.code).toBe("plan/in-progress");
    const { failed } = await world.apply(file);
    expect(failed.map(({ message }) => message)).toEqual([]);
    watching.abort();
    await watched;
    expect(fewest).toBe(2);
    const after = await eventually(
      () => nodesOf(kube, "new"),
      (nodes) => nodes.length === 2,
    );
    expect(after.filter(({ spec }) => before.includes(spec.providerID))).toEqual([]);
    await running(4);
    expect(stepsOf(await world.plan(file))).toEqual([]);
  });

  it("are missed when they don't join, with the reason", async ({ expect }) => {
    const file = fileOf(
      group("new", ", volumeSize: 120") + group("late").replaceAll("Size: 2", "Size: 1").replace(": 2", ": 1"),
    );
    const fault = world.sandbox.faults.add({ effect: { kind: "capacity" } });
    // Long enough for Auto Scaling to have tried, on a busy machine too.
    const { failed } = await world.apply(file, { nodeTimeout: 5 });
    expect(failed.map(({ step, code }) => [step, code])).toEqual([["nodes/late", "engine/nodes-missing"]]);
    expect(failed[0]?.message).toMatch(
      /^0 of 1 nodes of late are Ready .*: 0 of 1 instances are in service: .*capacity/,
    );
    world.sandbox.faults.remove(fault.id);
    // The group is there; what is left is that its node joins.
    const rest = await world.plan(file);
    expect(stepsOf(rest)).toEqual(["create nodes/late"]);
    expect(rest.steps[0]?.why[0]?.text).toBe("no node of late is Ready");
    expect((await world.apply(file)).failed.map(({ message }) => message)).toEqual([]);
    const without = fileOf(group("new", ", volumeSize: 120"));
    expect((await world.apply(without, { prune: true })).ok).toBe(true);
  });

  it("are emptied when the cluster goes, unless nobody minds", async ({ expect }) => {
    // Two of four pods have to run, and soon there is no node for them.
    const blocked = await destroy(await planDestroy("quay", world.aws), world.aws, world.host, {
      drain: { timeout: 3, podEvictionWait: 1, parallel: 2 },
    });
    expect(blocked.failed.map(({ step, code }) => [step, code])).toEqual([["drain/new", "engine/drain-blocked"]]);
    expect(blocked.skipped).toContain("nodegroup/new");
    const plan = await planDestroy("quay", world.aws);
    const gone = await destroy(plan, world.aws, world.host, { drain: { disableEviction: true } });
    expect(gone.failed.map(({ message }) => message)).toEqual([]);
    expect(world.leftovers()).toEqual([]);
  });
});
