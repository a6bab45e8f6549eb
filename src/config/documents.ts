// The documents of a file: the first is eksctl's ClusterConfig, a Platform may follow. eksctl reads the first one only (tried).
import type { Diagnostic } from "../base/index.ts";
import { hasErrors } from "../base/index.ts";
import { nearest } from "./check/nearest.ts";
import type { Platform } from "./cluster.ts";
import { readPlatform } from "./platform.ts";
import { maxDocuments } from "./source/limits.ts";
import type { SourceDocument, SourceFile } from "./source/read.ts";
import type { SourceEntry, SourceNode } from "./source/tree.ts";

interface Documents {
  /** The ClusterConfig. */
  root?: SourceNode;
  platform?: Platform;
  diagnostics: Diagnostic[];
}

const apiVersion = "eksctl.io/v1alpha5";

/** Sorts the documents of a file, and says what is wrong with their order and kinds. */
export function readDocuments(source: SourceFile): Documents {
  const [first, ...others] = source.documents;
  const diagnostics: Diagnostic[] = [];
  if (!first || (!first.root && first.problems.length === 0) || first.root?.kind === "null") {
    const empty = others.every((document) => !document.root || document.root.kind === "null");
    diagnostics.push({
      code: "config/empty",
      severity: "error",
      title: empty ? "The file is empty" : "The first document of the file is empty",
      ...(empty ? {} : { detail: "eksctl reads only the first document" }),
      remedy: empty
        ? "Write a ClusterConfig, or let `lotse init` write one"
        : "Remove the --- before the ClusterConfig, or what is between the two",
      at: source.locate(0),
    });
    return { diagnostics };
  }
  diagnostics.push(...first.problems);
  // A file that begins with a Platform has been told so; what follows would only be called ignored.
  const inOrder = !(first.root && textOf(first.root, "apiVersion").startsWith("lotse.dev/"));
  const platforms = (inOrder ? others.slice(0, maxDocuments) : [])
    .map((document) => readOther(document, source, diagnostics))
    .filter((found) => found !== undefined);
  const second = platforms[1];
  if (second)
    diagnostics.push({
      code: "config/second-platform",
      severity: "error",
      title: "The file has more than one Platform document",
      remedy: "Put all sections into one",
      at: source.locate(second.at),
    });
  const platform = platforms[0]?.platform;
  const usable = first.root && isClusterConfig(first.root, source, diagnostics);
  // Without a tree there is nothing to look at; with syntax errors what is left of it would only mislead.
  if (!first.root || !usable || hasErrors(first.problems.filter((problem) => problem.code === "config/yaml-syntax")))
    return { diagnostics };
  return { root: first.root, ...(platform ? { platform } : {}), diagnostics };
}

function entryOf(node: SourceNode, key: string): SourceEntry | undefined {
  if (node.kind !== "map") return undefined;
  // eksctl finds out the kind of a document with Go's JSON reader, which takes keys in any case.
  const lower = key.toLowerCase();
  return (
    node.entries.find((entry) => entry.key === key) ?? node.entries.find((entry) => entry.key.toLowerCase() === lower)
  );
}

function textOf(node: SourceNode, key: string): string {
  const value = entryOf(node, key)?.value;
  return value === undefined || value.kind === "map" || value.kind === "list" ? "" : String(value.value ?? "");
}

/** True when it makes sense to look at the first document as a ClusterConfig. */
function isClusterConfig(root: SourceNode, source: SourceFile, diagnostics: Diagnostic[]): boolean {
  const add = (code: string, key: string, title: string, remedy: string, detail?: string): void => {
    const entry = entryOf(root, key);
    const at = { ...source.locate(entry?.value.at ?? root.at), ...(entry ? { path: key } : {}) };
    diagnostics.push({ code: `config/${code}`, severity: "error", title, ...(detail ? { detail } : {}), remedy, at });
  };
  if (root.kind !== "map") {
    const what = root.kind === "list" ? "a list" : JSON.stringify(root.text.slice(0, 40));
    add(
      "not-a-map",
      "",
      `The document must be a map of keys and values, not ${what}`,
      "Begin with apiVersion: and kind:",
    );
    return false;
  }
  const found = textOf(root, "apiVersion");
  const kind = textOf(root, "kind");
  if (found.startsWith("lotse.dev/")) {
    const reason = "eksctl reads only the first document of a file and fails on any other kind";
    add(
      "platform-first",
      "kind",
      "A Platform document must come after the ClusterConfig",
      "Move it to the end of the file",
      reason,
    );
    return false;
  }
  if (found !== apiVersion && found !== "") {
    const near = nearest(found, [apiVersion]);
    const remedy = `Write apiVersion: ${near ?? apiVersion}`;
    add(
      "api-version",
      "apiVersion",
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(found)}`,
      remedy,
    );
  }
  if (kind !== "ClusterConfig" && kind !== "") {
    const title = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
    if (found === "" || found.startsWith("eksctl.io/")) add("kind", "kind", title, "Write kind: ClusterConfig");
    return kind.toLowerCase() === "clusterconfig";
  }
  return found === apiVersion || found === "" || found.startsWith("eksctl.io/");
}

/** A document after the first: a Platform, or something eksctl never looks at. */
function readOther(
  document: SourceDocument,
  source: SourceFile,
  diagnostics: Diagnostic[],
): { platform: Platform; at: number } | undefined {
  const { root, problems } = document;
  if (!root || problems.some((problem) => problem.code === "config/yaml-syntax")) {
    // eksctl never gets here, so a broken document is only an error where it was meant for lotse.
    const ours = document.text.includes("lotse.dev/");
    diagnostics.push(...problems.map((problem): Diagnostic => (ours ? problem : { ...problem, severity: "warning" })));
    return undefined;
  }
  if (root.kind === "null") return undefined;
  const version = textOf(root, "apiVersion");
  const kind = textOf(root, "kind");
  if (version.startsWith("lotse.dev/") || (kind === "Platform" && version === "")) {
    const { platform, diagnostics: found } = readPlatform(root, source.locate);
    diagnostics.push(...problems, ...found);
    return { platform, at: root.at };
  }
  diagnostics.push({
    code: "config/ignored-document",
    severity: "warning",
    title: `This document (${kind === "" ? "no kind" : `kind ${kind}`}) is IGNORED: only the first document of a file is read`,
    remedy: kind === "ClusterConfig" ? "Give every cluster a file of its own" : "Keep it in another file",
    at: source.locate(root.at),
  });
  return undefined;
}
