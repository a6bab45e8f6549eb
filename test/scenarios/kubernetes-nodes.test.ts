// Which instances become nodes of an emulated cluster, as what, and how they leave it.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup, makeRole, nodePolicies } from "../helpers/eks-by-api.ts";
import { eventsOf, eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Node extends KubeObject {
  spec: { providerID: string; taints?: { key: string; effect: string }[]; unschedulable?: boolean };
  status: { conditions: { type: string; status: string; message: string }[]; capacity: Record<string, string> };
}

const ready = (node: Node | undefined): { status: string; message: string } | undefined =>
  node?.status.conditions.find(({ type }) => type === "Ready");

const nodeConfig = (cluster: string, kubelet: string): string => `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: { name: ${cluster}, apiServerEndpoint: https://example.com, certificateAuthority: Y2E=, cidr: 10.100.0.0/16 }
  kubelet:
${kubelet}
--//--
`;

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "nodes", () => {
  let sandbox: Sandbox;
  let made: MadeCluster;
  let kube: Kube;

  const nodes = (): Promise<Node[]> => kube.list<Node>(resources.nodes);
  const nodeOf = async (instance: string): Promise<Node | undefined> =>
    (await nodes()).find(({ spec }) => spec.providerID.endsWith(`/${instance}`));
  const untilReady = (instance: string): Promise<Node | undefined> =>
    eventually(
      () => nodeOf(instance),
      (node) => ready(node)?.status === "True",
    );

  /** An instance of nobody's group. */
  const launch = (profile: string, userData: string, more: object = {}): string => {
    const { Images } = made.send<{ Images: { ImageId: string }[] }>("ec2", "DescribeImages", {
      Filters: [{ Name: "name", Values: ["amazon-eks-node-al2023-x86_64-standard-1.35-*"] }],
    });
    const { Instances } = made.send<{ Instances: { InstanceId: string }[] }>("ec2", "RunInstances", {
      ImageId: Images[0]?.ImageId,
      InstanceType: "m5.large",
      SubnetId: made.network.publicSubnets[0],
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: profile },
      UserData: Buffer.from(userData).toString("base64"),
      ...more,
    });
    sandbox.clock.settle();
    return Instances[0]?.InstanceId ?? "";
  };
  const profileWith = (role: string): string => {
    made.send("iam", "CreateInstanceProfile", { InstanceProfileName: role });
    made.send("iam", "AddRoleToInstanceProfile", { InstanceProfileName: role, RoleName: role });
    return role;
  };

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: false });
    made = makeCluster(sandbox, "shop");
    kube = kubeOf({ sandbox, send: made.send }, "shop");
    await kube.version();
  });

  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
  });

  it("of one's own join by their user data, once their role has access, as large as it says", async ({ expect }) => {
    const principalArn = makeRole(made.send, "own", "ec2.amazonaws.com", nodePolicies);
    const kubelet = `    maxPodsExpression: "max_pods < 12 ? max_pods : 12"
    flags: ["--node-labels=team=shop", "--register-with-taints=dedicated=shop:NoSchedule"]`;
    const instance = launch(profileWith("own"), nodeConfig("shop", kubelet));
    const stranger = launch("own", nodeConfig("another", kubelet));
    const silent = launch("own", "#!/bin/bash\necho hello\n");
    await eventually(
      () =>
        Promise.resolve(
          sandbox.kubernetes
            ?.cluster({ account: sandbox.account, region: sandbox.region, name: "shop" })
            ?.simulation?.status().nodes ?? [],
        ),
      (all) => all.some(({ spec, refusal }) => spec.instanceId === instance && refusal !== undefined),
    );
    expect(await nodes()).toEqual([]);
    made.send("eks", "CreateAccessEntry", { clusterName: "shop", principalArn, type: "EC2_LINUX" });
    const node = await untilReady(instance);
    expect(node?.metadata.labels).toMatchObject({
      team: "shop",
      "topology.kubernetes.io/zone": `${sandbox.region}a`,
    });
    expect(node?.spec.taints).toContainEqual({ key: "dedicated", value: "shop", effect: "NoSchedule" });
    expect(node?.status.capacity["pods"]).toBe("12");
    const calm = ["MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => [type, "False"]);
    expect(node?.status.conditions.map(({ type, status }) => [type, status])).toEqual([...calm, ["Ready", "True"]]);
    // Its heartbeat: the node controller goes by it.
    const lease = (): Promise<{ spec: { holderIdentity: string; renewTime: string } }> =>
      kube.connection.send({
        method: "GET",
        path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node?.metadata.name}`,
        what: "read a lease",
      });
    const { spec: first } = await lease();
    expect(first.holderIdentity).toBe(node?.metadata.name);
    await eventually(lease, ({ spec }) => spec.renewTime > first.renewTime);
    expect(await nodes()).toHaveLength(1);
    made.send("ec2", "TerminateInstances", { InstanceIds: [instance, stranger, silent] });
    sandbox.clock.settle();
  });

  it("are unknown first and then gone when their instance ends", async ({ expect }) => {
    const seen = new Set<string | undefined>();
    await eventually(
      async () => {
        const all = await nodes();
        for (const node of all) seen.add(ready(node)?.status);
        return all;
      },
      (all) => all.length === 0,
    );
    expect(seen).toContain("Unknown");
  });

  it("of a group follow its labels and taints; cordons and labels of others stay", async ({ expect }) => {
    makeGroup(sandbox, made, "workers", 1, { labels: { team: "shop", old: "yes" } });
    const [node] = await eventually(nodes, (all) => all.length === 1 && ready(all[0])?.status === "True");
    const name = node?.metadata.name ?? "";
    await kube.patch(resources.nodes, { name }, "merge", {
      metadata: { labels: { mine: "1" } },
      spec: { unschedulable: true },
    });
    made.send("eks", "UpdateNodegroupConfig", {
      clusterName: "shop",
      nodegroupName: "workers",
      labels: { addOrUpdateLabels: { team: "web" }, removeLabels: ["old"] },
      taints: { addOrUpdateTaints: [{ key: "dedicated", value: "web", effect: "NO_SCHEDULE" }] },
    });
    sandbox.clock.settle();
    const changed = await eventually(
      () => kube.get<Node>(resources.nodes, { name }),
      ({ metadata }) => metadata.labels?.["team"] === "web",
    );
    expect(changed.metadata.labels).toMatchObject({ mine: "1", team: "web" });
    expect(changed.metadata.labels).not.toHaveProperty("old");
    expect(changed.spec.unschedulable).toBe(true);
    expect(changed.spec.taints?.map(({ key }) => key)).toContain("dedicated");
  });

  it("that somebody deletes stay away: a kubelet registers when it starts", async ({ expect }) => {
    const [node] = await nodes();
    const name = node?.metadata.name ?? "";
    await kube.delete(resources.nodes, { name });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await nodes()).toEqual([]);
    const instance = node?.spec.providerID.split("/").at(-1) ?? "";
    // Another instance has another kubelet.
    made.send("ec2", "TerminateInstances", { InstanceIds: [instance] });
    sandbox.clock.settle();
    await eventually(nodes, (all) => all.length > 0 && all.every((each) => ready(each)?.status === "True"));
  });

  it("whose role loses its access make their group degrade", async ({ expect }) => {
    made.send("eks", "DeleteAccessEntry", { clusterName: "shop", principalArn: made.nodeRole });
    const { nodegroup } = await eventually(
      () =>
        Promise.resolve(
          made.send<{ nodegroup: { status: string; health: { issues: { code: string }[] } } }>(
            "eks",
            "DescribeNodegroup",
            {
              clusterName: "shop",
              nodegroupName: "workers",
            },
          ),
        ),
      (found) => found.nodegroup.status === "DEGRADED",
    );
    expect(nodegroup.health.issues[0]?.code).toBe("AccessDenied");
    made.send("eks", "CreateAccessEntry", { clusterName: "shop", principalArn: made.nodeRole, type: "EC2_LINUX" });
    await eventually(
      () =>
        Promise.resolve(
          made.send<{ nodegroup: { status: string } }>("eks", "DescribeNodegroup", {
            clusterName: "shop",
            nodegroupName: "workers",
          }),
        ),
      (found) => found.nodegroup.status === "ACTIVE",
    );
  });
});

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a cluster without a network plugin", () => {
  it(
    "has nodes that aren't ready until there is one; pods fail where its subnet has no addresses",
    { timeout: 300_000 },
    async ({ expect }) => {
      await using sandbox = await createSandbox({ listen: false });
      const made = makeCluster(
        sandbox,
        "bare",
        { bootstrapSelfManagedAddons: false, accessConfig: { authenticationMode: "CONFIG_MAP" } },
        28,
      );
      makeGroup(sandbox, made, "workers", 1, { subnets: [made.network.publicSubnets[0]] });
      const kube = kubeOf({ sandbox, send: made.send }, "bare");
      const nodes = (): Promise<Node[]> => kube.list<Node>(resources.nodes);
      const [node] = await eventually(nodes, (all) => all.length === 1);
      expect(ready(node)).toMatchObject({
        status: "False",
        message: expect.stringContaining("cni plugin not initialized") as string,
      });
      // The plugin is the node's role: without its rights in EC2 it stays where it is, and says so.
      const cni = { RoleName: "bare-node", PolicyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" };
      made.send("iam", "DetachRolePolicy", cni);
      made.send("eks", "CreateAddon", { clusterName: "bare", addonName: "vpc-cni" });
      const [missing] = await eventually(
        async () => {
          const { items } = await kube.connection.send<{ items: { message: string }[] }>({
            method: "GET",
            path: "/api/v1/namespaces/kube-system/events?fieldSelector=reason%3DMissingIAMPermissions",
            what: "list events",
          });
          return items;
        },
        (items) => items.length > 0,
      );
      expect(missing?.message).toMatch(/no network as long as EC2 refuses .* ec2:/s);
      expect(ready((await nodes())[0])?.status).toBe("False");
      made.send("iam", "AttachRolePolicy", cni);
      await eventually(nodes, (all) => ready(all[0])?.status === "True");

      const labels = { app: "many" };
      await kube.create(resources.deployments, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "many", namespace: "default" },
        spec: {
          replicas: 12,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
        },
      } as KubeObject);
      interface Pod extends KubeObject {
        status: { phase: string };
      }
      const pods = (): Promise<Pod[]> =>
        kube.list<Pod>(resources.pods, { namespace: "default", labelSelector: "app=many" });
      const running = (all: readonly Pod[]): number => all.filter(({ status }) => status.phase === "Running").length;
      // One that is pending now may be about to start: those that have to stay say so.
      const complaints = async (): Promise<string[]> => {
        const pending = (await pods()).filter(({ status }) => status.phase === "Pending");
        const reasons = await Promise.all(pending.map(({ metadata }) => eventsOf(kube, metadata.name)));
        return reasons.flat();
      };
      await eventually(complaints, (reasons) => reasons.includes("FailedCreatePodSandBox"));
      // Neither is there one for another node.
      makeGroup(sandbox, made, "late", 1, { subnets: [made.network.publicSubnets[0]] });
      const late = { clusterName: "bare", nodegroupName: "late" };
      const { nodegroup } = made.send<{ nodegroup: object }>("eks", "DescribeNodegroup", late);
      expect(nodegroup).toMatchObject({
        status: "CREATE_FAILED",
        health: { issues: [{ code: "InsufficientFreeAddresses" }] },
      });
      expect(await nodes()).toHaveLength(1);
      await eventually(pods, (all) => all.length === 12 && running(all) > 0);
      const before = running(await pods());
      await kube.patch(resources.deployments, { namespace: "default", name: "many" }, "merge", {
        spec: { replicas: before },
      });
      await eventually(pods, (all) => all.length === before && running(all) === before);
      kube.close();
    },
  );
});
