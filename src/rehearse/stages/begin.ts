// The beginning of every rehearsal: the plan for an empty account, carried out, after which nothing is left to do.
import { formatDuration } from "../../base/index.ts";
import { hasChanges } from "../../lotse.ts";
import type { Stage } from "../stage.ts";
import { counted } from "../stage.ts";
import { carryOut } from "./carry-out.ts";

/** What would happen. */
export const planStage: Stage = {
  id: "plan",
  title: "Plan",
  run: async (rehearsal, { cases }) => {
    const planned = await rehearsal.plan();
    for (const { id, duration } of planned.steps) cases.push({ name: id, outcome: "passed", seconds: duration });
    return `${counted(planned.steps.filter(({ pending }) => !pending).length, "step")}, about ${formatDuration(planned.summary.duration)} on AWS`;
  },
};

/** Makes it, and looks whether file and account agree afterwards. */
export const applyStage: Stage = {
  id: "apply",
  title: "Apply",
  run: async (rehearsal, notes) => {
    const { ok, text } = await carryOut(rehearsal, await rehearsal.plan(), notes);
    if (!ok) return text;
    const rest = await rehearsal.plan();
    if (!hasChanges(rest)) return text;
    const steps = rest.steps.filter(({ pending }) => !pending).map(({ id }) => id);
    notes.findings.push({
      code: "rehearse/step-failed",
      severity: "error",
      title: `The plan isn't empty after apply: ${steps.join(", ")}`,
      remedy: "File and account should agree by now; please report it with this file.",
    });
    return text;
  },
};
