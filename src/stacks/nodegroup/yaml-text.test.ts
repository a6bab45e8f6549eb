import fc from "fast-check";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

describe("YAML text", () => {
  it("sorts keys, keeps lists at the level of their key, and quotes what would be no text", ({ expect }) => {
    const document = {
      b: { list: ["10.100.0.10", "true", "1.5", { x: 1, a: [] }], empty: {} },
      a: "https://x.eks.amazonaws.com",
      c: ["a: b", "yes", "", "200Mi", "2026-01-02", "<endpoint>"],
    };
    expect(yamlText(document)).toBe(`a: https://x.eks.amazonaws.com
b:
  empty: {}
  list:
  - 10.100.0.10
  - "true"
  - "1.5"
  - a: []
    x: 1
c:
- "a: b"
- "yes"
- ""
- 200Mi
- "2026-01-02"
- <endpoint>
`);
  });

  it("is read back as what was written, by YAML 1.1 and 1.2", ({ expect }) => {
    const words = fc.constantFrom(
      "on",
      "0x1f",
      "1e3",
      "1_000",
      "12:30:45",
      "- x",
      "a #b",
      "null",
      "~",
      "-",
      "<<",
      "=",
      "0o7",
    );
    const leaf = fc.oneof(fc.string({ unit: "binary" }), words, fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("map")),
      map: fc.dictionary(fc.oneof(fc.string(), words), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 4, noNullPrototype: true }), (document) => {
        const text = yamlText(document as Record<string, unknown>);
        const options = { merge: false, maxAliasCount: 0 } as const;
        expect(parse(text, { ...options, version: "1.2" })).toEqual(document);
        expect(parse(text, { ...options, version: "1.1", schema: "yaml-1.1", merge: false })).toEqual(document);
      }),
      { numRuns: 500 },
    );
  });
});
