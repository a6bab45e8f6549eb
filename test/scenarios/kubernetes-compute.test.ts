// A cluster without instances, and then with accelerators: what lotse does inside it so that pods run there.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: pods, region: eu-central-1, version: "1.35" }
availabilityZones: [eu-central-1a, eu-central-1b]
fargateProfiles:
  - { name: system, selectors: [{ namespace: kube-system }] }
`;
const accelerated = `${file}managedNodeGroups:
  - { name: gpus, instanceType: g5.xlarge, desiredCapacity: 1 }
  - { name: chips, instanceType: inf2.xlarge, desiredCapacity: 1 }
`;

interface Pod extends KubeObject {
  spec: { nodeName?: string; schedulerName: string };
  status: { phase: string };
}

interface Workload extends KubeObject {
  status?: { readyReplicas?: number; numberReady?: number; desiredNumberScheduled?: number };
}

interface Node extends KubeObject {
  status?: { allocatable?: Record<string, string> };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a cluster", () => {
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  it("of Fargate alone has CoreDNS there, Ready", async ({ expect }) => {
    const { steps } = await world.plan(file);
    expect(steps.find(({ id }) => id === "coredns-on-fargate/coredns")?.why[0]).toMatchObject({
      text: "a Fargate profile selects CoreDNS: its pods move onto Fargate",
      line: 6,
    });
    const { failed } = await world.apply(file);
    expect(failed.map(({ message }) => message)).toEqual([]);
    kube = kubeOf(world, "pods");
    const dns = await eventually(
      () => kube.list<Pod>(resources.pods, { namespace: "kube-system", labelSelector: "k8s-app=kube-dns" }),
      (pods) => pods.length === 2 && pods.every(({ status }) => status.phase === "Running"),
    );
    for (const { spec } of dns) {
      expect(spec.schedulerName).toBe("fargate-scheduler");
      expect(spec.nodeName).toMatch(/^fargate-ip-/);
    }
    await eventually(
      () => kube.get<Workload>(resources.deployments, { namespace: "kube-system", name: "coredns" }),
      ({ status }) => status?.readyReplicas === 2,
    );
    expect(stepsOf(await world.plan(file))).toEqual([]);
  });

  it("gets the device plugin of its GPUs, and is told of the one that lotse doesn't install", async ({ expect }) => {
    const planned = await world.plan(accelerated);
    expect(stepsOf(planned)).toContain("create device-plugin/nvidia");
    const neuron = planned.steps.find(({ id }) => id === "device-plugin/neuron");
    expect(neuron).toMatchObject({ pending: true, why: [{ code: "plan/by-hand", line: 9 }] });
    expect(neuron?.why[0]?.text).toContain("the Neuron device plugin isn't installed by lotse: helm upgrade --install");
    const { failed } = await world.apply(accelerated);
    expect(failed.map(({ message }) => message)).toEqual([]);
    const plugin = { namespace: "kube-system", name: "nvidia-device-plugin-daemonset" };
    await eventually(
      () => kube.get<Workload>(resources.daemonSets, plugin),
      ({ status }) => (status?.numberReady ?? 0) > 0 && status?.numberReady === status?.desiredNumberScheduled,
    );
    const nodes = await eventually(
      () => kube.list<Node>(resources.nodes, { labelSelector: "node.kubernetes.io/instance-type=g5.xlarge" }),
      (found) => found.some(({ status }) => status?.allocatable?.["nvidia.com/gpu"] === "1"),
    );
    expect(nodes).toHaveLength(1);
    const again = await world.plan(accelerated);
    expect(stepsOf(again)).toEqual([]);
    // Nobody has installed it: the plan says so as long as it is so.
    expect(again.steps.map(({ id, pending }) => [id, pending])).toEqual([["device-plugin/neuron", true]]);
  });
});
