// Outside judges that tests use when they can be had: the AWS CLI and boto3 in a virtual environment of the project.
// Never installs system packages; what is missing is named, and the tests that need it say that they were skipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Exact versions, so that a judge doesn't change its mind between two runs. */
const packages = ["awscli==1.45.11", "boto3==1.43.11"];
const folder = resolve(".cache", "judges");
const stamp = join(folder, "installed.txt");

/** @param {string} command @param {string[]} args */
const run = (command, args) => spawnSync(command, args, { encoding: "utf8", timeout: 300_000 });

function installPython() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === packages.join("\n")) return undefined;
  if (run("python3", ["--version"]).status !== 0)
    return "python3 is missing (Debian: apt-get install python3 python3-venv)";
  mkdirSync(folder, { recursive: true });
  console.log(`▶ judges: ${packages.join(", ")} into .cache/judges`);
  if (run("python3", ["-m", "venv", folder]).status !== 0)
    return "python3 -m venv failed (Debian: apt-get install python3-venv)";
  const pip = run(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages]);
  if (pip.status !== 0)
    return `pip could not install ${packages.join(" ")}: ${pip.stderr.trim().split("\n").at(-1) ?? ""}`;
  writeFileSync(stamp, packages.join("\n"));
  return undefined;
}

/** Installs what can be installed; returns the environment that tests need and what they have to do without. */
export function ensureJudges() {
  const missing = [];
  const python = installPython();
  if (python) missing.push(`tests with the AWS CLI and boto3: ${python}`);
  const env = python ? {} : { LOTSE_JUDGES: folder, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}` };
  return { env, missing };
}
