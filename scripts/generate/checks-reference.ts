// docs/reference/checks.md from the definitions of `lotse doctor`'s checks.
import type { Check } from "../../src/doctor/index.ts";
import { checks } from "../../src/doctor/index.ts";

function section({ id, title, severity, needs, together, why, remedy, docs, fixable }: Check): string[] {
  return [
    `### ${id}`,
    "",
    `**${title}** · ${severity} · looks at ${needs.join(together ? " and " : ", ")}`,
    "",
    `${why} ([source](${docs}))`,
    "",
    `Remedy: ${remedy}${fixable ? " (`--fix` does it.)" : ""}`,
    "",
  ];
}

/** One page with every check, area by area. */
export function generate(): Promise<Map<string, string>> {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const page = [
    "# Checks",
    "",
    `Generated from the definitions of checks by \`npm run generate\`. \`lotse doctor\` makes these ${checks.length}; an id is never used again for`,
    "something else. How to use it: [The doctor](../guides/doctor.md).",
    "",
    ...areas.flatMap((area) => [`## ${area}`, "", ...checks.filter((check) => check.area === area).flatMap(section)]),
  ];
  return Promise.resolve(new Map([["docs/reference/checks.md", `${page.join("\n").trimEnd()}\n`]]));
}
