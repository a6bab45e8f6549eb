// The report as CI systems read tests: a suite for each stage, a case for each step, object and workload (the schema of
// Jenkins' xUnit plugin, which GitLab and GitHub's actions read too).
import type { Diagnostic } from "../../base/index.ts";
import { formatLocation } from "../../base/index.ts";
import type { CaseReport, RehearsalReport, StageReport } from "../report.ts";
import type { Reporter } from "./reporter.ts";
import { findingLines } from "./text.ts";

/** Text for an attribute or an element; what XML 1.0 has no characters for is left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}

const attributes = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(String(value))}"`]))
    .join("");

const seconds = (value: number): string => value.toFixed(3);

const textOf = (findings: readonly Diagnostic[]): string =>
  escaped(findings.flatMap(findingLines).join("\n")).replaceAll("&#10;", "\n");

const placeOf = (finding: Diagnostic | undefined): { file: string | undefined; line: number | undefined } => ({
  file: finding?.at?.file,
  line: finding?.at?.line,
});

function caseXml(stage: StageReport, each: CaseReport, own: readonly Diagnostic[]): string {
  const [first] = own;
  const head = attributes({
    name: each.name,
    classname: `rehearsal.${stage.id}`,
    time: seconds(each.seconds ?? 0),
    ...placeOf(first),
  });
  if (each.outcome === "passed") return `    <testcase${head}/>`;
  const message = attributes({ message: each.text });
  if (each.outcome === "skipped") return `    <testcase${head}><skipped${message}/></testcase>`;
  const type = attributes({ type: first?.code ?? "failed" });
  return `    <testcase${head}><failure${message}${type}>${textOf(own)}</failure></testcase>`;
}

/** Findings that no case of the stage tells: each is a case of its own. */
function findingXml(stage: StageReport, finding: Diagnostic): string {
  const { code, severity, title, at } = finding;
  const head = attributes({ name: title, classname: `rehearsal.${stage.id}`, time: seconds(0), ...placeOf(finding) });
  const text = textOf([finding]);
  if (severity !== "error") return `    <testcase${head}><system-out>${text}</system-out></testcase>`;
  const message = attributes({ message: `${at ? `${formatLocation(at)}: ` : ""}${title}`, type: code });
  return `    <testcase${head}><failure${message}>${text}</failure></testcase>`;
}

interface Suite {
  text: string;
  tests: number;
  failures: number;
  skipped: number;
}

function suiteXml(stage: StageReport, startedAt: string): Suite {
  const titlesOf = ({ outcome, text }: CaseReport): string[] => (outcome === "failed" ? (text ?? "").split("\n") : []);
  const told = new Set(stage.cases.flatMap(titlesOf));
  const cases = stage.cases.map((each) =>
    caseXml(
      stage,
      each,
      stage.findings.filter(({ title }) => titlesOf(each).includes(title)),
    ),
  );
  const rest = stage.findings.filter(({ title }) => !told.has(title)).map((finding) => findingXml(stage, finding));
  // A suite without a case is taken for one that was never run.
  const { title: name, outcome, text } = stage;
  const all = [...cases, ...rest];
  if (all.length === 0) all.push(caseXml(stage, { name, outcome, text }, []));
  const body = all.join("\n");
  const count = (tag: string): number => body.split(new RegExp(`<${tag}[ />]`)).length - 1;
  const [tests, failures, skipped] = [count("testcase"), count("failure"), count("skipped")];
  const head = attributes({
    name,
    tests,
    failures,
    errors: 0,
    skipped,
    time: seconds(stage.wallSeconds),
    timestamp: startedAt.replace(/\.\d+Z$/, ""),
  });
  const properties = `    <properties><property name="virtualSeconds" value="${seconds(stage.to - stage.from)}"/></properties>`;
  return { text: `  <testsuite${head}>\n${properties}\n${body}\n  </testsuite>`, tests, failures, skipped };
}

function render(report: RehearsalReport): string {
  const suites = report.stages.map((stage) => suiteXml(stage, report.startedAt));
  const sum = (of: "tests" | "failures" | "skipped"): number => suites.reduce((total, suite) => total + suite[of], 0);
  const head = attributes({
    name: `rehearsal of ${report.cluster}`,
    tests: sum("tests"),
    failures: sum("failures"),
    errors: 0,
    skipped: sum("skipped"),
    time: seconds(report.seconds.wall),
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${suites.map(({ text }) => text).join("\n")}\n</testsuites>\n`;
}

export const junitReporter: Reporter = { name: "junit", endings: [".xml"], render };
