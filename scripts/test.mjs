// `npm test`: lint, types, unit, contract and scenario tests, with all their set-up. Ends with one line of counts.
// Flags after `--` go to vitest: `npm test -- --project unit src/iam`.
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { ensureJudges } from "./judges.mjs";
import { ensureKubernetes } from "./kubernetes.mjs";

const extra = process.argv.slice(2);
const started = performance.now();

/** @param {string} title @param {string} command @param {string[]} args @param {Record<string, string>} env */
function step(title, command, args, env = {}) {
  const begun = performance.now();
  console.log(`\n▶ ${title}`);
  const { status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  console.log(
    `  ${title}: ${status === 0 ? "ok" : `failed (${status})`} in ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  return status === 0;
}

const judges = ensureJudges();
const missing = [...judges.missing, ...ensureKubernetes()];
const bin = (name) => `node_modules/.bin/${name}`;
const results = ".cache/test-results.json";
const ok = [
  extra.length > 0 || step("lint", bin("oxlint"), ["--type-aware"]),
  extra.length > 0 || step("format", bin("oxfmt"), ["--check"]),
  extra.length > 0 || step("types", bin("tsc"), ["-b"]),
  step("bundle", process.execPath, ["scripts/build.mjs"]),
  step(
    "tests",
    bin("vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...extra],
    judges.env,
  ),
].every(Boolean);

const report = JSON.parse(await readFile(results, "utf8"));
// Nothing is skipped silently: the reason stands in the title of the test or of the suite around it.
const skipped = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status !== "passed" && status !== "failed"),
);
const titles = skipped.map(
  ({ ancestorTitles, title }) => ancestorTitles.find((name) => name.startsWith("skipped")) ?? title,
);
for (const title of new Set(titles)) console.log(title.startsWith("skipped") ? title : `skipped: ${title}`);
for (const line of missing) console.log(`skipped: ${line}`);
console.log(`in ${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(
  `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
);
process.exitCode = ok ? 0 : 1;
