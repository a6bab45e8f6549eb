// Either tool can take over the other's cluster: a plan for what the real eksctl made is empty, and a change of the file
// gives the steps that it needs and no others.
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { loadCluster, type Cluster } from "../src/config/index.ts";
import { knownFrom, makePlan, type Plan } from "../src/plan/index.ts";
import { recordings, type Recording } from "./helpers/eksctl-golden.ts";
import { foundAfterEksctl, nothingToLookUp } from "./helpers/found.ts";

const root = resolve(import.meta.dirname, "..");
const all = recordings(join(root, "test/fixtures/eksctl-stacks"));

function load(text: string): Cluster {
  const { cluster, diagnostics } = loadCluster(text, { file: "cluster.yaml" });
  if (!cluster) throw new Error(diagnostics.map(({ title }) => title).join("; "));
  return cluster;
}

/** The plan for a changed file on the cluster that eksctl made from the original. */
function planFor(recording: Recording, change: (text: string) => string = (text) => text, prune = false): Plan {
  const found = foundAfterEksctl(load(recording.configText), recording);
  const text = change(recording.configText);
  return makePlan({ cluster: load(text), found, known: knownFrom(found), looked: nothingToLookUp, prune });
}

const steps = (plan: Plan): string[] =>
  plan.steps.filter(({ pending }) => !pending).map(({ id, action, effect }) => `${action} ${id} (${effect})`);

/** Recordings of templates alone: what eksctl makes by API call beside them is missing. */
const isDense = ({ folder }: Recording): boolean => /^d\d/.test(folder);
const madeByCall: ReadonlySet<string> = new Set([
  "accessentry",
  "addon",
  "asg-tags",
  "key-pair",
  "suspended-processes",
]);

describe.each(all.filter(isDense))("$folder", (recording) => {
  it("needs nothing but objects that are no stacks", ({ expect }) => {
    const kinds = planFor(recording).steps.map(({ id }) => id.split("/")[0] ?? "");
    expect(kinds.filter((kind) => !madeByCall.has(kind))).toEqual([]);
    expect(kinds).not.toEqual([]);
  });
});

describe.each(all.filter((recording) => !isDense(recording)))("$folder", (recording) => {
  it("needs nothing", ({ expect }) => {
    const plan = planFor(recording);
    expect(plan.steps.map(({ id, why }) => `${id}: ${why.map(({ text }) => text).join("; ")}`)).toEqual([]);
    expect(plan.summary).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0, pending: 0, duration: 0 });
  });
});

