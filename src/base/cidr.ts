// IPv4 and IPv6 blocks on BigInt: parse, contain, overlap, split. RFC 4632, RFC 4291.

/** A block of addresses, IPv4 or IPv6. */
export interface Cidr {
  family: 4 | 6;
  /** First address of the block. */
  base: bigint;
  prefix: number;
}

const bits = (family: 4 | 6): number => (family === 4 ? 32 : 128);

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    if (part.length > 1 && part.startsWith("0")) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  // The last 32 bits may be written as IPv4: ::ffff:10.0.0.1.
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (embedded) {
    const v4 = parseIpv4(embedded[2] ?? "");
    if (v4 === undefined) return undefined;
    return parseIpv6(`${embedded[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === "" ? [] : half.split(":"));
  const head = groups(halves[0] ?? "");
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => "0"), ...tail];
  let value = 0n;
  for (const group of all) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

/** An address as a number, or undefined when the text is none. */
export function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { family: 4, value: v4 };
  const v6 = text.includes(":") ? parseIpv6(text) : undefined;
  return v6 === undefined ? undefined : { family: 6, value: v6 };
}

/** A block; host bits are cleared (`10.0.0.7/16` is `10.0.0.0/16`). Undefined when the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = match && parseAddress(match[1] ?? "");
  if (!match || !address) return undefined;
  const prefix = Number(match[2]);
  if (prefix > bits(address.family)) return undefined;
  const shift = BigInt(bits(address.family) - prefix);
  return { family: address.family, base: (address.value >> shift) << shift, prefix };
}

/** An address in the usual notation (IPv6 per RFC 5952). */
export function formatAddress(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - i * 16)) & 0xffffn).toString(16));
  // RFC 5952: the longest run of zero groups, the first of equals, at least two, becomes "::".
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (groups[at + length] === "0") length += 1;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return groups.join(":");
  return `${groups.slice(0, best.at).join(":")}::${groups.slice(best.at + best.length).join(":")}`;
}

/** `10.0.0.0/16`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.family, cidr.base)}/${cidr.prefix}`;
}

/** Number of addresses in the block. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(bits(cidr.family) - cidr.prefix);
}

/** True when `inner` lies wholly inside `outer`. */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false;
  const shift = BigInt(bits(outer.family) - outer.prefix);
  return outer.base >> shift === inner.base >> shift;
}

/** True when the two blocks share an address. */
export function cidrOverlaps(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b) || cidrContains(b, a);
}

/**
 * The first `count` blocks of `/prefix` inside `cidr`, in address order.
 *
 * @example splitCidr(parseCidr("192.168.0.0/16")!, 19, 2) // 192.168.0.0/19, 192.168.32.0/19
 * @throws RangeError when they don't fit.
 */
export function splitCidr(cidr: Cidr, prefix: number, count: number): Cidr[] {
  if (prefix < cidr.prefix || prefix > bits(cidr.family))
    throw new RangeError(`/${prefix} is no part of ${formatCidr(cidr)}`);
  const size = 1n << BigInt(bits(cidr.family) - prefix);
  if (size * BigInt(count) > cidrSize(cidr))
    throw new RangeError(`${formatCidr(cidr)} holds no ${count} blocks of /${prefix}`);
  return Array.from({ length: count }, (_, i) => ({ family: cidr.family, base: cidr.base + size * BigInt(i), prefix }));
}
