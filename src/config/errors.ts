// Every code of this room: those of reading a file stand here, those of rules with the rules.
import type { Severity } from "../base/index.ts";
import { rules } from "./rules/index.ts";

/** A code with what it demands of a file. */
export interface CodeDescription {
  code: string;
  severity: Severity;
  /** What it demands, in one sentence. */
  demands: string;
}

const reading: readonly [code: string, severity: Severity, demands: string][] = [
  ["config/not-text", "error", "The file is UTF-8 text (or UTF-16 with a byte-order mark)."],
  ["config/control-character", "error", "The file holds no characters that YAML forbids."],
  ["config/too-large", "error", "The file holds at most 1 MiB."],
  ["config/too-deep", "error", "Lists and maps nest at most 100 deep."],
  ["config/too-many-values", "error", "The document holds at most 500,000 values, aliases expanded."],
  ["config/too-many-aliases", "error", "The document uses anchors at most 10,000 times."],
  ["config/yaml-syntax", "error", "The file is valid YAML or JSON."],
  ["config/json-syntax", "error", "A file that begins with { is JSON."],
  [
    "config/flow-indent",
    "warning",
    "Lines inside brackets and quotes are indented deeper than their key, and comments stand apart, as YAML 1.2 wants.",
  ],
  [
    "config/cannot-patch",
    "error",
    "A value that lotse is to set stands in no part that is shared by an anchor, or merged.",
  ],
  ["config/bad-alias", "error", "An alias stands after its anchor, not inside it."],
  ["config/bad-merge", "error", "The merge key << takes a map or a list of maps."],
  ["config/bad-tag", "error", "A value fits its YAML tag."],
  ["config/not-finite", "error", "Numbers are finite: JSON, which eksctl goes through, has no others."],
  ["config/duplicate-key", "error", "No key stands twice in one map."],
  ["config/merged-key", "warning", "Maps that are merged have no key in common, for eksctl refuses that."],
  ["config/key-not-text", "error", "Keys are words."],
  ["config/empty", "error", "The first document of the file is not empty."],
  ["config/not-a-map", "error", "The document is a map."],
  ["config/api-version", "error", "apiVersion is eksctl.io/v1alpha5."],
  ["config/kind", "error", "kind is ClusterConfig."],
  ["config/platform-first", "error", "The ClusterConfig is the first document: eksctl reads only that one."],
  ["config/second-platform", "error", "There is one Platform document at most."],
  ["config/unknown-section", "error", "The Platform document has only sections that lotse knows."],
  ["config/ignored-document", "warning", "The file has no documents that nobody reads."],
  [
    "config/unknown-key",
    "error",
    "Keys are ones that eksctl knows (in subnets and identity providers, which eksctl reads loosely: a warning).",
  ],
  ["config/wrong-case", "warning", "Keys are written with the right case; eksctl ignores others without a word."],
  ["config/wrong-type", "error", "Values have the type of their field."],
  ["config/invalid-value", "error", "Values are among those allowed."],
  ["config/unfamiliar-value", "warning", "Values are among those lotse knows, where AWS may know more."],
  [
    "config/invalid-format",
    "error",
    "ARNs, address blocks and durations look like one (permissions boundaries: a warning).",
  ],
  ["config/out-of-range", "error", "Numbers are in their range."],
  ["config/required", "error", "Required fields are there."],
  ["config/empty-element", "error", "Lists have no empty elements (of text: a warning)."],
  ["config/deprecated", "warning", "Fields are not deprecated."],
  ["config/read-only", "warning", "Fields that eksctl writes don't stand in a file."],
  ["config/unknown-path", "error", "`config explain` is asked about a field that exists."],
];

/** All codes with what they demand, sorted. */
export function configCodes(): readonly CodeDescription[] {
  const all = [
    ...reading.map(([code, severity, demands]) => ({ code, severity, demands })),
    ...rules.map(({ code, severity, demands }) => ({ code, severity, demands })),
  ];
  return all.sort((a, b) => (a.code < b.code ? -1 : 1));
}
