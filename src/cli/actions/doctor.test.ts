// `lotse doctor` from the outside: exit codes, forms, baselines.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { runLotse } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "lotse-doctor-"));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const file = (more = ""): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1}
vpc: {cidr: 10.0.8.0/22}
managedNodeGroups: [{name: web, instanceType: m5.large, maxSize: 60}]
${more}`;

describe("lotse doctor", () => {
  it("finds what is wrong with a file without asking anybody, and ends with 3", async ({ expect }) => {
    const { code, stdout } = await runLotse("", "doctor", "-f", write("a.yaml", file()));
    expect(code).toBe(3);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /a\.yaml:4: Cluster demo: With all groups at their largest public eu-central-1a \(10\.0\.8\.0\/25\) needs \d+ addresses, and has 123/,
    );
    expect(stdout).toContain("checks weren't made: they need other sources than file");
  });

  it("ends with 0 when nothing is as bad as --fail-on", async ({ expect }) => {
    const words = ["doctor", "-f", write("b.yaml", file()), "--check", "LT-D002"];
    expect((await runLotse("", ...words)).code).toBe(0);
    expect((await runLotse("", ...words, "--fail-on", "warning")).code).toBe(3);
  });

  it("ends with 2 for wrong usage and invalid files, with 1 when it can't look", async ({ expect }) => {
    expect((await runLotse("", "doctor")).code).toBe(2);
    expect((await runLotse("", "doctor", "-f", write("c.yaml", "kind: Nothing"))).code).toBe(2);
    expect((await runLotse("", "doctor", "-f", join(folder, "none.yaml"))).code).toBeGreaterThan(0);
    expect((await runLotse("", "doctor", "-f", write("d.yaml", file()), "--name", "other")).code).toBe(2);
    const path = write("e.yaml", file());
    for (const words of [
      ["-f", path, "-o", "pdf"],
      ["-f", path, "--check", "LT-X1"],
      ["-f", path, "--baseline", path],
      ["-f", path, "--fail-on", "severe"],
      ["--list", "-o", "sarif"],
    ])
      expect([words, (await runLotse("", "doctor", ...words)).code]).toEqual([words, 2]);
  });

  it("holds back what a baseline knows", async ({ expect }) => {
    const [path, baseline] = [write("f.yaml", file()), join(folder, "base.json")];
    expect((await runLotse("", "doctor", "-f", path, "--write-baseline", baseline)).code).toBe(0);
    expect(JSON.parse(readFileSync(baseline, "utf8"))).toMatchObject({ kind: "lotse-doctor-baseline" });
    const { code, stdout } = await runLotse("", "doctor", "-f", path, "--baseline", baseline, "--fail-on", "info");
    expect([code, stdout]).toEqual([0, expect.stringContaining("nothing found")]);
  });

  it("heeds decisions of the Platform document, and refuses days that there aren't", async ({ expect }) => {
    const platform = (until: string): string =>
      file(
        `---\napiVersion: lotse.dev/v1alpha1\nkind: Platform\ndoctor: {exclude: [{check: LT-N001, reason: soon gone, until: "${until}"}]}\n`,
      );
    const { stdout } = await runLotse(
      "",
      "doctor",
      "-f",
      write("g.yaml", platform("2099-01-01")),
      "--check",
      "LT-N001",
    );
    expect(stdout).toContain("LT-N001 Cluster demo: soon gone (until 2099-01-01)");
    expect((await runLotse("", "doctor", "-f", write("h.yaml", platform("2027-02-30")))).code).toBe(2);
    const expired = await runLotse("", "doctor", "-f", write("k.yaml", platform("2026-01-01")), "--check", "LT-N001");
    expect([expired.code, expired.stdout]).toEqual([3, expect.stringContaining("LT-N001 until 2026-01-01: soon gone")]);
    // About a check that there isn't nobody can have decided.
    const slip = await runLotse(
      "",
      "doctor",
      "-f",
      write("l.yaml", platform("2099-01-01").replace("LT-N001", "LT-N999")),
    );
    expect([slip.code, slip.stderr]).toEqual([2, expect.stringContaining("LT-N999")]);
  });

  it("reads manifests, with the line of each finding", async ({ expect }) => {
    const path = write(
      "pod.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n  containers:\n    - {name: app, image: nginx}\n",
    );
    const { code, stdout } = await runLotse("", "doctor", "-m", path, "-o", "json", "--fail-on", "warning");
    expect(code).toBe(3);
    const { findings } = JSON.parse(stdout) as { findings: { id: string; at: object }[] };
    expect(findings.find(({ id }) => id === "LT-W007")).toMatchObject({ at: { file: path, line: 6 } });
  });

  it("mends a file after a question, keeps its comments, and has nothing to do the second time", async ({ expect }) => {
    const text = file(
      "cloudWatch: # asked for by Anna\n  clusterLogging: {enableTypes: [api], logRetentionInDays: 30}\n",
    );
    const path = write("i.yaml", text);
    const words = ["doctor", "-f", path, "--fix", "--check", "LT-L001"];
    const shown = await runLotse("", ...words);
    expect([shown.code, readFileSync(path, "utf8")]).toEqual([4, text]);
    expect(shown.stderr).toContain(
      "+   clusterLogging: {enableTypes: [api, audit, authenticator], logRetentionInDays: 30}",
    );
    const { code, stderr } = await runLotse("", ...words, "--yes");
    expect([code, readFileSync(path, "utf8")]).toEqual([0, text.replace("[api]", "[api, audit, authenticator]")]);
    expect(stderr).toContain("next: lotse plan -f");
    const again = await runLotse("", ...words, "-o", "json");
    expect([again.code, JSON.parse(again.stdout)]).toEqual([
      0,
      { mended: [], left: [], file: null, plans: [], results: [] },
    ]);
  });

  it("doesn't mend what it can't write back, or can't print", async ({ expect }) => {
    expect((await runLotse(file(), "doctor", "-f", "-", "--fix", "--yes")).code).toBe(2);
    expect((await runLotse("", "doctor", "-f", write("j.yaml", file()), "--fix", "-o", "sarif")).code).toBe(2);
  });

  it("takes networks for --fix alone, and none that is no network or the whole world", async ({ expect }) => {
    const path = write("m.yaml", file("cloudWatch: {clusterLogging: {enableTypes: [api]}}\n"));
    const only = ["--check", "LT-N014", "--yes"];
    for (const [words, told] of [
      [["--fix", "--cidr", "office"], "office is no network"],
      [["--fix", "--cidr", "198.51.100.0"], "198.51.100.0 is no network"],
      [["--fix", "--cidr", "0.0.0.0/0"], "the whole world"],
      [["--fix", "--cidr", "198.51.100.0/24", "--cidr", "::/0"], "the whole world"],
      [["--cidr", "198.51.100.0/24"], "without --fix"],
      [["--fix", "--write-baseline", join(folder, "n.json")], "--write-baseline"],
    ] as const) {
      const before = readFileSync(path, "utf8");
      const { code, stderr } = await runLotse("", "doctor", "-f", path, ...only, ...words);
      expect([words, code, readFileSync(path, "utf8")]).toEqual([words, 2, before]);
      expect(stderr).toContain(told);
    }
    expect((await runLotse("", "doctor", "-f", path, ...only, "--fix", "--cidr", "198.51.100.0/24")).code).toBe(0);
    expect(readFileSync(path, "utf8")).toContain("198.51.100.0/24");
  });

  it("lists and explains its checks", async ({ expect }) => {
    const { stdout } = await runLotse("", "doctor", "--list", "-o", "json");
    const list = JSON.parse(stdout) as Record<string, unknown>[];
    expect(list.length).toBeGreaterThanOrEqual(120);
    expect(Object.keys(list[0] ?? {})).toEqual(["id", "title", "area", "severity", "needs", "fixable", "docs"]);
    expect(list.find(({ id }) => id === "LT-L001")).toMatchObject({ fixable: true });
    expect((await runLotse("", "doctor", "explain", "LT-L001")).stdout).toMatch(/lotse doctor --fix/);
    expect((await runLotse("", "doctor", "explain", "lt-d001")).stdout).toContain("LT-D001 IMDSv1 is allowed");
    expect((await runLotse("", "doctor", "explain", "LT-X999")).code).not.toBe(0);
  });
});
