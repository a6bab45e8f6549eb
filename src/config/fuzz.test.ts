// No text and no bytes make the loader throw, hang, or say nothing. Seeds are printed by fast-check when a run fails.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { hasErrors } from "../base/index.ts";
import { jsonSchema, loadCluster } from "./index.ts";
import type { LoadResult } from "./index.ts";
import { cpuTime, randomised } from "../base/testing.ts";

const eksctl = new URL("../../test/fixtures/config/eksctl/", import.meta.url);
const files = readdirSync(eksctl).map((name) => readFileSync(new URL(name, eksctl), "utf8"));
const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: prod, region: eu-central-1}\n";

/** What must hold for every input. */
function isSound({ cluster, diagnostics }: LoadResult): boolean {
  const placed = diagnostics.every(
    ({ at, code, title }) =>
      (at?.line ?? 0) >= 1 && (at?.column ?? 0) >= 1 && code.startsWith("config/") && title !== "",
  );
  return placed && (cluster === undefined) === hasErrors(diagnostics);
}

const runs = randomised(100);

describe("any input", () => {
  it("of text", ({ expect }) => {
    expect(() =>
      fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => isSound(loadCluster(text))),
        runs,
      ),
    ).not.toThrow();
  });

  it("of bytes", ({ expect }) => {
    expect(() =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isSound(loadCluster(bytes))),
        runs,
      ),
    ).not.toThrow();
  });

  it("of YAML's own signs", ({ expect }) => {
    const pieces = fc.constantFrom(
      ..."- ? : , [ ] { } # & * ! | > ' \" % @ ` ~ << --- ... \n \t \r a 1 yes &a *a !!str !!int".split(" "),
      " ",
      "\n",
      "  ",
      "\n  ",
      ": ",
      "- ",
    );
    const soup = fc.array(pieces, { maxLength: 80 }).map((parts) => parts.join(""));
    expect(() =>
      fc.assert(
        fc.property(soup, fc.boolean(), (text, after) => isSound(loadCluster(after ? head + text : text))),
        randomised(250),
      ),
    ).not.toThrow();
  });

  it("that was a good file before something fell into it", ({ expect }) => {
    const damaged = fc
      .record({
        file: fc.constantFrom(...files),
        at: fc.nat(),
        length: fc.nat(30),
        by: fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom("\n", "  ", "- ", "{", "null", ": ", "&a ", "*a")),
      })
      .map(
        ({ file, at, length, by }) => file.slice(0, at % file.length) + by + file.slice((at % file.length) + length),
      );
    expect(() =>
      fc.assert(
        fc.property(damaged, (text) => isSound(loadCluster(text))),
        randomised(80),
      ),
    ).not.toThrow();
  });

  it("of the right keys with any values", ({ expect }) => {
    const keys = [
      ...new Set(
        Object.values(jsonSchema()["$defs"] as Record<string, { properties: object }>).flatMap((struct) =>
          Object.keys(struct.properties),
        ),
      ),
    ];
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 5 }),
        fc.array(tie("value"), { maxLength: 3 }),
      ),
    }));
    const document = fc
      .dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 })
      .map((rest) => JSON.stringify({ ...rest, apiVersion: "eksctl.io/v1alpha5", kind: "ClusterConfig" }));
    expect(() =>
      fc.assert(
        fc.property(document, (text) => isSound(loadCluster(text))),
        runs,
      ),
    ).not.toThrow();
  });

  it.for([
    ["brackets", "[".repeat(8_000)],
    ["dashes", "- ".repeat(8_000)],
    ["question marks", "? ".repeat(4_000)],
    ["anchors", "&a ".repeat(4_000)],
    ["quotes", "'".repeat(8_001)],
    ["line ends", "\n".repeat(40_000)],
    ["documents", "---\n".repeat(4_000)],
    ["colons", "a: ".repeat(4_000)],
    ["keys", Array.from({ length: 4_000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["repeated keys", "k: 1\n".repeat(60_000)],
    ["lines of one quote", '"\n'.repeat(262_144)],
    ["merges", `a: &a {x: 1}\nb: {${"<<: *a, ".repeat(2000)}}`],
  ] as const)("of very many %s ends soon", ([, text], { expect }) => {
    const start = cpuTime();
    expect(isSound(loadCluster(head + text))).toBe(true);
    expect(cpuTime() - start).toBeLessThan(4000);
  });
});
