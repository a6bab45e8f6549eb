// Codes are what programs go by: each one that is used stands in its room's table, each one of the table is used.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { it } from "vitest";
import { awsCodes } from "../src/aws/index.ts";
import { engineCodes } from "../src/engine/index.ts";
import { planCodes } from "../src/plan/index.ts";

const source = resolve(import.meta.dirname, "../src");

function used(room: string): Set<string> {
  const files = readdirSync(join(source, room), { recursive: true, encoding: "utf8" });
  const own = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/^errors\.ts$/.test(file));
  const texts = own.map((file) => {
    const text = readFileSync(join(source, room, file), "utf8");
    return file === "codes.ts" ? text.slice(0, text.indexOf("export const awsCodes")) : text;
  });
  return new Set(
    texts.flatMap((text) => [...text.matchAll(new RegExp(`"(${room}/[a-z-]+)"`, "g"))].map(([, code]) => code ?? "")),
  );
}

it.for([
  ["aws", awsCodes],
  ["engine", engineCodes],
  ["plan", planCodes],
] as const)("codes of %s", ([room, table], { expect }) => {
  expect([...used(room)].toSorted()).toEqual(Object.keys(table).toSorted());
});
