// What every answer to "why?" looks like: a verdict, the steps that led to it, and the change that would turn it.

/** `unknown`: something that bears on the answer couldn't be read. It never stands for allowed. */
export type Verdict = "allow" | "deny" | "unknown";

/** What a step contributes: it lets the request pass, stops it, can't be told, or only says something. */
export type Outcome = "pass" | "stop" | "unsure" | "note";

/** One step of an answer. `code` is stable, the texts aren't. */
export interface Step {
  code: string;
  outcome: Outcome;
  text: string;
  /** The fact behind the step, as it stands there: a statement, an annotation, a claim. */
  fact?: string;
  /** Where that stands: a policy and its statement, an object, an ARN. */
  at?: string;
}

/** One change to AWS or to the cluster. */
export interface Change {
  text: string;
  /** That makes it. */
  command?: string;
  /** The policy statement or the object that is added. */
  document?: object;
}

/** What would turn the answer. */
export interface Remedy {
  turns: "allow" | "deny";
  /** In order; all of them are needed. */
  changes: readonly Change[];
  /** True when the answer was worked out again with the changes made, and had turned. */
  proven: boolean;
}

/** An answer. */
export interface Explanation {
  verdict: Verdict;
  /** In one sentence. */
  summary: string;
  /** In the order in which things are decided. */
  steps: readonly Step[];
  /** The last step that decided. */
  decisive?: Step;
  /** What the answer takes for granted because it can't be seen from here. */
  assumptions: readonly string[];
  remedy?: Remedy;
}

/** A fact that was read, or why it wasn't. A missing thing that was looked for is read: its value is undefined. */
export type Known<T> = { value: T } | { unread: string };

/** True for a fact that was read. */
export function isRead<T>(known: Known<T>): known is { value: T } {
  return "value" in known;
}

/** The fact, or undefined where it wasn't read. */
export function valueOf<T>(known: Known<T>): T | undefined {
  return isRead(known) ? known.value : undefined;
}

/** A fact that was read. */
export function read<T>(value: T): Known<T> {
  return { value };
}

/** A fact that wasn't. */
export function unread<T>(reason: string): Known<T> {
  return { unread: reason };
}
