import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, it } from "vitest";
import { costOfStaying } from "./cost.ts";
import { calendarIcs } from "./ics.ts";
import type { DescribedVersion } from "./model.ts";
import { calendarOn, rowOf, standingOf } from "./model.ts";
import { calendarSvg } from "./svg.ts";

const day = "2026-11-21";
const golden = async (name: string): Promise<string> =>
  readFile(resolve(import.meta.dirname, "../../../test/fixtures/versions", name), "utf8");

const described = (version: string, status: DescribedVersion["status"]): DescribedVersion => ({
  version,
  released: "2026-10-15",
  endOfStandardSupport: "2027-12-15",
  endOfExtendedSupport: "2028-12-15",
  status,
  isDefault: false,
});

describe("the calendar", () => {
  it("knows on 2026-11-21 what AWS's page says", ({ expect }) => {
    const standing = Object.fromEntries(calendarOn(day).versions.map(({ version, status }) => [version, status]));
    expect(standing).toMatchObject({
      "1.36": "STANDARD_SUPPORT",
      "1.34": "STANDARD_SUPPORT",
      "1.33": "EXTENDED_SUPPORT",
      "1.31": "EXTENDED_SUPPORT",
      "1.30": "UNSUPPORTED",
    });
  });

  it("calls a version newer than itself unknown", ({ expect }) => {
    expect(standingOf(calendarOn(day), "1.37")).toBe("UNKNOWN");
    expect(standingOf(calendarOn(day), "1.20")).toBe("UNSUPPORTED");
  });

  it("takes the account's word, version by version", ({ expect }) => {
    const calendar = calendarOn(day, [described("1.37", "STANDARD_SUPPORT"), described("1.35", "EXTENDED_SUPPORT")]);
    expect(calendar).toMatchObject({ asOf: day, source: "account", mayMissVersions: false });
    expect(rowOf(calendar, "1.37")).toMatchObject({ status: "STANDARD_SUPPORT", source: "account" });
    expect(standingOf(calendar, "1.35")).toBe("EXTENDED_SUPPORT");
    // All were asked for, and this one isn't there.
    expect(standingOf(calendar, "1.36")).toBe("UNSUPPORTED");
    expect(standingOf(calendarOn(day, [described("1.35", "STANDARD_SUPPORT")]), "1.36")).toBe("UNKNOWN");
  });

  it("takes its own dates where the account says no standing", ({ expect }) => {
    const calendar = calendarOn(day, [described("1.37", "UNKNOWN"), described("1.35", "UNKNOWN")]);
    expect([standingOf(calendar, "1.37"), standingOf(calendar, "1.35")]).toEqual(["UNKNOWN", "STANDARD_SUPPORT"]);
  });

  it("says when it is old", ({ expect }) => {
    expect(calendarOn("2026-12-20").mayMissVersions).toBe(false);
    expect(calendarOn("2026-12-21").mayMissVersions).toBe(true);
  });
});

describe("what it costs to stay", () => {
  it("is 0.10 USD an hour, then 0.60, until EKS upgrades by itself", ({ expect }) => {
    // 11 days of standard, 365 of extended support.
    expect(costOfStaying(calendarOn(day), "1.34")).toEqual({
      version: "1.34",
      perHour: 0.1,
      perMonth: 73,
      forcedOn: "2027-12-02",
      forcedTo: "1.35",
      standardDays: 11,
      extendedDays: 365,
      total: 5282.4,
      extra: 4380,
    });
    expect(costOfStaying(calendarOn(day), "1.31")).toMatchObject({ perMonth: 438, total: 72, extra: 60 });
  });

  it("ends with standard support where the cluster's policy is STANDARD", ({ expect }) => {
    expect(costOfStaying(calendarOn(day), "1.34", "STANDARD")).toMatchObject({
      forcedOn: "2026-12-02",
      total: 26.4,
      extra: 0,
    });
  });

  it("has no price where nobody publishes one", ({ expect }) => {
    expect(costOfStaying(calendarOn(day), "1.30")).toMatchObject({ perHour: undefined, total: 0 });
    expect(costOfStaying(calendarOn(day), "1.37")).toBeUndefined();
  });
});

describe("its pictures", () => {
  it("is a time line", async ({ expect }) => {
    expect(calendarSvg(calendarOn(day))).toBe(await golden("timeline.svg"));
  });

  it("is a file for calendars: lines of at most 75 octets, ends that are past left out", async ({ expect }) => {
    const text = calendarIcs(calendarOn(day));
    expect(text.replaceAll("\r\n", "\n")).toBe(await golden("support.ics"));
    expect(text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
    expect(text.replaceAll("\r\n ", "")).toContain("instead of 0.10. As of 2026-08-22.");
    expect(text).not.toContain("EKS 1.33: standard");
  });
});
