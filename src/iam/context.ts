// Condition keys: making a request's context, and asking which keys a policy looks at.
import type { PolicyDocument, Statement } from "./document.ts";
import type { ContextLookup } from "./pattern.ts";
import { patternKeys } from "./pattern.ts";

/** Values of condition keys, under names in any case. */
export type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A lookup over one or several records; the first that has the key wins. */
export function contextOf(...records: readonly ContextValues[]): ContextLookup {
  const values = new Map<string, string | readonly string[]>();
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) {
      const name = key.toLowerCase();
      if (value !== undefined && !values.has(name)) values.set(name, value);
    }
  }
  return (key) => values.get(key);
}

/** The condition keys that a policy's conditions and variables name, as written, sorted, each once. */
export function contextKeysOf(document: PolicyDocument): string[] {
  const keys = new Map<string, string>();
  const add = (key: string): void => {
    if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  };
  for (const statement of document.statements) for (const key of statementKeys(statement)) add(key);
  return [...keys.values()].toSorted();
}

function statementKeys(statement: Statement): string[] {
  return [
    ...statement.conditions.map((condition) => condition.key),
    ...statement.conditions.flatMap((condition) => condition.values.flatMap(patternKeys)),
    ...(statement.resources?.patterns.flatMap(patternKeys) ?? []),
  ];
}
