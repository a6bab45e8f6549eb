// What it costs to stay on a version: by the hour, until EKS upgrades by itself.
import { clusterPrices, minorOf } from "../../facts/index.ts";
import type { Calendar } from "./model.ts";
import { daysBetween, rowOf } from "./model.ts";

/** Hours of a month, as AWS's calculator takes them. */
const hoursOfMonth = 730;

/** What a cluster's support policy asks for: pay on, or be upgraded when standard support ends. */
export type SupportType = "STANDARD" | "EXTENDED";

/** The price of staying. USD. */
export interface StayCost {
  version: string;
  /** Now; undefined for a version out of support or unknown, whose price isn't published. */
  perHour: number | undefined;
  perMonth: number | undefined;
  /** The day on which EKS upgrades the control plane by itself. */
  forcedOn: string;
  /** To what, as far as the calendar reaches: the oldest version supported on that day. */
  forcedTo: string | undefined;
  /** Days of each price from today until then. */
  standardDays: number;
  extendedDays: number;
  /** From today until then. */
  total: number;
  /** Of it, what a version in standard support wouldn't have cost. */
  extra: number;
}

const cents = (value: number): number => Math.round(value * 100) / 100;

/** What it costs to stay until EKS upgrades by itself; undefined where the calendar doesn't know the dates. */
export function costOfStaying(
  calendar: Calendar,
  version: string,
  support: SupportType = "EXTENDED",
): StayCost | undefined {
  const row = rowOf(calendar, version);
  if (row?.endOfStandardSupport === undefined || row.endOfExtendedSupport === undefined) return undefined;
  const { today } = calendar;
  const { endOfStandardSupport, endOfExtendedSupport, status } = row;
  const forcedOn = support === "STANDARD" ? endOfStandardSupport : endOfExtendedSupport;
  const standardDays = Math.max(0, daysBetween(today, endOfStandardSupport));
  const extendedDays =
    support === "STANDARD"
      ? 0
      : Math.max(0, daysBetween(today > endOfStandardSupport ? today : endOfStandardSupport, endOfExtendedSupport));
  const perHour =
    status === "STANDARD_SUPPORT"
      ? clusterPrices.standard
      : status === "EXTENDED_SUPPORT"
        ? clusterPrices.extended
        : undefined;
  const forcedTo = calendar.versions
    .filter(
      (each) =>
        minorOf(each.version) > minorOf(version) &&
        (each.endOfExtendedSupport ?? "") > (forcedOn > today ? forcedOn : today),
    )
    .at(-1)?.version;
  const extra = extendedDays * 24 * (clusterPrices.extended - clusterPrices.standard);
  return {
    version,
    perHour,
    perMonth: perHour === undefined ? undefined : cents(perHour * hoursOfMonth),
    forcedOn,
    forcedTo,
    standardDays,
    extendedDays,
    total: cents((standardDays + extendedDays) * 24 * clusterPrices.standard + extra),
    extra: cents(extra),
  };
}
