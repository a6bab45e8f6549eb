import fc from "fast-check";
import { describe, it } from "vitest";
import { applyFilters, paginate, wildcard } from "./index.ts";
import { cpuTime } from "../../../base/testing.ts";

const rows = [
  { id: "vpc-1", zones: ["a", "b"], main: true, tags: { Name: "eks-prod", "a:b": "x*y" } },
  { id: "vpc-2", zones: ["c"], main: false, tags: { Name: "eks-test" } },
  { id: "vpc-3", zones: [], main: false, tags: {} },
];
const fields = {
  "vpc-id": (row: (typeof rows)[number]) => row.id,
  zone: (row: (typeof rows)[number]) => row.zones,
  main: (row: (typeof rows)[number]) => row.main,
};
const ids = (...filters: { Name: string; Values: string[] }[]): string[] =>
  applyFilters(rows, filters, fields, (row) => row.tags as Record<string, string>).map((row) => row.id);

describe("applyFilters", () => {
  it("needs every filter and any value of each", ({ expect }) => {
    expect(ids({ Name: "vpc-id", Values: ["vpc-1", "vpc-3"] })).toEqual(["vpc-1", "vpc-3"]);
    expect(ids({ Name: "vpc-id", Values: ["vpc-1", "vpc-3"] }, { Name: "main", Values: ["false"] })).toEqual(["vpc-3"]);
    expect(ids({ Name: "zone", Values: ["b", "c"] })).toEqual(["vpc-1", "vpc-2"]);
    expect(ids()).toHaveLength(3);
  });

  it("knows tags by key, by value and by pair, keys with a colon too", ({ expect }) => {
    expect(ids({ Name: "tag:Name", Values: ["eks-*"] })).toEqual(["vpc-1", "vpc-2"]);
    expect(ids({ Name: "tag-key", Values: ["Name"] })).toEqual(["vpc-1", "vpc-2"]);
    expect(ids({ Name: "tag:a:b", Values: [String.raw`x\*y`] })).toEqual(["vpc-1"]);
    expect(ids({ Name: "tag:constructor", Values: ["*"] })).toEqual([]);
  });

  it("refuses a filter that the operation doesn't have", ({ expect }) => {
    expect(() => ids({ Name: "colour", Values: ["x"] })).toThrow("The filter 'colour' is invalid");
    expect(() => ids({ Name: "vpc-id", Values: Array.from({ length: 201 }, String) })).toThrow("200");
  });

  it("reads * and ? as wildcards and everything else as itself", ({ expect }) => {
    expect(wildcard("ami-*-v?")("ami-eks.1-v2")).toBe(true);
    expect(wildcard("a.c*")("abc")).toBe(false);
    expect(wildcard("*")("")).toBe(true);
    expect(wildcard("?")("")).toBe(false);
  });

  it("doesn't take longer for patterns made to take long", ({ expect }) => {
    const started = cpuTime();
    expect(wildcard(`${"*a".repeat(2000)}b`)("a".repeat(5000))).toBe(false);
    expect(wildcard(`${"*".repeat(5000)}x`)("10.0.0.0/16")).toBe(false);
    expect(wildcard(`${"*?".repeat(10)}`)("0123456789")).toBe(true);
    expect(cpuTime() - started).toBeLessThan(1000);
  });

  it("matches an escaped text with itself alone", ({ expect }) => {
    const itself = fc.property(fc.string({ unit: fc.constantFrom("a", "*", "?", "\\", ".", "é", "💥") }), (text) => {
      const escaped = text.replaceAll(/[*?\\]/g, (character) => `\\${character}`);
      return wildcard(`${escaped}*`)(text) && wildcard(escaped)(text) && !wildcard(escaped)(`${text}x`);
    });
    expect(fc.check(itself, { seed: 7 })).toMatchObject({ failed: false });
  });
});

describe("paginate", () => {
  it("gives every item once, in order", ({ expect }) => {
    const complete = fc.property(fc.nat(40), fc.integer({ min: 1, max: 9 }), (n, max) => {
      const items = Array.from({ length: n }, (_, i) => `i${i}`);
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = paginate(items, { token, max, scope: "x", keyOf: (item) => item });
        seen.push(...page.items);
        token = page.nextToken;
      } while (token);
      return seen.join() === items.join();
    });
    expect(fc.check(complete, { seed: 7 })).toMatchObject({ failed: false });
  });

  it("goes on behind the last item though earlier ones are gone", ({ expect }) => {
    const keyOf = (item: string): string => item;
    const { nextToken } = paginate(["a", "b", "c", "d"], { max: 2, keyOf });
    expect(paginate(["b", "c", "d"], { token: nextToken, keyOf }).items).toEqual(["c", "d"]);
  });

  it("refuses tokens that it didn't give for this list", ({ expect }) => {
    const { nextToken } = paginate([1, 2, 3], { max: 1, scope: "vpcs" });
    expect(() => paginate([1, 2, 3], { token: nextToken, scope: "subnets" })).toThrow("nextToken is invalid");
    expect(() => paginate([1, 2, 3], { token: "!!" })).toThrow("nextToken is invalid");
  });
});
