// The Platform document: what eksctl's file has no words for. Versioned by itself; its sections come with the features they configure.
import type { Diagnostic, SourceLocation } from "../base/index.ts";
import { checkStruct } from "./check/check.ts";
import { collectFindings } from "./check/findings.ts";
import type { Platform } from "./cluster.ts";
import { field, struct, text } from "./schema/define.ts";
import type { Struct } from "./schema/define.ts";
import type { SourceNode } from "./source/tree.ts";

export const platformVersion = "lotse.dev/v1alpha1";

/** Definition of the Platform document. */
export const platformDocument: Struct = struct<Platform>(
  "Platform",
  "What lotse adds to a cluster; the second document of the file.",
  {
    apiVersion: field(text({ values: [platformVersion] }), `Always \`${platformVersion}\`.`, {
      required: true,
      example: platformVersion,
    }),
    kind: field(text({ values: ["Platform"] }), "Always `Platform`.", { required: true, example: "Platform" }),
  },
);

/** Findings about a Platform document. */
export function checkPlatform(root: SourceNode, locate: (offset: number) => SourceLocation): Diagnostic[] {
  const findings = collectFindings(locate);
  checkStruct(root, platformDocument, { findings, path: [] });
  return findings.list.map((finding) => (finding.code === "config/unknown-key" ? asUnknownSection(finding) : finding));
}

function asUnknownSection(finding: Diagnostic): Diagnostic {
  return {
    ...finding,
    code: "config/unknown-section",
    title: `unknown section ${JSON.stringify(finding.data?.key)} of the Platform document`,
    detail: `This version of lotse knows no sections of ${platformVersion} yet`,
    remedy: "Remove it, or use a version of lotse that knows it",
  };
}
