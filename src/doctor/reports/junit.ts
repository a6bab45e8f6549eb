// The report as CI systems read tests: a suite for each area, a case for each check (the schema of Jenkins' xUnit plugin).
import type { Check } from "../check.ts";
import { checks } from "../checks/index.ts";
import type { DoctorReport } from "../report.ts";
import { escaped, sentenceOf } from "./text.ts";

function caseOf(
  { id, title, area, remedy }: Check,
  report: DoctorReport,
): { xml: string; failed: boolean; skipped: boolean } {
  const found = report.findings.filter((finding) => finding.id === id);
  const unknown = report.unknown.filter((each) => each.id === id);
  const head = `    <testcase name="${escaped(`${id} ${title}`)}" classname="doctor.${area}" time="0">`;
  const failing = found.filter(({ severity }) => severity !== "info");
  const [first] = failing;
  if (first) {
    const text = [...failing.map(sentenceOf), "", remedy].map(escaped).join("\n");
    const failure = `<failure type="${first.severity}" message="${escaped(sentenceOf(first))}">${text}</failure>`;
    return { xml: `${head}${failure}</testcase>`, failed: true, skipped: false };
  }
  if (unknown[0]) {
    const text = `<skipped message="${escaped(`unknown: ${unknown[0].reason}`)}"/>`;
    return { xml: `${head}${text}</testcase>`, failed: false, skipped: true };
  }
  const hints = found.length === 0 ? "" : `<system-out>${found.map(sentenceOf).map(escaped).join("\n")}</system-out>`;
  return { xml: `${head}${hints}</testcase>`, failed: false, skipped: false };
}

/** Errors and warnings fail, hints are output, unknown checks are skipped. */
export function junit(report: DoctorReport): string {
  const made = new Set(report.checked);
  const areas = [...new Set(checks.map(({ area }) => area))];
  const suites = areas.flatMap((area) => {
    const cases = checks
      .filter((check) => check.area === area && made.has(check.id))
      .map((check) => caseOf(check, report));
    if (cases.length === 0) return [];
    const failures = cases.filter(({ failed }) => failed).length;
    const skipped = cases.filter((each) => each.skipped).length;
    return [
      `  <testsuite name="${area}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0">`,
      ...cases.map(({ xml }) => xml),
      "  </testsuite>",
    ];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="lotse doctor">',
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}
