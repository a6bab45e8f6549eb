// `npm run soak`: the randomised and sweeping tests in full. They run in `npm test` too, with a small seed; here they get their
// whole size (LOTSE_SOAK) and a new seed (LOTSE_TEST_SEED, printed), and the time that takes.
import { spawnSync } from "node:child_process";
import { ensureJudges } from "./judges.mjs";
import { ensureKubernetes } from "./kubernetes.mjs";

const seed = process.env.LOTSE_TEST_SEED ?? String(Date.now() % 2_147_483_647);
const judges = ensureJudges();
const missing = [...judges.missing, ...ensureKubernetes()];
console.log(`seed ${seed}; repeat with LOTSE_TEST_SEED=${seed} npm run soak`);
const started = performance.now();
// Some tests look at what is built: the executable, and the declarations of the package.
for (const [command, ...words] of [
  ["node_modules/.bin/tsc", "-b"],
  [process.execPath, "scripts/build.mjs"],
]) {
  const built = spawnSync(command, words, { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
const { status } = spawnSync("node_modules/.bin/vitest", ["run", "--testTimeout=1200000", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, ...judges.env, LOTSE_SOAK: "1", LOTSE_TEST_SEED: seed },
});
for (const line of missing) console.log(`skipped: ${line}`);
console.log(`soaked for ${((performance.now() - started) / 60_000).toFixed(1)} min with seed ${seed}`);
process.exitCode = status ?? 1;
