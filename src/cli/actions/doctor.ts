// `lotse doctor`
import { readFile, writeFile } from "node:fs/promises";
import { errorMessage, LotseError, parseCidr } from "../../base/index.ts";
import type { DoctorReport, DoctorVisit } from "../../lotse.ts";
import { doctor } from "../../lotse.ts";
import { readManifests } from "../../rehearse/index.ts";
import { readClusterFile, today } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { dayIn } from "../target.ts";
import { checkLines, doctorLines, listLines } from "../render/doctor.ts";
import { renderData } from "../render/data.ts";
import { mend } from "./doctor-fix.ts";
import { textOption } from "./files.ts";

const list = (option: unknown): string[] => (Array.isArray(option) ? option.map(String) : []);

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new LotseError(
      "cli/unreadable",
      { title: `${file} can't be read: ${errorMessage(cause)}`, remedy: "Check the path and its permissions." },
      { cause },
    );
  });
}

/** Objects of manifests; a folder in which something can't be read is refused, for nobody would see what was left out. */
async function manifestsOf({ host }: Invocation, paths: readonly string[]): Promise<Pick<DoctorVisit, "manifests">> {
  if (paths.length === 0) return {};
  const { manifests, findings } = await readManifests(paths);
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first) throw new LotseError(first.code, first, { diagnostics: errors });
  for (const { title, at } of findings)
    host.emit({ level: "warn", code: "cli/file-warning", text: `${at?.file ?? ""}:${at?.line ?? 1}: ${title}` });
  return { manifests };
}

/** Everything that needs no account. */
async function visitOf(invocation: Invocation): Promise<DoctorVisit> {
  const { options } = invocation;
  const only = list(options["check"]);
  const baseline = textOption(invocation, "baseline");
  return {
    today: today(),
    ...(await manifestsOf(invocation, list(options["manifests"]))),
    ...(typeof options["file"] === "string" ? { file: await readClusterFile(invocation) } : {}),
    ...(only.length > 0 ? { only } : {}),
    ...(baseline === undefined ? {} : { baseline: { file: baseline, text: await readText(baseline) } }),
  };
}

/** The living cluster that is asked: `--name`, or the file's when an account is named beside it. */
function livingName(invocation: Invocation, { file }: DoctorVisit): string | undefined {
  const { options } = invocation;
  const name = textOption(invocation, "name");
  const own = file?.config.metadata.name;
  if (name !== undefined && own !== undefined && name !== own)
    throw new LotseError("cli/usage", {
      title: `--name ${name} contradicts the file, which says ${own}`,
      remedy: "Give the file of that cluster, or one of the two.",
    });
  const named = options["sandbox"] === true || options["endpointUrl"] !== undefined || options["profile"] !== undefined;
  return name ?? (named ? own : undefined);
}

async function print(invocation: Invocation, report: DoctorReport): Promise<number> {
  const { terminal, options, env } = invocation;
  const { stdout } = terminal;
  const format = String(options["output"]);
  const baseline = textOption(invocation, "writeBaseline");
  if (baseline !== undefined) {
    await writeFile(baseline, await doctor.baseline(report)).catch((cause: unknown) => {
      throw new LotseError(
        "cli/unwritable",
        { title: `${baseline} can't be written: ${errorMessage(cause)}`, remedy: "Check the path." },
        { cause },
      );
    });
  }
  if (format === "table")
    stdout.write(`${doctorLines(report, await doctor.summary(report), stdout, env).join("\n")}\n`);
  else stdout.write(await doctor.render(report, format as Parameters<typeof doctor.render>[1]));
  if (baseline !== undefined) return exitCode.done;
  const failOn = String(options["failOn"]) as "error" | "warning" | "info";
  return (await doctor.fails(report, failOn, options["strict"] === true)) ? exitCode.findings : exitCode.done;
}

/** Options that mean nothing, or too much, with others or without them. @throws LotseError `cli/usage` */
function judgeOptions({ options }: Invocation): void {
  const refused = (title: string, remedy: string): LotseError => new LotseError("cli/usage", { title, remedy });
  const isFix = options["fix"] === true;
  const cidrs = list(options["cidr"]);
  if (isFix && options["writeBaseline"] !== undefined)
    throw refused("--fix doesn't go with --write-baseline", "Mend first, and write down what is left then.");
  if (!isFix && cidrs.length > 0) throw refused("--cidr is of no use without --fix", "Add --fix, or leave --cidr out.");
  for (const cidr of cidrs) {
    const block = parseCidr(cidr);
    if (!block) throw refused(`--cidr ${cidr} is no network`, "Give it as 198.51.100.0/24.");
    if (block.prefix === 0) throw refused(`--cidr ${cidr} is the whole world`, "Name the networks of your people.");
  }
}

/** `doctor` */
export const run: Action = async (invocation) => {
  const { terminal, options } = invocation;
  if (options["list"] === true) {
    if (options["output"] !== "table" && options["output"] !== "json")
      throw new LotseError("cli/usage", {
        title: `--list doesn't go with -o ${String(options["output"])}`,
        remedy: "Leave -o out, or take json.",
      });
    const checks = await doctor.list();
    const isTable = options["output"] === "table";
    terminal.stdout.write(
      isTable ? `${listLines(checks, terminal.stdout).join("\n")}\n` : await renderData(checks, "json"),
    );
    return exitCode.done;
  }
  judgeOptions(invocation);
  const visit = await visitOf(invocation);
  const name = livingName(invocation, visit);
  if (name === undefined && !visit.file && !visit.manifests)
    throw new LotseError("cli/usage", {
      title: "There is nothing to look at",
      remedy: "Give -f cluster.yaml, --name <cluster> or --manifests <path>; --list lists the checks.",
    });
  const isFix = options["fix"] === true;
  if (name === undefined) return isFix ? mend(invocation, visit) : print(invocation, await doctor.run(visit));
  return withAws(invocation, visit.file?.config.metadata.region, async (aws, target) => {
    const seen = { ...visit, today: dayIn(target), living: { aws, name, kubernetes: options["awsOnly"] !== true } };
    return isFix ? mend(invocation, seen, { aws, target }) : print(invocation, await doctor.run(seen));
  });
};

/** `doctor explain` */
export const explain: Action = async ({ arguments: [id], options, terminal: { stdout } }) => {
  const check = await doctor.explain(String(id));
  stdout.write(
    options["output"] === "json" ? await renderData(check, "json") : `${checkLines(check, stdout).join("\n")}\n`,
  );
  return exitCode.done;
};
