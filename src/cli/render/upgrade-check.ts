// The verdict over an upgrade at a terminal: the sentence first, then dates, the add-on matrix, and the list, worst first.
import type { AddonPlan, UpgradeFinding, UpgradeReport } from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { paint, spelling, symbols } from "./style.ts";
import { tableLines, wrapped } from "./table.ts";
import { standings } from "./versions.ts";

const meanings: Readonly<Record<UpgradeFinding["severity"], Meaning>> = {
  error: "bad",
  warning: "attention",
  info: "dim",
};
const verdicts: Readonly<Record<UpgradeReport["verdict"], Meaning>> = {
  ready: "good",
  "not ready": "bad",
  unknown: "attention",
};

/** Cases of one code that are shown; all are in `-o json`. */
const shown = 5;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function indented(text: string, output: Output, first: string, rest: string): string[] {
  const width = Math.max(40, (output.isTTY ? output.columns : 120) - rest.length);
  return wrapped(text, width).map((line, i) => (i === 0 ? first : rest) + line);
}

function headOf({ cluster, from, to, verdict, findings, unknown }: UpgradeReport): string {
  const count = (severity: UpgradeFinding["severity"], word: string): string[] => {
    const found = findings.filter((each) => each.severity === severity).length;
    return found === 0 ? [] : [plural(found, word)];
  };
  const counts = [...count("error", "error"), ...count("warning", "warning"), ...count("info", "hint")];
  const open = unknown.length === 0 ? [] : [`${plural(unknown.length, "thing")} unknown`];
  const why = [...counts, ...open].join(", ");
  return `${cluster} ${from} → ${to}: ${verdict}${why === "" ? "" : ` (${why})`}`;
}

function dateLines({ calendar, cost, from }: UpgradeReport): string[] {
  const rows = calendar.versions.map(
    ({ version, status, endOfStandardSupport = "?", endOfExtendedSupport = "?" }) =>
      `  ${version}  ${standings[status]}; standard until ${endOfStandardSupport}, extended until ${endOfExtendedSupport}`,
  );
  if (!cost) return rows;
  const { perMonth, total, extra, forcedOn, forcedTo } = cost;
  const price = perMonth === undefined ? "" : `$${perMonth.toFixed(2)} a month now; `;
  const then = forcedTo === undefined ? "" : ` to ${forcedTo}`;
  return [
    ...rows,
    total === 0
      ? `  EKS upgrades clusters on ${from} by itself${then}, since ${forcedOn}`
      : `  to stay on ${from}: ${price}$${total.toFixed(2)} until ${forcedOn}, $${extra.toFixed(2)} of it for extended support; then EKS upgrades by itself${then}`,
  ];
}

function addonLines(addons: readonly AddonPlan[], output: Output): string[] {
  if (addons.length === 0) return [];
  const minors = Object.keys(addons[0]?.fits ?? {});
  const columns = [
    { title: "ADD-ON", value: ({ name }: AddonPlan) => name },
    { title: "VERSION", value: ({ version }: AddonPlan) => version },
    ...minors.map((minor) => ({
      title: minor,
      value: ({ fits }: AddonPlan) => (fits[minor] === true ? "fits" : "no"),
    })),
    { title: "FIRST", value: ({ bridge }: AddonPlan) => bridge ?? "-" },
    { title: "THEN", value: ({ wanted }: AddonPlan) => wanted ?? "-" },
  ];
  return ["", ...tableLines(columns, addons, output.isTTY ? output.columns : 160)];
}

function block(
  findings: readonly UpgradeFinding[],
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const [first] = findings as [UpgradeFinding, ...UpgradeFinding[]];
  const marks = { error: symbols(env).failed, warning: symbols(env).warning, info: "·" };
  const mark = paint(output, meanings[first.severity], marks[first.severity]);
  const isCheck = first.code.startsWith("LT-");
  const cases = findings.slice(0, shown).flatMap(({ title, subject, at }, i) => {
    const place = at?.file === undefined ? "" : `${at.file}:${at.line ?? 1}: `;
    const text = `${place}${isCheck || subject === undefined ? "" : `${subject}: `}${title}`;
    const tail = i === 0 ? ` ${paint(output, "dim", first.code)}` : "";
    const lines = indented(text, output, i === 0 ? `  ${mark} ` : "    ", "    ");
    return lines.map((line, n) => (n === lines.length - 1 ? line + tail : line));
  });
  const more = findings.length - shown;
  return [
    ...cases,
    ...(more > 0 ? [paint(output, "dim", `    and ${more} more; -o json lists them`)] : []),
    ...(first.detail === undefined ? [] : indented(first.detail, output, "      ", "      ")),
    ...(first.remedy === undefined ? [] : indented(first.remedy, output, `      ${symbols(env).arrow} `, "        ")),
  ];
}

/** The report. */
export function upgradeLines(
  report: UpgradeReport,
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const groups = new Map<string, UpgradeFinding[]>();
  for (const each of report.findings) {
    const key = `${each.code} ${each.severity} ${each.remedy}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [
    paint(output, verdicts[report.verdict], headOf(report)),
    ...dateLines(report),
    ...addonLines(report.addons, output),
    ...(groups.size > 0 ? [""] : []),
    ...[...groups.values()].flatMap((each) => block(each, output, env)),
    ...(report.unknown.length > 0 ? ["", paint(output, "attention", "unknown, which isn't ready")] : []),
    ...[...new Set(report.unknown.map(({ reason }) => reason))].flatMap((reason) => {
      const same = report.unknown.filter((each) => each.reason === reason).map(({ part }) => part);
      return indented(`${same.join(", ")}: ${reason}`, output, "  ", "    ");
    }),
    paint(
      output,
      "dim",
      `calendar as of ${report.calendar.asOf}${report.calendar.source === "account" ? ", told by EKS" : ""}`,
    ),
  ].map(spelling(env));
}
