// Points of a sweep: all of them in `npm run soak`, every third one otherwise.
import { randomised } from "../../src/base/testing.ts";

const stride = 3;

/**
 * Points from 1 to `count` to look at. In `npm test` every third one, beginning where the seed says, so that runs
 * cover each other's gaps; the last one always, as it is the one after everything was done.
 */
export function sweep(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  if (process.env["LOTSE_SOAK"]) return all;
  const { seed } = randomised(1);
  return all.filter((point) => point % stride === seed % stride || point === count);
}
