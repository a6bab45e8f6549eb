import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import type { Outcome } from "./testing.ts";
import { runLotseIn } from "./testing.ts";

// A cache of its own; nothing here goes to the network.
const folder = mkdtempSync(join(tmpdir(), "lotse-kubernetes-"));
const env = { XDG_CACHE_HOME: folder, PATH: "" };
const lotse = (...words: string[]): Promise<Outcome> => runLotseIn(env, "", "sandbox", "kubernetes", ...words);
afterAll(() => rmSync(folder, { recursive: true }));

describe("lotse sandbox kubernetes", () => {
  it("takes the user's own programs without keeping them", async ({ expect }) => {
    const { program, writePrograms } = await import("../../sandbox/kube/assets/testing.ts");
    const own = join(folder, "own");
    const programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) => [
      name,
      program("v1.35.6"),
    ]);
    writePrograms(own, { ...Object.fromEntries(programs), etcd: program("v3.6.16", true) });
    const words = ["", "sandbox", "kubernetes", "install", "1.35"] as const;
    const { code, stdout, stderr } = await runLotseIn(
      { ...env, PATH: "/bin:/usr/bin", LOTSE_KUBE_ASSETS: own },
      ...words,
    );
    expect([code, stdout, stderr]).toEqual([0, "Kubernetes 1.35: v1.35.6 with etcd v3.6.16, yours\n", ""]);
    expect((await lotse("list", "-o", "json")).stdout).toBe("[]\n");
  });

  it("says that nothing is there, and how to get it", async ({ expect }) => {
    expect(await lotse("list")).toMatchObject({
      code: 0,
      stdout: "no Kubernetes binaries; get some: lotse sandbox kubernetes install\n",
    });
    expect(await lotse("remove")).toMatchObject({ code: 0, stdout: "nothing to remove\n" });
    expect(await lotse("remove", "1.35")).toMatchObject({ code: 1, stdout: "nothing to remove\n" });
  });

  it("wants versions in one form", async ({ expect }) => {
    for (const words of [
      ["install", "v1.35.6"],
      ["install", "latest"],
      ["remove", "../.."],
    ]) {
      const { code, stderr } = await lotse(...words);
      expect(code).toBe(2);
      expect(stderr).toContain(`"${words[1]}" is no version of Kubernetes`);
    }
  });
});
