// Every rule: a document it objects to and a near one it leaves alone (test/fixtures/config/rules.yaml).
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { loadCluster } from "../index.ts";
import { rules } from "./index.ts";

type Part = Record<string, unknown>;
interface Case {
  code: string;
  refuses: Part;
  accepts: Part;
}

const fixture = new URL("../../../test/fixtures/config/rules.yaml", import.meta.url);
const cases = parse(readFileSync(fixture, "utf8")) as Case[];

function load({ metadata, ...rest }: Part): ReturnType<typeof loadCluster> {
  const needed = { apiVersion: "eksctl.io/v1alpha5", kind: "ClusterConfig" };
  const document = { ...needed, metadata: { name: "prod", region: "eu-central-1", ...(metadata as Part) }, ...rest };
  return loadCluster(JSON.stringify(document), { file: "cluster.yaml", today: "2026-11-21" });
}

const severities = new Map(rules.map((rule) => [rule.code, rule.severity]));

describe("rules", () => {
  it.for(cases)("$code refuses $refuses", ({ code, refuses }, { expect }) => {
    const { cluster, diagnostics } = load(refuses);
    const found = diagnostics.filter((diagnostic) => diagnostic.code === code);
    expect(found.map(({ severity }) => severity)).toContain(severities.get(code));
    for (const { at, remedy, title } of found) {
      expect(at).toMatchObject({ file: "cluster.yaml", line: 1 });
      expect(at?.column).toBeGreaterThan(1);
      expect(remedy).toBeTruthy();
      expect(title).not.toMatch(/undefined|NaN|\[object|\.$/);
    }
    expect(cluster === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  });

  it.for(cases)("$code accepts $accepts", ({ code, accepts }, { expect }) => {
    const { cluster, diagnostics } = load(accepts);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).not.toContain(code);
    // Nothing else is wrong with it either: a neighbour must not hide behind another error.
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(cluster).toBeDefined();
  });

  it("each have a case, and a code of their own", ({ expect }) => {
    const codes = rules.map((rule) => rule.code);
    expect(new Set(codes).size).toBe(codes.length);
    expect([...new Set(cases.map((each) => each.code))].sort()).toEqual(codes.sort());
  });
});
