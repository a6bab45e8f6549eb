// Fargate on an emulated cluster: which pods it takes, on nodes of what size, and what it refuses.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster, makeRole } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Pod extends KubeObject {
  spec: { nodeName?: string; schedulerName: string };
  status: { phase: string; podIP?: string };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "Fargate", () => {
  let sandbox: Sandbox;
  let made: MadeCluster;
  let kube: Kube;

  const post = <T>(path: string, body: object): Promise<T> =>
    kube.connection.send<T>({ method: "POST", path, body, what: `create at ${path}` });
  const createPod = (namespace: string, name: string, spec: object = {}, metadata: object = {}): Promise<Pod> =>
    post<Pod>(`/api/v1/namespaces/${namespace}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, ...metadata },
      spec: { containers: [{ name: "web", image: "nginx" }], ...spec },
    });
  const interfaces = (): string[] =>
    made
      .send<{ NetworkInterfaces: { Description: string; PrivateIpAddress: string }[] }>(
        "ec2",
        "DescribeNetworkInterfaces",
        {},
      )
      .NetworkInterfaces.filter(({ Description }) => Description.startsWith("Amazon EKS Fargate"))
      .map(({ PrivateIpAddress }) => PrivateIpAddress);
  const messages = async (namespace: string, name: string, reason: string): Promise<string[]> => {
    const { items } = await kube.connection.send<{ items: { message: string }[] }>({
      method: "GET",
      path: `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name},reason%3D${reason}`,
      what: "list events",
    });
    return items.map(({ message }) => message);
  };

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: false, kubernetes: "on" });
    made = makeCluster(sandbox, "shop");
    // Nobody has connected: in this mode it starts by itself.
    await eventually(
      () => Promise.resolve(sandbox.kubernetes?.status()[0]?.state),
      (state) => state === "running",
    );
    kube = kubeOf({ sandbox, send: made.send }, "shop");
    for (const name of ["shop-a", "other"]) {
      await post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      // Nobody can make pods there before Kubernetes has made their account.
      await eventually(
        () => kube.find(resources.serviceAccounts, { namespace: name, name: "default" }),
        (account) => account !== undefined,
      );
    }
    const podExecutionRoleArn = makeRole(made.send, "fargate", "eks-fargate-pods.amazonaws.com", [
      "AmazonEKSFargatePodExecutionRolePolicy",
    ]);
    const subnets = made.network.privateSubnets;
    const profiles = {
      zeta: [{ namespace: "shop-*" }],
      alpha: [{ namespace: "shop-?", labels: { tier: "web*" } }],
      dns: [{ namespace: "kube-system" }],
    };
    await createPod("shop-a", "early");
    for (const [fargateProfileName, selectors] of Object.entries(profiles)) {
      made.send("eks", "CreateFargateProfile", {
        clusterName: "shop",
        fargateProfileName,
        podExecutionRoleArn,
        subnets,
        selectors,
      });
      sandbox.clock.settle();
    }
    // From now on new pods are looked at.
    await eventually(
      () => createPod("shop-a", `probe-${Date.now()}`, {}, { labels: { probe: "yes" } }),
      ({ spec }) => spec.schedulerName === "fargate-scheduler",
    );
  });

  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
  });

  it("takes pods of its selectors that are made after the profile, the first profile by name", async ({ expect }) => {
    const label = "eks.amazonaws.com/fargate-profile";
    expect((await createPod("shop-a", "plain")).metadata.labels?.[label]).toBe("zeta");
    expect((await createPod("shop-a", "both", {}, { labels: { tier: "webby" } })).metadata.labels?.[label]).toBe(
      "alpha",
    );
    const pinned = await createPod("shop-a", "pinned", {}, { labels: { tier: "web", [label]: "zeta" } });
    expect([pinned.spec.schedulerName, pinned.metadata.labels?.[label]]).toEqual(["fargate-scheduler", "zeta"]);
    expect((await createPod("other", "elsewhere")).spec.schedulerName).toBe("default-scheduler");
    const early = await kube.get<Pod>(resources.pods, { namespace: "shop-a", name: "early" });
    expect(early.spec.schedulerName).toBe("default-scheduler");
  });

  it("gives each pod a node of its own with the pod's address, and the size it rounds up to", async ({ expect }) => {
    const resourcesOf = { requests: { cpu: "1", memory: "7900Mi" } };
    await createPod("shop-a", "large", { containers: [{ name: "web", image: "nginx", resources: resourcesOf }] });
    const large = await eventually(
      () => kube.get<Pod>(resources.pods, { namespace: "shop-a", name: "large" }),
      ({ status }) => status.phase === "Running",
    );
    expect(large.metadata.annotations?.["CapacityProvisioned"]).toBe("1vCPU 8GB");
    expect(large.spec.nodeName).toBe(
      `fargate-ip-${large.status.podIP?.replaceAll(".", "-")}.${sandbox.region}.compute.internal`,
    );
    expect(interfaces()).toContain(large.status.podIP);
    const node = await kube.get<KubeObject & { spec: { taints: object[] } }>(resources.nodes, {
      name: large.spec.nodeName ?? "",
    });
    expect(node.metadata.labels?.["eks.amazonaws.com/compute-type"]).toBe("fargate");
    expect(node.spec.taints).toContainEqual({
      key: "eks.amazonaws.com/compute-type",
      value: "fargate",
      effect: "NoSchedule",
    });
  });

  it("refuses in AWS's words what it doesn't run", async ({ expect }) => {
    await createPod("shop-a", "host", {
      hostNetwork: true,
      containers: [
        {
          name: "web",
          image: "nginx",
          securityContext: { privileged: true },
          ports: [{ containerPort: 80, hostPort: 80 }],
        },
      ],
    });
    const [message] = await eventually(
      () => messages("shop-a", "host", "FailedScheduling"),
      (found) => found.length > 0,
    );
    expect(message).toBe(
      "Pod not supported on Fargate: fields not supported: HostNetwork, invalid SecurityContext fields: Privileged, port contains HostIP or HostPort",
    );
  });

  it("has no size for what asks for more than its largest", async ({ expect }) => {
    const requests = { cpu: "17" };
    await createPod("shop-a", "huge", { containers: [{ name: "web", image: "nginx", resources: { requests } }] });
    const [message] = await eventually(
      () => messages("shop-a", "huge", "FailedScheduling"),
      (found) => found.length > 0,
    );
    expect(message).toMatch(/Fargate/);
    expect((await kube.get<Pod>(resources.pods, { namespace: "shop-a", name: "huge" })).status.phase).toBe("Pending");
  });

  it("takes CoreDNS only when it isn't told to stay on EC2", { timeout: 200_000 }, async ({ expect }) => {
    const dns = (): Promise<Pod[]> =>
      kube.list<Pod>(resources.pods, { namespace: "kube-system", labelSelector: "k8s-app=kube-dns" });
    expect((await dns()).every(({ spec }) => spec.schedulerName === "default-scheduler")).toBe(true);
    const addon = { clusterName: "shop", addonName: "coredns" };
    const health = (): Promise<{ status: string; health: { issues: { code: string }[] } }> =>
      Promise.resolve(
        made.send<{ addon: { status: string; health: { issues: { code: string }[] } } }>("eks", "DescribeAddon", addon)
          .addon,
      );
    // There is no node for pods that stay on EC2: its Deployment lacks them, and the add-on says so.
    made.send("eks", "CreateAddon", { ...addon, resolveConflicts: "OVERWRITE" });
    const starved = await eventually(health, ({ status }) => status === "DEGRADED");
    expect(starved.health.issues[0]?.code).toBe("InsufficientNumberOfReplicas");
    made.send("eks", "UpdateAddon", {
      ...addon,
      resolveConflicts: "OVERWRITE",
      configurationValues: JSON.stringify({ computeType: "Fargate" }),
    });
    await eventually(
      dns,
      (pods) =>
        pods.filter(({ spec, status }) => spec.schedulerName === "fargate-scheduler" && status.phase === "Running")
          .length === 2,
    );
    expect(await eventually(health, ({ status }) => status === "ACTIVE")).toMatchObject({ health: { issues: [] } });
  });

  it("takes node and interface away with the pod, and the pods with their profile", async ({ expect }) => {
    const large = await kube.get<Pod>(resources.pods, { namespace: "shop-a", name: "large" });
    await kube.delete(resources.pods, { namespace: "shop-a", name: "large" });
    await eventually(
      () => kube.find(resources.nodes, { name: large.spec.nodeName ?? "" }),
      (found) => found === undefined,
    );
    expect(interfaces()).not.toContain(large.status.podIP);
    made.send("eks", "DeleteFargateProfile", { clusterName: "shop", fargateProfileName: "zeta" });
    await eventually(
      () =>
        kube.list<Pod>(resources.pods, {
          namespace: "shop-a",
          labelSelector: "eks.amazonaws.com/fargate-profile=zeta",
        }),
      (left) => left.every(({ spec }) => spec.nodeName === undefined),
    );
  });
});
