// The executable between other programs: readers that go away, answers that nobody gives, files on standard input.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";

const lotse = `"${process.execPath}" "${resolve(import.meta.dirname, "../../dist/lotse.js")}"`;
const cluster = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: pier, region: eu-west-1}
managedNodeGroups: [{name: m, instanceType: t3.medium, desiredCapacity: 1}]
`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lotse terminals "));
  writeFileSync(join(folder, "my cluster.yaml"), cluster);
});

afterAll(async () => {
  await shell("lotse sandbox down");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line of shell in the folder, where `lotse` is the built executable. */
async function shell(line: string): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, LOTSE_SANDBOX_DIR: join(folder, "sandbox") };
  const script = `lotse() { ${lotse} "$@"; }\n${line}`;
  return new Promise((done) => {
    execFile("/bin/bash", ["-c", script], { cwd: folder, env, encoding: "utf8" }, (error, stdout, stderr) => {
      done({ status: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

describe("between other programs", () => {
  it("changes nothing where nobody can say yes", async ({ expect }) => {
    const { status, stdout, stderr } = await shell("lotse apply -f 'my cluster.yaml' --sandbox </dev/null");
    expect([status, stdout]).toEqual([4, ""]);
    expect(stderr).toContain("add --yes");
    const after = await shell("lotse plan -f 'my cluster.yaml' --sandbox --exit-code");
    expect(after.status).toBe(3);
    expect(after.stderr).toContain("next: lotse apply -f 'my cluster.yaml' --sandbox");
  });

  it("ends quietly when nobody reads the answer", async ({ expect }) => {
    const { status, stderr } = await shell('lotse config schema | head -1 >/dev/null; exit "${PIPESTATUS[0]}"');
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("says in one line that the disk is full", async ({ expect }) => {
    const { status, stderr } = await shell("lotse config schema >/dev/full");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error cli\/unwritable .*ENOSPC.*\n$/)]);
  });

  it("goes on when nobody follows the progress", async ({ expect }) => {
    const gone =
      'lotse apply -f - --sandbox --yes <"my cluster.yaml" 2>&1 >/dev/null | head -1; exit "${PIPESTATUS[0]}"';
    expect((await shell(gone)).status).toBe(0);
    const after = await shell("lotse plan -f - --sandbox --exit-code -o json <'my cluster.yaml'");
    expect(after.status).toBe(0);
    expect(JSON.parse(after.stdout)).toMatchObject({ cluster: "pier", steps: [] });
  });
});
