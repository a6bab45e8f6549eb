// How a plan looks: a line per step with what happens to what runs, why, and how long AWS takes for it.
import type { Plan, Step } from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { formatDuration, paint } from "./style.ts";
import type { Column } from "./table.ts";
import { isTooWide, tableBlocks, wrapped } from "./table.ts";

const signs: Record<Step["action"], { sign: string; meaning: Meaning }> = {
  create: { sign: "+", meaning: "good" },
  update: { sign: "~", meaning: "attention" },
  replace: { sign: "±", meaning: "bad" },
  delete: { sign: "-", meaning: "bad" },
};

/** `01-production.yaml:44`; the folder is known to the reader. */
function place(step: Step): string {
  const why = step.why.find(({ line }) => line !== undefined);
  return why?.line === undefined ? "" : `${(why.file ?? "").split("/").at(-1)}:${why.line}`;
}

const reason = (step: Step): string => step.why.map(({ text }) => text).join("; ");

const effect = (step: Step): string => (step.action === "create" ? "new" : step.effect);
const time = (step: Step): string => (step.pending ? "" : formatDuration(step.duration));

const columns: readonly Column<Step>[] = [
  { title: "", value: (step) => ` ${signs[step.action].sign}` },
  { title: "STEP", value: (step) => `${step.kind} ${step.name}`, shrink: true },
  { title: "EFFECT", value: effect },
  { title: "TIME", value: time, align: "right" },
  { title: "WHY", value: reason, wrap: true },
  { title: "LINE", value: place },
];

/** A step over several lines, for terminals on which the table doesn't fit. */
function blockLines(step: Step, output: Output): string[] {
  const { sign, meaning } = signs[step.action];
  const facts = [effect(step), time(step), place(step)].filter(Boolean).join(" · ");
  const below = [facts, reason(step)].flatMap((text) => wrapped(text, Math.max(8, output.columns - 4)));
  return [paint(output, meaning, ` ${sign}  ${step.kind} ${step.name}`), ...below.map((line) => `    ${line}`)];
}

/** A line for each step below a header, or a block for each on a narrow terminal. */
function stepLines(steps: readonly Step[], output: Output, header = true): string[] {
  if (isTooWide(columns, steps, output.columns)) return steps.flatMap((step) => blockLines(step, output));
  const blocks = tableBlocks(columns, steps, output.columns).map((lines, i) => {
    const step = steps[i - 1];
    return lines.map((line) => paint(output, step ? signs[step.action].meaning : "dim", line));
  });
  return (header ? blocks : blocks.slice(1)).flat();
}

/** `3 to create, 1 to change`; names only what there is. */
export function countsText(plan: Plan): string {
  const { create, update, replace, delete: remove } = plan.summary;
  const parts = [
    [create, "to create"],
    [update, "to change"],
    [replace, "to replace"],
    [remove, "to delete"],
  ] as const;
  return parts.flatMap(([count, text]) => (count > 0 ? [`${count} ${text}`] : [])).join(", ");
}

/** Lines of a plan for people. */
export function planLines(plan: Plan, output: Output): string[] {
  const steps = plan.steps.filter((step) => !step.pending);
  const later = plan.steps.filter((step) => step.pending);
  const lines: string[] = [];
  if (steps.length > 0) lines.push(...stepLines(steps, output), "");
  if (later.length > 0) {
    lines.push(paint(output, "dim", "Inside the cluster, not carried out:"));
    lines.push(...stepLines(later, output, false), "");
  }
  for (const note of plan.notes) {
    const at = note.at?.line === undefined ? "" : ` (${note.at.file ?? ""}:${note.at.line})`;
    lines.push(`${paint(output, "attention", "note")} ${note.text}${at}`);
  }
  lines.push(
    steps.length === 0
      ? `Nothing to do: ${plan.cluster} is as the file says.`
      : `${countsText(plan)} · about ${formatDuration(plan.summary.duration)} on AWS`,
  );
  return lines;
}

/** What `-o json` prints: the plan without what only the engine needs; the notes stand in the summary. */
export function planData(plan: Plan): object {
  const { cluster, region, account, summary, notes } = plan;
  const steps = plan.steps.map(({ id, kind, name, stack, action, effect, why, pending, duration, iamActions }) => ({
    id,
    kind,
    name,
    ...(stack === undefined ? {} : { stack }),
    action,
    effect,
    why,
    pending,
    duration,
    iamActions,
  }));
  return { cluster, region, account, steps, summary: { ...summary, notes } };
}
