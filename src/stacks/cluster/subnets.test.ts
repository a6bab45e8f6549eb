import { describe, it } from "vitest";
import fc from "fast-check";
import { cidrContains, cidrOverlaps, parseCidr } from "../../base/index.ts";
import type { Cidr } from "../../base/index.ts";
import { planSubnets } from "./subnets.ts";

const zones = (count: number): string[] =>
  "abcdefgh"
    .split("")
    .slice(0, count)
    .map((letter) => `eu-central-1${letter}`);
const parsed = (text: string): Cidr => {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(text);
  return cidr;
};

describe("the cut of a VPC", () => {
  it.for([
    // Zones, VPC, public blocks, private blocks: the examples of eksctl's documentation.
    [2, "192.168.0.0/16", "0.0/19 32.0/19", "64.0/19 96.0/19"],
    [3, "192.168.0.0/16", "0.0/19 32.0/19 64.0/19", "96.0/19 128.0/19 160.0/19"],
    [4, "192.168.0.0/16", "0.0/19 32.0/19 64.0/19 96.0/19", "128.0/19 160.0/19 192.0/19 224.0/19"],
    [5, "192.168.0.0/16", "0.0/20 16.0/20 32.0/20 48.0/20 64.0/20", "80.0/20 96.0/20 112.0/20 128.0/20 144.0/20"],
  ] as const)("%s zones in %s", ([count, vpc, publicBlocks, privateBlocks], { expect }) => {
    const cut = planSubnets(vpc, zones(count)).map(({ cidr }) => cidr.replace("192.168.", ""));
    expect(cut.join(" ")).toBe(`${publicBlocks} ${privateBlocks}`);
  });

  it("names subnets by topology and zone", ({ expect }) => {
    expect(planSubnets("10.0.0.0/20", zones(2)).map(({ logicalId }) => logicalId)).toEqual([
      "SubnetPublicEUCENTRAL1A",
      "SubnetPublicEUCENTRAL1B",
      "SubnetPrivateEUCENTRAL1A",
      "SubnetPrivateEUCENTRAL1B",
    ]);
  });

  it("lets a zone that is named twice take two places and keep the last", ({ expect }) => {
    const twice = planSubnets("192.168.0.0/16", ["eu-central-1a", "eu-central-1a"]);
    expect(twice.map(({ cidr }) => cidr)).toEqual(["192.168.32.0/19", "192.168.96.0/19"]);
  });

  it("gives blocks that lie in the VPC and don't overlap, for every range AWS and eksctl take", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 24 }), fc.integer({ min: 1, max: 8 }), (prefix, count) => {
        const vpc = `10.0.0.0/${prefix}`;
        const blocks = planSubnets(vpc, zones(count)).map(({ cidr }) => parsed(cidr));
        expect(blocks).toHaveLength(count * 2);
        for (const [i, block] of blocks.entries()) {
          expect(cidrContains(parsed(vpc), block)).toBe(true);
          expect(blocks.slice(i + 1).some((other) => cidrOverlaps(block, other))).toBe(false);
        }
      }),
    );
  });

  it("refuses more zones than there are blocks, and ranges too small to cut", ({ expect }) => {
    expect(() => planSubnets("10.0.0.0/16", [...zones(8), "eu-central-1i"])).toThrow(/9 zones/);
    expect(() => planSubnets("10.0.0.0/26", zones(3))).toThrow(/too small/);
    expect(() => planSubnets("fd00::/56", zones(3))).toThrow(/no IPv4 range/);
  });
});
