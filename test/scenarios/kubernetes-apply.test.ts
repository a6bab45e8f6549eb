// Plan and apply carry the Kubernetes half: what a file asks for inside the cluster is made, kept right, and empty when it is.
import { afterAll, beforeAll, describe, it } from "vitest";
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

  it("is made, inside the cluster too, and then there is nothing to do", { timeout: 60_000 }, async ({ expect }) => {
    const result = await world.apply(file);
    expect(result.failed).toEqual([]);
    expect(result.pending).toEqual([]);
    kube = kubeOf(world, "harbour");
    const account = await kube.get(resources.serviceAccounts, { namespace: "shop", name: "buckets" });
    expect(account.metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "eksctl", team: "shop" });
    expect(account.metadata.annotations?.["eks.amazonaws.com/role-arn"]).toMatch(
      /^arn:aws:iam::123456789012:role\/eksctl-harbour-addon-iamserviceaccount-/,
    );
    const gp3 = await kube.get<KubeObject & { provisioner: string }>(resources.storageClasses, { name: "gp3" });
    expect(gp3.provisioner).toBe("ebs.csi.aws.com");
    expect(await kube.list(resources.nodes)).toHaveLength(2);
    expect(stepsOf(await world.plan(file))).toEqual([]);
  });
});
