// Cases from AWS's documentation, put to src/iam and to the reference alike.
import { describe, it } from "vitest";
import { conditionCases } from "./iam-reference/cases-conditions.ts";
import { policyCases } from "./iam-reference/cases-policies.ts";
import { productVerdict } from "./iam-reference/compare.ts";
import { referenceVerdict } from "./iam-reference/reference.ts";

const cases = [...policyCases, ...conditionCases];

describe("AWS's documentation says", () => {
  it.for(cases.map((one) => [one.title, one] as const))("%s", ([, one], { expect }) => {
    expect(productVerdict(one.request, one.policies), `the product, by ${one.page}`).toBe(one.verdict);
    expect(referenceVerdict(one.request, one.policies), `the reference, by ${one.page}`).toBe(one.verdict);
  });

  it("enough to be worth asking", ({ expect }) => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map((one) => one.title)).size).toBe(cases.length);
  });
});
