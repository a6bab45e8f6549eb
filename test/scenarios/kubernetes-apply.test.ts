// Plan and apply carry the Kubernetes half: what a file asks for inside the cluster is made, kept right, and left to whom it
// belongs.
import { afterAll, beforeAll, describe, it } from "vitest";
import { planDestroy } from "../../src/lotse.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { kubeOf } from "../helpers/kubernetes.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: harbour, region: eu-central-1, version: "1.35" }
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: { name: buckets, namespace: shop, labels: { team: shop } }
      attachPolicyARNs: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
  podIdentityAssociations:
    - namespace: billing
      serviceAccountName: invoices
      createServiceAccount: true
      permissionPolicyARNs: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
addons:
  - name: eks-pod-identity-agent
  - name: vpc-cni
  - name: kube-proxy
  - name: coredns
  - name: aws-ebs-csi-driver
iamIdentityMappings:
  - { arn: "arn:aws:iam::123456789012:role/deployers", username: deployer, groups: [deployers] }
  - { account: "210987654321" }
nodeGroups:
  - { name: metal, instanceType: m5.large, desiredCapacity: 2, minSize: 2, maxSize: 3, labels: { disk: fast } }
---
apiVersion: lotse.dev/v1alpha1
kind: Platform
storage: { defaultClass: gp3 }
`;

const buckets = { namespace: "shop", name: "buckets" };
const role = "eks.amazonaws.com/role-arn";

const pendingOf = (steps: readonly { id: string; pending: boolean }[]): string[] =>
  steps.filter(({ pending }) => pending).map(({ id }) => id);

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a file that asks for things inside the cluster", () => {
  let world: World;
  let kube: Kube;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  it("is planned as a whole before there is a cluster", async ({ expect }) => {
    const plan = await world.plan(file);
    expect(pendingOf(plan.steps)).toEqual([]);
    const inside = stepsOf(plan).filter((step) =>
      /namespace|service-account|aws-auth|storage-class|nodes\//.test(step),
    );
    expect(inside.toSorted()).toEqual([
      "create aws-auth/210987654321",
      "create aws-auth/arn:aws:iam::123456789012:role/deployers",
      "create namespace/billing",
      "create namespace/shop",
      "create nodes/metal",
      "create service-account/billing/invoices",
      "create service-account/shop/buckets",
      "create storage-class/gp3",
    ]);
  });

  it("is made, inside the cluster too, and then there is nothing to do", async ({ expect }) => {
    const result = await world.apply(file);
    expect(result.failed.map(({ step, message }) => `${step}: ${message}`)).toEqual([]);
    expect(result.pending).toEqual([]);
    kube = kubeOf(world, "harbour");
    const account = await kube.get(resources.serviceAccounts, buckets);
    expect(account.metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "eksctl", team: "shop" });
    expect(account.metadata.annotations?.[role]).toMatch(
      /^arn:aws:iam::123456789012:role\/eksctl-harbour-addon-iamserviceaccount-/,
    );
    const invoices = await kube.get(resources.serviceAccounts, { namespace: "billing", name: "invoices" });
    expect(invoices.metadata.annotations).toBeUndefined();
    const gp3 = await kube.get<KubeObject & { provisioner: string }>(resources.storageClasses, { name: "gp3" });
    expect(gp3.provisioner).toBe("ebs.csi.aws.com");
    // The group has come in by its access entry.
    expect(await kube.list(resources.nodes)).toHaveLength(2);
    expect(stepsOf(await world.plan(file))).toEqual([]);
  });

  it("puts right what somebody changed by hand, and says what", async ({ expect }) => {
    const edit = kube.connection.send({
      method: "PATCH",
      path: "/api/v1/namespaces/shop/serviceaccounts/buckets",
      query: { fieldManager: "kubectl-edit" },
      patch: "merge",
      body: { metadata: { annotations: { [role]: "arn:aws:iam::123456789012:role/mine" }, labels: { team: null } } },
      what: "edit",
    });
    await edit;
    const plan = await world.plan(file);
    expect(stepsOf(plan)).toEqual(["update service-account/shop/buckets"]);
    expect(plan.steps[0]?.why.map(({ text, line }) => `${line}: ${text}`)).toEqual([
      expect.stringMatching(/^7: annotation eks.amazonaws.com\/role-arn: arn:aws:iam::123456789012:role\/mine → arn:/),
      "7: label team: none → shop",
    ]);
    expect((await world.apply(file)).ok).toBe(true);
    expect((await kube.get(resources.serviceAccounts, buckets)).metadata.labels?.["team"]).toBe("shop");
    expect(stepsOf(await world.plan(file))).toEqual([]);
  });

  it("leaves fields to another program that applies them, and names it", async ({ expect }) => {
    const theirs = { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...buckets, labels: { team: "platform" } } };
    await kube.apply(resources.serviceAccounts, theirs, { fieldManager: "argocd", force: true });
    const { ok, failed } = await world.apply(file);
    expect(ok).toBe(false);
    expect(failed.map(({ code, message }) => [code, message])).toEqual([
      ["kube/conflict", 'ServiceAccount shop/buckets can\'t be applied: .metadata.labels.team belongs to "argocd"'],
    ]);
    expect((await world.apply(file, { forceConflicts: true })).ok).toBe(true);
    expect((await kube.get(resources.serviceAccounts, buckets)).metadata.labels?.["team"]).toBe("shop");
  });

  it("gives a mapping its new groups, and leaves comments in aws-auth alone", async ({ expect }) => {
    const key = { namespace: "kube-system", name: "aws-auth" };
    const before = await kube.get<KubeObject & { data: Record<string, string> }>(resources.configMaps, key);
    const mapRoles = `# who may deploy\n${before.data["mapRoles"]}`;
    await kube.patch(resources.configMaps, key, "merge", { data: { mapRoles } });
    const changed = file.replace("groups: [deployers]", "groups: [deployers, viewers]");
    expect(stepsOf(await world.plan(changed))).toEqual(["update aws-auth/arn:aws:iam::123456789012:role/deployers"]);
    expect((await world.apply(changed)).ok).toBe(true);
    const after = await kube.get<KubeObject & { data: Record<string, string> }>(resources.configMaps, key);
    expect(after.data["mapRoles"]).toContain("# who may deploy");
    expect(after.data["mapRoles"]?.match(/role\/deployers/g)).toHaveLength(1);
    expect(stepsOf(await world.plan(changed))).toEqual([]);
    expect((await world.apply(file)).ok).toBe(true);
  });

  it("changes labels and taints of nodes that run, without replacing them", async ({ expect }) => {
    const before = (await kube.list(resources.nodes)).map(({ metadata }) => metadata.name);
    const changed = file.replace(
      "disk: fast }",
      "disk: faster, tier: web }, taints: [{ key: dedicated, value: web, effect: PreferNoSchedule }]",
    );
    const plan = await world.plan(changed);
    expect(plan.steps.map(({ id, effect }) => `${id} (${effect})`).toSorted()).toEqual([
      "node-labels/metal (in place)",
      "nodegroup/metal (in place)",
    ]);
    expect((await world.apply(changed)).failed).toEqual([]);
    const nodes = await kube.list<KubeObject & { spec: { taints?: object[] } }>(resources.nodes);
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(before);
    expect(nodes.map(({ metadata }) => metadata.labels?.["tier"])).toEqual(["web", "web"]);
    for (const { spec } of nodes) {
      expect(spec.taints).toContainEqual({ key: "dedicated", value: "web", effect: "PreferNoSchedule" });
    }
    expect(stepsOf(await world.plan(changed))).toEqual([]);
    expect((await world.apply(file)).ok).toBe(true);
  });

  it("takes a service account down with its role, and leaves what others have made", async ({ expect }) => {
    const less = file.replace(/  serviceAccounts:\n.*\n.*\n/, "");
    expect(stepsOf(await world.plan(less))).toEqual([]);
    const steps = stepsOf(await world.plan(less, true));
    expect(steps.toSorted()).toEqual(["delete iamserviceaccount/shop/buckets", "delete service-account/shop/buckets"]);
    expect((await world.apply(less, { prune: true })).failed).toEqual([]);
    expect(await kube.find(resources.serviceAccounts, buckets)).toBeUndefined();
    expect(await kube.find(resources.namespaces, { name: "shop" })).toBeDefined();
    expect((await world.apply(file)).ok).toBe(true);
  });

  it("lists what would stay behind before the cluster is taken down", async ({ expect }) => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "shop" },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    };
    await kube.create(resources.services, service);
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "data" },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-0123456789abcdef0" },
        claimRef: { namespace: "shop", name: "data" },
      },
    };
    await kube.create(resources.persistentVolumes, volume);
    const plan = await planDestroy("harbour", world.aws);
    const order = stepsOf(plan).filter((step) => /load-balancers|drain|nodegroup/.test(step));
    expect(order).toEqual(["delete load-balancers/shop/web", "update drain/metal", "delete nodegroup/metal"]);
    expect(plan.notes.map(({ text }) => text)).toEqual([
      "Volume vol-0123456789abcdef0 of claim shop/data stays behind; kubectl delete pvc before, or aws ec2 delete-volume after",
    ]);
  });
});

describe("a cluster whose API server can't be reached", () => {
  it("fails where it is required, stays pending where it needn't be, and is left out where it isn't wanted", async ({
    expect,
  }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const small = file.replace(/nodeGroups:[\s\S]*?---/, "---");
    const pending = await world.apply(small, { kubernetes: "when-reachable" });
    expect([pending.ok, pending.pending.toSorted()]).toEqual([
      true,
      [
        "aws-auth/210987654321",
        "aws-auth/arn:aws:iam::123456789012:role/deployers",
        "namespace/billing",
        "namespace/shop",
        "service-account/billing/invoices",
        "service-account/shop/buckets",
        "storage-class/gp3",
      ],
    ]);
    await expect(world.apply(small, { kubernetes: "required" })).rejects.toMatchObject({
      code: "kube/unreachable",
      diagnostic: { remedy: expect.stringContaining("--aws-only") as string },
    });
    const plan = await world.plan(small, false, "when-reachable");
    expect(stepsOf(plan)).toEqual([]);
    expect(plan.steps.map(({ pending: stays, why }) => [stays, why[0]?.code])).toContainEqual([
      true,
      "kube/unreachable",
    ]);
    expect((await world.plan(small)).steps).toEqual([]);
  });
});
