import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { runLotse } from "./testing.ts";

const file = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1, version: "1.33"}
managedNodeGroups: [{name: web, instanceType: t3.large}]
`;
const manifest = `apiVersion: admissionregistration.k8s.io/v1beta1
kind: ValidatingAdmissionPolicy
metadata: {name: limits}
`;

describe("lotse upgrade check with files alone", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lotse-upgrade-"));
    await writeFile(join(folder, "policy.yaml"), manifest);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is unknown, which ends with 0, and with --strict with 3", async ({ expect }) => {
    const { code, stdout } = await runLotse(file, "upgrade", "check", "-f", "-", "-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({ cluster: "demo", from: "1.33", to: "1.34", verdict: "unknown" });
    expect(code).toBe(0);
    expect((await runLotse(file, "upgrade", "check", "-f", "-", "--strict")).code).toBe(3);
  });

  it("names the line of an API that goes, and ends with 3; --ignore leaves it out", async ({ expect }) => {
    const words = ["upgrade", "check", "-f", "-", "-m", folder];
    const { code, stdout } = await runLotse(file, ...words);
    expect(code).toBe(3);
    expect(stdout.split("\n")[0]).toContain("demo 1.33 → 1.34: not ready (1 error");
    expect(stdout).toContain("policy.yaml:1: validatingadmissionpolicy/limits");
    const ignoring = await runLotse(file, ...words, "--ignore", "upgrades/removed-api");
    expect([ignoring.code, ignoring.stdout.includes("1 left out by --ignore")]).toEqual([0, true]);
  });

  it("refuses targets that are none, and questions about nothing", async ({ expect }) => {
    expect((await runLotse(file, "upgrade", "check", "-f", "-", "--to", "1.33")).code).toBe(2);
    expect((await runLotse("", "upgrade", "check")).code).toBe(2);
  });
});

describe("lotse versions", () => {
  it("needs no account and no file", async ({ expect }) => {
    const { code, stdout } = await runLotse("", "versions", "--on", "2026-11-21");
    expect(code).toBe(0);
    expect(stdout).toContain("as of 2026-08-22, lotse's table");
    expect(stdout).toMatch(/1\.34 +2025-10-02 +2026-12-02 +2027-12-02 +standard +11 days +\$73\.00 +\$5282\.40 +1\.35/);
    expect(stdout).not.toContain("out of support");
  });

  it("is data, a picture, and events", async ({ expect }) => {
    const outputs = ["json", "svg", "ics"].map(async (format) => runLotse("", "versions", "-o", format));
    const [json, svg, ics] = await Promise.all(outputs);
    expect(JSON.parse(json?.stdout ?? "")).toMatchObject({ source: "table", asOf: "2026-08-22" });
    expect(svg?.stdout).toMatch(/^<svg /);
    expect(ics?.stdout).toMatch(/^BEGIN:VCALENDAR\r\n/);
  });

  it("takes a day, but no other text for one", async ({ expect }) => {
    for (const day of ["2026-02-30", "tomorrow"]) expect((await runLotse("", "versions", "--on", day)).code).toBe(2);
  });
});
