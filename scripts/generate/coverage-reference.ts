// docs/reference/coverage.md: what of AWS the sandbox emulates, from its definitions.
import { resourceTypes } from "../../src/sandbox/aws/services/cloudformation/resources/index.ts";
import { sandboxCoverage, sandboxQuotas } from "../../src/sandbox/index.ts";

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** One page with every service, its operations, emulated or not, the quotas, and CloudFormation's resource types. */
export function generate(): Promise<Map<string, string>> {
  const services = sandboxCoverage();
  const lines = [
    "# What is emulated",
    "",
    "Generated from the definitions by `npm run generate`; `lotse sandbox coverage` prints the same of the version you run. What isn't",
    "emulated answers HTTP 501 `NotEmulated` with its name, and is counted in `lotse sandbox status`.",
    "",
    "| service | emulated | of |",
    "|---|---:|---:|",
    ...services.map(
      ({ name, emulated, missing }) => `| ${name} | ${emulated.length} | ${emulated.length + missing.length} |`,
    ),
    "",
    ...services.flatMap(({ name, emulated, missing }) => [
      `## ${name}`,
      "",
      listed(emulated),
      "",
      `<details><summary>${missing.length} not emulated</summary>`,
      "",
      listed(missing),
      "",
      "</details>",
      "",
    ]),
    "## CloudFormation resource types",
    "",
    listed(resourceTypes().toSorted()),
    "",
    "## Quotas",
    "",
    "These can be raised and lowered: `lotse sandbox up --quota vpcs=50`, `createSandbox({ quotas: { vpcs: 50 } })`.",
    "",
    "| quota | AWS's default | of |",
    "|---|---:|---|",
    ...sandboxQuotas().map((quota) => `| \`${quota.name}\` | ${quota.default} | ${quota.of} |`),
    "",
  ];
  return Promise.resolve(new Map([["docs/reference/coverage.md", lines.join("\n")]]));
}
