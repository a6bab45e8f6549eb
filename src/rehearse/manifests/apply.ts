// The manifests onto the cluster: server-side apply as lotse, wave by wave, with every refusal and warning at its line.
import { buffer } from "node:stream/consumers";
import type { Diagnostic } from "../../base/index.ts";
import { isLotseError, sleep } from "../../base/index.ts";
import { removedApi } from "../../facts/index.ts";
import type { Kube, KubeObject, Resource } from "../../kube/index.ts";
import { fieldManager, KubeRefusal, resourcePath } from "../../kube/index.ts";
import type { Discovery } from "./discovery.ts";
import { openDiscovery } from "./discovery.ts";
import type { Manifest } from "./document.ts";
import { nameOf } from "./document.ts";
import { inWaves } from "./order.ts";

/** How an object fared. */
export interface Applied {
  manifest: Manifest;
  ok: boolean;
  findings: readonly Diagnostic[];
}

/** At once; more would only queue up at the server. */
const sideBySide = 8;
/** A kind is served a moment after its definition was applied. */
const establishing = { tries: 50, pause: 100 };

/** Texts of `Warning: 299 - "…"` headers, several of which Node joins with commas. */
export function warningsOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === "string" ? header : (header ?? []).join(", ");
  return [...text.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, inside = ""]) =>
    inside.replaceAll(/\\(.)/g, "$1"),
  );
}

function warningFinding({ object, at, lineOf }: Manifest, text: string): Diagnostic {
  const deprecated = /deprecated/.test(text);
  return {
    code: deprecated ? "rehearse/deprecated-api" : "rehearse/warning",
    severity: "warning",
    title: `${nameOf(object)}: ${text}`,
    ...(deprecated ? { remedy: "Move to what the server names, before an upgrade takes it away." } : {}),
    at: { file: at.file, line: deprecated ? lineOf("apiVersion") : at.line },
  };
}

/** Where and what to do, by what the server says. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/namespaces? "([^"]+)" not found/, "Add the namespace to the manifests, or change metadata.namespace."],
  [
    /field not declared in schema|unknown field/,
    "Correct the name of the field; `kubectl explain` shows what there is.",
  ],
  [
    /failed calling webhook/,
    "Nothing answers this webhook in the rehearsal: leave its configuration out, or set failurePolicy: Ignore.",
  ],
  [/exceeded quota/, "Raise the quota, or ask for less."],
  [/violates PodSecurity/, "Fit the pod to the namespace's Pod Security level, or change its label."],
];

/** What is said of single fields. */
function saidOf({ refusal }: KubeRefusal): { field: string; text: string }[] {
  const undeclared = [
    ...refusal.message.matchAll(/(?:^|[\s[])\.?((?:\w+)(?:[\w.[\]-]*)): field not declared in schema/g),
  ];
  const found = undeclared.map(([, field = ""]) => ({ field, text: `${field}: field not declared in schema` }));
  if (found.length > 0) return found;
  return refusal.causes.flatMap(({ field, message }) =>
    field && message ? [{ field, text: message.startsWith(field) ? message : `${field}: ${message}` }] : [],
  );
}

/** A refusal of the API server, at each of the lines that it is about. */
export function refusalFindings({ object, at, lineOf }: Manifest, error: unknown): Diagnostic[] {
  if (!isLotseError(error)) throw error;
  const message = error instanceof KubeRefusal ? error.refusal.message : error.message;
  const remedy = hints.find(([pattern]) => pattern.test(message))?.[1] ?? error.diagnostic.remedy;
  const said = error instanceof KubeRefusal ? saidOf(error) : [];
  const all = said.length > 0 ? said : [{ field: undefined, text: message.split("\n")[0] ?? "" }];
  return all.map(({ field, text }) => ({
    code: "rehearse/refused",
    severity: "error",
    title: `The API server refuses ${nameOf(object)}: ${text}`,
    ...(remedy === undefined ? {} : { remedy }),
    at: {
      file: at.file,
      line: field === undefined ? at.line : lineOf(field),
      ...(field === undefined ? {} : { path: field }),
    },
    data: { code: error.code },
  }));
}

function notServed({ object, at, lineOf }: Manifest, version: string): Diagnostic {
  const { apiVersion, kind } = object;
  const replacement = removedApi(apiVersion, kind)?.replacement;
  return {
    code: "rehearse/not-served",
    severity: "error",
    title: `The API server of Kubernetes ${version} doesn't serve ${apiVersion} ${kind}`,
    detail: nameOf(object),
    remedy: replacement
      ? `Write it as apiVersion: ${replacement}.`
      : "Correct apiVersion and kind, or add the CustomResourceDefinition that brings it.",
    at: { file: at.file, line: lineOf("apiVersion") },
  };
}

/** Sends one object; returns the server's warnings. */
async function send(kube: Kube, resource: Resource, object: KubeObject): Promise<string[]> {
  const { name, namespace = "default" } = object.metadata;
  const response = await kube.connection.stream({
    method: "PATCH",
    path: resourcePath(resource, resource.namespaced ? { name, namespace } : { name }),
    query: { fieldManager },
    patch: "apply",
    body: object,
    what: `apply ${nameOf(object)}`,
  });
  await buffer(response);
  return warningsOf(response.headers["warning"]);
}

async function findKind(discovery: Discovery, { object }: Manifest, mayCome: boolean): Promise<Resource | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const found = await discovery.find(object.apiVersion, object.kind);
    if (found || !mayCome || attempt >= establishing.tries) return found;
    await sleep(establishing.pause);
    discovery.forget();
  }
}

/** `example.com/Widget` of the definitions among the manifests. */
function definedKinds(manifests: readonly Manifest[]): Set<string> {
  const definitions = manifests.filter(({ object }) => object.kind === "CustomResourceDefinition");
  return new Set(
    definitions.map(({ object }) => {
      const { spec } = object as unknown as { spec?: { group?: string; names?: { kind?: string } } };
      return `${spec?.group}/${spec?.names?.kind}`;
    }),
  );
}

/**
 * Applies all of them. What is refused doesn't keep the others from being applied; a lost connection does.
 *
 * @param onDone hears of each object
 * @throws LotseError `kube/unreachable`, or the signal's reason
 */
export async function applyManifests(
  kube: Kube,
  manifests: readonly Manifest[],
  options: { version: string; signal: AbortSignal; onDone(applied: Applied): void },
): Promise<Applied[]> {
  const discovery = openDiscovery(kube);
  const defined = definedKinds(manifests);
  const all: Applied[] = [];
  const one = async (manifest: Manifest): Promise<Applied> => {
    const { object } = manifest;
    try {
      const mayCome = defined.has(`${object.apiVersion.split("/")[0]}/${object.kind}`);
      const resource = await findKind(discovery, manifest, mayCome);
      if (!resource) return { manifest, ok: false, findings: [notServed(manifest, options.version)] };
      const warnings = await send(kube, resource, object);
      return { manifest, ok: true, findings: warnings.map((text) => warningFinding(manifest, text)) };
    } catch (error) {
      if (isLotseError(error) && error.code === "kube/unreachable") throw error;
      return { manifest, ok: false, findings: refusalFindings(manifest, error) };
    }
  };
  for (const wave of inWaves(manifests)) {
    const waiting = [...wave];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        options.signal.throwIfAborted();
        const applied = await one(next);
        all.push(applied);
        options.onDone(applied);
      }
    };
    await Promise.all(Array.from({ length: Math.min(sideBySide, wave.length) }, worker));
    if (wave[0]?.object.kind === "CustomResourceDefinition") discovery.forget();
  }
  return all;
}
