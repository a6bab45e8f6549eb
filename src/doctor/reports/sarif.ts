// The report in SARIF 2.1.0, which GitHub's code scanning and editors read.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
import type { Severity } from "../../base/index.ts";
import { version } from "../../base/index.ts";
import type { Check } from "../check.ts";
import { checks } from "../checks/index.ts";
import type { DoctorReport, ExcludedFinding, Finding } from "../report.ts";
import { nameOfSubject } from "../report.ts";

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  info: "note",
};
/** GitHub sorts by this number: high from 7.0, medium from 4.0. */
const weights: Readonly<Record<Severity, string>> = { error: "8.0", warning: "5.0", info: "2.0" };

function rule({ id, title, severity, why, remedy, docs, area, needs }: Check): object {
  return {
    id,
    name: title.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} ${remedy}`, markdown: `${why}\n\n**Remedy:** ${remedy}\n\n[Source](${docs})` },
    helpUri: docs,
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [area, ...needs], "security-severity": weights[severity] },
  };
}

/** A path as a relative reference; what isn't in a file is placed in one that stands for the cluster. */
function uriOf(finding: Finding, report: DoctorReport): string {
  const file = finding.at?.file;
  const path =
    file === undefined || file === "-" ? `cluster/${report.cluster ?? "manifests"}.json` : file.replaceAll("\\", "/");
  return encodeURI(path.replace(/^(\.\/|\/)+/, ""));
}

function result(finding: Finding, report: DoctorReport, ruleIndex: number, excluded?: ExcludedFinding): object {
  const { resource, at } = finding;
  const region =
    at?.line === undefined
      ? { startLine: 1 }
      : { startLine: at.line, ...(at.column === undefined ? {} : { startColumn: at.column }) };
  return {
    ruleId: finding.id,
    ruleIndex,
    level: levels[finding.severity],
    kind: "fail",
    message: { text: `${nameOfSubject(resource)}: ${finding.text}. ${finding.fix.text}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(finding, report) }, region },
        logicalLocations: [
          {
            fullyQualifiedName: [report.cluster ?? "-", resource.namespace ?? "-", resource.kind, resource.name].join(
              "/",
            ),
            kind: "resource",
          },
        ],
      },
    ],
    partialFingerprints: { "lotse/v1": finding.fingerprint },
    ...(excluded ? { suppressions: [{ kind: "external", justification: excluded.reason }] } : {}),
    properties: { evidence: finding.evidence },
  };
}

/** One run with every rule, findings, suppressed findings, and unknown checks as open results. */
export function sarif(report: DoctorReport): string {
  const indexOf = new Map(checks.map(({ id }, i) => [id, i]));
  const at = (id: string): number => indexOf.get(id) ?? -1;
  const open = report.unknown.map(({ id, title, reason, source }) => ({
    ruleId: id,
    ruleIndex: at(id),
    level: "none",
    kind: "open",
    message: { text: `${title}: unknown, for ${reason}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(`cluster/${report.cluster ?? source}.json`) },
          region: { startLine: 1 },
        },
      },
    ],
  }));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "lotse doctor",
            version,
            semanticVersion: version,
            rules: checks.map(rule),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true }],
        results: [
          ...report.findings.map((finding) => result(finding, report, at(finding.id))),
          ...report.excluded.map((each) => result(each.finding, report, at(each.finding.id), each)),
          ...open,
        ],
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
