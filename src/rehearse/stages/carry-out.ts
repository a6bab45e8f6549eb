// A plan carried out in a stage: each step a case, each failure a finding.
import { isLotseError } from "../../base/index.ts";
import type { Plan } from "../../lotse.ts";
import type { Rehearsal } from "../rehearsal.ts";
import type { Notes } from "../stage.ts";
import { counted, timesText } from "../stage.ts";

/** Carries it out; returns the sentence about it, and whether everything was done. */
export async function carryOut(
  rehearsal: Rehearsal,
  plan: Plan,
  { cases, findings }: Notes,
  how: "apply" | "runSteps" = "apply",
): Promise<{ ok: boolean; text: string }> {
  const [virtual, wall] = [rehearsal.seconds(), performance.now()];
  const result = await rehearsal[how](plan);
  rehearsal.signal.throwIfAborted();
  for (const step of result.done) cases.push({ name: step, outcome: "passed" });
  for (const step of result.skipped)
    cases.push({ name: step, outcome: "skipped", text: "not begun: a step that it needs failed" });
  for (const { step, message, error } of result.failed) {
    cases.push({ name: step, outcome: "failed", text: message });
    const [first, ...more] = isLotseError(error) ? error.diagnostics : [];
    findings.push({
      ...(first ?? { severity: "error" }),
      code: "rehearse/step-failed",
      title: `${step}: ${message}`,
      ...(more.length > 0 ? { detail: more.map(({ title }) => title).join("\n") } : {}),
      data: { ...first?.data, step, ...(first ? { code: first.code } : {}) },
    });
  }
  const took = timesText(rehearsal.seconds() - virtual, performance.now() - wall);
  const text = result.ok
    ? `${counted(result.done.length, "step")} done; ${took}`
    : `${counted(result.done.length, "step")} done, ${result.failed.length} failed, ${result.skipped.length} not begun`;
  return { ok: result.ok, text };
}
