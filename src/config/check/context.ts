// What the checks of one document share.
import type { ConfigPath } from "../cluster.ts";
import { formatPath } from "../paths.ts";
import type { SourceNode } from "../source/tree.ts";
import type { Finding, Findings } from "./findings.ts";

export interface CheckContext {
  findings: Findings;
  /** The path of the value being looked at; changes while the check goes on. */
  path: (string | number)[];
}

/** Files a finding about the value being looked at. */
export function report(context: CheckContext, finding: Finding, node: SourceNode): void {
  context.findings.add(finding, context.path, node.at);
}

/** The path as the subject of a sentence. */
export function nameOf(path: ConfigPath): string {
  return formatPath(path) || "the document";
}
