// Makes docs/reference/config.md from the definitions of the cluster file's fields and rules.
import { configReference } from "../../src/config/index.ts";

/** The page by its path. */
export function generate(): Promise<Map<string, string>> {
  return Promise.resolve(new Map([["docs/reference/config.md", configReference()]]));
}
