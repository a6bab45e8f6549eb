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
// ipaddr.js takes the old `::10.0.0.1` for `::ffff:10.0.0.1`; RFC 4291 §2.5.5 tells them apart, and so do we (below).
const v6 = fc.ipV6().filter((text) => !text.includes("."));
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

  it("reads IPv4 inside IPv6 as RFC 4291 writes it", ({ expect }) => {
    const written = ["::13.1.68.3", "::ffff:129.144.52.38", "64:ff9b::10.0.0.1"].map((text) =>
      parseAddress(text)?.value.toString(16),
    );
    expect(written).toEqual(["d014403", "ffff81903426", "64ff9b0000000000000000" + "0a000001"]);
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
