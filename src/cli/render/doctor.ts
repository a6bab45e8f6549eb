// The doctor's report at a terminal: the sentence first, then area by area, worst first; each remedy once.
import type { Check, CheckSummary, DoctorReport, Finding } from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { paint, spelling, symbols } from "./style.ts";
import { tableLines, wrapped } from "./table.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const meanings: Readonly<Record<Finding["severity"], Meaning>> = { error: "bad", warning: "attention", info: "dim" };
const ranks: Readonly<Record<Finding["severity"], number>> = { error: 0, warning: 1, info: 2 };

/** Cases of one check that are shown; all are in the other forms. */
const shown = 5;

function indented(text: string, indent: string, output: Output, first = indent): string[] {
  const width = Math.max(40, (output.isTTY ? output.columns : 120) - indent.length);
  return wrapped(text, width).map((line, i) => (i === 0 ? first : indent) + line);
}

function nameOf({ resource: { kind, namespace, name, part } }: Finding): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}${part === undefined ? "" : ` (${part})`}`;
}

function place({ at }: Finding): string {
  return at?.file === undefined ? "" : `${at.file}${at.line === undefined ? "" : `:${at.line}`}: `;
}

function checkBlock(findings: readonly Finding[], output: Output, env: Environment): string[] {
  const [first] = findings as [Finding, ...Finding[]];
  const marks = { error: symbols(env).failed, warning: symbols(env).warning, info: "·" };
  const mark = paint(output, meanings[first.severity], marks[first.severity]);
  const cases = findings
    .slice(0, shown)
    .flatMap((each) => indented(`${place(each)}${nameOf(each)}: ${each.text}`, "      ", output));
  const more = findings.length - shown;
  const command = findings.find(({ fix }) => fix.command !== undefined)?.fix.command;
  return [
    `  ${mark} ${paint(output, "strong", first.title)} ${paint(output, "dim", first.id)}`,
    ...cases,
    ...(more > 0 ? [paint(output, "dim", `      and ${more} more; -o json lists them`)] : []),
    ...indented(first.fix.text, "        ", output, `      ${symbols(env).arrow} `),
    ...(command === undefined ? [] : [paint(output, "dim", `        ${command}`)]),
  ];
}

/** Groups in the order of their first member. */
function grouped<T>(all: readonly T[], key: (each: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const list = groups.get(key(each)) ?? [];
    list.push(each);
    groups.set(key(each), list);
  }
  return [...groups.values()];
}

/** The report. */
export function doctorLines(report: DoctorReport, summary: string, output: Output, env: Environment): string[] {
  const { findings, unknown, excluded, expired, notChecked, sources } = report;
  const worst = findings[0]?.severity;
  const head = paint(
    output,
    worst === undefined ? (unknown.length > 0 ? "attention" : "good") : meanings[worst],
    summary,
  );
  const areas = grouped(findings, ({ area }) => area).flatMap((own) => [
    "",
    paint(output, "strong", own[0]?.area ?? ""),
    ...grouped(
      own.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]),
      ({ id, severity }) => `${id} ${severity}`,
    ).flatMap((each) => checkBlock(each, output, env)),
  ]);
  const open = grouped(unknown, ({ reason }) => reason).flatMap((same) => [
    ...indented(`${same.map(({ id }) => id).join(", ")}: ${same[0]?.reason ?? ""}`, "  ", output),
  ]);
  const rest = [
    ...(open.length > 0 ? ["", paint(output, "attention", "unknown, which is no pass"), ...open] : []),
    ...(excluded.length > 0 ? ["", paint(output, "strong", "left out by decision")] : []),
    ...excluded.flatMap(({ finding, reason, until }) =>
      indented(
        `${finding.id} ${nameOf(finding)}: ${reason}${until === undefined ? "" : ` (until ${until})`}`,
        "  ",
        output,
      ),
    ),
    ...(expired.length > 0 ? ["", paint(output, "attention", "exclusions that have expired")] : []),
    ...expired.map(({ check, reason, until }) => `  ${check} until ${until}: ${reason}`),
    ...(notChecked.length > 0
      ? [
          "",
          paint(
            output,
            "dim",
            `${notChecked.length} checks weren't made: they need other sources than ${sources.join(", ")}`,
          ),
        ]
      : []),
  ];
  return [head, ...areas, ...rest].map(spelling(env));
}

/** The list of checks. */
export function listLines(checks: readonly CheckSummary[], output: Output): string[] {
  const columns = [
    { title: "CHECK", value: ({ id }: CheckSummary) => id },
    { title: "AREA", value: ({ area }: CheckSummary) => area },
    { title: "SEVERITY", value: ({ severity }: CheckSummary) => severity },
    { title: "NEEDS", value: ({ needs }: CheckSummary) => needs.join(" ") },
    { title: "TITLE", value: ({ title }: CheckSummary) => title, wrap: true },
  ];
  return tableLines(columns, checks, output.isTTY ? output.columns : 160);
}

/** One check. */
export function checkLines(check: Check, output: Output): string[] {
  const { id, title, severity, area, needs, together, why, remedy, docs, fixable } = check;
  return [
    `${paint(output, "strong", id)} ${title}`,
    "",
    ...indented(why, "  ", output),
    "",
    `  severity  ${severity}`,
    `  area      ${area}`,
    `  looks at  ${needs.join(together ? " and " : ", ")}`,
    ...indented(remedy, "            ", output, "  remedy    "),
    ...(fixable ? ["            `lotse doctor --fix` does it"] : []),
    `  source    ${docs}`,
  ];
}
