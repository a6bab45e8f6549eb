// The rehearsal: a cluster's whole life in an account of its own, judged and reported.
export { rehearsalCodes } from "./errors.ts";
export type { Fault, Strike } from "./faults/fault.ts";
export { faults } from "./faults/index.ts";
export type { Manifest } from "./manifests/document.ts";
export type { Manifests } from "./manifests/read.ts";
export { readManifests } from "./manifests/read.ts";
export type { Readiness } from "./ready.ts";
export { wantedNodes } from "./ready.ts";
export type { Rehearsal, RehearsalInput } from "./rehearsal.ts";
export { openRehearsal } from "./rehearsal.ts";
export type { RehearseOptions } from "./rehearse.ts";
export { rehearse } from "./rehearse.ts";
export type { CaseReport, Lane, Outcome, RehearsalReport, StageReport, Timeline } from "./report.ts";
export { renderReport, reporterOf, reporters } from "./reports/index.ts";
export type { Reporter } from "./reports/reporter.ts";
export { findingLines, verdict } from "./reports/text.ts";
export type { Notes, Stage, StageListener } from "./stage.ts";
export { runStage } from "./stage.ts";
