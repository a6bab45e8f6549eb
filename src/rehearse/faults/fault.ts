// What a fault is: a definition that does to the account or the cluster what happens to them in earnest.
import type { Rehearsal } from "../rehearsal.ts";
import type { Node } from "../scene/objects.ts";

/** What was done. */
export interface Strike {
  /** A sentence about it. */
  text: string;
  /** Ends what lasts; what is Ready is looked at before. Absent for what strikes once. */
  end?: () => string;
}

/** A kind of misfortune. */
export interface Fault {
  /** As `--fail` takes it. */
  name: string;
  summary: string;
  strike(rehearsal: Rehearsal, nodes: readonly Node[]): Promise<Strike>;
}

/** Declares one. */
export const defineFault = (fault: Fault): Fault => Object.freeze(fault);
