import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { rolldown } from "rolldown";
import { afterEach, beforeEach, describe, it } from "vitest";
import { chooseKubeconfig, previewKubeconfig, writeKubeconfig } from "./file.ts";
import type { KubeconfigEntry } from "./model.ts";

const name = "arn:aws:eks:eu-central-1:123456789012:cluster/prod";
const entry: KubeconfigEntry = {
  clusterName: name,
  userName: name,
  contextName: "prod",
  cluster: { server: "https://127.0.0.1:1" },
  user: { token: "t" },
  use: true,
};
const withCluster = `clusters:\n- name: ${name}\n  cluster: {server: "https://127.0.0.1:2"}\n`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lotse-kubeconfig-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const path = (file: string): string => join(home, file);
const put = (file: string, text: string, mode = 0o600): string => {
  writeFileSync(path(file), text, { mode });
  return path(file);
};
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe("which file", () => {
  const choose = (variable?: string, asked?: string): ReturnType<typeof chooseKubeconfig> =>
    chooseKubeconfig(
      { home, ...(variable === undefined ? {} : { variable }), ...(asked === undefined ? {} : { asked }) },
      name,
    );

  it("is the one asked for, else that of the home", ({ expect }) => {
    expect(choose("/x", "/asked").file).toBe("/asked");
    expect(choose().file).toBe(path(".kube/config"));
    expect(choose("").file).toBe(path(".kube/config"));
  });

  it("is the first of $KUBECONFIG that has the cluster, else its first", ({ expect }) => {
    const [a, b, c] = [put("a", "clusters: []\n"), put("b", withCluster), put("c", withCluster)];
    expect(choose([a, b, c].join(delimiter))).toEqual({ file: b, warnings: [] });
    expect(choose([path("none"), a].join(delimiter)).file).toBe(path("none"));
    expect(choose(["", " ", a].join(delimiter)).file).toBe(a);
  });

  it("is never a damaged one that comes later; that is told", ({ expect }) => {
    const [a, bad, c] = [put("a", "clusters: [null]\n"), put("bad", "clusters: [\n"), put("c", withCluster)];
    const { file, warnings } = choose([a, bad, c].join(delimiter));
    expect(file).toBe(c);
    expect(warnings).toEqual([`${bad} is not a kubeconfig; it is passed over.`]);
    expect(choose([bad, a].join(delimiter)).file).toBe(bad);
  });
});

