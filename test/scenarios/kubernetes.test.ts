// Emulated EKS clusters are Kubernetes clusters: their control planes, who gets in, their nodes and pods.
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { eventually, kubeOf, pidsOf, runs } from "../helpers/kubernetes.ts";
import type { World } from "../helpers/world.ts";
import { openWorld } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: shop, region: eu-central-1, version: "1.35" }
managedNodeGroups:
  - { name: workers, instanceType: m5.large, desiredCapacity: 3, minSize: 2, maxSize: 6, labels: { team: shop } }
`;

interface Node extends KubeObject {
  spec: { providerID: string };
  status: {
    conditions: { type: string; status: string }[];
    capacity: Record<string, string>;
    allocatable: Record<string, string>;
  };
}

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: { phase: string; podIP?: string };
}

const isReady = (node: Node): boolean =>
  node.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");

function deployment(name: string, replicas: number): KubeObject & { spec: object } {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a cluster", () => {
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld();
    const { ok } = await world.apply(file);
    if (!ok) throw new Error("the cluster wasn't made");
    kube = kubeOf(world, "shop");
  });

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  it("reports its own version and knows who made it", async ({ expect }) => {
    expect((await kube.version()).gitVersion).toMatch(/^v1\.35\./);
    const review = await kube.connection.send<{ status: { userInfo: { username: string; groups: string[] } } }>({
      method: "POST",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      what: "ask who I am",
    });
    expect(review.status.userInfo.username).toBe("arn:aws:iam::123456789012:user/administrator");
  });

  it("has its instances as nodes, with the size and labels that they have on AWS", async ({ expect }) => {
    const nodes = await eventually(
      () => kube.list<Node>(resources.nodes),
      (found) => found.length === 3 && found.every(isReady),
    );
    const [node] = nodes;
    expect(node?.metadata.name).toMatch(/^ip-192-168-\d+-\d+\.eu-central-1\.compute\.internal$/);
    expect(node?.spec.providerID).toMatch(/^aws:\/\/\/eu-central-1[abc]\/i-[0-9a-f]{17}$/);
    expect(node?.metadata.labels).toMatchObject({
      team: "shop",
      "eks.amazonaws.com/nodegroup": "workers",
      "eks.amazonaws.com/capacityType": "ON_DEMAND",
      "node.kubernetes.io/instance-type": "m5.large",
      "kubernetes.io/arch": "amd64",
      "topology.kubernetes.io/region": "eu-central-1",
    });
    expect(node?.status.capacity).toMatchObject({ cpu: "2", pods: "29" });
    expect(node?.status.allocatable).toMatchObject({ cpu: "1930m", memory: "6903Mi" });
  });

  it("runs add-ons in kube-system", async ({ expect }) => {
    const pods = await eventually(
      () => kube.list<Pod>(resources.pods, { namespace: "kube-system" }),
      (found) => found.length >= 8 && found.every(({ status }) => status.phase === "Running"),
    );
    const names = pods.map(({ metadata }) => metadata.name);
    const count = (start: string): number => names.filter((name) => name.startsWith(start)).length;
    expect([count("aws-node-"), count("kube-proxy-"), count("coredns-")]).toEqual([3, 3, 2]);
  });

  it("gives pods addresses of the nodes' subnets, each its own", async ({ expect }) => {
    await kube.create(resources.deployments, deployment("web", 20));
    const pods = await eventually(
      () => kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=web" }),
      (found) => found.length === 20 && found.every(({ status }) => status.phase === "Running"),
    );
    const addresses = pods.map(({ status }) => status.podIP ?? "");
    expect(new Set(addresses).size).toBe(20);
    const held = world.send<{ NetworkInterfaces: { PrivateIpAddresses: { PrivateIpAddress: string }[] }[] }>(
      "ec2",
      "DescribeNetworkInterfaces",
      {},
    );
    const known = held.NetworkInterfaces.flatMap((each) =>
      each.PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress),
    );
    expect(addresses.filter((address) => !known.includes(address))).toEqual([]);
  });

  it("loses the node of an instance that was terminated, and gets another", async ({ expect }) => {
    const [lost] = await kube.list<Node>(resources.nodes);
    const instance = lost?.spec.providerID.split("/").at(-1);
    world.send("ec2", "TerminateInstances", { InstanceIds: [instance] });
    world.sandbox.clock.settle();
    const nodes = await eventually(
      () => kube.list<Node>(resources.nodes),
      (found) =>
        found.length === 3 && found.every(isReady) && !found.some((node) => node.metadata.name === lost?.metadata.name),
    );
    expect(nodes).toHaveLength(3);
    await eventually(
      () => kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=web" }),
      (found) => found.length === 20 && found.every(({ status }) => status.phase === "Running"),
    );
  });

  it("lets in whom an access entry names, and only as far as its policies reach", async ({ expect }) => {
    world.send("iam", "CreateUser", { UserName: "anna" });
    const { AccessKey } = world.send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName: "anna" },
    );
    const anna = kubeOf(world, "shop", {
      accessKeyId: AccessKey.AccessKeyId,
      secretAccessKey: AccessKey.SecretAccessKey,
    });
    await expect(anna.list(resources.pods, { namespace: "default" })).rejects.toMatchObject({
      code: "kube/unauthorized",
    });
    const principalArn = "arn:aws:iam::123456789012:user/anna";
    world.send("eks", "CreateAccessEntry", { clusterName: "shop", principalArn });
    world.send("eks", "AssociateAccessPolicy", {
      clusterName: "shop",
      principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "namespace", namespaces: ["default"] },
    });
    // Refusals are kept for five seconds.
    const seen = await eventually(
      () => anna.list(resources.pods, { namespace: "default" }).catch(() => undefined),
      (found) => found !== undefined,
    );
    expect(seen).toHaveLength(20);
    await expect(anna.list(resources.pods, { namespace: "kube-system" })).rejects.toMatchObject({
      code: "kube/denied",
    });
    await expect(anna.delete(resources.deployments, { namespace: "default", name: "web" })).rejects.toMatchObject({
      code: "kube/denied",
    });
    anna.close();
  });

  it("moves to the next version with everything it holds", async ({ expect }) => {
    world.send("eks", "UpdateClusterVersion", { name: "shop", version: "1.36" });
    world.sandbox.clock.settle();
    const version = await eventually(
      () => kube.version().catch(() => ({ gitVersion: "" })),
      ({ gitVersion }) => gitVersion.startsWith("v1.36."),
    );
    expect(version.gitVersion).toMatch(/^v1\.36\./);
    expect(await kube.list(resources.deployments, { namespace: "default" })).toHaveLength(1);
    const groups = await kube.connection.send<{ resources: { name: string }[] }>({
      method: "GET",
      path: "/apis/admissionregistration.k8s.io/v1",
      what: "list kinds",
    });
    expect(groups.resources.map(({ name }) => name)).toContain("mutatingadmissionpolicies");
  });

  it("leaves no process behind when it is deleted", async ({ expect }) => {
    const pids = pidsOf(world.sandbox, "shop");
    expect(pids).toHaveLength(4);
    world.send("eks", "DeleteNodegroup", { clusterName: "shop", nodegroupName: "workers" });
    world.sandbox.clock.settle();
    world.send("eks", "DeleteCluster", { name: "shop" });
    world.sandbox.clock.settle();
    await eventually(
      () => Promise.resolve(pids.filter(runs)),
      (left) => left.length === 0,
    );
  });
});

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a sandbox that is started again", () => {
  it("has its clusters at their addresses, with what they hold", async ({ expect }) => {
    const folder = mkdtempSync(join(tmpdir(), "lotse-kubernetes-test-"));
    let world = await openWorld({ folder });
    await world.apply(file);
    let kube = kubeOf(world, "shop");
    const { server } = kube;
    await kube.create(resources.configMaps, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kept", namespace: "default" },
    });
    kube.close();
    await world.close();

    world = await openWorld({ folder });
    expect(pidsOf(world.sandbox, "shop")).toEqual([]);
    kube = kubeOf(world, "shop");
    expect(kube.server).toBe(server);
    expect(await kube.find(resources.configMaps, { namespace: "default", name: "kept" })).toBeDefined();
    await eventually(
      () => kube.list<Node>(resources.nodes),
      (nodes) => nodes.length === 3 && nodes.every(isReady),
    );
    kube.close();
    world.sandbox.reset();
    await eventually(
      () => Promise.resolve(readdirSync(join(folder, "kubernetes"))),
      (left) => left.length === 0,
    );
    await world.close();
  });
});

describe("a cluster without Kubernetes' programs", () => {
  it("has an address where nobody is, and the reason is told to the sandbox's owner", async ({ expect }) => {
    const problems: string[] = [];
    const world = await openWorld({
      kubernetes: { assets: { env: {}, cache: mkdtempSync(join(tmpdir(), "lotse-no-kubernetes-")) } },
      onKubernetesProblem: (problem) => problems.push(problem.message),
    });
    await world.apply(file.replace(/managedNodeGroups:[\s\S]*/, ""));
    const kube = kubeOf(world, "shop");
    await expect(kube.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    expect(problems[0]).toBe("Cluster shop has no Kubernetes behind it");
    kube.close();
    await world.close();
  });
});
