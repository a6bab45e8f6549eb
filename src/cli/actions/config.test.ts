// `lotse config …` and `lotse init` from the outside: exit codes, streams, formats.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { runLotse } from "./testing.ts";

const good = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: eu-central-1}\n";
const bad = `${good}vpc: {cidr: 10.0.0.0/28}\nmanagedNodeGroups:\n  - {name: a, instanceTyp: m5.large, spot: true}\n`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lotse-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("config validate", () => {
  it("ends with 0 for a good file and says nothing on stderr", async ({ expect }) => {
    expect(await runLotse(good, "config", "validate", "-f", "-")).toEqual({
      code: 0,
      stdout: "-: valid\n",
      stderr: "",
    });
  });

  it("ends with 2 for a bad one, a line per finding: file:line:column severity code message", async ({ expect }) => {
    const file = join(folder, "bad.yaml");
    await writeFile(file, bad);
    const { code, stderr } = await runLotse("", "config", "validate", "-f", file);
    expect(code).toBe(2);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(`${file}:`, "").split(" ").slice(0, 3).join(" ")),
    ).toEqual(["4:13 error config/vpc-cidr", "6:15 error config/unknown-key", "6:44 warning config/spot-variety"]);
    expect(stderr).toContain("Did you mean instanceType?");
  });

  it("prints {diagnostics} with -o json and nothing on stderr", async ({ expect }) => {
    const { code, stdout, stderr } = await runLotse(bad, "config", "validate", "-f", "-", "-o", "json");
    expect([code, stderr]).toEqual([2, ""]);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; at: object; data: object }[] };
    expect(diagnostics[1]).toMatchObject({
      code: "config/unknown-key",
      at: { line: 6, column: 15, path: "managedNodeGroups[0].instanceTyp" },
      data: { nearest: "instanceType" },
    });
    expect(JSON.parse((await runLotse(good, "config", "validate", "-f", "-", "-o", "json")).stdout)).toEqual({
      diagnostics: [],
    });
  });

  it("keeps a finding on one line whatever the file holds", async ({ expect }) => {
    const { stderr } = await runLotse(`${good}"a\\nb\\e[31m": 1\n`, "config", "validate", "-f", "-");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toContain("\u001B");
  });
});

describe("config show, schema, explain", () => {
  it("show fills the defaults in", async ({ expect }) => {
    const { code, stdout } = await runLotse(good, "config", "show", "-f", "-");
    expect(code).toBe(0);
    expect(stdout).toContain('version: "1.34"');
    expect(stdout).toContain("cidr: 192.168.0.0/16");
    expect((await runLotse(bad, "config", "show", "-f", "-")).code).toBe(2);
  });

  it("schema is JSON", async ({ expect }) => {
    const { code, stdout } = await runLotse("", "config", "schema");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  });

  it("explain tells type and default, and the nearest path for a typo", async ({ expect }) => {
    const { code, stdout } = await runLotse("", "config", "explain", "managedNodeGroups[0].minSize");
    expect([code, stdout.split("\n")[0]]).toEqual([0, "managedNodeGroups[].minSize"]);
    expect(stdout).toContain("desiredCapacity, or 2");
    const wrong = await runLotse("", "config", "explain", "vpc.nat.gatway");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("vpc.nat.gateway");
  });
});

describe("init", () => {
  it("writes a file that is valid, and doesn't overwrite it", async ({ expect }) => {
    const file = join(folder, "cluster.yaml");
    const flags = ["init", "--name", "prod", "--region", "eu-central-1", "--version", "1.34", "-f", file];
    expect((await runLotse("", ...flags)).code).toBe(0);
    const text = await readFile(file, "utf8");
    expect(await runLotse(text, "config", "validate", "-f", "-")).toMatchObject({ code: 0, stderr: "" });
    const again = await runLotse("", ...flags);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain("exists already");
    expect((await runLotse("", ...flags, "--force", "--nodes", "fargate")).code).toBe(0);
    expect(await readFile(file, "utf8")).toContain("fargateProfiles:");
  });

  it("refuses what can't be a cluster, and writes nothing then", async ({ expect }) => {
    const file = join(folder, "never.yaml");
    expect(await runLotse("", "init", "--name", "my_cluster", "--region", "eu-central-1", "-f", file)).toMatchObject({
      code: 2,
    });
    await expect(readFile(file)).rejects.toThrow(/ENOENT/);
    expect((await runLotse("", "init", "-f", "-")).code).toBe(2);
    const sizes = ["--name", "prod", "--region", "eu-central-1", "--min", "5", "--max", "2"];
    expect(await runLotse("", "init", ...sizes, "-f", "-")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("--max 2 is less than --min 5") as string,
    });
  });
});
