// What a rehearsal finds out, as data: every report is made of this.
import type { Diagnostic } from "../base/index.ts";

/** How a stage, or one thing of it, has ended. */
export type Outcome = "passed" | "failed" | "skipped";

/** One thing that a stage looks at: a step, an object, a workload. */
export interface CaseReport {
  name: string;
  outcome: Outcome;
  /** Why it failed, or why it was skipped. */
  text?: string;
  /** Virtual seconds it took, where that is known. */
  seconds?: number;
}

/** A part of the rehearsal. */
export interface StageReport {
  /** `plan`, `apply`, `manifests`, `ready`, `upgrade-1.35`, `fault-node-loss`, `destroy`. */
  id: string;
  title: string;
  outcome: Outcome;
  /** The sentence it ends with. */
  text: string;
  /** Virtual seconds since the rehearsal began. */
  from: number;
  to: number;
  wallSeconds: number;
  cases: CaseReport[];
  findings: Diagnostic[];
}

/** A bar of the timeline; virtual seconds since the rehearsal began. */
export interface Lane {
  name: string;
  /** For nodes the zone and instance type, for pods the workload. */
  about: string;
  /** `to` is absent for what was there to the end. */
  spans: { state: "waiting" | "ready" | "trouble"; from: number; to?: number }[];
}

/** What happened when. */
export interface Timeline {
  nodes: Lane[];
  pods: Lane[];
  /** Pods beyond what is drawn. */
  morePods: number;
  marks: { at: number; text: string }[];
}

/** A whole rehearsal. Fields are only ever added. */
export interface RehearsalReport {
  apiVersion: "lotse.dev/rehearsal/v1";
  cluster: string;
  region: string;
  file: string;
  /** Of Kubernetes, before and after upgrades. */
  version: string;
  upgradedTo?: string;
  /** What the API server reports, or why there was none. */
  kubernetes: { version: string } | { missing: string };
  /** ISO-8601, wall time. */
  startedAt: string;
  outcome: "passed" | "findings" | "interrupted";
  /** Seconds on AWS's clock, on the wall, and of lotse's own CPU. */
  seconds: { virtual: number; wall: number; cpu: number };
  stages: StageReport[];
  /** Of all stages, errors first. */
  findings: Diagnostic[];
  timeline: Timeline;
  /** What was left in the account after destroy; empty when all is well, absent when nothing was destroyed. */
  leftovers?: string[];
}
