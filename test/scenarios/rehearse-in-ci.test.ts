// `lotse rehearse` as a step of somebody's CI: exit codes say how it went, files say what was found.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { RehearsalReport } from "../../src/rehearse/index.ts";
import type { ToolResult } from "../helpers/tools.ts";
import { lotse, runTool } from "../helpers/tools.ts";

const skip = existsSync(lotse) ? undefined : "skipped: dist/lotse.js is not built: npm run build";

// More nodes than its subnets have addresses for.
const doomed = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: shop, region: eu-central-1, version: "1.36" }
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: { cidr: 10.9.0.0/24 }
managedNodeGroups:
  - { name: workers, instanceType: m5.large, desiredCapacity: 90, maxSize: 90 }
`;

describe.skipIf(skip)(skip ?? "a rehearsal in CI", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lotse-ci-"));
    writeFileSync(join(folder, "doomed.yaml"), doomed);
    writeFileSync(join(folder, "invalid.yaml"), doomed.replace("region: eu-central-1", "region: atlantis"));
    writeFileSync(join(folder, "app.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  // A home without programs of Kubernetes: the AWS half is enough here.
  const rehearse = (...words: string[]): Promise<ToolResult> =>
    runTool(process.execPath, [lotse, "rehearse", ...words], { HOME: folder, TMPDIR: folder });
  const at = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(at(name), "utf8");

  it("fails with what it found, in every form that was asked for", async ({ expect }) => {
    const reports = ["report.xml", "report.html", "report.txt"].flatMap((name) => ["--report", at(name)]);
    const { exit, out } = await rehearse("-f", at("doomed.yaml"), ...reports, "--report", at("report.json"));
    expect(exit).toBe(3);
    expect(out).toContain("rehearse/step-failed");
    const { outcome, findings } = JSON.parse(read("report.json")) as RehearsalReport;
    expect([outcome, findings[0]?.code]).toEqual(["findings", "rehearse/step-failed"]);
    expect(read("report.xml")).toMatch(/<testsuites [^>]*failures="[1-9]/);
    expect(read("report.xml")).toContain("rehearse/step-failed");
    expect(read("report.html")).toMatch(/^<!doctype html>/i);
    for (const name of ["report.html", "report.txt"]) expect(read(name)).toContain(findings[0]?.title);
  });

  it("prints the report alone where a program reads it, and the story beside", async ({ expect }) => {
    const { exit, out, err } = await rehearse("-f", at("doomed.yaml"), "-o", "json");
    expect(exit).toBe(3);
    expect((JSON.parse(out) as RehearsalReport).cluster).toBe("shop");
    expect(err).toContain("In an account of its own");
  });

  it.for<[why: string, words: string[], exit: number, says: string]>([
    ["a file that is none", ["-f", "invalid.yaml"], 2, "config/"],
    ["a fault that there isn't", ["-f", "doomed.yaml", "--fail", "flood"], 2, "rehearse/unknown-fault"],
    ["manifests without Kubernetes", ["-f", "doomed.yaml", "-m", "app.yaml"], 1, "rehearse/no-kubernetes"],
  ])("tells findings from what can't be rehearsed: %s", async ([, words, wanted, says], { expect }) => {
    const files = words.map((word) => (word.endsWith(".yaml") ? at(word) : word));
    const { exit, err } = await rehearse(...files);
    expect([exit, err]).toEqual([wanted, expect.stringContaining(says)]);
  });
});
