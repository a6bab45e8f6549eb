// The calendar of versions at a terminal.
import type { Calendar, CalendarRow, StayCost } from "../../lotse.ts";
import type { Output } from "../command.ts";
import { paint, spelling } from "./style.ts";
import { tableLines } from "./table.ts";

type Row = CalendarRow & { cost: StayCost | null };

/** How each standing is called, everywhere. */
export const standings: Readonly<Record<CalendarRow["status"], string>> = {
  STANDARD_SUPPORT: "standard",
  EXTENDED_SUPPORT: "extended",
  UNSUPPORTED: "out of support",
  UNKNOWN: "unknown",
};

const dollars = (value: number | undefined): string => (value === undefined ? "-" : `$${value.toFixed(2)}`);

/** Days until the next end of support. */
function left(today: string, { status, endOfStandardSupport, endOfExtendedSupport }: Row): string {
  const end = status === "STANDARD_SUPPORT" ? endOfStandardSupport : endOfExtendedSupport;
  if (end === undefined || status === "UNSUPPORTED") return "-";
  return `${Math.round((Date.parse(end) - Date.parse(today)) / 86_400_000)} days`;
}

/** The table, and what stands behind it. */
export function versionLines(
  calendar: Calendar,
  rows: readonly Row[],
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const { today, asOf, source, mayMissVersions } = calendar;
  const columns = [
    { title: "VERSION", value: ({ version, isDefault }: Row) => `${version}${isDefault === true ? " (default)" : ""}` },
    { title: "RELEASED", value: ({ released }: Row) => released ?? "-" },
    { title: "STANDARD UNTIL", value: ({ endOfStandardSupport }: Row) => endOfStandardSupport ?? "-" },
    { title: "EXTENDED UNTIL", value: ({ endOfExtendedSupport }: Row) => endOfExtendedSupport ?? "-" },
    { title: "SUPPORT", value: ({ status }: Row) => standings[status] },
    { title: "LEFT", value: (row: Row) => left(today, row), align: "right" as const },
    { title: "A MONTH", value: ({ cost }: Row) => dollars(cost?.perMonth), align: "right" as const },
    {
      title: "TO STAY",
      value: ({ cost, status }: Row) => (status === "UNSUPPORTED" ? "-" : dollars(cost?.total)),
      align: "right" as const,
    },
    { title: "THEN", value: ({ cost }: Row) => cost?.forcedTo ?? "-" },
  ];
  const from = source === "account" ? `as of ${asOf}, told by EKS` : `as of ${asOf}, lotse's table`;
  return [
    ...tableLines(columns, rows, output.isTTY ? output.columns : 160),
    "",
    "A cluster costs $0.10 an hour in standard support, $0.60 in extended support. TO STAY is the price from today until extended",
    "support ends; then EKS upgrades the control plane by itself, THEN being the oldest version supported on that day.",
    paint(output, "dim", from),
    ...(mayMissVersions
      ? [paint(output, "attention", "The table is old: newer versions may be missing; --region asks EKS.")]
      : []),
  ].map(spelling(env));
}
