// Whether the subnets hold what the file asks for: notes, for a plan may be right and the network still too small.
import { planCapacity } from "../../capacity/index.ts";
import type { Builder } from "../planning.ts";

/** What is worth a word before something is made. The rest is for `lotse capacity plan`. */
const told = new Set(["capacity/subnet-too-small", "capacity/vpc-too-small", "capacity/no-prefixes"]);

/** Notes about addresses; no steps. */
export const capacity: Builder = (planning) => {
  const { cluster } = planning;
  for (const note of planCapacity(cluster).notes) if (told.has(note.code)) planning.notes.push(note);
  return [];
};
