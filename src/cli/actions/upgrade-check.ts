// `lotse upgrade check`
import { LotseError } from "../../base/index.ts";
import type { UpgradeReport, UpgradeVisit } from "../../lotse.ts";
import { upgrades } from "../../lotse.ts";
import { readManifests } from "../../rehearse/index.ts";
import { readClusterFile, today } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { readKubectlVersion } from "../kubectl-version.ts";
import { dayIn } from "../target.ts";
import { renderData } from "../render/data.ts";
import { upgradeLines } from "../render/upgrade-check.ts";
import { textOption } from "./files.ts";

/** Values of an option that may be given several times. */
export const repeatedOption = (option: unknown): string[] => (Array.isArray(option) ? option.map(String) : []);

/** Objects of manifests; a folder in which something can't be read is refused, for nobody would see what was left out. */
async function manifestsOf(invocation: Invocation): Promise<Pick<UpgradeVisit, "manifests">> {
  const paths = repeatedOption(invocation.options["manifests"]);
  if (paths.length === 0) return {};
  const { manifests, findings } = await readManifests(paths);
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first) throw new LotseError(first.code, first, { diagnostics: errors });
  return { manifests };
}

/** Without the codes of `--ignore`; the verdict follows. */
export function withoutIgnored({ options }: Invocation, report: UpgradeReport): UpgradeReport & { ignored: number } {
  const codes = repeatedOption(options["ignore"]);
  const findings = report.findings.filter(({ code }) => !codes.includes(code));
  const ignored = report.findings.length - findings.length;
  const blocked = findings.some(({ severity }) => severity === "error");
  const verdict = blocked ? "not ready" : report.unknown.length > 0 ? "unknown" : "ready";
  return { ...report, verdict, findings, ignored };
}

async function print(invocation: Invocation, found: UpgradeReport): Promise<number> {
  const { options, terminal, env } = invocation;
  const report = withoutIgnored(invocation, found);
  if (options["output"] === "json") terminal.stdout.write(await renderData(report, "json"));
  else {
    const left = report.ignored === 0 ? [] : [`${report.ignored} left out by --ignore`];
    terminal.stdout.write(`${[...upgradeLines(report, terminal.stdout, env), ...left].join("\n")}\n`);
  }
  const fails = report.verdict === "not ready" || (options["strict"] === true && report.verdict === "unknown");
  return fails ? exitCode.findings : exitCode.done;
}

/** What is asked, and the living cluster it is about; undefined where files alone are looked at. */
export async function visitOf(
  invocation: Invocation,
): Promise<{ visit: UpgradeVisit; name: string | undefined; region: string | undefined }> {
  const { options, env } = invocation;
  const file = typeof options["file"] === "string" ? await readClusterFile(invocation) : undefined;
  const named = textOption(invocation, "name");
  const own = file?.config.metadata.name;
  if (named !== undefined && own !== undefined && named !== own)
    throw new LotseError("cli/usage", {
      title: `--name ${named} contradicts the file, which says ${own}`,
      remedy: "Give the file of that cluster, or one of the two.",
    });
  if (named === undefined && !file)
    throw new LotseError("cli/usage", {
      title: "No cluster is named",
      remedy: "Give --name <cluster>, or -f with its file.",
    });
  const to = textOption(invocation, "to");
  const visit: UpgradeVisit = {
    today: today(),
    kubectl: await readKubectlVersion(env),
    ...(await manifestsOf(invocation)),
    ...(file ? { file } : {}),
    ...(to === undefined ? {} : { to }),
  };
  // A file alone asks nobody; one beside an account is about the living cluster of its name.
  const asks = ["region", "profile", "endpointUrl", "sandbox"].some((option) => options[option] !== undefined);
  return { visit, name: named ?? (asks ? own : undefined), region: file?.config.metadata.region };
}

/** `upgrade check` */
export const check: Action = async (invocation) => {
  const { visit, name, region } = await visitOf(invocation);
  if (name === undefined) return print(invocation, await upgrades.check(visit));
  return withAws(invocation, region, async (aws, target) =>
    print(invocation, await upgrades.check({ ...visit, today: dayIn(target), living: { aws, name } })),
  );
};
