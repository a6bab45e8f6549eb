// The list of checks for programs, and one check by name.
import type { Severity } from "../base/index.ts";
import { LotseError } from "../base/index.ts";
import type { Area, Check, Source } from "./check.ts";
import { checks } from "./checks/index.ts";

/** What `lotse doctor --list -o json` says of a check. */
export interface CheckSummary {
  id: string;
  title: string;
  area: Area;
  severity: Severity;
  needs: readonly Source[];
  fixable: boolean;
  docs: string;
}

/** Every check, in the order of areas. */
export function listChecks(): readonly CheckSummary[] {
  return checks.map(({ id, title, area, severity, needs, fixable, docs }) => ({
    id,
    title,
    area,
    severity,
    needs,
    fixable,
    docs,
  }));
}

/** A check by its id, in any case, with or without `LT-`. @throws LotseError `doctor/no-check` */
export function checkNamed(name: string): Check {
  const wanted = name.toUpperCase();
  const found = checks.find(({ id }) => id === wanted || id === `LT-${wanted}`);
  if (found) return found;
  throw new LotseError("doctor/no-check", {
    title: `There is no check ${JSON.stringify(name)}`,
    remedy: "`lotse doctor --list` lists them.",
    blame: "user",
  });
}
