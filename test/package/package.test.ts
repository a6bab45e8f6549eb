// The tarball that would be published: installs into an empty folder, alone, and runs.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  exports: Record<string, unknown>;
};
let folder = "";
let files: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lotse-package-"));
  // `npm test` has built dist/ just before; building again here would only cost time.
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [tarball] = JSON.parse(packed) as { filename: string; files: { path: string }[] }[];
  files = tarball?.files.map((file) => file.path) ?? [];
  writeFileSync(join(folder, "package.json"), '{"name":"someone","private":true,"type":"module"}');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, tarball?.filename ?? "")], {
    cwd: folder,
    stdio: "ignore",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (code: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, encoding: "utf8" });

describe("the package", () => {
  it("brings what it needs and nothing else", ({ expect }) => {
    expect(files).toContain("dist/lotse.js");
    expect(files).toContain("LICENSE");
    expect(files).toContain("THIRD-PARTY-LICENSES.md");
    expect(files.filter((path) => /\.test\.|^(src|test|bench|scripts|\.ci|\.cache)\//.test(path))).toEqual([]);
  });

  it("runs its executable", ({ expect }) => {
    const { status, stdout } = spawnSync(join(folder, "node_modules/.bin/lotse"), ["--version"], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, `${manifest.version}\n`]);
  });

  it("validates a file away from the repository", ({ expect }) => {
    const file = join(folder, "cluster.yaml");
    writeFileSync(
      file,
      "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: x, region: eu-central-1, versoin: '1.34'}\n",
    );
    const { status, stderr } = spawnSync(join(folder, "node_modules/.bin/lotse"), ["config", "validate", "-f", file], {
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/cluster\.yaml:3:\d+ error config\/unknown-key .*versoin/);
  });

  it.for(Object.keys(manifest.exports).filter((path) => path !== "./package.json"))(
    "lets one import lotse%s",
    (path, { expect }) => {
      const { status, stderr, stdout } = node(`console.log(Object.keys(await import("lotse${path.slice(1)}")).length)`);
      expect(stderr).toBe("");
      expect([status, Number(stdout) > 0]).toEqual([0, true]);
    },
  );

  it("has an account to rehearse in, without any other package", ({ expect }) => {
    const { stdout, stderr } = node(`
      import { createSandbox } from "lotse/sandbox";
      const sandbox = await createSandbox({ listen: true, kubernetes: "off" });
      const answer = await fetch(sandbox.endpoint + "/", { method: "POST", body: new URLSearchParams({ Action: "GetCallerIdentity", Version: "2011-06-15" }) });
      console.log(answer.status);
      await sandbox.close();
    `);
    expect(stderr).toBe("");
    expect(stdout).toBe("403\n");
  });

  it("is laid out as publint wants it", async ({ expect }) => {
    const { messages } = await publint({ pkgDir: join(folder, "node_modules/lotse"), level: "warning" });
    expect(messages).toEqual([]);
  });
});
