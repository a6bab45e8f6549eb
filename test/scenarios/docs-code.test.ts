// TypeScript in the guides runs: the blocks of a document are one module, from top to bottom.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, it } from "vitest";
import { readDocument } from "../helpers/console-blocks.ts";

const documents = readdirSync("docs/guides")
  .map((name) => `docs/guides/${name}`)
  .map((path) => ({
    path,
    code: [...readDocument(path).matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block]) => block).join("\n"),
  }))
  .filter(({ code }) => code !== "");

describe("code in documents", () => {
  it.for(documents)("$path runs", ({ path, code }, { expect }) => {
    mkdirSync(".cache/docs", { recursive: true });
    const file = `.cache/docs/${basename(path, ".md")}.ts`;
    writeFileSync(file, code);
    const { status, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
