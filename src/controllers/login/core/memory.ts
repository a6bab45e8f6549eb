// People who were let in a moment ago, so that a busy kubectl doesn't cost the provider a question each time. Refusals are never
// kept, and nobody is kept longer than his token.
import { createHash } from "node:crypto";
import type { Person } from "./provider.ts";

/** A memory of people. */
export interface PeopleMemory {
  find(key: string): Person | undefined;
  keep(key: string, person: Person): void;
  size(): number;
}

/** Under which somebody is kept: tokens are secrets, and count for one provider and organisation. */
export function memoryKey(provider: string, organization: string, token: string): string {
  return createHash("sha256")
    .update(JSON.stringify([provider, organization, token]))
    .digest("base64");
}

/** Names of groups of all people together: some 20 MB. */
const mostGroups = 200_000;

/** @param life milliseconds; 0 keeps nobody */
export function openMemory(life: number, most: number, now: () => number): PeopleMemory {
  const kept = new Map<string, { person: Person; until: number }>();
  let groups = 0;
  const drop = (key: string): void => {
    groups -= kept.get(key)?.person.groups.length ?? 0;
    kept.delete(key);
  };
  return {
    find(key) {
      const found = kept.get(key);
      if (!found) return undefined;
      if (found.until > now()) return found.person;
      drop(key);
      return undefined;
    },
    keep(key, person) {
      const until = Math.min(now() + life, person.expires ?? Infinity);
      if (until <= now()) return;
      drop(key);
      groups += person.groups.length;
      // Oldest first out: a Map keeps the order of insertion.
      while (kept.size > 0 && (kept.size >= most || groups > mostGroups)) drop(kept.keys().next().value as string);
      kept.set(key, { person, until });
    },
    size: () => kept.size,
  };
}
