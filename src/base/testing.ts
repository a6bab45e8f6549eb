// For tests everywhere: how many runs of a randomised one, from which seed; time that a busy machine doesn't stretch.

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

/**
 * Processor time of this process so far, milliseconds: for judging that something ends soon. Wall time would judge the
 * machine's other work as well.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
