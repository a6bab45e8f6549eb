// `npm run generate`: rebuilds the checked-in files of `data/` from the packages they come from. `-- --check` writes
// nothing and fails on a difference (CI); `-- NAME` runs one generator.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generate as checksReference } from "./generate/checks-reference.ts";
import { generate as cliReference } from "./generate/cli-reference.ts";
import { generate as awsSchemas } from "./generate/aws-schemas.ts";
import { generate as cloudformationSpec } from "./generate/cloudformation-spec.ts";
import { generate as configReference } from "./generate/config-reference.ts";
import { generate as controllersReference } from "./generate/controllers-reference.ts";
import { generate as coverageReference } from "./generate/coverage-reference.ts";
import { generate as errorsReference } from "./generate/errors-reference.ts";
import { generate as facts } from "./generate/facts.ts";

/** Each gives its files by path; nothing that changes from run to run may be in them. */
const generators: Record<string, () => Promise<Map<string, string>>> = {
  "aws-schemas": awsSchemas,
  "checks-reference": checksReference,
  "cli-reference": cliReference,
  "cloudformation-spec": cloudformationSpec,
  "config-reference": configReference,
  "controllers-reference": controllersReference,
  "coverage-reference": coverageReference,
  "errors-reference": errorsReference,
  facts,
};

const names = process.argv.slice(2).filter((argument) => argument !== "--check");
const check = process.argv.includes("--check");
const stale: string[] = [];
for (const [name, generate] of Object.entries(generators)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const files = await generate();
  let changed = 0;
  for (const [path, text] of files) {
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    changed += 1;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`${name}: ${files.size} files, ${changed} ${check ? "differ" : "written"}`);
}
if (check && stale.length > 0) {
  console.error(`not as generated (run npm run generate): ${stale.join(", ")}`);
  process.exitCode = 1;
}
