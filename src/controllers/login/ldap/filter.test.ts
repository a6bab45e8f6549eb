// Filters as bytes, judged by ldapts, whose parser and writer are others' work.
import fc from "fast-check";
import { BerWriter, EqualityFilter, FilterParser } from "ldapts";
import { describe, it } from "vitest";
import { elementsOf, readElement } from "./ber.ts";
import { allOf, equals, parseFilter } from "./filter.ts";

interface Writable {
  write(writer: BerWriter): void;
}

function peer(filter: Writable): string {
  const writer = new BerWriter();
  filter.write(writer);
  return writer.buffer.toString("hex");
}

const peerOf = (text: string): string => peer(FilterParser.parseString(text));

describe("a filter's text", () => {
  const texts = [
    "(objectClass=person)",
    "(&(objectClass=person)(!(title=robot)))",
    "(|(a=b)(c>=d)(e<=f)(g~=h))",
    "(&(objectClass=groupOfNames)(|(cn=dev*)(cn=*ops)(cn=a*b*c)(cn=*mid*)))",
    "(memberOf:1.2.840.113556.1.4.1941:=cn=admins,dc=example,dc=org)",
    "(o=Parens R Us \\28for all your parenthetical needs\\29)",
    "(cn=*)",
    "(cn=L\u00fcbeck)",
  ];
  it.for(texts)("%s is sent as others send it", (text, { expect }) => {
    expect(parseFilter(text).toString("hex")).toBe(peerOf(text));
  });

  it("may name attributes by options and numbers, as RFC 4515's own examples do", ({ expect }) => {
    expect(parseFilter("(cn;lang-en=x)").toString("hex")).toBe("a30f040a636e3b6c616e672d656e040178");
    expect(parseFilter("(0.2=\\04\\02\\48\\69)").toString("hex")).toBe("a30b0403302e32040404024869");
  });

  it("that isn't one is refused with what is wrong", ({ expect }) => {
    const wrong = [
      "",
      "objectClass=person",
      "(a=b",
      "(a=b))",
      "(&(a=b)",
      "(!(a=b)(c=d))",
      "(=b)",
      "(a b=c)",
      "(a=\\zz)",
    ];
    for (const text of wrong) expect(() => parseFilter(text), text).toThrow(/./);
    expect(() => parseFilter(`${"(!".repeat(30)}(a=b)${")".repeat(30)}`)).toThrow("too deeply");
    expect(() => parseFilter("(a=**)")).toThrow("two stars");
  });
});

describe("a value from outside", () => {
  it("stays one value, whatever stands in it", ({ expect }) => {
    const name = "*)(uid=*))(|(uid=*";
    const { element } = readElement(equals("uid", name), 0, 1000) as { element: { content: Buffer } };
    expect(elementsOf(element.content).map(({ content }) => content.toString())).toEqual(["uid", name]);
  });

  it("is sent as others send it", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
        expect(equals("uid", value).toString("hex")).toBe(peer(new EqualityFilter({ attribute: "uid", value })));
      }),
      { numRuns: 40 },
    );
  });

  it("joins a configured filter without touching it", ({ expect }) => {
    const all = allOf(parseFilter("(objectClass=person)"), equals("uid", "ann"));
    expect(all.toString("hex")).toBe(peerOf("(&(objectClass=person)(uid=ann))"));
  });

  it("may be compared by a matching rule that follows groups in groups", ({ expect }) => {
    const filter = equals("member:1.2.840.113556.1.4.1941:", "cn=ann,dc=example,dc=org");
    expect(filter.toString("hex")).toBe(peerOf("(member:1.2.840.113556.1.4.1941:=cn=ann,dc=example,dc=org)"));
    expect(() => equals("uid)(x", "ann")).toThrow("no attribute");
  });
});
