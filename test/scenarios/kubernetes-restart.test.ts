// A sandbox that is started again has its nodes and pods as they were: addresses, restarts, cordons.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { makeCluster, makeGroup, senderOf } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Pod extends KubeObject {
  status: { phase: string; podIP?: string; containerStatuses?: { restartCount: number }[] };
}

interface Node extends KubeObject {
  spec: { unschedulable?: boolean };
  status: { conditions: { type: string; status: string }[] };
}

const isReady = ({ status }: Node): boolean =>
  status.conditions.some((condition) => condition.type === "Ready" && condition.status === "True");

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "after a restart", () => {
  it("nodes are ready and cordoned as before, pods run on with their addresses, new ones get others", async ({
    expect,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), "lotse-restart-"));
    const door = (sandbox: Sandbox): Kube => kubeOf({ sandbox, send: senderOf(sandbox) }, "shop");
    const podsOf = (kube: Kube): Promise<Pod[]> =>
      kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=web" });
    const allRun =
      (count: number) =>
      (pods: readonly Pod[]): boolean =>
        pods.length === count && pods.every(({ status }) => status.phase === "Running");

    let sandbox = await createSandbox({ listen: false, folder });
    const made = makeCluster(sandbox, "shop");
    makeGroup(sandbox, made, "workers", 2);
    let kube = door(sandbox);
    const labels = { app: "web" };
    await kube.create<KubeObject & { spec: object }>(resources.deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: {
        replicas: 8,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { "lotse.dev/sim-crash": "1" } },
          spec: { containers: [{ name: "web", image: "nginx" }] },
        },
      },
    });
    const restarted = (pods: readonly Pod[]): boolean =>
      allRun(8)(pods) && pods.every(({ status }) => status.containerStatuses?.[0]?.restartCount === 1);
    const before = await eventually(() => podsOf(kube), restarted);
    const [node] = await kube.list<Node>(resources.nodes);
    const name = node?.metadata.name ?? "";
    await kube.patch(resources.nodes, { name }, "merge", { spec: { unschedulable: true } });
    kube.close();
    await sandbox.close();

    sandbox = await createSandbox({ listen: false, folder });
    kube = door(sandbox);
    const nodes = await eventually(
      () => kube.list<Node>(resources.nodes),
      (all) => all.length === 2 && all.every(isReady),
    );
    expect(nodes.filter(({ spec }) => spec.unschedulable).map(({ metadata }) => metadata.name)).toEqual([name]);
    await kube.connection.send({
      method: "PATCH",
      path: "/apis/apps/v1/namespaces/default/deployments/web",
      patch: "merge",
      body: { spec: { replicas: 14 } },
      what: "scale web",
    });
    const after = await eventually(() => podsOf(kube), allRun(14));
    const kept = new Map(after.map(({ metadata, status }) => [metadata.name, status]));
    for (const { metadata, status } of before) {
      expect(kept.get(metadata.name)).toMatchObject({
        podIP: status.podIP,
        containerStatuses: [{ restartCount: 1 }],
      });
    }
    expect(new Set(after.map(({ status }) => status.podIP)).size).toBe(14);
    kube.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
