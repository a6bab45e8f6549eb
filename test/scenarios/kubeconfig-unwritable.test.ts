// Where a kubeconfig can't be written, `lotse kubeconfig` says so, and what is there stays as it is.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { lotse, runTool, type ToolResult } from "../helpers/tools.ts";

/** Root writes into read-only folders by a capability, which can be laid down before a program starts. */
const asOthers =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--"] : [];
const missing = asOthers.length > 0 && spawnSync("setpriv", ["--version"]).status !== 0;
const text = "apiVersion: v1\nkind: Config\ncurrent-context: mine\n";

describe("a kubeconfig that can't be written", () => {
  const home = mkdtempSync(join(tmpdir(), "lotse-unwritable-"));
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await createSandbox({ listen: true, kubernetes: "off" });
    makeCluster(sandbox, "shop");
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true, force: true });
  });

  const write = (file: string): Promise<ToolResult> => {
    const words = [lotse, "kubeconfig", "--cluster", "shop", "--kubeconfig", file];
    const [program = "", ...more] = [...asOthers, process.execPath, ...words];
    return runTool(program, more, { HOME: home, ...sandbox.env() });
  };

  it.skipIf(missing)(
    missing
      ? "skipped: root writes into read-only folders, and setpriv is missing (Debian: apt-get install util-linux)"
      : "in a read-only folder is told, and nothing is lost",
    async ({ expect }) => {
      const folder = join(home, "read-only");
      mkdirSync(folder);
      writeFileSync(join(folder, "config"), text);
      chmodSync(folder, 0o555);
      const { exit, out, err } = await write(join(folder, "config"));
      chmodSync(folder, 0o755);
      expect([exit, out]).toEqual([1, ""]);
      expect(err).toContain(`kube/kubeconfig-write ${join(folder, "config")} can't be written`);
      expect(err).toContain("Write to another file with --kubeconfig FILE.");
      expect(readFileSync(join(folder, "config"), "utf8")).toBe(text);
      expect(readdirSync(folder)).toEqual(["config"]);
    },
  );

  it.skipIf(!existsSync("/proc/self"))("on a file system that takes no files is told", async ({ expect }) => {
    const { exit, out, err } = await write("/proc/kubeconfig");
    expect([exit, out]).toEqual([1, ""]);
    expect(err).toContain("kube/kubeconfig-write /proc/kubeconfig can't be written");
  });

  it("below a file is told, and the file stays", async ({ expect }) => {
    const file = join(home, "file");
    writeFileSync(file, text);
    const { exit, err } = await write(join(file, "config"));
    expect(exit).toBe(1);
    expect(err).toContain(`kube/kubeconfig-write ${join(file, "config")} can't be written`);
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});
