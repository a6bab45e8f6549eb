// The report in Markdown: for pull requests and tickets.
import { formatLocation } from "../../base/index.ts";
import type { DoctorReport, Finding } from "../report.ts";
import { nameOfSubject, summaryOf } from "../report.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const words = { error: "error", warning: "warning", info: "hint" } as const;

function section(id: string, findings: readonly Finding[]): string[] {
  const [first] = findings as [Finding, ...Finding[]];
  return [
    `### ${id} ${first.title}`,
    "",
    `${first.fix.text} ([source](${first.docs}))`,
    "",
    "| severity | what | finding | place |",
    "|---|---|---|---|",
    ...findings.map(
      ({ severity, resource, text, at }) =>
        `| ${words[severity]} | ${cell(nameOfSubject(resource))} | ${cell(text)} | ${cell(formatLocation(at))} |`,
    ),
    "",
    ...findings.flatMap(({ fix }) => (fix.command === undefined ? [] : ["```console", `$ ${fix.command}`, "```", ""])),
  ];
}

/** Findings by check, worst first; then what is unknown and what was left out. */
export function markdown(report: DoctorReport): string {
  const { findings, unknown, excluded } = report;
  const ids = [...new Set(findings.map(({ id }) => id))];
  const lines = [
    `# Doctor's report${report.cluster === undefined ? "" : `: ${report.cluster}`}`,
    "",
    `${summaryOf(report)}.`,
    "",
    ...ids.flatMap((id) =>
      section(
        id,
        findings.filter((finding) => finding.id === id),
      ),
    ),
    ...(unknown.length === 0
      ? []
      : ["## Unknown", "", ...unknown.map(({ id, title, reason }) => `- ${id} ${title}: ${cell(reason)}`), ""]),
    ...(excluded.length === 0
      ? []
      : [
          "## Left out",
          "",
          ...excluded.map(
            ({ finding, reason, until }) =>
              `- ${finding.id} ${nameOfSubject(finding.resource)}: ${cell(reason)}${until === undefined ? "" : ` (until ${until})`}`,
          ),
          "",
        ]),
  ];
  return lines.join("\n");
}
