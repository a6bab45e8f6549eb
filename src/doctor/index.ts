// What is wrong with a cluster, found in its file, its account, the cluster itself and manifests; and what to do about it.
export type { Area, Check, Seen, Source, Subject, World } from "./check.ts";
export { checks } from "./checks/index.ts";
export { doctorCodes } from "./errors.ts";
export { baselineOf, readBaseline } from "./baseline.ts";
export type { DoctorReport, ExcludedFinding, Exclusion, Finding, UnknownCheck } from "./report.ts";
export { countOf, fails, nameOfSubject, summaryOf } from "./report.ts";
export type { DoctorOptions } from "./run.ts";
export { runChecks } from "./run.ts";
export type { ClusterFile } from "./file.ts";
export { clusterFile } from "./file.ts";
export type { AccountFacts } from "./account/facts.ts";
export { accountFacts } from "./account/read.ts";
export type { ObjectFacts, WrittenObject } from "./objects/facts.ts";
export { livingFacts, manifestFacts } from "./objects/facts.ts";
export type { CheckSummary } from "./list.ts";
export { checkNamed, listChecks } from "./list.ts";
export type { ReportFormat } from "./reports/index.ts";
export { renderDoctorReport, reportFormats } from "./reports/index.ts";
