import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import { addressesOf, fits, smallestPrefix, usableAddresses, wholePrefixes } from "./arithmetic.ts";
import { coolingAddresses, sustainedChurn } from "./churn.ts";
import { freePrefixes } from "./free-prefixes.ts";

/** A subnet address by address: who doesn't trust a formula counts. */
function newSubnet(prefix: number): boolean[] {
  const size = 2 ** (32 - prefix);
  return Array.from({ length: size }, (_, offset) => offset < 4 || offset === size - 1);
}

/** Gives single addresses out of the most broken blocks first, then whole blocks; true when all find room. */
function allocate(prefix: number, addresses: number, prefixes: number): boolean {
  const taken = newSubnet(prefix);
  const free: number[] = [];
  for (const [at, used] of taken.entries())
    free[Math.floor(at / 16)] = (free[Math.floor(at / 16)] ?? 0) + (used ? 0 : 1);
  for (let left = addresses; left > 0; left -= 1) {
    let best = -1;
    for (const [block, places] of free.entries())
      if (places > 0 && (best < 0 || places < (free[best] ?? 0))) best = block;
    if (best < 0) return false;
    free[best] = (free[best] ?? 0) - 1;
  }
  return free.filter((places) => places === 16).length >= prefixes;
}

describe("a subnet", () => {
  it("has as many addresses and blocks as AWS gives out", ({ expect }) => {
    const prefixes = [28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 16];
    expect(prefixes.map(usableAddresses)).toEqual([11, 27, 59, 123, 251, 507, 1019, 2043, 4091, 8187, 16379, 65531]);
    expect(prefixes.map(wholePrefixes)).toEqual([0, 0, 2, 6, 14, 30, 62, 126, 254, 510, 1022, 4094]);
    for (const prefix of prefixes.slice(0, 5)) {
      const places = newSubnet(prefix).filter((used) => !used).length;
      expect([places, wholePrefixes(prefix)]).toEqual([
        usableAddresses(prefix),
        freePrefixes(`10.0.0.0/${prefix}`, []),
      ]);
    }
  });

  it("is the smallest that holds what is needed", ({ expect }) => {
    const of = (addresses: number, prefixes = 0): number | undefined => smallestPrefix({ addresses, prefixes });
    expect([of(0), of(11), of(12), of(123), of(124), of(159), of(251), of(252)]).toEqual([
      28, 28, 27, 25, 24, 24, 24, 23,
    ]);
    expect([of(60 * 150), of(60 * 114), of(60, 60 * 8)]).toEqual([18, 19, 19]);
    expect([of(65_531), of(65_532), of(0, 1), of(0, 15)]).toEqual([16, undefined, 26, 23]);
  });

  it("holds exactly what a brute-force allocator finds room for", ({ expect }) => {
    const property = fc.property(
      fc.integer({ min: 24, max: 28 }),
      fc.nat(270),
      fc.nat(16),
      (prefix, addresses, prefixes) => {
        expect(fits({ addresses, prefixes }, prefix), `/${prefix} ${addresses} ${prefixes}`).toBe(
          allocate(prefix, addresses, prefixes),
        );
      },
    );
    fc.assert(property, randomised(300));
  });

  it("is never promised more than it has, and never smaller for more", ({ expect }) => {
    const property = fc.property(fc.nat(70_000), fc.nat(4200), fc.nat(50), (addresses, prefixes, more) => {
      const prefix = smallestPrefix({ addresses, prefixes });
      if (prefix === undefined) return;
      expect(addressesOf({ addresses, prefixes })).toBeLessThanOrEqual(usableAddresses(prefix));
      expect(prefixes).toBeLessThanOrEqual(wholePrefixes(prefix));
      expect(prefix === 28 || !fits({ addresses, prefixes }, prefix + 1)).toBe(true);
      expect(smallestPrefix({ addresses: addresses + more, prefixes }) ?? 0).toBeLessThanOrEqual(prefix);
    });
    fc.assert(property, randomised(500));
  });

  it("may have many free addresses and no prefix", ({ expect }) => {
    const used = Array.from({ length: 16 }, (_, block) => `10.0.0.${block * 16 + 7}`);
    expect(freePrefixes("10.0.0.0/24", used)).toBe(0);
    expect(freePrefixes("10.0.0.0/24", ["10.0.0.16/28", "10.0.0.5", "10.1.0.99"])).toBe(13);
    expect(() => freePrefixes("10.0.0/24", [])).toThrow("10.0.0/24 is no IPv4 range");
  });

  it("sustains so many pods a minute", ({ expect }) => {
    expect([coolingAddresses(120), coolingAddresses(1), coolingAddresses(60, 0)]).toEqual([60, 1, 0]);
    expect([sustainedChurn(251), sustainedChurn(0), sustainedChurn(10, 60)]).toEqual([502, 0, 10]);
    const property = fc.property(fc.nat(5000), (spare) => {
      expect(coolingAddresses(sustainedChurn(spare))).toBeLessThanOrEqual(spare);
    });
    fc.assert(property, randomised(100));
  });
});
