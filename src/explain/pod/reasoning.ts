// How far an answer has come: steps so far, and how it ends. Stages add to it, one after the other.
import type { Change, Step, Verdict } from "../explanation.ts";
import type { PodWorld } from "./world.ts";

/** A change, and the world with it made, so that the answer can be worked out again. */
export interface Proposal {
  change: Change;
  /** Missing where the change leaves open what comes of it. */
  made?: (world: PodWorld) => PodWorld;
}

/** How a stage ends an answer. */
export interface Ending {
  verdict: Verdict;
  summary: string;
  decisive: Step;
  /** The smallest step towards the other answer. */
  proposal?: Proposal;
}

/** An answer on its way. */
export interface Reasoning {
  steps: Step[];
  assumptions: string[];
}

/** Adds a step and ends with it. */
export function ending(
  reasoning: Reasoning,
  verdict: Verdict,
  step: Omit<Step, "outcome">,
  proposal?: Proposal,
): Ending {
  const decisive: Step = {
    ...step,
    outcome: verdict === "allow" ? "pass" : verdict === "deny" ? "stop" : "unsure",
  };
  reasoning.steps.push(decisive);
  return { verdict, summary: step.text, decisive, ...(proposal ? { proposal } : {}) };
}

/** Adds a step that lets the request pass. */
export function pass(reasoning: Reasoning, step: Omit<Step, "outcome">): void {
  reasoning.steps.push({ ...step, outcome: "pass" });
}

/** Adds a step that decides nothing. */
export function remark(reasoning: Reasoning, step: Omit<Step, "outcome">): void {
  reasoning.steps.push({ ...step, outcome: "note" });
}