describe("writing", () => {
  it("makes file and folder for their owner alone", async ({ expect }) => {
    const file = path("new/kube/config");
    expect(await writeKubeconfig(file, entry)).toBe("added");
    expect(await writeKubeconfig(file, entry)).toBe("unchanged");
    expect(await writeKubeconfig(file, { ...entry, user: { token: "u" } })).toBe("updated");
    expect([modeOf(file), modeOf(path("new/kube"))]).toEqual(["600", "700"]);
    expect(readdirSync(path("new/kube"))).toEqual(["config"]);
  });

  it("closes a file that others could read, and keeps one read-only", async ({ expect }) => {
    const open = put("open", "", 0o644);
    const closed = put("closed", "", 0o400);
    await writeKubeconfig(open, entry);
    await writeKubeconfig(closed, entry);
    expect([modeOf(open), modeOf(closed)]).toEqual(["600", "400"]);
  });

  it("leaves links as they are and writes to what they lead to", async ({ expect }) => {
    mkdirSync(path("real"));
    put("real/config", "# here\n");
    symlinkSync("real/config", path("link"));
    symlinkSync("real/later", path("dangling"));
    for (const file of ["link", "dangling"]) {
      await writeKubeconfig(path(file), entry);
      expect(lstatSync(path(file)).isSymbolicLink()).toBe(true);
    }
    expect(readFileSync(path("real/config"), "utf8")).toMatch(/^# here\n[^]*current-context: prod/);
    expect(readFileSync(path("real/later"), "utf8")).toContain("current-context: prod");
    symlinkSync("loop", path("loop"));
    await expect(writeKubeconfig(path("loop"), entry)).rejects.toMatchObject({ code: "kube/kubeconfig-write" });
  });

  it("waits for the lock that kubectl takes", async ({ expect }) => {
    const file = put("config", "");
    const lock = put("config.lock", "");
    setTimeout(() => rmSync(lock), 250);
    const started = Date.now();
    expect(await writeKubeconfig(file, entry)).toBe("added");
    expect(Date.now() - started).toBeGreaterThanOrEqual(200);
    expect(existsSync(lock)).toBe(false);
  });

  it("gives up on a lock that stays, and leaves it and the file", async ({ expect }) => {
    const file = put("config", "clusters: []\n");
    const lock = put("config.lock", "");
    await expect(writeKubeconfig(file, entry, 150)).rejects.toMatchObject({
      code: "kube/kubeconfig-locked",
      diagnostic: { remedy: expect.stringContaining(lock) },
    });
    expect([existsSync(lock), readFileSync(file, "utf8")]).toEqual([true, "clusters: []\n"]);
  });

  it("loses nothing when many write at once", async ({ expect }) => {
    const file = path("config");
    const names = Array.from({ length: 6 }, (_, i) => `cluster-${i}`);
    await Promise.all(
      names.map(async (each) =>
        writeKubeconfig(file, { ...entry, clusterName: each, userName: each, contextName: each }),
      ),
    );
    const text = readFileSync(file, "utf8");
    expect(names.filter((each) => !text.includes(`name: ${each}\n`))).toEqual([]);
  });

  it.for([
    ["a damaged file", "clusters: [\n"],
    ["a list", "- a\n"],
    ["two documents", "a: 1\n---\nb: 2\n"],
    [
      "a file that unfolds without end",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
        .split("")
        .map((c, i) => `${c}: &${c} [${`*${"abcdefg"[i]},`.repeat(9)}]\n`)
        .join("")}`,
    ],
  ] as const)("leaves %s as it is", async ([, text], { expect }) => {
    const file = put("config", text);
    await expect(writeKubeconfig(file, entry)).rejects.toMatchObject({ code: "kube/bad-kubeconfig" });
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(home)).toEqual(["config"]);
  });

  it("says so when the place can't be written, or is a folder", async ({ expect }) => {
    put("file", "");
    await expect(writeKubeconfig(path("file/config"), entry)).rejects.toMatchObject({ code: "kube/kubeconfig-write" });
    mkdirSync(path("folder"));
    await expect(writeKubeconfig(path("folder"), entry)).rejects.toMatchObject({ code: "kube/bad-kubeconfig" });
  });

  it("previews without writing", ({ expect }) => {
    const file = path("config");
    expect(previewKubeconfig(file, entry).text).toContain("current-context: prod");
    expect(existsSync(file)).toBe(false);
  });
});

describe("a full disk", () => {
  it("leaves the old file whole and nothing beside it", async ({ expect }) => {
    const file = put("config", "clusters: []\n");
    const bundle = await rolldown({ input: join(import.meta.dirname, "file.ts"), platform: "node" });
    const module = mkdtempSync(join(tmpdir(), "lotse-full-disk-"));
    await bundle.write({ file: join(module, "file.mjs"), format: "esm" });
    const code = [
      `const { writeKubeconfig } = await import(${JSON.stringify(join(module, "file.mjs"))});`,
      `await writeKubeconfig(${JSON.stringify(file)}, ${JSON.stringify(entry)})`,
      "  .catch((error) => process.stderr.write(`${error.code} ${error.diagnostic?.detail}`));",
    ].join("\n");
    // No file of this process may grow beyond 0 bytes, which answers as a full disk does.
    const limited = ["-c", 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, code];
    const { stderr } = spawnSync("bash", limited, { encoding: "utf8" });
    rmSync(module, { recursive: true });
    expect(stderr).toContain("kube/kubeconfig-write EFBIG");
    expect([readFileSync(file, "utf8"), readdirSync(home)]).toEqual(["clusters: []\n", ["config"]]);
  });
});
