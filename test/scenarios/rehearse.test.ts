// Rehearsals of clusters with workloads: what waits is explained at its line, upgrades and faults are survived.
import { beforeAll, describe, it } from "vitest";
import type { RehearsalReport } from "../../src/rehearse/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { budget, deployment, file, placesOf, rehearseText } from "../helpers/rehearsal.ts";

const kubernetes = await kubernetesOr("1.36");

const cluster = (groups: string, more = ""): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: shop, region: eu-central-1, version: "1.34" }
availabilityZones: [eu-central-1a, eu-central-1b]
${more}
managedNodeGroups:
${groups}
`;
const workers = "  - { name: workers, instanceType: m5.large, desiredCapacity: 2, minSize: 2, maxSize: 4 }";

/** What a rehearsal has to explain, all in one cluster: a control plane for each would take most of a minute. */
const troubles = {
  namespace: "apiVersion: v1\nkind: Namespace\nmetadata: { name: small }\n",
  quotaOfOne:
    "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: one, namespace: small }\nspec: { hard: { pods: '1' } }\n",
  big: deployment("big", { container: ", resources: { requests: { cpu: '3' } }" }),
  gpu: deployment("gpu", { container: ", resources: { limits: { nvidia.com/gpu: '1' } }" }),
  elsewhere: deployment("elsewhere", { pod: "nodeSelector: { topology.kubernetes.io/zone: eu-central-1c }" }),
  labelled: deployment("labelled", { pod: "nodeSelector: { disk: fast }" }),
  counted: deployment("counted", { namespace: "small", replicas: 3 }),
  nobody: deployment("nobody", { pod: "serviceAccountName: ghost" }),
  claimant: deployment("claimant", { pod: "volumes: [{ name: d, persistentVolumeClaim: { claimName: data } }]" }),
  unready: deployment("unready", { head: ", annotations: { lotse.dev/sim-ready: 'false' }" }),
  imageless: deployment("imageless", { head: ", annotations: { lotse.dev/sim-pull-error: 'true' }" }),
  well: deployment("well", { replicas: 2 }),
  // The crowd is in a zone of its own: it can't take the addresses of the add-ons.
  many: deployment("many", {
    replicas: 80,
    pod: "nodeSelector: { crowded: 'yes' }\n      tolerations: [{ key: dedicated, value: crowd, effect: NoSchedule }]",
  }),
  apart: deployment("apart", {
    replicas: 3,
    pod: "affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: apart } } }] } }",
  }),
  budgetOfOld:
    "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: old }\nspec: { minAvailable: 1 }\n",
  flow: "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: { name: flow }\nspec: { priorityLevelConfiguration: { name: exempt } }\n",
  endpoints: "apiVersion: v1\nkind: Endpoints\nmetadata: { name: ends }\n",
  service: "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  ports:\n    - port: 99999\n",
  typo: "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: typo }\nspec:\n  replica: 1\n",
  widget: "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: first }\nspec: { size: 3 }\n",
  definition: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`,
};

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a rehearsal of manifests with troubles", () => {
  let report: RehearsalReport;
  const { text, lines } = file(...Object.values(troubles));
  const at = (name: keyof typeof troubles, code: string, below = 0): string =>
    `app.yaml:${(lines[Object.keys(troubles).indexOf(name)] ?? 0) + below} rehearse/${code}`;
  const stage = (id: string): string[] =>
    placesOf(report.stages.find((each) => each.id === id) ?? { findings: [] }).toSorted();
  const titled = (start: string): RehearsalReport["findings"] =>
    report.findings.filter(({ title }) => title.startsWith(start));

  beforeAll(async () => {
    const groups = `${workers.replace(" }", ", availabilityZones: [eu-central-1a] }")}
  - name: crowd
    instanceType: m5.large
    desiredCapacity: 3
    availabilityZones: [eu-central-1b]
    labels: { crowded: "yes" }
    taints: [{ key: dedicated, value: crowd, effect: NoSchedule }]`;
    report = await rehearseText(cluster(groups, "vpc: { cidr: 10.9.0.0/23 }"), text);
  });

  it("explains each pod that waits, at the line of its manifest", ({ expect }) => {
    expect([...new Set(stage("ready"))]).toEqual(
      [
        at("big", "no-capacity"),
        at("gpu", "no-capacity"),
        at("elsewhere", "zone"),
        at("labelled", "node-selector"),
        at("counted", "quota"),
        at("nobody", "no-service-account"),
        at("claimant", "unbound-claim"),
        at("unready", "not-ready"),
        at("imageless", "image"),
        at("many", "no-addresses"),
        at("apart", "pod-affinity"),
        // Who could go anywhere is kept from the crowd's nodes as well.
        ...(["big", "gpu", "elsewhere", "labelled", "apart"] as const).map((name) => at(name, "taint")),
      ].toSorted(),
    );
    const [big] = titled("Deployment default/big");
    expect(big?.title).toBe("Deployment default/big: no node has 3 cpu free");
    expect(big?.detail).toMatch(/^The pod asks for 3; ip-\S+ \(m5\.large\) has \d+m of 1930m left; /);
    expect(big?.remedy).toContain("larger instance type");
    expect(report.outcome).toBe("findings");
    expect(report.leftovers).toEqual([]);
  });

  it("names the subnet that has no address left, and the taint that keeps pods away", ({ expect }) => {
    const addresses = report.findings.find(({ code }) => code === "rehearse/no-addresses");
    expect(addresses?.title).toMatch(/no address is free for it in subnet-\w+ \(10\.9\.\d\.\d+\/26, eu-central-1b\)/);
    expect(addresses?.data).toMatchObject({ free: 0 });
    const taint = titled("Deployment default/apart").find(({ code }) => code === "rehearse/taint");
    expect(taint?.title).toContain("dedicated=crowd:NoSchedule of 3 nodes");
  });

  it("names APIs that are gone before the server refuses them, and tells its warnings", ({ expect }) => {
    expect(stage("check")).toEqual([at("budgetOfOld", "removed-api"), at("flow", "removed-api")]);
    expect(stage("manifests")).toEqual(
      [
        at("budgetOfOld", "not-served"),
        at("flow", "not-served"),
        at("endpoints", "deprecated-api"),
        // The port, and the target port that defaults to it.
        at("service", "refused", 5),
        at("service", "refused", 5),
        at("typo", "refused", 4),
      ].toSorted(),
    );
  });

  it("applies definitions before what they define, and waits for them", ({ expect }) => {
    expect(titled("Widget").concat(titled("CustomResourceDefinition"))).toEqual([]);
    expect(report.stages.find(({ id }) => id === "manifests")?.text).toBe(
      `${Object.keys(troubles).length - 4} objects applied, 4 refused`,
    );
  });
});

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a rehearsal", () => {
  const size = process.env["LOTSE_SOAK"] ? 50 : 8;
  it(
    `upgrades from 1.34 to 1.36 with ${size} deployments and their budgets, and survives faults`,
    { timeout: 600_000 },
    async ({ expect }) => {
      const names = Array.from({ length: size }, (_, i) => `app-${i}`);
      const { text } = file(...names.map((name) => deployment(name, { replicas: 2 })), ...names.map(budget));
      const groups = `  - { name: workers, instanceType: m5.xlarge, desiredCapacity: ${Math.max(2, Math.ceil(size / 20))}, maxSize: 8 }`;
      const report = await rehearseText(cluster(groups), text, {
        upgradeTo: "1.36",
        faults: ["node-loss"],
        timeout: 180_000,
      });
      expect(report.findings).toEqual([]);
      expect(report.outcome).toBe("passed");
      expect(report.stages.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
        "check passed",
        "plan passed",
        "apply passed",
        "manifests passed",
        "ready passed",
        "check-1.35 passed",
        "upgrade-1.35 passed",
        "check-1.36 passed",
        "upgrade-1.36 passed",
        "fault-node-loss passed",
        "destroy passed",
      ]);
      const upgraded = report.stages.find(({ id }) => id === "upgrade-1.36");
      expect(upgraded?.text).toContain("the API server is v1.36.");
      expect(report.stages.find(({ id }) => id === "fault-node-loss")?.text).toMatch(/^ip-\S+ is lost; /);
      expect(report.timeline.nodes.some(({ spans }) => spans.at(-1)?.to !== undefined)).toBe(true);
      expect(report.leftovers).toEqual([]);
    },
  );
});

