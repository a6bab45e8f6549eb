// Claims on an emulated cluster: volumes of the account in the zone of their pod, made by who the driver is.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { cidrContains, parseCidr } from "../../src/base/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup } from "../helpers/eks-by-api.ts";
import { eventsOf, eventually, kubeOf } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.35");

interface Claim extends KubeObject {
  status: { phase: string; capacity?: { storage: string } };
}

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: { phase: string; podIP?: string; conditions?: { type: string; message?: string }[] };
}

interface VolumeItem {
  VolumeId: string;
  AvailabilityZone: string;
  Size: number;
  State: string;
  Attachments: { InstanceId: string }[];
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "volumes", () => {
  let sandbox: Sandbox;
  let made: MadeCluster;
  let kube: Kube;

  const post = (path: string, body: object): Promise<unknown> =>
    kube.connection.send({ method: "POST", path, body, what: `create at ${path}` });
  const claim = (name: string, storageClassName: string): Promise<unknown> =>
    post("/api/v1/namespaces/default/persistentvolumeclaims", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "5Gi" } } },
    });
  const podWith = (name: string, claimName: string): Promise<unknown> =>
    post("/api/v1/namespaces/default/pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: {
        containers: [{ name: "db", image: "db", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
      },
    });
  const claimPath = (name: string): string => `/api/v1/namespaces/default/persistentvolumeclaims/${name}`;
  const findClaim = (name: string): Promise<Claim> =>
    kube.connection.send<Claim>({ method: "GET", path: claimPath(name), what: "read a claim" });
  const findPod = (name: string): Promise<Pod> => kube.get<Pod>(resources.pods, { namespace: "default", name });
  const volumes = (): VolumeItem[] =>
    made.send<{ Volumes: VolumeItem[] }>("ec2", "DescribeVolumes", {
      Filters: [{ Name: "tag-key", Values: ["CSIVolumeName"] }],
    }).Volumes;
  const running = (name: string): Promise<Pod> =>
    eventually(
      () => findPod(name),
      ({ status }) => status.phase === "Running",
    );

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: false });
    // Volumes don't mind what addresses pods have: here they are IPv6.
    made = makeCluster(sandbox, "shop", { kubernetesNetworkConfig: { ipFamily: "ipv6" } });
    makeGroup(sandbox, made, "workers", 2);
    kube = kubeOf({ sandbox, send: made.send }, "shop");
    await post("/apis/storage.k8s.io/v1/storageclasses", {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "gp3" },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3" },
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  afterAll(async () => {
    kube?.close();
    await sandbox?.close();
  });

  it("aren't made without a driver: the claim waits, and so does its pod", async ({ expect }) => {
    await claim("data", "gp3");
    await podWith("db", "data");
    await eventually(
      () => eventsOf(kube, "data"),
      (reasons) => reasons.includes("ExternalProvisioning"),
    );
    expect((await findPod("db")).status.phase).toBe("Pending");
    expect(volumes()).toEqual([]);
  });

  it("aren't made by a driver that may not, and the claim says what it lacks", async ({ expect }) => {
    made.send("eks", "CreateAddon", { clusterName: "shop", addonName: "aws-ebs-csi-driver" });
    sandbox.clock.settle();
    const { items } = await eventually(
      () =>
        kube.connection.send<{ items: { reason: string; message: string }[] }>({
          method: "GET",
          path: "/api/v1/namespaces/default/events?fieldSelector=reason%3DProvisioningFailed",
          what: "list events",
        }),
      (found) => found.items.length > 0,
    );
    expect(items[0]?.message).toMatch(/api error UnauthorizedOperation: .* ec2:CreateVolume/s);
  });

  it("are made in the zone of the pod once it may, attached to its instance", async ({ expect }) => {
    made.send("iam", "AttachRolePolicy", {
      RoleName: "shop-node",
      PolicyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    });
    const { spec } = await running("db");
    const [volume] = volumes();
    const node = await kube.get<KubeObject & { spec: { providerID: string } }>(resources.nodes, {
      name: spec.nodeName ?? "",
    });
    const [, , , zone, instance] = node.spec.providerID.split("/");
    expect(volume).toMatchObject({ AvailabilityZone: zone, Size: 5, State: "in-use" });
    expect(volume?.Attachments[0]?.InstanceId).toBe(instance);
    expect((await findClaim("data")).status.phase).toBe("Bound");
  });

  it("belong to pods of an IPv6 cluster here, with addresses out of their nodes' prefixes", async ({ expect }) => {
    const { spec, status } = await running("db");
    interface Addresses extends KubeObject {
      status: { addresses: { type: string; address: string }[] };
    }
    const node = await kube.get<Addresses>(resources.nodes, { name: spec.nodeName ?? "" });
    const nodeIp = node.status.addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
    const interfaces = made.send<{
      NetworkInterfaces: { Ipv6Addresses: { Ipv6Address: string }[]; Ipv6Prefixes: { Ipv6Prefix: string }[] }[];
    }>("ec2", "DescribeNetworkInterfaces", {}).NetworkInterfaces;
    const own = interfaces.find(({ Ipv6Addresses }) => Ipv6Addresses.some(({ Ipv6Address }) => Ipv6Address === nodeIp));
    const prefix = parseCidr(own?.Ipv6Prefixes[0]?.Ipv6Prefix ?? "");
    const podIp = parseCidr(`${status.podIP}/128`);
    expect([prefix?.family, prefix?.prefix, podIp?.family]).toEqual([6, 80, 6]);
    expect(prefix && podIp && cidrContains(prefix, podIp)).toBe(true);
    const service = await kube.get<KubeObject & { spec: { clusterIP: string } }>(resources.services, {
      namespace: "default",
      name: "kubernetes",
    });
    expect(service.spec.clusterIP).toMatch(/^fd[0-9a-f:]+$/);
  });

  it("hold their pod in their zone", async ({ expect }) => {
    const [volume] = volumes();
    await kube.delete(resources.pods, { namespace: "default", name: "db" });
    const nodes = await kube.list<KubeObject>(resources.nodes);
    for (const { metadata } of nodes) {
      if (metadata.labels?.["topology.kubernetes.io/zone"] !== volume?.AvailabilityZone) continue;
      await kube.patch(resources.nodes, { name: metadata.name }, "merge", { spec: { unschedulable: true } });
    }
    await eventually(
      () => kube.find(resources.pods, { namespace: "default", name: "db" }),
      (found) => found === undefined,
    );
    await podWith("db", "data");
    const { status } = await eventually(
      () => findPod("db"),
      (found) => found.status.conditions?.some(({ message }) => message !== undefined) === true,
    );
    expect(status.conditions?.[0]?.message).toMatch(
      /didn't match PersistentVolume's node affinity|volume node affinity conflict/,
    );
    for (const { metadata } of nodes) {
      await kube.patch(resources.nodes, { name: metadata.name }, "merge", { spec: { unschedulable: false } });
    }
    await running("db");
  });

  it("grow when their claim does", async ({ expect }) => {
    const body = { spec: { resources: { requests: { storage: "9Gi" } } } };
    await kube.connection.send({
      method: "PATCH",
      path: claimPath("data"),
      patch: "merge",
      body,
      what: "grow a claim",
    });
    await eventually(
      () => findClaim("data"),
      ({ status }) => status.capacity?.storage === "9Gi",
    );
    expect(volumes()[0]?.Size).toBe(9);
  });

  it("of EKS's own class gp2 are made by the same driver, and go when their claims go", async ({ expect }) => {
    await claim("old", "gp2");
    await podWith("legacy", "old");
    await running("legacy");
    expect(volumes()).toHaveLength(2);
    for (const name of ["db", "legacy"]) await kube.delete(resources.pods, { namespace: "default", name });
    for (const name of ["data", "old"]) {
      await kube.connection.send({ method: "DELETE", path: claimPath(name), what: "delete a claim" });
    }
    await eventually(
      () => Promise.resolve(volumes()),
      (left) => left.length === 0,
    );
  });
});
