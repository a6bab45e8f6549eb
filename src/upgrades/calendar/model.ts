// The calendar of EKS as people ask for it: the table, what the account adds, and the day it is judged by.
import { calendarAsOf, eksVersions, minorOf, versionStatus } from "../../facts/index.ts";
import type { VersionStatus } from "../../facts/index.ts";

/** A version as DescribeClusterVersions tells it. */
export interface DescribedVersion {
  version: string;
  /** Days, UTC; undefined where EKS says nothing. */
  released: string | undefined;
  endOfStandardSupport: string | undefined;
  endOfExtendedSupport: string | undefined;
  status: VersionStatus;
  isDefault: boolean;
}

/** One version. */
export interface CalendarRow {
  version: string;
  released: string | undefined;
  endOfStandardSupport: string | undefined;
  endOfExtendedSupport: string | undefined;
  status: VersionStatus;
  /** Whether EKS takes it for new clusters when no version is asked; known from the account alone. */
  isDefault: boolean | undefined;
  source: "table" | "account";
}

/** All of it. */
export interface Calendar {
  today: string;
  /** Day of the newest source: today when the account was asked. */
  asOf: string;
  source: "table" | "account";
  /** True when so much time has passed since {@link asOf} that a version may be missing. */
  mayMissVersions: boolean;
  /** Newest first. */
  versions: readonly CalendarRow[];
}

/** EKS brings a version about every four months. */
const rhythmDays = 120;

/** Days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/**
 * The calendar on a day. What the account says wins, version by version. What it doesn't name although all versions were asked
 * for is unsupported, unless it is newer than everything it names: then nobody knows.
 *
 * @param today `2026-11-21`
 * @param described answer of DescribeClusterVersions with `includeAll`
 */
export function calendarOn(today: string, described?: readonly DescribedVersion[]): Calendar {
  const told = new Map((described ?? []).map((each) => [each.version, each]));
  const newest = Math.max(...[...told.keys()].map(minorOf));
  const ofTable = eksVersions()
    .filter(({ version, released }) => !told.has(version) && (told.size === 0 || released <= today))
    .map(({ version, released, endOfStandardSupport, endOfExtendedSupport }): CalendarRow => {
      const missing: VersionStatus = minorOf(version) > newest ? "UNKNOWN" : "UNSUPPORTED";
      const status = told.size > 0 ? missing : versionStatus(version, today);
      return {
        version,
        released,
        endOfStandardSupport,
        endOfExtendedSupport,
        status,
        isDefault: undefined,
        source: "table",
      };
    });
  // An answer without a standing says nothing about it: then the table's dates count.
  const ofAccount = [...told.values()].map((each): CalendarRow => ({
    ...each,
    status: each.status === "UNKNOWN" ? versionStatus(each.version, today) : each.status,
    source: "account",
  }));
  const asked = told.size > 0;
  return {
    today,
    asOf: asked ? today : calendarAsOf,
    source: asked ? "account" : "table",
    mayMissVersions: !asked && daysBetween(calendarAsOf, today) > rhythmDays,
    versions: [...ofTable, ...ofAccount].toSorted((a, b) => minorOf(b.version) - minorOf(a.version)),
  };
}

/** A version's row; undefined for one that the calendar doesn't have. */
export function rowOf({ versions }: Calendar, version: string): CalendarRow | undefined {
  return versions.find((row) => row.version === version);
}

/** Where a version stands. One newer than the calendar is unknown, never unsupported. */
export function standingOf(calendar: Calendar, version: string): VersionStatus {
  const row = rowOf(calendar, version);
  if (row) return row.status;
  const newest = calendar.versions[0];
  return newest && minorOf(version) > minorOf(newest.version) ? "UNKNOWN" : "UNSUPPORTED";
}