describe("changes of a production cluster", () => {
  const production = all.find(({ folder }) => folder === "s01-prod-managed-fargate-addons");
  if (!production) throw new Error("no recording");
  const change = (from: string | RegExp, to: string, prune = false): Plan => {
    if (production.configText.replace(from, to) === production.configText)
      throw new Error(`nothing matches ${String(from)}`);
    return planFor(production, (text) => text.replace(from, to), prune);
  };

  it.for([
    [
      "size",
      "minSize: 3\n    maxSize: 6\n    desiredCapacity: 3",
      "minSize: 4\n    maxSize: 8\n    desiredCapacity: 5",
      ["update nodegroup-scaling/workers (in place)"],
    ],
    [
      "fewer nodes",
      "minSize: 3\n    maxSize: 6\n    desiredCapacity: 3",
      "minSize: 1\n    maxSize: 6\n    desiredCapacity: 2",
      ["update nodegroup-scaling/workers (interrupts)"],
    ],
    ["instance type", "instanceType: t3.large", "instanceType: m5.xlarge", ["replace nodegroup/workers (replaces)"]],
    ["labels", "labels: {role: worker}", "labels: {role: worker, tier: web}", ["update nodegroup/workers (in place)"]],
    ["volume size", "volumeSize: 50", "volumeSize: 100", ["update nodegroup/workers (rolling)"]],
    [
      "add-on version",
      "- name: coredns",
      "- {name: coredns, version: v1.1.0-eksbuild.1}",
      ["update addon/coredns (rolling)"],
    ],
    [
      "new service account",
      "wellKnownPolicies: {externalDNS: true}",
      "wellKnownPolicies: {externalDNS: true}\n    - metadata: {name: cert-manager, namespace: cert-manager}\n      wellKnownPolicies: {certManager: true}",
      ["create iamserviceaccount/cert-manager/cert-manager (none)"],
    ],
    ["Kubernetes version + 1", 'version: "1.34"', 'version: "1.35"', ["update cluster-version/prod (in place)"]],
    ["endpoint access", "privateAccess: true", "privateAccess: false", ["update cluster-endpoints/prod (in place)"]],
    ["public CIDRs", "203.0.113.0/24", "198.51.100.0/24", ["update cluster-endpoints/prod (in place)"]],
    ["log types", 'enableTypes: ["*"]', "enableTypes: [audit]", ["update cluster-logging/prod (none)"]],
    ["log retention", "logRetentionInDays: 30", "logRetentionInDays: 90", ["update log-retention/prod (none)"]],
    ["Fargate selector", "- namespace: batch", "- namespace: jobs", ["replace fargateprofile/fp-batch (replaces)"]],
  ] as const)("%s", ([, from, to, expected], { expect }) => {
    expect(steps(change(from, to))).toEqual(expected);
  });

  it("points at the line that asks for it", ({ expect }) => {
    const plan = change("instanceType: t3.large", "instanceType: m5.xlarge");
    const line = production.configText.split("\n").findIndex((text) => text.includes("instanceType")) + 1;
    expect(plan.steps[0]?.why).toEqual([
      {
        code: "plan/changed",
        text: 'ManagedNodeGroup InstanceTypes: ["t3.large"] → ["m5.xlarge"]',
        file: "cluster.yaml",
        line,
      },
    ]);
    expect(plan.steps.filter(({ pending }) => pending).map(({ id }) => id)).toEqual(["drain/workers"]);
  });

  it("puts a new tag on the cluster and on every stack, and replaces nothing", ({ expect }) => {
    const plan = change("team: platform", "team: platform\n    cost-center: '42'");
    expect(new Set(plan.steps.map(({ action }) => action))).toEqual(new Set(["update"]));
    expect(plan.steps.map(({ id }) => id)).toContain("cluster-tags/prod");
    expect(plan.steps.filter(({ stack }) => stack !== undefined)).toHaveLength(production.stacks.length);
    expect(plan.steps.every(({ effect }) => effect === "none" || effect === "in place")).toBe(true);
  });

  it("refuses what a living cluster can't do, all of it at once", ({ expect }) => {
    const act = (): Plan =>
      planFor(production, (text) => text.replace("10.42.0.0/16", "10.43.0.0/16").replace('"1.34"', '"1.36"'));
    expect(act).toThrow(expect.objectContaining({ code: "plan/immutable" }));
    try {
      act();
    } catch (error) {
      const { diagnostics } = error as { diagnostics: { code: string; at?: { line?: number } }[] };
      expect(diagnostics.map(({ code }) => code)).toContain("plan/version-skips");
      expect(diagnostics.every(({ at }) => at?.line !== undefined)).toBe(true);
    }
  });

  it("takes down a removed node group under --prune only", ({ expect }) => {
    const renamed = change("- name: workers", "- name: nodes");
    expect(steps(renamed)).toEqual(["create nodegroup/nodes (none)"]);
    expect(renamed.notes.map(({ text }) => text)).toEqual([
      "Node group workers isn't in the file; --prune takes it down",
    ]);
    const pruned = change("- name: workers", "- name: nodes", true);
    expect(steps(pruned)).toEqual(["create nodegroup/nodes (none)", "delete nodegroup/workers (interrupts)"]);
    expect(pruned.steps[1]?.needs).toContain("nodegroup/nodes");
  });
});
