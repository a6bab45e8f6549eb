// What the builders of steps work with, and how they spell reasons.
import type { Diagnostic } from "../base/index.ts";
import type { Cluster, ConfigPath } from "../config/index.ts";
import type { DesiredObjects, DesiredStack, Known } from "../stacks/index.ts";
import type { ControllerWish } from "./controllers.ts";
import type { Found, LookedUp } from "./found.ts";
import type { KubernetesView } from "./kubernetes-view.ts";
import type { Note, Step, StepKind, Why } from "./plan.ts";

export interface Planning {
  cluster: Cluster;
  found: Found;
  known: Known;
  stacks: readonly DesiredStack[];
  objects: DesiredObjects;
  looked: LookedUp;
  /** What is known of the inside of the cluster; absent where it isn't to be touched. */
  kubernetes?: KubernetesView;
  /** Roles of lotse that the file asks for. */
  controllers: readonly ControllerWish[];
  /** Also take down what the file no longer names. */
  prune: boolean;
  notes: Note[];
  /** What forbids the whole plan; collected, so that a person sees all of it at once. */
  refusals: Diagnostic[];
}

/** A step before its place in the order is known. */
export interface Draft extends Omit<Step, "needs"> {
  /** Stack names and object ids that the step brings about; others name them in `after`. */
  provides: string[];
  /** Stack names and object ids that must be there before. */
  after: string[];
  /** Which of the rules in `order.ts` hold for it. */
  phase: Phase;
}

/**
 * - `cluster`: the cluster stack; everything waits for it.
 * - `control-plane`: changes of the control plane, one at a time; the rest waits for them.
 * - `network`: what nodes need in order to become ready.
 * - `beside`: nobody waits for it.
 * - `fargate`: profiles, one at a time.
 * - `nodes`: node groups.
 * - `after-nodes`: what runs on nodes.
 * - `removal`: what goes once everything new is there.
 * - `login`: last, for it keeps the control plane busy for a quarter of an hour, and nothing relies on it.
 */
export type Phase =
  | "cluster"
  | "control-plane"
  | "network"
  | "beside"
  | "fargate"
  | "nodes"
  | "after-nodes"
  | "removal"
  | "login";

/** Builds the steps of one area. Pure. */
export type Builder = (planning: Planning) => Draft[];

/** A reason with the line of the file that it comes from. */
export function why(planning: Pick<Planning, "cluster">, code: string, text: string, path?: ConfigPath): Why {
  const at = path && planning.cluster.locate(path);
  return {
    code,
    text,
    ...(at?.file !== undefined && { file: at.file }),
    ...(at?.line !== undefined && { line: at.line }),
  };
}

/** True when the file itself says it, and not a default. */
export function isWritten(cluster: Cluster, path: ConfigPath): boolean {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key],
    cluster.written,
  );
  return value !== undefined && value !== null;
}

/** A draft with the members that most have alike. */
export function draft(step: Pick<Draft, "kind" | "name" | "action" | "phase" | "why"> & Partial<Draft>): Draft {
  return {
    id: stepId(step.kind, step.name),
    effect: "none",
    pending: false,
    duration: 5,
    provides: [],
    after: [],
    ...step,
    iamActions: [...new Set(step.iamActions ?? [])].toSorted(),
  };
}

/** `nodegroup/workers`; `cluster` alone where there is only one. */
function stepId(kind: StepKind, name: string): string {
  return `${kind}/${name}`;
}

/** Notes that the plan must not be carried out, with the line of the file that asks for the impossible. */
export function refuse(planning: Planning, code: string, title: string, path: ConfigPath, remedy: string): void {
  planning.refusals.push({ code, severity: "error", title, at: planning.cluster.locate(path), remedy });
}
