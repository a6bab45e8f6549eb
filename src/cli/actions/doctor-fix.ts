// `lotse doctor --fix`: what can be mended is shown, asked about, and done: the file first, then what it doesn't rule.
import { readFile, writeFile } from "node:fs/promises";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Aws, DoctorFix, DoctorVisit, Finding, FixOptions, RunResult } from "../../lotse.ts";
import { apply, doctor, hasChanges, runSteps } from "../../lotse.ts";
import type { Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { declined } from "../confirm-change.ts";
import { insideOf } from "../drain-options.ts";
import { nextCommand } from "../next-command.ts";
import { outcomeData, printOutcome } from "../outcome.ts";
import { renderData } from "../render/data.ts";
import { planData, planLines } from "../render/plan.ts";
import { paint } from "../render/style.ts";
import type { Target } from "../target.ts";

/** A living cluster, by the door that is open. */
interface Place {
  aws: Aws;
  target: Target;
}

const sentence = ({ id, resource: { kind, namespace, name }, text }: Finding): string =>
  `${id} ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}: ${text}`;

function show({ terminal: { stderr }, options }: Invocation, fix: DoctorFix): void {
  const { mended, left, file, ofFile, steps } = fix;
  const coloured = (line: string): string =>
    line.startsWith("+") ? paint(stderr, "good", line) : line.startsWith("-") ? paint(stderr, "bad", line) : line;
  const lines = [
    ...(mended.length > 0 ? [paint(stderr, "strong", "mended"), ...mended.map((each) => `  ${sentence(each)}`)] : []),
    ...(left.length > 0 ? [paint(stderr, "strong", "left to you")] : []),
    ...left.map(({ finding, reason }) => `  ${sentence(finding)}: ${reason}`),
    ...(file ? ["", paint(stderr, "strong", String(options["file"])), ...file.diff.map(coloured)] : []),
    ...(ofFile ? ["", ...planLines(ofFile, stderr)] : []),
    ...(steps ? ["", ...planLines(steps, stderr)] : []),
  ];
  if (lines.length > 0) stderr.write(`${lines.join("\n")}\n`);
}

/** The file as it is on disk: what isn't UTF-8 couldn't be written back as it was. */
async function textOf({ options }: Invocation): Promise<string | undefined> {
  const { file } = options;
  if (typeof file !== "string") return undefined;
  const bytes = file === "-" ? undefined : await readFile(file);
  const text = bytes?.toString("utf8");
  if (text !== undefined && bytes?.equals(Buffer.from(text))) return text;
  throw new LotseError("cli/usage", {
    title: `--fix can't write back to ${file === "-" ? "standard input" : file}`,
    remedy: "Give it a file in UTF-8.",
  });
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new LotseError(
      "cli/unwritable",
      { title: `${path} can't be written: ${errorMessage(cause)}`, remedy: "Check the path." },
      { cause },
    );
  });
}

/** The mended file is applied; what it doesn't rule is looked for again after it, for much may have changed. */
async function carryOut(
  { host }: Invocation,
  { fix, visit, options }: { fix: DoctorFix; visit: DoctorVisit; options: FixOptions },
  { aws }: Place,
): Promise<RunResult[]> {
  const how = { kubernetes: options.kubernetes ?? "required" };
  if (!fix.ofFile || !fix.file) return fix.steps ? [await runSteps(fix.steps, aws, host, how)] : [];
  const first = await apply(fix.ofFile, aws, host, how);
  if (!first.ok) return [first];
  const { steps } = await doctor.planFix({ ...visit, file: fix.file.cluster }, { ...options, text: fix.file.after });
  return steps && hasChanges(steps) ? [first, await runSteps(steps, aws, host, how)] : [first];
}

/** Mends what may be mended. Returns the exit code. */
export async function mend(invocation: Invocation, visit: DoctorVisit, place?: Place): Promise<number> {
  const { options, terminal, host } = invocation;
  const json = options["output"] === "json";
  if (!json && options["output"] !== "table")
    throw new LotseError("cli/usage", {
      title: `--fix doesn't go with -o ${String(options["output"])}`,
      remedy: "Leave -o out, or take json.",
    });
  const text = await textOf(invocation);
  const cidrs = Array.isArray(options["cidr"]) ? options["cidr"].map(String) : [];
  const asked: FixOptions = {
    cidrs,
    ...(text === undefined ? {} : { text }),
    ...(place ? { kubernetes: insideOf(invocation, place.target) } : {}),
  };
  const fix = await doctor.planFix(visit, asked);
  const { mended, left, file, ofFile, steps } = fix;
  const data = {
    mended: mended.map(({ fingerprint, id, source, resource, text: about }) => ({
      id,
      source,
      resource,
      text: about,
      fingerprint,
    })),
    left: left.map(({ finding, reason }) => ({ id: finding.id, resource: finding.resource, reason })),
    file: file ? { path: options["file"], diff: file.diff } : null,
    plans: [ofFile, steps].flatMap((each) => (each ? [planData(each)] : [])),
  };
  if (!json) show(invocation, fix);
  if (!file && !(steps && hasChanges(steps))) {
    const { length } = fix.report.findings;
    if (json) terminal.stdout.write(await renderData({ ...data, results: [] }, "json"));
    else
      terminal.stdout.write(
        `nothing to mend${length > 0 ? `; ${length} findings are left to you: lotse doctor lists them` : ""}\n`,
      );
    return exitCode.done;
  }
  const what = [
    ...(file ? [`change ${String(options["file"])}`] : []),
    ...(place && (ofFile ?? steps)
      ? [`carry the steps out in account ${(ofFile ?? steps)?.account}, ${place.target.label}`]
      : []),
  ].join(" and ");
  if (!(await host.ask({ code: "cli/go-on", text: `${what[0]?.toUpperCase()}${what.slice(1)}?` }))) throw declined();
  if (file) await write(String(options["file"]), file.after);
  const results = place ? await carryOut(invocation, { fix, visit, options: asked }, place) : [];
  if (json) terminal.stdout.write(await renderData({ ...data, results: results.map(outcomeData) }, "json"));
  const words = [
    "doctor",
    "--fix",
    ...(typeof options["file"] === "string" ? ["-f", options["file"]] : []),
    ...(typeof options["name"] === "string" ? ["--name", options["name"]] : []),
    ...cidrs.flatMap((each) => ["--cidr", each]),
  ];
  const again = nextCommand(invocation, words);
  let code: number = exitCode.done;
  for (const result of results) {
    if (json) code ||= result.ok ? exitCode.done : result.interrupted ? exitCode.interrupted : exitCode.failed;
    else code ||= printOutcome(invocation, "doctor --fix", result, again);
  }
  if (!json && results.length === 0) terminal.stdout.write(`${String(options["file"])} is mended\n`);
  if (!json && !place && file)
    terminal.stderr.write(`next: ${nextCommand(invocation, ["plan", "-f", String(options["file"])])}\n`);
  return code;
}
