// Walks what the file says and refuses by name what can't be built yet.
import type { Diagnostic } from "../base/index.ts";
import type { Cluster, ConfigPath } from "../config/index.ts";
import { stackErrors } from "./errors.ts";
import { asksForSomething, supportOf } from "./support.ts";

function refuse(cluster: Cluster, path: ConfigPath, pattern: string, what: string, value: unknown): Diagnostic {
  const at = cluster.locate(path);
  const shown = typeof value === "object" ? "" : `: ${JSON.stringify(value)}`;
  return {
    code: "stacks/not-yet",
    severity: "error",
    title: `not yet: ${what} (${at.path ?? pattern}${shown})`,
    detail: "The file is valid; lotse can't build this part of it yet, and builds nothing rather than leave it out.",
    remedy: stackErrors["stacks/not-yet"]?.remedy ?? "",
    at,
    data: { field: pattern },
  };
}

/**
 * What a file asks for that no builder makes, each with its line; empty when everything can be built. A field that
 * `support.ts` doesn't know is refused by its path.
 */
export function refusals(cluster: Cluster): Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (value: unknown, path: ConfigPath, pattern: string): void => {
    const support = supportOf(pattern);
    if (support === "built" || support === "unused") return;
    if (support) {
      if (support.asks(value)) found.push(refuse(cluster, path, pattern, support.what, value));
      return;
    }
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(item, [...path, i], `${pattern}[]`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value))
        visit(item, [...path, key], pattern === "" ? key : `${pattern}.${key}`);
    } else if (asksForSomething(value)) {
      found.push(refuse(cluster, path, pattern, `the field ${pattern}`, value));
    }
  };
  visit(cluster.written, [], "");
  return found;
}
