// Texts that more than one form needs.
import { formatLocation } from "../../base/index.ts";
import type { Finding } from "../report.ts";
import { nameOfSubject } from "../report.ts";

/** `cluster.yaml:12 · NodeGroup workers: …`. */
export function sentenceOf({ at, resource, text }: Finding): string {
  const place = formatLocation(at);
  return `${place === "" ? "" : `${place} · `}${nameOfSubject(resource)}: ${text}`;
}

/** Text for XML and HTML, attributes too; what XML 1.0 has no characters for is left out. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
