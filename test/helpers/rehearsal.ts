// Rehearsals as tests run them: a file's text, manifests' text, and what came out.
import { recordingHost } from "../../src/base/index.ts";
import type { RehearsalReport, RehearseOptions } from "../../src/rehearse/index.ts";
import { parseManifests, rehearse } from "../../src/rehearse/index.ts";

/** Rehearses without a terminal. */
export function rehearseText(
  text: string,
  manifests: string,
  options: Partial<Pick<RehearseOptions, "upgradeTo" | "faults" | "timeout" | "signal" | "sandbox">> = {},
): Promise<RehearsalReport> {
  return rehearse({
    file: "cluster.yaml",
    text,
    manifests: parseManifests("app.yaml", manifests),
    host: recordingHost(),
    signal: new AbortController().signal,
    timeout: 150_000,
    ...options,
  });
}

/** `app.yaml:3 rehearse/taint`, errors and warnings. */
export const placesOf = ({ findings }: Pick<RehearsalReport, "findings">): string[] =>
  findings.map(({ code, at }) => `${at?.file ?? ""}:${at?.line ?? ""} ${code}`);

/** A Deployment; `pod` are lines of its pod's spec, `container` of its container, `head` of its pod's metadata. */
export function deployment(
  name: string,
  more: { replicas?: number; namespace?: string; pod?: string; container?: string; head?: string } = {},
): string {
  const { replicas = 1, namespace = "default", pod = "", container = "", head = "" } = more;
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} }${head} }
    spec:
      ${pod}
      containers: [{ name: main, image: nginx${container} }]
`;
}

/** A budget that lets one pod go at a time. */
export const budget = (name: string): string => `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name}, namespace: default }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: ${name} } } }
`;

/** Documents of one file, and the line where each begins. */
export function file(...documents: string[]): { text: string; lines: number[] } {
  const lines: number[] = [];
  let line = 1;
  for (const document of documents) {
    lines.push(line);
    line += document.split("\n").length;
  }
  return { text: documents.join("---\n"), lines };
}
