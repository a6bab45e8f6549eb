// The programs of real control planes, for tests and for `npm start`: found, downloaded or built by the command that users have.
// Where they can't be had, that is said, and what needs them says that it was skipped.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** What tests rehearse upgrades with. */
const tested = ["1.34", "1.35", "1.36"];
/**
 * A build with nothing cached takes 7 minutes on 2 cores, and twice that where something else works beside it. Tests go
 * on without when it takes much longer; who starts the main job sees it progress, and waits or interrupts.
 */
const minutes = { tests: 15, start: 60 };

/** Installs what can be installed; returns what has to be done without, as lines. */
export function ensureKubernetes(versions = tested, patience = minutes.tests) {
  console.log(`▶ Kubernetes ${versions.join(", ")} (kept in the user's cache)`);
  const command = ["scripts/run.mjs", "src/main.ts", "sandbox", "kubernetes", "install", ...versions];
  const { status, error } = spawnSync(process.execPath, command, {
    cwd: resolve(import.meta.dirname, ".."),
    stdio: ["ignore", "inherit", "inherit"],
    timeout: patience * 60_000,
    // As Ctrl-C: what it has begun is ended with it.
    killSignal: "SIGINT",
  });
  if (status === 0) return [];
  const why =
    error?.code === "ETIMEDOUT"
      ? `it took more than ${patience} minutes; the next run goes on`
      : "the reason stands above";
  return [`what needs Kubernetes ${versions.join(", ")}: no binaries; ${why}`];
}

if (process.argv[1] === import.meta.filename) {
  const [, , ...versions] = process.argv;
  const wanted = versions.length > 0 ? versions : tested;
  for (const line of ensureKubernetes(wanted, minutes.start)) console.log(`skipped: ${line}`);
}
