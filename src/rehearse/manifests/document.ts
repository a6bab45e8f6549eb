// A Kubernetes object as a person wrote it down: the object, and where each of its fields stands.
import type { LineCounter } from "yaml";
import { isMap, isNode, isSeq } from "yaml";
import type { SourceLocation } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";

/** One object of the manifests. */
export interface Manifest {
  object: KubeObject;
  /** File as the person named it, and the line where the object begins. */
  at: SourceLocation & { file: string; line: number };
  /** Line of a field by the path in the API server's words: `spec.template.spec.containers[0].image`; of the nearest above. */
  lineOf(path: string): number;
}

/** `Deployment shop/web`, for people. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

/** Steps of a path: `spec.ports[0].port`, `metadata.labels[a.b/c]` and `.spec.foo` alike. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, inside, word]) =>
    (inside ?? word ?? "").replaceAll(/^"|"$/g, ""),
  );
}

/** Line of the field that a path names below `root`, as near as the text has it. */
export function lineAt(root: unknown, path: string, lines: LineCounter, begin: number): number {
  let line = begin;
  let node: unknown = root;
  const take = (part: unknown): void => {
    const start = isNode(part) ? part.range?.[0] : undefined;
    if (start !== undefined) ({ line } = lines.linePos(start));
  };
  for (const step of stepsOf(path)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === step);
      if (!pair) return line;
      take(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return line;
      take(node);
    } else return line;
  }
  return line;
}
