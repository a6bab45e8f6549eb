import fc from "fast-check";
import { it } from "vitest";
import { lineDiff } from "./diff.ts";

it("shows what comes and goes with two lines around it", ({ expect }) => {
  const before = "a\nb\nc\nd\ne\nf\ng\n";
  expect(lineDiff(before, before.replace("e\n", "E\n"))).toEqual(["  …", "  c", "  d", "- e", "+ E", "  f", "  g"]);
  expect(lineDiff("", "a\nb\n")).toEqual(["+ a", "+ b"]);
  expect(lineDiff("a\n", "")).toEqual(["- a"]);
  expect(lineDiff("a\n", "a\n")).toEqual([]);
});

it("holds every line of what comes, and every line of what goes", ({ expect }) => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });
  const judged = fc.check(
    fc.property(lines, lines, (left, right) => {
      const diff = lineDiff(left.join("\n"), right.join("\n"));
      const count = (sign: string): number => diff.filter((line) => line.startsWith(sign)).length;
      // As many lines come as go, but for the difference in length; and no more than there are.
      return count("+ ") - count("- ") === right.length - left.length && count("+ ") <= right.length;
    }),
  );
  expect(judged.failed, `seed ${judged.seed}: ${JSON.stringify(judged.counterexample)}`).toBe(false);
});
