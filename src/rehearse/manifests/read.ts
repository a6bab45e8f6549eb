// Manifests from files and folders: every object with its place, every mistake with its line.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Document } from "yaml";
import { isCollection, isMap, isSeq, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Diagnostic } from "../../base/index.ts";
import { errorMessage } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import type { Manifest } from "./document.ts";
import { lineAt, nameOf } from "./document.ts";

/** What was read. */
export interface Manifests {
  manifests: readonly Manifest[];
  findings: readonly Diagnostic[];
}

/** More bytes than any manifest; a file like that was named by mistake. */
const largest = 32 * 1024 * 1024;
/** Files that other programs make manifests of, and how. */
const generators: Readonly<Record<string, { what: string; how: (folder: string) => string }>> = {
  "kustomization.yaml": { what: "kustomize", how: (folder) => `kubectl kustomize ${folder} > rendered.yaml` },
  "kustomization.yml": { what: "kustomize", how: (folder) => `kubectl kustomize ${folder} > rendered.yaml` },
  Kustomization: { what: "kustomize", how: (folder) => `kubectl kustomize ${folder} > rendered.yaml` },
  "Chart.yaml": { what: "Helm", how: (folder) => `helm template ${folder} > rendered.yaml` },
};
/** Files of lotse and eksctl that may lie beside manifests. */
const isOurs = (apiVersion: string): boolean => /^(eksctl\.io|lotse\.dev)\//.test(apiVersion);

function bad(file: string, line: number, title: string, remedy?: string): Diagnostic {
  return {
    code: "rehearse/bad-manifest",
    severity: "error",
    title,
    ...(remedy === undefined ? {} : { remedy }),
    at: { file, line },
  };
}

/** Files under what was named, in the order of their names; hidden ones and other kinds of files are left out in folders. */
async function filesOf(path: string, findings: Diagnostic[], seen: Set<string>): Promise<string[]> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      if (found.size <= largest) return [path];
      findings.push(bad(path, 1, `${path} has ${found.size} bytes, which is no manifest`));
      return [];
    }
    // A link to a folder above would lead round for ever.
    const real = await realpath(path);
    if (seen.has(real)) return [];
    seen.add(real);
    const names = (await readdir(path)).toSorted();
    const generator = names.find((name) => Object.hasOwn(generators, name));
    if (generator !== undefined) {
      const { what, how } = generators[generator] as (typeof generators)[string];
      findings.push({
        code: "rehearse/generated-manifests",
        severity: "error",
        title: `${join(path, generator)} belongs to ${what}, which lotse doesn't run`,
        remedy: `Give what it makes: ${how(path)}`,
        at: { file: join(path, generator), line: 1 },
      });
      return [];
    }
    const lists = [];
    for (const name of names) {
      if (name.startsWith(".")) continue;
      const inside = join(path, name);
      const isFolder = (await stat(inside)).isDirectory();
      if (isFolder || /\.(ya?ml|json)$/i.test(name)) lists.push(await filesOf(inside, findings, seen));
    }
    return lists.flat();
  } catch (error) {
    findings.push(bad(path, 1, `${path} can't be read: ${errorMessage(error)}`, "Check the path and its permissions."));
    return [];
  }
}

function objectsOf(node: unknown, path: string, value: unknown): { node: unknown; value: unknown; path: string }[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown };
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return [{ node, value, path }];
  const list = isMap(node) ? node.get("items", true) : undefined;
  return items.flatMap((item, i) => objectsOf(isSeq(list) ? list.items[i] : node, `${path}items[${i}].`, item));
}

