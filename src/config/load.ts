// The way from a file's text to a cluster: decode, read YAML, check against the definitions, fill defaults, apply the rules.
import type { Diagnostic } from "../base/index.ts";
import { hasErrors } from "../base/index.ts";
import { calendarAsOf } from "../facts/index.ts";
import { checkStruct } from "./check/check.ts";
import { collectFindings } from "./check/findings.ts";
import type { Cluster, ConfigPath, LoadResult } from "./cluster.ts";
import { withDefaults, withoutRepetitions } from "./defaults/index.ts";
import { readDocuments } from "./documents.ts";
import type { ClusterConfig } from "./model/index.ts";
import { formatPath } from "./paths.ts";
import { applyRules } from "./rules/apply.ts";
import { clusterConfig } from "./schema/cluster.ts";
import { decodeText } from "./source/decode.ts";
import type { SourceFile } from "./source/read.ts";
import { readSource } from "./source/read.ts";
import type { SourceNode } from "./source/tree.ts";
import { walkTo } from "./source/tree.ts";

/** Circumstances of reading a file. */
export interface LoadOptions {
  /** Name of the file, for messages. */
  file?: string;
  /** Day (`YYYY-MM-DD`) on which Kubernetes versions must be supported; without it the day of lotse's version table. */
  today?: string;
}

/**
 * Reads a cluster file: YAML or JSON, eksctl's ClusterConfig, and a Platform document after it. Never throws for what a file
 * holds; every mistake becomes a diagnostic with line and column, all of them at once.
 *
 * @example
 * const { cluster, diagnostics } = loadCluster(await readFile("cluster.yaml"), { file: "cluster.yaml" });
 */
export function loadCluster(input: string | Uint8Array, options: LoadOptions = {}): LoadResult {
  const { text, problem } = decodeText(input, options.file);
  if (text === undefined) return { diagnostics: problem ? [problem] : [] };
  const source = readSource(text, options.file);
  const { root, platform, diagnostics: aboutDocuments } = readDocuments(source);
  if (!root) return { diagnostics: sorted(aboutDocuments) };
  const findings = collectFindings(source.locate);
  const written = checkStruct(root, clusterConfig, { findings, path: [] }) as unknown as ClusterConfig | undefined;
  if (!written) return { diagnostics: sorted([...aboutDocuments, ...findings.list]) };
  // A file without metadata has been told so; the rest is still looked at.
  written.metadata ??= {} as ClusterConfig["metadata"];
  const config = withDefaults(written);
  applyRules({ config, written, today: options.today ?? calendarAsOf }, root, findings);
  const diagnostics = sorted([...aboutDocuments, ...findings.list]);
  if (hasErrors(diagnostics)) return { diagnostics };
  const cluster: Cluster = {
    config: withoutRepetitions(config),
    written,
    ...(platform ? { platform } : {}),
    locate: (path) => locateIn(source, root, path),
  };
  return { cluster, diagnostics };
}

function locateIn(source: SourceFile, root: SourceNode, path: ConfigPath): ReturnType<Cluster["locate"]> {
  const found = walkTo(root, path).at(-1);
  const single = found?.node.kind !== "map" && found?.node.kind !== "list";
  const offset = found?.entry && !single ? found.entry.keyAt : (found?.node.at ?? 0);
  const text = formatPath(path);
  return { ...source.locate(offset), ...(text === "" ? {} : { path: text }) };
}

/** In the order of the file; errors first on the same place. */
function sorted(diagnostics: Diagnostic[]): Diagnostic[] {
  return diagnostics.sort(
    (a, b) =>
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      a.severity.localeCompare(b.severity),
  );
}
