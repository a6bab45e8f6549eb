// Figures that others have published, as they are printed: whoever reckons otherwise is wrong.
import fc from "fast-check";
import { describe, it } from "vitest";
import { formatCidr, parseCidr, splitCidr } from "../base/index.ts";
import { randomised } from "../base/testing.ts";
import { instanceType } from "../facts/index.ts";
import type { CniSettings } from "./index.ts";
import {
  allocatable,
  allocatableStorageGiB,
  coolingAddresses,
  fargatePods,
  freePrefixes,
  loadBalancerAddresses,
  maxPods,
  nodeAddresses,
  smallestPrefix,
  trendsOf,
  usableAddresses,
} from "./index.ts";

const known = (name: string): NonNullable<ReturnType<typeof instanceType>> => {
  const type = instanceType(name);
  if (!type) throw new Error(`${name} isn't in the table`);
  return type;
};

describe("the CNI's own tables", () => {
  const prefixes = (name: string, settings: CniSettings, pods: readonly number[]): number[] =>
    pods.map((count) => nodeAddresses(known(name), count, { prefixDelegation: true, ...settings }).prefixes);

  it("of prefixes, every row", ({ expect }) => {
    expect(prefixes("t3.small", {}, [0, 5, 16, 17, 58])).toEqual([1, 2, 2, 3, 5]);
    expect(prefixes("p3dn.24xlarge", {}, [95])).toEqual([7]);
    expect(prefixes("t3.small", { warmIpTarget: 1, minimumIpTarget: 1 }, [0, 5, 17, 58])).toEqual([1, 1, 2, 4]);
    // Its row of no pods says one, which holds 16 addresses: MINIMUM_IP_TARGET wants 20.
    expect(prefixes("t3.small", { warmIpTarget: 7, minimumIpTarget: 20 }, [0, 5, 17, 58])).toEqual([2, 2, 2, 5]);
  });

  it("of three c5.large with the two pods of CoreDNS: 50 addresses, 43 of them warm", ({ expect }) => {
    const nodes = [1, 1, 0].map((pods) => nodeAddresses(known("c5.large"), pods));
    const held = nodes.reduce((sum, { addresses }) => sum + addresses, 0);
    const [interfaces, pods] = [nodes.reduce((sum, { enis }) => sum + enis, 0), 2];
    expect([held, held - interfaces - pods]).toEqual([50, 43]);
  });
});

describe("examples that were reckoned by hand", () => {
  it("six t3.large over three zones: a /24 a zone holds them, a /25 doesn't", ({ expect }) => {
    const { limit } = maxPods(known("t3.large"));
    const full = nodeAddresses(known("t3.large"), limit - 2).addresses;
    expect([limit, full, 4 * full]).toEqual([35, 36, 144]);
    const need = { addresses: 4 * full + 5 + loadBalancerAddresses + 2, prefixes: 0 };
    expect([need.addresses, smallestPrefix(need), usableAddresses(24), usableAddresses(25)]).toEqual([
      159, 24, 251, 123,
    ]);
  });

  it("sixty m5.4xlarge in a zone: a /18, or a /19 with targets or prefixes", ({ expect }) => {
    const ways: CniSettings[] = [{}, { warmIpTarget: 2, minimumIpTarget: 110 }, { prefixDelegation: true }];
    const sizes = ways.map((way) => {
      const { enis, prefixes, addresses } = nodeAddresses(known("m5.4xlarge"), 108, way);
      const need = { addresses: 60 * (addresses - 16 * prefixes), prefixes: 60 * prefixes };
      return [enis, 60 * addresses, smallestPrefix(need)];
    });
    expect(sizes).toEqual([
      [5, 9000, 18],
      [4, 6840, 19],
      [1, 7740, 19],
    ]);
  });

  it("a /24 holds twelve c5.large that have any pod at all", ({ expect }) => {
    expect(Math.floor(usableAddresses(24) / nodeAddresses(known("c5.large"), 1).addresses)).toBe(12);
  });

  it("memory for each pod: 195 MiB on t3.large, 107 on c5.large", ({ expect }) => {
    const each = (name: string): number =>
      Math.floor((allocatable(known(name))?.memoryMiB ?? 0) / maxPods(known(name)).limit);
    expect([each("t3.large"), each("c5.large"), allocatable(known("t3.large"))?.memoryMiB]).toEqual([195, 107, 6837]);
  });

  it("the rest: a pod a node on Fargate, 17 GiB of 20, thirty seconds of rest", ({ expect }) => {
    expect([fargatePods, allocatableStorageGiB(20), coolingAddresses(60)]).toEqual([1, 17, 30]);
  });

  it("10.0.0.0/16 in pieces of /21", ({ expect }) => {
    const vpc = parseCidr("10.0.0.0/16");
    if (!vpc) throw new Error("10.0.0.0/16 is no block");
    const thirds = [0, 8, 16, 24, 32, 40];
    expect(splitCidr(vpc, 21, 6).map(formatCidr)).toEqual(thirds.map((third) => `10.0.${third}.0/21`));
  });
});

describe("a subnet in use", () => {
  it("has the whole blocks that counting address by address finds", ({ expect }) => {
    const property = fc.property(
      fc.integer({ min: 24, max: 28 }),
      fc.uniqueArray(fc.nat(255), { maxLength: 12 }),
      (prefix, used) => {
        const size = 2 ** (32 - prefix);
        const taken = new Set([0, 1, 2, 3, size - 1, ...used]);
        let whole = 0;
        for (let from = 0; from < size; from += 16)
          whole += Array.from({ length: 16 }, (_, i) => from + i).some((at) => taken.has(at)) ? 0 : 1;
        const addresses = used.map((last) => `10.9.0.${last}`);
        expect(freePrefixes(`10.9.0.0/${prefix}`, addresses), `/${prefix} ${used.join()}`).toBe(whole);
      },
    );
    fc.assert(property, randomised(300));
  });

  it("goes where two looks say", ({ expect }) => {
    const before = [
      { subnetId: "a", free: 100 },
      { subnetId: "b", free: 10 },
      { subnetId: "gone", free: 5 },
    ];
    const after = [
      { subnetId: "a", free: 95 },
      { subnetId: "b", free: 12 },
      { subnetId: "new", free: 251 },
    ];
    expect(trendsOf(before, after, 600)).toEqual([
      { subnetId: "a", perHour: -30, hoursLeft: 95 / 30 },
      { subnetId: "b", perHour: 12, hoursLeft: null },
    ]);
    expect(trendsOf(before, after, 0)).toEqual([]);
  });
});
