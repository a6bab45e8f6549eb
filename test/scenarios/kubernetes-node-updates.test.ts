// EKS empties the nodes of its groups before their instances end: by the Eviction API, as budgets allow, not for ever.
import { setTimeout as sleep } from "node:timers/promises";
import type { Update } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { nodegroups } from "../../src/sandbox/aws/services/eks/state.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { makeCluster, makeGroup, type MadeCluster } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Conditions {
  status: { conditions?: { type: string; status: string }[] };
}
interface Pod extends KubeObject, Conditions {
  spec: { nodeName?: string };
}
interface Node extends KubeObject, Conditions {
  spec: { unschedulable?: boolean; taints?: { key: string }[] };
}

const labels = { app: "web" };
const group = { clusterName: "shop", nodegroupName: "workers" };

const isReady = ({ metadata, status }: Pod | Node): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True");

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "nodes of a managed group", () => {
  let sandbox: Sandbox;
  let made: MadeCluster;
  let kube: Kube;

  const pods = (): Promise<Pod[]> => kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=web" });
  const nodes = (): Promise<Node[]> => kube.list<Node>(resources.nodes);
  const settled = (count: number): Promise<Pod[]> =>
    eventually(pods, (found) => found.filter(isReady).length === count && found.length === count);
  /** As `kubectl get nodes` shows them: no cordon, no taint of EKS's. */
  const openNodes = (count: number): Promise<Node[]> =>
    eventually(
      nodes,
      (found) =>
        found.length === count &&
        found.every(
          (node) => isReady(node) && node.spec.unschedulable !== true && (node.spec.taints ?? []).length === 0,
        ),
    );
  const keepAvailable = async (minAvailable: number): Promise<void> => {
    const name = "web";
    await kube.apply(
      resources.disruptionBudgets,
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name, namespace: "default" },
        spec: { minAvailable, selector: { matchLabels: labels } },
      } as KubeObject,
      { fieldManager: "test" },
    );
    await eventually(
      () =>
        kube.get<KubeObject & { status?: { desiredHealthy?: number; currentHealthy?: number } }>(
          resources.disruptionBudgets,
          { namespace: "default", name },
        ),
      ({ status }) => status?.desiredHealthy === minAvailable && status.currentHealthy === 2,
    );
  };
  const update = async (input: object = {}): Promise<Update> => {
    const { update: begun } = made.send<{ update: Update }>("eks", "UpdateNodegroupVersion", { ...group, ...input });
    const { update: ended } = await eventually(
      () =>
        Promise.resolve(
          made.send<{ update: Update }>("eks", "DescribeUpdate", {
            name: group.clusterName,
            nodegroupName: group.nodegroupName,
            updateId: begun.id,
          }),
        ),
      ({ update: seen }) => seen.status !== "InProgress",
    );
    return ended;
  };
  /** The fewest Ready pods that were seen while something was done. */
  const fewestDuring = async (work: () => Promise<void>): Promise<number> => {
    let fewest = Number.POSITIVE_INFINITY;
    let over = false;
    const watching = (async () => {
      while (!over) {
        fewest = Math.min(fewest, (await pods()).filter(isReady).length);
        await sleep(50);
      }
    })();
    await work().finally(() => (over = true));
    await watching;
    return fewest;
  };

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: false });
    made = makeCluster(sandbox, "shop");
    makeGroup(sandbox, made, "workers", 2);
    kube = kubeOf({ sandbox, send: made.send }, "shop");
    await openNodes(2);
    await kube.create<KubeObject & { spec: object }>(resources.deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
      },
    });
    await settled(2);
    // Nowhere to run; EKS is patient for a quarter of a minute.
    made.send("eks", "CreateAddon", {
      clusterName: "shop",
      addonName: "metrics-server",
      configurationValues: JSON.stringify({ nodeSelector: { disk: "none" } }),
    });
    // Its controller looks each 15 s, too.
    await kube.connection.send({
      method: "POST",
      path: "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
      body: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "scaled" },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "scaled" },
          minReplicas: 3,
          maxReplicas: 5,
          metrics: [
            { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
          ],
        },
      },
      what: "create an autoscaler",
    });
    const scaled = { app: "scaled" };
    await kube.create<KubeObject & { spec: object }>(resources.deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "scaled", namespace: "default" },
      spec: {
        selector: { matchLabels: scaled },
        template: { metadata: { labels: scaled }, spec: { containers: [{ name: "web", image: "nginx" }] } },
      },
    });
  }, 120_000);

  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
  });

  it(
    "are emptied one by one in an update, and a budget keeps a pod running",
    { timeout: 200_000 },
    async ({ expect }) => {
      await keepAvailable(1);
      const before = (await nodes()).map(({ metadata }) => metadata.name);
      const fewest = await fewestDuring(async () => {
        expect(await update()).toMatchObject({ status: "Successful", errors: [] });
      });
      expect(fewest).toBeGreaterThanOrEqual(1);
      const after = await openNodes(2);
      expect(after.filter(({ metadata }) => before.includes(metadata.name))).toEqual([]);
      await settled(2);
    },
  );

  it("stay when a budget lets nobody go: the update fails and says where", { timeout: 200_000 }, async ({ expect }) => {
    await keepAvailable(2);
    const before = await settled(2);
    const ended = await update();
    expect(ended.status).toBe("Failed");
    const busy = before.map(({ spec }) => spec.nodeName);
    expect(ended.errors).toEqual([
      {
        errorCode: "PodEvictionFailure",
        errorMessage: "Reached max retries while trying to evict pods from nodes in node group workers",
        resourceIds: [expect.toSatisfy((name: string) => busy.includes(name))],
      },
    ]);
    const { nodegroup } = made.send<{ nodegroup: object }>("eks", "DescribeNodegroup", group);
    expect(nodegroup).toMatchObject({ status: "ACTIVE", scalingConfig: { desiredSize: 2 } });
    // Who couldn't leave is where it was, and nothing keeps others out.
    const uids = (found: readonly Pod[]): Set<string | undefined> => new Set(found.map(({ metadata }) => metadata.uid));
    expect(uids(await settled(2))).toEqual(uids(before));
    expect((await openNodes(2)).map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining([busy[0]]));
  });

  it("go all the same when the update is forced", { timeout: 200_000 }, async ({ expect }) => {
    const before = (await nodes()).map(({ metadata }) => metadata.name);
    expect(await update({ force: true })).toMatchObject({ status: "Successful", errors: [] });
    const after = await openNodes(2);
    expect(after.filter(({ metadata }) => before.includes(metadata.name))).toEqual([]);
    await settled(2);
  });

  it("carry as many pods as a HorizontalPodAutoscaler says", { timeout: 200_000 }, async ({ expect }) => {
    const autoscaler = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/scaled";
    const { status } = await eventually(
      () =>
        kube.connection.send<{
          status?: { desiredReplicas?: number; conditions?: { type: string; reason: string }[] };
        }>({
          method: "GET",
          path: autoscaler,
          what: "read an autoscaler",
        }),
      (found) => found.status?.conditions?.some(({ type }) => type === "ScalingActive") === true,
    );
    // Its least size; nobody measures simulated containers, and it says so.
    const active = status?.conditions?.find(({ type }) => type === "ScalingActive");
    expect(active).toMatchObject({ status: "False", reason: "FailedGetResourceMetric" });
    await eventually(
      () => kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=scaled" }),
      (found) => found.filter(isReady).length === 3,
    );
  });

  it("carry an add-on's pods, or the add-on says that it lacks them", { timeout: 200_000 }, async ({ expect }) => {
    const addon = { clusterName: "shop", addonName: "metrics-server" };
    interface Described {
      addon: { status: string; health: { issues: { code: string }[] } };
    }
    const until = async (status: string): Promise<string[]> => {
      const look = (): Promise<Described> => Promise.resolve(made.send<Described>("eks", "DescribeAddon", addon));
      const found = await eventually(look, (seen) => seen.addon.status === status);
      return found.addon.health.issues.map(({ code }) => code);
    };
    // There are nodes enough; its Deployment is what it goes by.
    expect(await until("DEGRADED")).toEqual(["InsufficientNumberOfReplicas"]);
    made.send("eks", "UpdateAddon", { ...addon, configurationValues: "{}" });
    expect(await until("ACTIVE")).toEqual([]);
    const ofAddon = { namespace: "kube-system", labelSelector: "app.kubernetes.io/name=metrics-server" };
    await eventually(
      () => kube.list<Pod>(resources.pods, ofAddon),
      (found) => found.length === 2 && found.every(isReady),
    );
  });

  it("are emptied when the group shrinks", { timeout: 200_000 }, async ({ expect }) => {
    await keepAvailable(1);
    const fewest = await fewestDuring(async () => {
      const scalingConfig = { minSize: 0, maxSize: 2, desiredSize: 1 };
      made.send("eks", "UpdateNodegroupConfig", { ...group, scalingConfig });
      await eventually(
        async () => {
          made.send("auto-scaling", "DescribeAutoScalingGroups", {});
          return nodes();
        },
        (found) => found.length === 1,
      );
    });
    expect(fewest).toBeGreaterThanOrEqual(1);
    await settled(2);
  });

  it("come while somebody watches the cluster, though nobody asks AWS", { timeout: 200_000 }, async ({ expect }) => {
    made.send("eks", "CreateNodegroup", {
      ...group,
      nodegroupName: "late",
      nodeRole: made.nodeRole,
      subnets: made.network.publicSubnets,
      scalingConfig: { minSize: 0, maxSize: 1, desiredSize: 1 },
      instanceTypes: ["m5.large"],
    });
    const ofLate = { labelSelector: "eks.amazonaws.com/nodegroup=late" };
    const look = (): Promise<Node[]> => kube.list<Node>(resources.nodes, ofLate);
    expect(await look()).toEqual([]);
    await eventually(look, (found) => found.length === 1 && found.every(isReady));
    const status = (): string | undefined =>
      sandbox.cloud.store
        .table(nodegroups, sandbox.account, sandbox.region)
        .list()
        .find(({ nodegroupName }) => nodegroupName === "late")?.status;
    await eventually(
      async () => {
        await look();
        return status();
      },
      (seen) => seen === "ACTIVE",
    );
  });

  it("don't hold a deletion up for ever", { timeout: 200_000 }, async ({ expect }) => {
    await keepAvailable(2);
    made.send("eks", "DeleteNodegroup", group);
    const list = (): string[] =>
      made.send<{ nodegroups: string[] }>("eks", "ListNodegroups", { clusterName: "shop" }).nodegroups;
    const began = sandbox.clock.now();
    await eventually(
      () => Promise.resolve(list()),
      (names) => !names.includes("workers"),
    );
    expect((sandbox.clock.now() - began) / 1000).toBeGreaterThan(900);
    // The other group's node is none of this.
    await eventually(nodes, (found) => found.length === 1);
  });
});
