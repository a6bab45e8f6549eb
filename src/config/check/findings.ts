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
  add(finding: Finding, path: ConfigPath, offset: number): void;
}

/** An empty collection. `locate` turns offsets into lines. */
export function collectFindings(locate: (offset: number) => SourceLocation): Findings {
  const list: Diagnostic[] = [];
  const failed: ConfigPath[] = [];
  return {
    list,
    failed,
    add({ code, severity = "error", ...rest }, path, offset) {
      if (severity === "error") failed.push([...path]);
      if (list.length >= maxFindings) return;
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
