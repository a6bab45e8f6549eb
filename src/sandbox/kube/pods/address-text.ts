// Addresses within a block, as text.
import { formatAddress, parseCidr } from "../../../base/index.ts";

/** The address at a place of a block, counted from 0: `10.0.1.18` of `10.0.1.16/28` at 2. */
export function nthAddress(block: string, place: number): string {
  const cidr = parseCidr(block);
  if (!cidr) throw new Error(`${block} is no block of addresses`);
  return formatAddress(cidr.family, cidr.base + BigInt(place));
}
