import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, it } from "vitest";
import {
  cidrContains,
  cidrOverlaps,
  cidrSize,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  splitCidr,
} from "./index.ts";
import { randomised } from "./testing.ts";

const v4 = fc.ipV4();
const v6 = fc.ipV6();
const block = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
  fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`),
);

describe("cidr", () => {
  it("clears the host bits", ({ expect }) => {
    expect(formatCidr(parseCidr("10.1.2.3/16")!)).toBe("10.1.0.0/16");
    expect(formatCidr(parseCidr("2001:db8::ffff/64")!)).toBe("2001:db8::/64");
  });

  it("refuses what is no block", ({ expect }) => {
    const wrong = [
      "10.0.0.0",
      "10.0.0.0/33",
      "10.0.0/8",
      "010.0.0.0/8",
      "256.0.0.0/8",
      "::1::/64",
      "fe80::/129",
      "a/8",
      "/8",
      "1.2.3.4/8/8",
    ];
    expect(wrong.filter((text) => parseCidr(text) !== undefined)).toEqual([]);
  });

  it("writes addresses as ipaddr.js does", ({ expect }) => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (text) => {
        const address = parseAddress(text);
        expect(address && formatAddress(address.family, address.value)).toBe(ipaddr.parse(text).toString());
      }),
      randomised(200),
    );
  });

  it("agrees with ipaddr.js on what lies inside what", ({ expect }) => {
    fc.assert(
      fc.property(block, block, (outer, inner) => {
        const [a, b] = [parseCidr(outer)!, parseCidr(inner)!];
        const [address, prefix] = ipaddr.parseCIDR(outer);
        const other = ipaddr.parse(formatAddress(b.family, b.base));
        const expected =
          address.kind() === other.kind() &&
          b.prefix >= prefix &&
          (other as ipaddr.IPv4).match(address as ipaddr.IPv4, prefix);
        expect(cidrContains(a, b)).toBe(expected);
        expect(cidrOverlaps(a, b)).toBe(cidrContains(a, b) || cidrContains(b, a));
      }),
      randomised(200),
    );
  });

  it("splits into blocks that lie side by side and inside", ({ expect }) => {
    const whole = parseCidr("192.168.0.0/16")!;
    expect(splitCidr(whole, 19, 6).map(formatCidr)).toEqual([
      "192.168.0.0/19",
      "192.168.32.0/19",
      "192.168.64.0/19",
      "192.168.96.0/19",
      "192.168.128.0/19",
      "192.168.160.0/19",
    ]);
    expect(cidrSize(whole)).toBe(65_536n);
    expect(() => splitCidr(whole, 17, 3)).toThrow("holds no 3 blocks of /17");
    expect(() => splitCidr(whole, 8, 1)).toThrow("is no part of");
  });
});
