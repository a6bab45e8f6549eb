// Randomised tests everywhere: how many runs, from which seed.

/** Times as many runs under `npm run soak` as in `npm test`. */
const soakFactor = 40;

/**
 * Seed and number of runs for fast-check. The seed is printed, so that a run can be repeated with LOTSE_TEST_SEED.
 *
 * @param numRuns runs in `npm test`; chosen so that they take seconds
 * @example fc.assert(property, randomised(100))
 */
export function randomised(numRuns: number): { seed: number; numRuns: number } {
  const seed = Number(process.env["LOTSE_TEST_SEED"] ?? Date.now() % 2_147_483_647);
  console.log(`seed ${seed} (repeat with LOTSE_TEST_SEED=${seed})`);
  return { seed, numRuns: process.env["LOTSE_SOAK"] ? numRuns * soakFactor : numRuns };
}
