// Two evaluators, one question: src/iam against the naive reference, over random policies and requests.
import fc from "fast-check";
import { describe, it } from "vitest";
import { productVerdict } from "./iam-reference/compare.ts";
import { randomPolicies, randomRequest } from "./iam-reference/random.ts";
import { referenceVerdict } from "./iam-reference/reference.ts";
import { randomised } from "../src/base/testing.ts";

const { seed, numRuns: runs } = randomised(4000);

describe("random policies", () => {
  it(`are judged as the reference judges them (seed ${seed}, ${runs} runs)`, { timeout: 600_000 }, ({ expect }) => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(randomRequest, randomPolicies, (request, policies) => {
        const verdict = referenceVerdict(request, policies);
        seen[verdict] = (seen[verdict] ?? 0) + 1;
        expect(productVerdict(request, policies)).toBe(verdict);
      }),
      { seed, numRuns: runs },
    );
    // A generator that never gets anywhere would prove nothing.
    expect(seen["allowed"] ?? 0).toBeGreaterThan(runs / 20);
    expect(seen["implicitDeny"] ?? 0).toBeGreaterThan(runs / 20);
    expect(seen["explicitDeny"] ?? 0).toBeGreaterThan(runs / 20);
  });
});
