import fc from "fast-check";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

describe("YAML text", () => {
  it("sorts keys, keeps lists at the level of their key, and quotes what would be no text", ({ expect }) => {
    const document = {
      b: { list: ["10.100.0.10", "true", "1.5", { x: 1, a: [] }, [1, ["x"]]], empty: {} },
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
  - - 1
    - - x
c:
- 'a: b'
- "yes"
- ""
- 200Mi
- "2026-01-02"
- <endpoint>
`);
  });

  // What eksctl 0.231 writes into the user data of a group with these texts in kubeletExtraConfig.
  it.for([
    ["x: y", "'x: y'"],
    ["two words", "two words"],
    ["it's", "it's"],
    ["it's: x", "'it''s: x'"],
    ["-", "'-'"],
    ["-a", "-a"],
    ["a:", "'a:'"],
    ["1.2.3", "1.2.3"],
    ["10%", "10%"],
    ["*a", "'*a'"],
    ["net.ipv4.*", "net.ipv4.*"],
    ["[a]", "'[a]'"],
    ["yEs", "yEs"],
    ["Yes", '"Yes"'],
    ["12:30", '"12:30"'],
    ["0x1F", '"0x1F"'],
    [" a ", "' a '"],
    ["tab\there", '"tab\\there"'],
    ["\u{1F600}", '"\\U0001F600"'],
    ["two\nlines", "|-\n  two\n  lines"],
    ["two\n\nlines\n\n", "|+\n  two\n\n  lines\n"],
    ["\n x", "|2-\n\n   x"],
    ["a \nb", '"a \\nb"'],
    [
      "a very long text that goes on and on and on, well beyond the eighty columns at which it is folded",
      "a very long text that goes on and on and on, well beyond the eighty columns at\n  which it is folded",
    ],
  ] as const)("writes %j as %s", ([text, written], { expect }) => {
    expect(yamlText({ a: text })).toBe(`a: ${written}\n`);
  });

  it("writes numbers as Go does", ({ expect }) => {
    expect(yamlText({ a: [1000, 1.5, 1e-7, 1_234_567.5, -0.25] })).toBe(
      "a:\n- 1000\n- 1.5\n- 1e-07\n- 1.2345675e+06\n- -0.25\n",
    );
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
