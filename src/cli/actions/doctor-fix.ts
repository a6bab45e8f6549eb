// `lotse doctor --fix`: what can be mended is shown, asked about, and done: the file first, then what it doesn't rule.
import { LotseError } from "../../base/index.ts";
import type { Aws, DoctorFix, DoctorVisit, Finding, FixOptions, Plan, RunResult, Step } from "../../lotse.ts";
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
import { editableText, writeEdited } from "./edited-file.ts";

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

/** Of a plan, the steps that another one has shown: the same things, for the same reasons. */
function shownOf(due: Plan, shown: Plan): Plan {
  const keyOf = ({ id, action, effect }: Step): string => JSON.stringify([id, action, effect]);
  const reasons = new Map(shown.steps.map((step) => [keyOf(step), new Set(step.why.map(({ text }) => text))]));
  const isShown = (step: Step): boolean => {
    const told = reasons.get(keyOf(step));
    return told !== undefined && step.why.every(({ text }) => told.has(text));
  };
  // What a remedy needs is an order, not a condition: without the step before it is as good.
  return { ...due, steps: due.steps.filter(isShown) };
}

/**
 * The mended file is applied; what it doesn't rule is planned again after it, for much may have changed. Of that only
 * what was shown is done.
 */
async function* carryOut(
  { host }: Invocation,
  { fix, visit, options }: { fix: DoctorFix; visit: DoctorVisit; options: FixOptions },
  { aws }: Place,
): AsyncGenerator<RunResult> {
  const how = { kubernetes: options.kubernetes ?? "required" };
  const { file, ofFile, steps: shown } = fix;
  if (!file || !ofFile) {
    if (shown) yield await runSteps(shown, aws, host, how);
    return;
  }
  const first = await apply(ofFile, aws, host, how);
  yield first;
  if (!first.ok || !shown || !hasChanges(shown)) return;
  const { steps: due } = await doctor.planFix({ ...visit, file: file.cluster }, { ...options, text: file.after });
  if (!due) return;
  const steps = shownOf(due, shown);
  if (hasChanges(steps)) yield await runSteps(steps, aws, host, how);
  const others = due.steps.filter((step) => !steps.steps.includes(step)).map(({ id }) => id);
  if (others.length > 0)
    host.emit({
      level: "warn",
      code: "cli/not-shown",
      text: `Due by now, but not shown before and so not done: ${others.join(", ")}; run it again`,
      data: { steps: others },
    });
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
  const text = await editableText(invocation);
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
  if (file && text !== undefined) await writeEdited(String(options["file"]), text, file.after);
  const words = [
    "doctor",
    "--fix",
    ...(typeof options["file"] === "string" ? ["-f", options["file"]] : []),
    ...(typeof options["name"] === "string" ? ["--name", options["name"]] : []),
    ...cidrs.flatMap((each) => ["--cidr", each]),
  ];
  const again = nextCommand(invocation, words);
  let code: number = exitCode.done;
  const results: RunResult[] = [];
  try {
    if (place)
      for await (const result of carryOut(invocation, { fix, visit, options: asked }, place)) {
        results.push(result);
        if (json) code ||= result.ok ? exitCode.done : result.interrupted ? exitCode.interrupted : exitCode.failed;
        else code ||= printOutcome(invocation, "doctor --fix", result, again);
      }
  } finally {
    // What was done is told, whatever comes between.
    if (json) terminal.stdout.write(await renderData({ ...data, results: results.map(outcomeData) }, "json"));
  }
  if (!json && results.length === 0) terminal.stdout.write(`${String(options["file"])} is mended\n`);
  if (!json && !place && file)
    terminal.stderr.write(`next: ${nextCommand(invocation, ["plan", "-f", String(options["file"])])}\n`);
  return code;
}
