// EKS's version calendar: AWS's "Kubernetes versions" page as of `calendarAsOf`. Support ends 14 months after a
// release, extended support 12 months later.

/** A Kubernetes version on EKS. */
export interface EksVersion {
  /** Minor, `1.34`. */
  version: string;
  /** Days as `YYYY-MM-DD`, UTC. */
  released: string;
  endOfStandardSupport: string;
  endOfExtendedSupport: string;
  /** Newest patch of kube-apiserver and platform version on the table's day (inferred beyond what AWS's page lists). */
  patch: string;
  platform: string;
}

/** Where a version stands on a day, in EKS's words; UNKNOWN for versions that no table has. */
export type VersionStatus = "STANDARD_SUPPORT" | "EXTENDED_SUPPORT" | "UNSUPPORTED" | "UNKNOWN";

/** Day of the table. Past it by more than 120 days, versions may be missing: AWS brings one about every four months. */
export const calendarAsOf = "2026-08-22";

/** What EKS gives a cluster for which no version is asked: the newest in standard support for a while (inferred). */
const eksDefaultVersion = "1.35";

const calendar: readonly EksVersion[] = (
  [
    ["1.36", "2026-06-02", "2027-08-02", "2028-08-02", "1.36.3", "eks.5"],
    ["1.35", "2026-01-28", "2027-03-27", "2028-03-27", "1.35.6", "eks.14"],
    ["1.34", "2025-10-02", "2026-12-02", "2027-12-02", "1.34.9", "eks.21"],
    ["1.33", "2025-05-29", "2026-07-29", "2027-07-29", "1.33.13", "eks.32"],
    ["1.32", "2025-01-23", "2026-03-23", "2027-03-23", "1.32.14", "eks.39"],
    ["1.31", "2024-09-26", "2025-11-26", "2026-11-26", "1.31.14", "eks.56"],
    ["1.30", "2024-05-23", "2025-07-23", "2026-07-23", "1.30.14", "eks.63"],
    ["1.29", "2024-01-23", "2025-03-23", "2026-03-23", "1.29.15", "eks.66"],
    ["1.28", "2023-09-26", "2024-11-26", "2025-11-26", "1.28.15", "eks.68"],
    ["1.27", "2023-05-24", "2024-07-24", "2025-07-24", "1.27.16", "eks.70"],
    ["1.26", "2023-04-11", "2024-06-11", "2025-06-11", "1.26.15", "eks.72"],
    ["1.25", "2023-02-21", "2024-05-01", "2025-05-01", "1.25.16", "eks.74"],
    ["1.24", "2022-11-15", "2024-01-31", "2025-01-31", "1.24.17", "eks.76"],
    ["1.23", "2022-08-11", "2023-10-11", "2024-10-11", "1.23.17", "eks.78"],
  ] as const
).map(([version, released, endOfStandardSupport, endOfExtendedSupport, patch, platform]) =>
  Object.freeze({ version, released, endOfStandardSupport, endOfExtendedSupport, patch, platform }),
);

/** Every version of the table, newest first. */
export function eksVersions(): readonly EksVersion[] {
  return calendar;
}

/** `1.34` → its row, or undefined when the table doesn't hold it. */
export function eksVersion(version: string): EksVersion | undefined {
  return calendar.find((row) => row.version === version);
}

/**
 * Days after an upgrade in place within which EKS takes a control plane back to the minor it came from.
 * https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
 */
export const rollbackDays = 7;

/** The minor as a number: `1.34` → 34. NaN when the text is no version of Kubernetes 1. */
export function minorOf(version: string): number {
  const match = /^1\.(\d+)(?:\.\d+)?$/.exec(version);
  return match ? Number(match[1]) : Number.NaN;
}

/**
 * Support of a version on a day. A version newer than the table is `UNKNOWN`, never unsupported.
 *
 * @param date epoch ms or `YYYY-MM-DD`
 */
export function versionStatus(version: string, date: number | string): VersionStatus {
  const day = typeof date === "number" ? new Date(date).toISOString().slice(0, 10) : date;
  const row = eksVersion(version);
  const newest = calendar[0];
  if (!row) return newest && minorOf(version) > minorOf(newest.version) ? "UNKNOWN" : "UNSUPPORTED";
  if (day < row.endOfStandardSupport) return "STANDARD_SUPPORT";
  return day < row.endOfExtendedSupport ? "EXTENDED_SUPPORT" : "UNSUPPORTED";
}

/** Versions a new cluster may have on a day: released, and in standard or extended support. Newest first. */
export function supportedVersions(date: number | string): readonly EksVersion[] {
  const day = typeof date === "number" ? new Date(date).toISOString().slice(0, 10) : date;
  return calendar.filter((row) => row.released <= day && day < row.endOfExtendedSupport);
}

/** The version EKS would choose on a day: {@link eksDefaultVersion}, or the newest supported one it may have been. */
export function defaultVersionAt(date: number | string): string {
  const supported = supportedVersions(date);
  const preferred = supported.find((row) => minorOf(row.version) <= minorOf(eksDefaultVersion));
  return (preferred ?? supported[0])?.version ?? eksDefaultVersion;
}
