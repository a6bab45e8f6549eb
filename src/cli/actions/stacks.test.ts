import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Outcome } from "./testing.ts";
import { runLotse } from "./testing.ts";

const file = (rest = ""): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1}
${rest}`;

/** Runs `lotse stacks` with a file on standard input. */
const lotseStacks = (input: string, ...options: string[]): Promise<Outcome> => runLotse(input, "stacks", ...options);

describe("lotse stacks", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lotse-stacks-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("prints an array of stacks and nothing else on stdout", async ({ expect }) => {
    const { code, stdout, stderr } = await lotseStacks(
      file("managedNodeGroups: [{name: web}]"),
      "-f",
      "-",
      "-o",
      "json",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const stacks = JSON.parse(stdout) as Record<string, unknown>[];
    expect(stacks.map(({ stackName }) => stackName)).toEqual(["eksctl-demo-cluster", "eksctl-demo-nodegroup-web"]);
    expect(Object.keys(stacks[0] ?? {})).toEqual([
      "stackName",
      "capabilities",
      "tags",
      "enableTerminationProtection",
      "template",
    ]);
  });

  it("writes one template per stack into a folder", async ({ expect }) => {
    const dir = join(folder, "new", "out");
    const { code, stdout } = await lotseStacks(file(), "-f", "-", "--dir", dir);
    expect([code, stdout, await readdir(dir)]).toEqual([0, "", ["eksctl-demo-cluster.json"]]);
    const template = JSON.parse(await readFile(join(dir, "eksctl-demo-cluster.json"), "utf8")) as object;
    expect(template).toHaveProperty("Resources.ControlPlane.Properties.Name", "demo");
  });

  it("names an SSH key by the fingerprint of its file", async ({ expect }) => {
    const key = join(folder, "key.pub");
    const blob = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0 0123456789abcdef0123456789abcdef");
    await writeFile(key, `ssh-ed25519 ${blob.toString("base64")} me@home\n`);
    const groups = `managedNodeGroups: [{name: web, ssh: {publicKeyPath: ${key}}}]`;
    expect((await lotseStacks(file(groups), "-f", "-")).stdout).toMatch(/KeyName: eksctl-demo-nodegroup-web-\S{43}\n/);
    const missing = await lotseStacks(file(groups.replace("key.pub", "none.pub")), "-f", "-");
    expect([missing.code, missing.stderr]).toEqual([0, expect.stringContaining("none.pub can't be read")]);
  });

  it("ends with 1 for what can't be built yet, and names the line", async ({ expect }) => {
    const { code, stdout, stderr } = await lotseStacks(
      file("karpenter: {version: 1.0.0}\niam: {withOIDC: true}"),
      "-f",
      "-",
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("-:4:1: error stacks/not-yet not yet: Karpenter (karpenter)");
  });

  it("ends with 2 for an invalid file and for wrong usage", async ({ expect }) => {
    expect((await lotseStacks(file("managedNodeGroup: []"), "-f", "-")).code).toBe(2);
    expect((await lotseStacks(file(), "-f", "-", "--name", "demo")).code).toBe(2);
    expect((await lotseStacks(file())).code).toBe(2);
  });
});
