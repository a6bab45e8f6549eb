import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import { endLeftovers } from "./leftovers.ts";

it("ends programs by the files that they were started with, and no others", async ({ expect }) => {
  const root = mkdtempSync(join(tmpdir(), "lotse-left-"));
  // Any program under the name of one of a control plane's; `sh` takes words that mean nothing to it.
  const program = join(root, "etcd");
  copyFileSync("/bin/sh", program);
  const other = join(root, "other");
  copyFileSync("/bin/sh", other);
  const run = async (path: string, word: string): Promise<ChildProcess> => {
    const child = spawn(path, ["-c", "echo up; while :; do sleep 1; done", "x", word], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    return child;
  };
  const mine = join(root, "mine");
  mkdirSync(mine);
  const [left, socket, elsewhere, stranger] = await Promise.all([
    run(program, `--data-dir=${mine}/a/etcd`),
    run(program, `--etcd-servers=unix://${mine}/a/run/client`),
    run(program, `--data-dir=/backup${mine}/a/etcd`),
    run(other, `--data-dir=${mine}/a/etcd`),
  ]);
  const ended = Promise.all([left, socket].map((child) => once(child, "exit")));
  expect(await endLeftovers(mine)).toBe(2);
  await ended;
  expect([left, socket].map(({ signalCode }) => signalCode)).toEqual(["SIGKILL", "SIGKILL"]);
  expect([elsewhere, stranger].map(({ exitCode, signalCode }) => [exitCode, signalCode])).toEqual([
    [null, null],
    [null, null],
  ]);
  expect(await endLeftovers(mine)).toBe(0);
  for (const child of [elsewhere, stranger]) child.kill("SIGKILL");
  rmSync(root, { recursive: true });
});
