import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { stackErrors } from "./errors.ts";

it("lists every code that the room uses, and no other", ({ expect }) => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "errors.ts");
  const text = sources.map((file) => readFileSync(join(import.meta.dirname, file), "utf8")).join("\n");
  const used = new Set([...text.matchAll(/"(stacks\/[a-z-]+)"/g)].map(([, code]) => code ?? ""));
  expect(used).toEqual(new Set(Object.keys(stackErrors)));
});