/** What is wrong with an object before a server sees it, or undefined. */
function mistakeOf(value: unknown): { title: string; field: string; remedy?: string } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { title: "A manifest is an object with apiVersion, kind and metadata", field: "" };
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  if (typeof apiVersion !== "string" || apiVersion === "") return { title: "apiVersion is missing", field: "" };
  if (typeof kind !== "string" || kind === "")
    return { title: `kind is missing beside apiVersion ${apiVersion}`, field: "apiVersion" };
  if (typeof metadata !== "object" || metadata === null) return { title: `${kind} has no metadata`, field: "kind" };
  if (typeof metadata.name !== "string" || metadata.name === "") {
    const generated = "generateName" in metadata;
    return {
      title: generated ? `${kind} has a generateName: what is applied needs a name` : `${kind} has no metadata.name`,
      field: "metadata",
      remedy: generated ? "Give it a metadata.name." : "Add metadata.name.",
    };
  }
  if (metadata.namespace !== undefined && typeof metadata.namespace !== "string")
    return { title: `metadata.namespace of ${kind} ${metadata.name} is no text`, field: "metadata.namespace" };
  return undefined;
}

/** Where a template stands in place of a value: `{{ .Values.x }}` is YAML too, a map in a map. */
function templateIn(document: Document.Parsed): number | undefined {
  let at: number | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      at = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

function manifestsOf(file: string, document: Document.Parsed, lines: LineCounter, findings: Diagnostic[]): Manifest[] {
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return [];
  return objectsOf(document.contents, "", value).flatMap(({ node, value: object }): Manifest[] => {
    const start = (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
    const begin = lines.linePos(start).line;
    const lineOf = (path: string): number => lineAt(node, path, lines, begin);
    const mistake = mistakeOf(object);
    if (mistake) {
      findings.push(bad(file, lineOf(mistake.field), mistake.title, mistake.remedy));
      return [];
    }
    const manifest = { object: object as KubeObject, at: { file, line: begin }, lineOf };
    return isOurs(manifest.object.apiVersion) ? [] : [manifest];
  });
}

/** The objects of one file's text; YAML with several documents, or JSON. */
export function parseManifests(file: string, text: string): Manifests {
  const findings: Diagnostic[] = [];
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  if (!Array.isArray(parsed)) return { manifests: [], findings };
  const manifests = (parsed as Document.Parsed[]).flatMap((document) => {
    const [error] = document.errors;
    const template = templateIn(document);
    if (error || template !== undefined) {
      const { line } = lines.linePos(error?.pos[0] ?? template ?? 0);
      const isTemplate = template !== undefined || /\{\{/.test(text.split("\n")[line - 1] ?? "");
      const title = error?.message.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? "A value is a map of maps";
      const remedy = "It looks like a Helm template: render it first, `helm template … > rendered.yaml`.";
      findings.push(bad(file, line, title, isTemplate ? remedy : undefined));
      return [];
    }
    try {
      return manifestsOf(file, document, lines, findings);
    } catch (problem) {
      // Aliases that multiply without end are refused when they are resolved.
      findings.push(bad(file, 1, errorMessage(problem)));
      return [];
    }
  });
  return { manifests, findings };
}

/** The same object written down twice: the second one wins, and that is rarely meant. */
function twice(manifests: readonly Manifest[]): Diagnostic[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest): Diagnostic[] => {
    const { object, at } = manifest;
    const key = `${object.apiVersion.split("/").slice(0, -1).join()} ${nameOf(object)}`;
    const before = first.get(key);
    first.set(key, manifest);
    if (!before) return [];
    const title = `${nameOf(object)} stands at ${basename(before.at.file)}:${before.at.line} already`;
    return [{ code: "rehearse/duplicate-object", severity: "warning", title, remedy: "Keep one of the two.", at }];
  });
}

/** Reads files and folders. Everything that is wrong is found at once; nothing is thrown. */
export async function readManifests(paths: readonly string[]): Promise<Manifests> {
  const findings: Diagnostic[] = [];
  const manifests: Manifest[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const files = await filesOf(path, findings, seen);
    for (const file of files) {
      const read = parseManifests(file, (await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
      manifests.push(...read.manifests);
      findings.push(...read.findings);
    }
    if (files.length === 0 && findings.length === 0) findings.push(bad(path, 1, `There is no manifest in ${path}`));
  }
  return { manifests, findings: [...findings, ...twice(manifests)] };
}
