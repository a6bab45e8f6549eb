// What the stages of the demo share: a rehearsal under way, and where to show things.
import { LotseError } from "../../base/index.ts";
import type { Plan, RunResult } from "../../lotse.ts";
import { hasChanges } from "../../lotse.ts";
import type { Notes, Rehearsal, Stage as RehearsalStage } from "../../rehearse/index.ts";
import type { Terminal } from "../command.ts";
import { formatDuration } from "../render/style.ts";

export interface World {
  rehearsal: Rehearsal;
  /** What the account held before. */
  before: ReadonlySet<string>;
  terminal: Terminal;
}

/** A part of the story. Returns the sentence that it ends with; throws when something isn't as it should be. */
export interface Stage {
  title: string;
  /** Left out where there is no Kubernetes. */
  kubernetes?: true;
  run(world: World): Promise<string>;
}

/** The demo's own failure: a stage that did not do what it should. */
export function unexpected(title: string, detail?: string): LotseError {
  return new LotseError("cli/demo-unexpected", {
    title,
    ...(detail === undefined ? {} : { detail }),
    remedy: "This is a defect in lotse; please report it with this output.",
    blame: "lotse",
  });
}

/** Shows lines of a stage, indented below its title. */
export function print(world: World, lines: readonly string[]): void {
  world.terminal.stdout.write(`${lines.map((line) => (line === "" ? "" : `   ${line}`)).join("\n")}\n`);
}

/** Columns that lines of a stage may take. */
export const widthOf = ({ terminal }: World): number => terminal.stdout.columns - 3;

/** A run with what it took here and what it would take on AWS. */
export interface Timed {
  result: RunResult;
  took: string;
}

/** Carries a plan out and compares the two clocks. */
export async function carryOut({ rehearsal }: World, of: Plan): Promise<Timed> {
  const [wall, virtual] = [performance.now(), rehearsal.seconds()];
  const result = await rehearsal.apply(of);
  if (result.interrupted) throw new LotseError("cli/demo-interrupted", { title: "Interrupted" });
  const here = ((performance.now() - wall) / 1000).toFixed(1);
  const there = formatDuration(rehearsal.seconds() - virtual);
  return { result, took: `AWS would take about ${there}, the sandbox took ${here}s` };
}

/** The step ids of a failed run, for an error's detail. */
export const failures = (result: RunResult): string =>
  result.failed.map(({ step, message }) => `${step}: ${message}`).join("\n");

/** @throws LotseError when the plan still has something to do */
export async function demandNothingToDo({ rehearsal }: World): Promise<void> {
  const rest = await rehearsal.plan();
  if (hasChanges(rest)) {
    const ids = rest.steps.filter((step) => !step.pending).map((step) => step.id);
    throw unexpected("The plan isn't empty after apply", ids.join("\n"));
  }
}

/** Runs a stage of rehearsals, in which nothing may be found that is wrong. */
export async function demand({ rehearsal }: World, stage: RehearsalStage): Promise<{ text: string; notes: Notes }> {
  const notes: Notes = { cases: [], findings: [] };
  const text = await stage.run(rehearsal, notes);
  const wrong = notes.findings.filter(({ severity }) => severity === "error");
  if (wrong.length > 0) throw unexpected(`${stage.title}: ${text}`, wrong.map(({ title }) => title).join("\n"));
  return { text, notes };
}
