// What a visit makes of checks: worst first, unknown where something can't be read, decisions heeded while they last.
import { describe, it } from "vitest";
import { LotseError } from "../base/index.ts";
import type { Kube } from "../kube/index.ts";
import { baselineOf, readBaseline } from "./baseline.ts";
import { checks } from "./checks/index.ts";
import { checkNamed } from "./list.ts";
import { livingFacts } from "./objects/facts.ts";
import type { DoctorReport, Exclusion } from "./report.ts";
import { fails, summaryOf } from "./report.ts";
import { runChecks } from "./run.ts";
import { account, manifests, object, pod, today, workload } from "./testing.ts";

const lonely = workload("Deployment", "web", pod({ image: "nginx" }), { replicas: 1 });
const visit = async (exclusions: readonly Exclusion[] = [], baseline?: ReadonlySet<string>): Promise<DoctorReport> =>
  runChecks({ today, ...manifests(lonely) }, { checks, exclusions, ...(baseline ? { baseline } : {}) });

describe("a visit", () => {
  it("finds the worst first, names things and places", async ({ expect }) => {
    const { findings } = await visit();
    const found = findings.find(({ id }) => id === "LT-W001");
    expect(found).toMatchObject({
      severity: "warning",
      resource: { kind: "Deployment", namespace: "shop", name: "web" },
      at: { file: "app.yaml", line: 1 },
    });
    const order = findings.map(({ severity }) => ["error", "warning", "info"].indexOf(severity));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("doesn't make checks whose source isn't there", async ({ expect }) => {
    const { checked, notChecked } = await visit();
    expect(checked).toContain("LT-W001");
    expect(notChecked).toContain("LT-D004");
    expect(checked.length + notChecked.length).toBe(checks.length);
  });

  it("calls unknown what it may not read, and that is no pass", async ({ expect }) => {
    const report = await runChecks(
      { today, ...account({}, ["nodeGroups"]) },
      { checks: [checkNamed("D004"), checkNamed("C007")] },
    );
    expect(report.unknown).toMatchObject([{ id: "LT-D004", reason: "nodeGroups can't be read: AccessDenied" }]);
    expect(summaryOf(report)).toContain("1 check couldn't tell, which is no pass");
    const quiet = { ...report, findings: [] };
    expect([fails(quiet, "error", false), fails(quiet, "error", true)]).toEqual([false, true]);
  });

  it("fails from a severity on", async ({ expect }) => {
    const report = await runChecks({ today, ...manifests(lonely) }, { checks: [checkNamed("LT-W001")] });
    expect([fails(report, "error", true), fails(report, "warning", false), fails(report, "info", false)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("lets nothing else than a source's silence pass for unknown", async ({ expect }) => {
    const broken = {
      ...checkNamed("LT-W001"),
      looks: () => [{ source: "file" as const, look: async () => Promise.reject(new TypeError("defect")) }],
    };
    await expect(runChecks({ today }, { checks: [broken] })).rejects.toThrow("defect");
  });
});

describe("decisions", () => {
  const rule = { check: "LT-W001", kind: "Deployment", namespace: "shop", name: "w*", reason: "runs at night" };

  it("hold until their last day, and stay visible", async ({ expect }) => {
    const { findings, excluded } = await visit([{ ...rule, until: today }]);
    expect(findings.map(({ id }) => id)).not.toContain("LT-W001");
    expect(excluded).toMatchObject([
      { by: "exclusion", reason: "runs at night", until: today, finding: { id: "LT-W001" } },
    ]);
  });

  it("count no more on the next day, which is said", async ({ expect }) => {
    const { findings, expired } = await visit([{ ...rule, until: "2026-11-20" }]);
    expect(findings.map(({ id }) => id)).toContain("LT-W001");
    expect(expired).toMatchObject([{ check: "LT-W001" }]);
  });

  it("are for what they name", async ({ expect }) => {
    const { excluded } = await visit([
      { ...rule, name: "x*", until: today },
      { ...rule, namespace: "dev", until: today },
    ]);
    expect(excluded).toEqual([]);
  });

  it("may stand at the object itself", async ({ expect }) => {
    const annotations = { "lotse.dev/ignore": "LT-W001, LT-W007", "lotse.dev/ignore-reason": "a demo" };
    const tolerant = workload("Deployment", "web", pod({ image: "nginx" }), { replicas: 1 }, { annotations });
    const { excluded } = await runChecks({ today, ...manifests(tolerant) }, { checks });
    expect(excluded.map(({ finding, by, reason }) => [finding.id, by, reason])).toEqual([
      ["LT-W001", "annotation", "a demo"],
      ["LT-W007", "annotation", "a demo"],
    ]);
  });

  it("let the system's own add-ons off, but no hole", async ({ expect }) => {
    const addon = workload(
      "DaemonSet",
      "aws-node",
      pod({ image: "eks/cni:v1", env: [{ name: "K", value: "AKIAIOSFODNN7EXAMPLE" }] }),
      {},
      { namespace: "kube-system" },
    );
    const { findings } = await runChecks({ today, ...manifests(addon) }, { checks });
    expect(findings.map(({ id }) => id)).toEqual(["LT-I026"]);
  });
});

describe("a baseline", () => {
  it("holds back what was there, and lets new things fail", async ({ expect }) => {
    const known = readBaseline(baselineOf(await visit()), "doctor.json");
    const again = await visit([], known);
    expect([again.findings, again.excluded.length]).toEqual([[], known.size]);
    const more = workload("Deployment", "new", pod(), { replicas: 1 });
    const { findings } = await runChecks({ today, ...manifests(lonely, more) }, { checks, baseline: known });
    expect(new Set(findings.map(({ resource }) => resource.name))).toEqual(new Set(["new"]));
    expect(baselineOf(again)).toBe(baselineOf(await visit()));
  });

  it("is refused when it is something else", ({ expect }) => {
    for (const text of ["", "{}", '{"kind":"other","findings":[]}'])
      expect(() => readBaseline(text, "x.json")).toThrow("x.json is no baseline");
  });
});

describe("a living cluster's objects", () => {
  it("are asked for once, by kind, and what is denied is unread", async ({ expect }) => {
    const asked: string[] = [];
    const kube = {
      list: async ({ group, plural }: { group: string; plural: string }) => {
        asked.push(`${group}/${plural}`);
        if (plural === "secrets") throw new LotseError("kube/denied", { title: "secrets is forbidden" });
        return plural === "deployments" ? [lonely] : [];
      },
      version: async () => ({ gitVersion: "v1.35.2-eks-1", major: "1", minor: "35" }),
    } as unknown as Kube;
    const facts = livingFacts(kube);
    const report = await runChecks({ today, cluster: facts }, { checks });
    expect(report.findings.map(({ id }) => id)).toContain("LT-W001");
    expect(report.unknown.map(({ id }) => id)).toEqual(["LT-W024", "LT-W025", "LT-E003"]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(await facts.version()).toBe("1.35");
  });

  it("are read without values of secrets", async ({ expect }) => {
    const secret = object("v1", "Secret", "db", { data: { password: "c2VjcmV0" } });
    const facts = livingFacts({
      list: async (_: object, __: object, keep: (each: object) => object) => [keep(secret)],
    } as unknown as Kube);
    expect(JSON.stringify(await facts.list("secrets"))).not.toContain("c2VjcmV0");
  });

  it("may be many: 500 nodes and 5,000 pods", async ({ expect }) => {
    const many = (count: number, make: (i: number) => object): object[] =>
      Array.from({ length: count }, (_, i) => make(i));
    const lists: Record<string, object[]> = {
      nodes: many(500, (i) => ({ metadata: { name: `n${i}` }, status: { nodeInfo: { kubeletVersion: "v1.34.0" } } })),
      deployments: many(250, (i) => workload("Deployment", `web-${i}`, pod(), { replicas: 20 })),
      services: many(250, (i) =>
        object("v1", "Service", `web-${i}`, { spec: { selector: { app: `web-${i}` }, ports: [{ port: 80 }] } }),
      ),
      pods: many(5_000, (i) =>
        object(
          "v1",
          "Pod",
          `p${i}`,
          { spec: pod(), status: { phase: "Running" } },
          { ownerReferences: [{ kind: "ReplicaSet", name: "r", controller: true }] },
        ),
      ),
    };
    const kube = {
      list: async ({ plural }: { plural: string }) => lists[plural] ?? [],
      version: async () => ({ gitVersion: "v1.35.2", major: "1", minor: "35" }),
    } as unknown as Kube;
    const { findings } = await runChecks({ today, cluster: livingFacts(kube) }, { checks });
    expect(findings.filter(({ id }) => id === "LT-U003")).toHaveLength(500);
  });
});
