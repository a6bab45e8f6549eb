import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { it } from "vitest";
import { keptFolder, temporaryFolder } from "./clusters-folder.ts";

/** Of a process that can't be: ids end at 2^22. */
const dead = JSON.stringify({ pid: 99_999_999 });

it("of a sandbox without state is made when it is needed, and goes with it", ({ expect }) => {
  const folder = temporaryFolder();
  const path = folder.path();
  expect(existsSync(path)).toBe(true);
  expect(folder.path()).toBe(path);
  folder.close();
  expect(existsSync(path)).toBe(false);
});

it("of a sandbox that was killed is removed by the next, and nobody else's", async ({ expect }) => {
  const left = mkdtempSync(join(tmpdir(), "lotse-clusters-"));
  const state = mkdtempSync(join(tmpdir(), "lotse-clusters-"));
  for (const folder of [left, state]) writeFileSync(join(folder, "lock"), dead);
  writeFileSync(join(left, "temporary"), "");
  const living = temporaryFolder();
  living.path();
  const next = temporaryFolder();
  next.path();
  for (let i = 0; i < 100 && existsSync(left); i += 1) await sleep(20);
  expect([existsSync(left), existsSync(state), existsSync(living.path())]).toEqual([false, true, true]);
  living.close();
  next.close();
  rmSync(state, { recursive: true });
});

it("beside a state keeps what its clusters have, and loses what belongs to none", async ({ expect }) => {
  const root = join(mkdtempSync(join(tmpdir(), "lotse-kept-")), "kubernetes");
  const folder = keptFolder(root);
  await folder.tidy([]);
  expect(existsSync(root)).toBe(false);
  for (const name of ["shop-0123", "gone-4567"]) mkdirSync(join(folder.path(), name, "etcd"), { recursive: true });
  await folder.tidy(["shop-0123"]);
  expect([existsSync(join(root, "shop-0123", "etcd")), existsSync(join(root, "gone-4567"))]).toEqual([true, false]);
  folder.remove("shop-0123");
  expect(existsSync(join(root, "shop-0123"))).toBe(false);
  rmSync(dirname(root), { recursive: true });
});

it("says what the disk refuses", ({ expect }) => {
  expect(() => keptFolder("/proc/lotse/kubernetes").path()).toThrowError(
    expect.objectContaining({ code: "sandbox/state-folder" }) as Error,
  );
});
