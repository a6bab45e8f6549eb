// A living cluster is judged before its upgrade, and stops in the middle of it when something isn't well; mended, it goes on.
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Outcome } from "../../src/cli/actions/testing.ts";
import { runLotseIn } from "../../src/cli/actions/testing.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import type { UpgradeReport, WayBack } from "../../src/lotse.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { openWorld, type World } from "../helpers/world.ts";

const versions = await Promise.all(["1.34", "1.35"].map((version) => kubernetesOr(version)));
const kubernetes = versions.find(({ skip }) => skip !== undefined) ?? { skip: undefined };

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: quay, region: eu-central-1, version: "1.34" }
availabilityZones: [eu-central-1a, eu-central-1b]
addons: [{ name: vpc-cni }, { name: coredns }, { name: kube-proxy }]
managedNodeGroups:
  - { name: first, instanceType: m5.large, desiredCapacity: 1 }
  - { name: second, instanceType: m5.large, desiredCapacity: 1 }
`;

interface Workload extends KubeObject {
  status?: { availableReplicas?: number };
}

/** A Deployment of one pod; on certain nodes alone where it says so. */
const deployment = (name: string, nodeSelector: Record<string, string> = {}): KubeObject & { spec: object } => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { nodeSelector, containers: [{ name: "main", image: "nginx" }] },
    },
  },
});

const group = "storage.k8s.io";
const classes = {
  group,
  version: "v1",
  plural: "volumeattributesclasses",
  kind: "VolumeAttributesClass",
  namespaced: false,
} as const;
const webhooks = {
  group: "admissionregistration.k8s.io",
  version: "v1",
  plural: "validatingwebhookconfigurations",
  kind: "ValidatingWebhookConfiguration",
  namespaced: false,
} as const;
const attributes = { driverName: "ebs.csi.aws.com", parameters: { iops: "3000" } };

/** What stands against an upgrade to 1.35, as somebody may have left it in a cluster. */
const planted = [
  [
    classes,
    {
      apiVersion: `${group}/v1`,
      kind: classes.kind,
      metadata: {
        name: "fast",
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({
            apiVersion: `${group}/v1alpha1`,
            kind: classes.kind,
          }),
        },
      },
      ...attributes,
    },
  ],
  [
    resources.secrets,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "sh.helm.release.v1.shop.v1",
        namespace: "default",
        labels: { owner: "helm", status: "deployed", name: "shop" },
      },
      type: "helm.sh/release.v1",
      data: {
        release: Buffer.from(
          gzipSync(
            JSON.stringify({
              manifest: `apiVersion: ${group}/v1alpha1\nkind: ${classes.kind}\nmetadata: { name: slow }\n`,
            }),
          ).toString("base64"),
        ).toString("base64"),
      },
    },
  ],
  [
    resources.disruptionBudgets,
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: "web" } } },
    },
  ],
  [
    webhooks,
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: webhooks.kind,
      metadata: { name: "gate" },
      webhooks: [
        {
          name: "gate.shop.example",
          failurePolicy: "Fail",
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          clientConfig: { service: { namespace: "default", name: "nobody" } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["configmaps"] }],
        },
      ],
    },
  ],
] as const;

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "an upgrade of a cluster that lives", () => {
  let world: World;
  let kube: Kube;
  const lotse = (...words: string[]): Promise<Outcome> => {
    const { accessKeyId, secretAccessKey } = world.sandbox.credentials;
    const env = { AWS_PROFILE: "none", AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const where = ["--endpoint-url", world.sandbox.endpoint, "--region", "eu-central-1"];
    return runLotseIn(env, "", "upgrade", ...words, "--name", "quay", "-o", "json", ...where);
  };
  const check = async (): Promise<UpgradeReport> => JSON.parse((await lotse("check")).stdout) as UpgradeReport;
  const runs = (name: string): Promise<Workload> =>
    eventually(
      () => kube.get<Workload>(resources.deployments, { namespace: "default", name }),
      ({ status }) => status?.availableReplicas === 1,
    );
  const versionOf = (nodegroupName: string): string =>
    world.send<{ nodegroup: { version: string } }>("eks", "DescribeNodegroup", { clusterName: "quay", nodegroupName })
      .nodegroup.version;

  beforeAll(async () => {
    world = await openWorld({ listen: true });
    const { failed } = await world.apply(file);
    if (failed.length > 0) throw new Error(failed.map(({ message }) => message).join("; "));
    kube = kubeOf(world, "quay");
    await kube.create(resources.deployments, deployment("web"));
    await runs("web");
  }, 240_000);

  afterAll(async () => {
    kube?.close();
    await world?.close();
  });

  it(
    "finds what stands against it, in the account and inside, and is ready when that is gone",
    { timeout: 200_000 },
    async ({ expect }) => {
      for (const [resource, object] of planted) await kube.create(resource, object as unknown as KubeObject);
      const { code, stdout } = await lotse("check");
      const report = JSON.parse(stdout) as UpgradeReport;
      expect(report.unknown).toEqual([]);
      expect([code, report.verdict, report.from, report.to]).toEqual([3, "not ready", "1.34", "1.35"]);
      const found = report.findings.map((each) => `${each.severity} ${each.code} ${each.subject}`);
      expect(found).toEqual(
        expect.arrayContaining([
          "error upgrades/removed-api volumeattributesclass/fast",
          "error upgrades/removed-api volumeattributesclass/default/slow",
          "error LT-U010 PodDisruptionBudget default/web",
          "error LT-U018 ValidatingWebhookConfiguration gate",
        ]),
      );
      for (const [resource, { metadata }] of planted) await kube.delete(resource, metadata);
      const after = await check();
      expect(after.findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(after.verdict).toBe("ready");
    },
  );

  it(
    "stops after the step that leaves a workload without its pod, and goes on when it is mended",
    { timeout: 400_000 },
    async ({ expect }) => {
      const nodes = await kube.list<KubeObject>(resources.nodes, {
        labelSelector: "eks.amazonaws.com/nodegroup=first",
      });
      const image = nodes[0]?.metadata.labels?.["eks.amazonaws.com/nodegroup-image"] ?? "";
      // It runs on nodes of today's image alone: the new ones won't do.
      const pinned = { "eks.amazonaws.com/nodegroup": "first", "eks.amazonaws.com/nodegroup-image": image };
      await kube.create(resources.deployments, deployment("pinned", pinned));
      await runs("pinned");
      // Somebody began with the control plane and add-ons, and left it there; nodes have to follow.
      expect((await lotse("cluster", "--version", "1.35", "--with-addons", "--yes")).code).toBe(0);
      const steps = (of: string): string[] =>
        (JSON.parse(of) as { plan: { steps: { id: string }[] } }).plan.steps.map(({ id }) => id);
      expect(steps((await lotse("plan", "--to", "1.35")).stdout)).toEqual(["nodegroup/first", "nodegroup/second"]);
      const upgrade = ["apply", "--to", "1.35", "--yes"];
      const impatient = async (): Promise<Outcome> => lotse(...upgrade, "--grace", "3s");
      // It begins when the add-ons' pods have come up.
      const stopped = await eventually(impatient, ({ code }) => code !== 3);
      const { result } = JSON.parse(stopped.stdout) as {
        result: { done: string[]; skipped: string[]; failed: { step: string; message: string }[]; wayBack: WayBack };
      };
      expect(stopped.code).toBe(1);
      expect(result.done).toEqual(["nodegroup/first"]);
      expect(result.skipped).toEqual(["nodegroup/second"]);
      expect(result.failed).toMatchObject([
        { step: "health after nodegroup/first", message: expect.stringContaining("deployment/default/pinned: 0 of 1") },
      ]);
      expect([versionOf("first"), versionOf("second")]).toEqual(["1.35", "1.34"]);
      // The way back: seven days from the control plane's step, and nodes go first.
      expect(result.wayBack).toMatchObject({ version: "1.34", nodeGroups: ["first"] });
      const days = (Date.parse(result.wayBack.until) - world.sandbox.clock.now()) / 86_400_000;
      expect(days).toBeGreaterThan(6.9);
      expect(days).toBeLessThan(7);
      // Run again as it is, it doesn't begin.
      const again = await impatient();
      const findings = (JSON.parse(again.stdout) as { check: UpgradeReport }).check.findings;
      expect(again.code).toBe(3);
      expect(findings).toMatchObject([
        { code: "upgrades/workload-not-ready", severity: "error", subject: "deployment/default/pinned" },
        ...findings.slice(1).map(() => ({ severity: expect.not.stringContaining("error") })),
      ]);
      await kube.delete(resources.deployments, { namespace: "default", name: "pinned" });
      // The other group's pods move to a new one beside it.
      const finished = await lotse(...upgrade, "--nodes", "blue-green");
      expect([finished.code, versionOf("second-1-35")]).toEqual([0, "1.35"]);
      const { nodegroups } = world.send<{ nodegroups: string[] }>("eks", "ListNodegroups", { clusterName: "quay" });
      expect(nodegroups).toEqual(["first", "second-1-35"]);
      expect(steps((await lotse("plan", "--to", "1.35")).stdout)).toEqual([]);
      await runs("web");
    },
  );
});
