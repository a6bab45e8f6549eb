// docs/reference/coverage.md: what of AWS the sandbox emulates, from its definitions.
import { resourceTypes } from "../../src/sandbox/aws/services/cloudformation/resources/index.ts";
import { sandboxCoverage } from "../../src/sandbox/index.ts";

/** One page with every service, its emulated operations, and CloudFormation's resource types. */
export function generate(): Promise<Map<string, string>> {
  const services = sandboxCoverage();
  const lines = [
    "# What is emulated",
    "",
    "Generated from the definitions by `npm run generate`; `lotse sandbox coverage` prints the same of the version you run. Whatever isn't here",
    "answers HTTP 501 `NotEmulated` with its name, and is counted in `lotse sandbox status`.",
    "",
    "| service | emulated | of |",
    "|---|---:|---:|",
    ...services.map(
      ({ name, emulated, missing }) => `| ${name} | ${emulated.length} | ${emulated.length + missing.length} |`,
    ),
    "",
    ...services.flatMap(({ name, emulated }) => [
      `## ${name}`,
      "",
      emulated.map((each) => `\`${each}\``).join(", "),
      "",
    ]),
    "## CloudFormation resource types",
    "",
    resourceTypes()
      .toSorted()
      .map((type) => `\`${type}\``)
      .join(", "),
    "",
  ];
  return Promise.resolve(new Map([["docs/reference/coverage.md", lines.join("\n")]]));
}
