// Generated files are what their sources make of them. (What comes from packages is checked by `npm run generate -- --check`.)
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { generate as checksReference } from "../scripts/generate/checks-reference.ts";
import { generate as cliReference } from "../scripts/generate/cli-reference.ts";
import { generate as configReference } from "../scripts/generate/config-reference.ts";
import { generate as controllersReference } from "../scripts/generate/controllers-reference.ts";
import { generate as coverageReference } from "../scripts/generate/coverage-reference.ts";
import { generate as errorsReference } from "../scripts/generate/errors-reference.ts";

describe("generated references", () => {
  it.for([
    ["checks", checksReference],
    ["commands", cliReference],
    ["cluster file", configReference],
    ["roles", controllersReference],
    ["coverage", coverageReference],
    ["codes", errorsReference],
  ] as const)("%s: fresh (else: npm run generate)", async ([, generate], { expect }) => {
    for (const [path, text] of await generate()) expect(existsSync(path) && readFileSync(path, "utf8")).toBe(text);
  });
});
