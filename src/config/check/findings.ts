// Collects the findings of one file, each with its place.
import type { Diagnostic, Severity, SourceLocation } from "../../base/index.ts";
import type { ConfigPath } from "../cluster.ts";
import { formatPath } from "../paths.ts";
import { maxFindings } from "../source/limits.ts";
import type { SourceNode } from "../source/tree.ts";

export interface Finding {
  code: string;
  severity?: Severity;
  title: string;
  detail?: string;
  remedy?: string;
  data?: Record<string, unknown>;
}

export interface Findings {
  readonly list: Diagnostic[];
  /** Paths whose value could not be taken; rules don't complain about those again. */
  readonly failed: ConfigPath[];
  /** True when no more findings of this severity are kept, so that none need to be worked out. */
  isFull(severity: Severity): boolean;
  add(finding: Finding, path: ConfigPath, offset: number): void;
}

/** An empty collection. `locate` turns offsets into lines. */
export function collectFindings(locate: (offset: number) => SourceLocation): Findings {
  const list: Diagnostic[] = [];
  const failed: ConfigPath[] = [];
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  // Counted apart: however many warnings there are, an error must not get lost.
  const isFull = (severity: Severity): boolean => counts[severity] >= maxFindings;
  return {
    list,
    failed,
    isFull,
    add({ code, severity = "error", ...rest }, path, offset) {
      if (isFull(severity)) return;
      counts[severity] += 1;
      if (severity === "error") failed.push([...path]);
      const text = formatPath(path);
      list.push({ code, severity, ...rest, at: { ...locate(offset), ...(text === "" ? {} : { path: text }) } });
    },
  };
}

/** A value as it stands in the file, short enough for a message. */
export function shown(node: SourceNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a map";
  const text = node.text.length > 80 ? `${node.text.slice(0, 77)}…` : node.text;
  return node.kind === "text" ? JSON.stringify(text) : text === "" ? "nothing" : text;
}
