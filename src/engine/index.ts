// Carries out plans.
export type { RunOptions, RunResult, StepFailure } from "./run.ts";
export { runPlan } from "./run.ts";
export type { DrainOptions } from "./drain/options.ts";
export { engineCodes } from "./errors.ts";
