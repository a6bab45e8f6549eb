// How many prefixes can still be had in a subnet that is in use: the number of free addresses doesn't say.
import { LotseError, parseAddress, parseCidr } from "../../base/index.ts";

/**
 * Whole, aligned blocks of 16 that hold none of AWS's five addresses and none that is used.
 *
 * @param used addresses (`10.0.0.7`) and blocks (`10.0.0.16/28`)
 * @throws LotseError `capacity/bad-cidr` when the subnet's block is no IPv4 range
 */
export function freePrefixes(cidr: string, used: Iterable<string>): number {
  const block = parseCidr(cidr);
  if (block?.family !== 4)
    throw new LotseError("capacity/bad-cidr", { title: `${cidr} is no IPv4 range`, remedy: "Give one as 10.0.0.0/24" });
  const size = 2 ** (32 - block.prefix);
  const taken = new Set<number>([0, Math.floor((size - 1) / 16)]);
  for (const text of used) {
    const address = parseAddress(text.split("/")[0] ?? "");
    if (address?.family !== 4) continue;
    const offset = Number(address.value - block.base);
    if (offset >= 0 && offset < size) taken.add(Math.floor(offset / 16));
  }
  return Math.max(Math.ceil(size / 16) - taken.size, 0);
}
