// What a cause is: a definition that looks at a pod, a clause of the scheduler, or a controller, and knows why it waits.
import type { Claim, Pod, Workload } from "../scene/objects.ts";
import type { Scene } from "../scene/scene.ts";

/** The subnet that a node's pods take their addresses from. */
export interface NodeSubnet {
  id: string;
  cidr: string;
  zone: string;
  /** Addresses that EC2 says are free. */
  free: number;
}

/** What causes are looked for in. */
export interface Situation {
  scene: Scene;
  subnetOf(node: string): NodeSubnet | undefined;
}

/** Why something waits: what a person reads, behind a code that programs go by. */
export interface Reason {
  code: string;
  /** Goes on a sentence that begins with the object: `no node has 3 cpu free`. */
  title: string;
  detail?: string;
  remedy: string;
  /** It is likely to pass by itself: waiting goes on. */
  passes?: boolean;
  data?: Record<string, unknown>;
}

/** Of a pod that was scheduled, or that isn't the scheduler's. */
export interface PodCause {
  code: string;
  explain(pod: Pod, situation: Situation): Reason | undefined;
}

/** Of one clause of what the scheduler says: `3 Insufficient cpu`. */
export interface ClauseCause {
  code: string;
  pattern: RegExp;
  explain(match: RegExpExecArray, pod: Pod, situation: Situation): Reason | undefined;
}

/** Of a controller that can't make its pods: what the API server told it. */
export interface ControllerCause {
  code: string;
  pattern: RegExp;
  explain(match: RegExpExecArray, message: string, owner: Workload | Pod | Claim): Reason;
}

/** Declares one. */
export const definePodCause = (cause: PodCause): PodCause => Object.freeze(cause);
/** Declares one. */
export const defineClauseCause = (cause: ClauseCause): ClauseCause => Object.freeze(cause);
/** Declares one. */
export const defineControllerCause = (cause: ControllerCause): ControllerCause => Object.freeze(cause);
