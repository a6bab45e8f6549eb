// How a plan looks: a line per step with what happens to what runs, why, and how long AWS takes for it.
import type { Plan, Step } from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { formatDuration, paint } from "./style.ts";
import { tableLines } from "./table.ts";

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

function stepLines(steps: readonly Step[], output: Output): string[] {
  const lines = tableLines(
    [
      { title: "", value: (step: Step) => ` ${signs[step.action].sign}` },
      { title: "STEP", value: (step) => `${step.kind} ${step.name}`, shrink: true },
      { title: "EFFECT", value: (step) => (step.action === "create" ? "new" : step.effect) },
      { title: "TIME", value: (step) => (step.pending ? "" : formatDuration(step.duration)), align: "right" },
      { title: "WHY", value: reason, shrink: true },
      { title: "LINE", value: place },
    ],
    steps,
    output.columns,
  );
  return lines.map((line, i) => {
    const step = steps[i - 1];
    return paint(output, step ? signs[step.action].meaning : "dim", line);
  });
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
    lines.push(paint(output, "dim", "On the Kubernetes side, not carried out by this version:"));
    lines.push(...stepLines(later, output).slice(1), "");
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
