// Outside judges that tests use when they can be had: the AWS CLI and boto3 in a virtual environment of the project, and
// aws-iam-authenticator, which Go builds beside them.
// Never installs system packages; what is missing is named, and the tests that need it say that they were skipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Exact versions, so that a judge doesn't change its mind between two runs. */
const packages = ["awscli==1.45.11", "boto3==1.43.11"];
const folder = resolve(".cache", "judges");
const authenticator = "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator@v0.6.13";
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

function installAuthenticator() {
  const built = join(folder, "authenticator.txt");
  if (existsSync(built) && readFileSync(built, "utf8") === authenticator) return undefined;
  if (run("go", ["version"]).status !== 0) return "Go is missing (https://go.dev/dl)";
  mkdirSync(join(folder, "bin"), { recursive: true });
  console.log(`▶ judges: ${authenticator} into .cache/judges`);
  // A minute and a half on 2 cores with nothing cached; other work goes first.
  const { status, stderr } = spawnSync("nice", ["go", "install", authenticator], {
    encoding: "utf8",
    timeout: 600_000,
    env: { ...process.env, GOBIN: join(folder, "bin"), GOFLAGS: "-mod=mod", GOWORK: "off" },
  });
  if (status !== 0) return `go install ${authenticator} failed: ${stderr?.trim().split("\n").at(-1) ?? ""}`;
  writeFileSync(built, authenticator);
  return undefined;
}

/** Installs what can be installed; returns the environment that tests need and what they have to do without. */
export function ensureJudges() {
  const missing = [];
  const python = installPython();
  if (python) missing.push(`tests with the AWS CLI and boto3: ${python}`);
  const go = installAuthenticator();
  if (go) missing.push(`tests with aws-iam-authenticator: ${go}`);
  const env = python ? {} : { LOTSE_JUDGES: folder, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}` };
  return { env, missing };
}