describe("a rehearsal without Kubernetes' programs", () => {
  const off = { sandbox: { kubernetes: "off" } } as const;

  it("does the AWS half, and says what was left out", async ({ expect }) => {
    const report = await rehearseText(cluster(workers), "", { ...off, upgradeTo: "1.35", faults: ["node-loss"] });
    expect(report.stages.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "check passed",
      "plan passed",
      "apply passed",
      "ready skipped",
      "check-1.35 passed",
      "upgrade-1.35 passed",
      "fault-node-loss skipped",
      "destroy passed",
    ]);
    expect([report.outcome, report.kubernetes]).toEqual(["passed", { missing: "Kubernetes is switched off" }]);
  });

  it("says before an upgrade what stands against it, and goes there all the same", async ({ expect }) => {
    // EKS doesn't offer this one for 1.35, and a newer one for both.
    const text = cluster(workers, "addons: [{ name: coredns, version: v1.12.1-eksbuild.2 }]");
    const report = await rehearseText(text, "", { ...off, upgradeTo: "1.35" });
    const check = report.stages.find(({ id }) => id === "check-1.35");
    expect([check?.outcome, check?.text]).toEqual([
      "failed",
      "not ready; 2 findings; not looked at: Kubernetes is switched off",
    ]);
    expect(check?.findings).toMatchObject([
      {
        code: "upgrades/addon-first",
        severity: "error",
        title: "addon/coredns: v1.12.1-eksbuild.2 isn't offered for Kubernetes 1.35",
        remedy: expect.stringContaining("--version v1.12.4-eksbuild.1"),
      },
      { code: "upgrades/insight", severity: "error" },
    ]);
    expect(report.stages.find(({ id }) => id === "upgrade-1.35")?.outcome).toBe("passed");
    expect([report.outcome, report.findings.length]).toEqual(["findings", 2]);
  });

  it("doesn't pretend to judge manifests", async ({ expect }) => {
    await expect(rehearseText(cluster(workers), deployment("web"), off)).rejects.toMatchObject({
      code: "rehearse/no-kubernetes",
    });
  });

  it("refuses what it can't do before it begins", async ({ expect }) => {
    await expect(rehearseText(cluster(workers), "", { ...off, faults: ["flood"] })).rejects.toMatchObject({
      code: "rehearse/unknown-fault",
    });
    await expect(rehearseText(cluster(workers), "", { ...off, upgradeTo: "1.33" })).rejects.toMatchObject({
      code: "rehearse/bad-version",
    });
    await expect(rehearseText("kind: ClusterConfig", "", off)).rejects.toMatchObject({
      code: expect.stringMatching(/^config\//),
    });
  });

  it("reports a step that AWS refuses as a finding", async ({ expect }) => {
    // More addresses than its subnets have.
    const doomed = cluster(
      "  - { name: workers, instanceType: m5.large, desiredCapacity: 90, maxSize: 90 }",
      "vpc: { cidr: 10.9.0.0/24 }",
    );
    const report = await rehearseText(doomed, "", off);
    expect(report.outcome).toBe("findings");
    expect(report.findings[0]).toMatchObject({ code: "rehearse/step-failed", severity: "error" });
    expect(report.stages.find(({ id }) => id === "ready")?.text).toBe("the cluster isn't as it should be");
    expect(report.leftovers).toEqual([]);
  });
});
