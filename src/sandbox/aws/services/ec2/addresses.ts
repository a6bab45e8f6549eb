// Who gets which address of a subnet. AWS keeps five addresses of every subnet; an address that is freed rests for
// 30 seconds before anyone may have it again (the VPC CNI's cool-down). Interfaces hold the addresses, the subnet's row
// only counts them: so a subnet of 10,000 instances is described without looking at any of them.
import { formatAddress, parseCidr } from "../../../../base/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError, defineTimer } from "../../core/index.ts";
import type { TimerDefinition } from "../../core/index.ts";
import { invalidValue } from "./errors.ts";
import type { Subnet } from "./state.ts";
import { cidrReservations, networkInterfaces, subnets } from "./state.ts";

/** Network, router, DNS, one for the future, broadcast. */
const reservedAtStart = 4;
const reservedAtEnd = 1;
const coolDownSeconds = 30;
const blockSize = 16;

const cooled: TimerDefinition<{ subnetId: string }> = defineTimer<{ subnetId: string }>(
  "ec2/cooled",
  ({ subnetId }, ctx) => {
    const subnet = ctx.table(subnets).get(subnetId);
    if (!subnet) return;
    const { cooling } = ctx.table(subnets).update(subnetId, { cooling: stillCooling(ctx, subnet) });
    scheduleCooling(ctx, subnetId, cooling);
  },
);
export const addressTimers: readonly TimerDefinition[] = [cooled];

interface Range {
  first: number;
  size: number;
}

const toNumber = (address: string): number => address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
const toText = (value: number): string => formatAddress(4, BigInt(value));

function rangeOf({ cidr }: { cidr: string }): Range {
  const [base = "", prefix = "32"] = cidr.split("/");
  return { first: toNumber(base), size: 2 ** (32 - Number(prefix)) };
}

/** AvailableIpAddressCount. */
export function freeAddressCount(ctx: Context, subnet: Readonly<Subnet>): number {
  if (subnet.cidr === "") return 0;
  const resting = stillCooling(ctx, subnet).reduce((sum, { address }) => sum + sizeOf(address), 0);
  return rangeOf(subnet).size - reservedAtStart - reservedAtEnd - subnet.used - resting;
}

const sizeOf = (address: string): number => (address.includes("/") ? blockSize : 1);

function stillCooling(ctx: Context, subnet: Readonly<Subnet>): Subnet["cooling"] {
  const now = ctx.now();
  return subnet.cooling.length === 0 ? subnet.cooling : subnet.cooling.filter(({ until }) => until > now);
}

/** Tests of a subnet's addresses, with those given out in this very call. */
class Allocation {
  readonly range: Range;
  readonly #subnet: Readonly<Subnet>;
  readonly #ctx: Context;
  readonly #resting: Set<string>;
  /** Blocks set aside: for prefixes, or for nobody who doesn't name an address. */
  readonly #setAside: readonly (Range & { type: "prefix" | "explicit" })[];
  readonly taken: Set<string> = new Set();

  constructor(ctx: Context, subnet: Readonly<Subnet>) {
    this.#ctx = ctx;
    this.#subnet = subnet;
    this.range = rangeOf(subnet);
    this.#resting = new Set(stillCooling(ctx, subnet).map(({ address }) => address));
    this.#setAside = ctx
      .table(cidrReservations)
      .by("subnet", subnet.id)
      .flatMap((row) => (row.cidr.includes(":") ? [] : [{ ...rangeOf(row), type: row.type }]));
  }

  isReserved(value: number): boolean {
    const offset = value - this.range.first;
    return offset < reservedAtStart || offset >= this.range.size - reservedAtEnd;
  }

  /** Whether an address may go to someone who asked for any. */
  isOpen(value: number): boolean {
    return this.isFree(value) && !this.#setAside.some(({ first, size }) => value >= first && value < first + size);
  }

  isFree(value: number): boolean {
    return !this.isReserved(value) && !this.#held(toText(value)) && !this.#held(blockOf(value));
  }

  isBlockFree(start: number): boolean {
    if (this.#held(`${toText(start)}/28`)) return false;
    const clashes = ({ first, size, type }: Range & { type: string }): boolean =>
      type === "explicit" && first < start + blockSize && start < first + size;
    if (this.#setAside.some(clashes)) return false;
    for (let i = 0; i < blockSize; i += 1) if (!this.isFree(start + i)) return false;
    return true;
  }

  #held(address: string): boolean {
    if (this.taken.has(address) || this.#resting.has(address)) return true;
    return this.#ctx.table(networkInterfaces).by("address", `${this.#subnet.id}/${address}`).length > 0;
  }
}

const blockOf = (value: number): string => `${toText(value - (value % blockSize))}/28`;

/**
 * Takes `count` addresses, scattered over the subnet as AWS does (so that /28 blocks break up as they do there).
 *
 * @throws AwsError InsufficientFreeAddressesInSubnet
 */
export function takeAddresses(ctx: Context, subnetId: string, count: number): string[] {
  const subnet = ctx.table(subnets).get(subnetId) as Readonly<Subnet>;
  if (freeAddressCount(ctx, subnet) < count) throw insufficientAddresses();
  const allocation = new Allocation(ctx, subnet);
  const { first, size } = allocation.range;
  const found: string[] = [];
  while (found.length < count) {
    const start = Math.floor(ctx.ids.random.next() * size);
    const offset = probe(size, start, (at) => allocation.isOpen(first + at));
    if (offset === undefined) throw insufficientAddresses();
    const address = toText(first + offset);
    allocation.taken.add(address);
    found.push(address);
  }
  if (count > 0) use(ctx, subnet, count);
  return found;
}

/** Takes one address by name. */
export function takeAddress(ctx: Context, subnetId: string, address: string): string {
  const subnet = ctx.table(subnets).get(subnetId) as Readonly<Subnet>;
  const allocation = new Allocation(ctx, subnet);
  const value = /^\d+\.\d+\.\d+\.\d+$/.test(address) ? toNumber(address) : Number.NaN;
  if (Number.isNaN(value)) throw invalidValue(address, "privateIpAddress", "invalid IPv4 address format");
  if (value < allocation.range.first || value >= allocation.range.first + allocation.range.size)
    throw new AwsError("InvalidParameterValue", "Address does not fall within the subnet's address range");
  if (allocation.isReserved(value))
    throw new AwsError("InvalidParameterValue", "Address is in subnet's reserved address range");
  if (!allocation.isFree(value)) throw new AwsError("InvalidIPAddress.InUse", `Address ${address} is in use.`);
  use(ctx, subnet, 1);
  return address;
}

/**
 * Takes /28 blocks: sixteen neighbours that are all free, on a border of sixteen.
 *
 * @throws AwsError InsufficientCidrBlocks
 */
export function takePrefixes(ctx: Context, subnetId: string, count: number): string[] {
  const subnet = ctx.table(subnets).get(subnetId) as Readonly<Subnet>;
  const allocation = new Allocation(ctx, subnet);
  const { first, size } = allocation.range;
  const blocks = size / blockSize;
  const found: string[] = [];
  while (found.length < count) {
    const start = Math.floor(ctx.ids.random.next() * blocks);
    const block = probe(blocks, start, (at) => allocation.isBlockFree(first + at * blockSize));
    if (block === undefined)
      throw new AwsError(
        "InsufficientCidrBlocks",
        "The specified subnet does not have enough free cidr blocks to satisfy the request.",
      );
    const prefix = blockOf(first + block * blockSize);
    allocation.taken.add(prefix);
    found.push(prefix);
  }
  use(ctx, subnet, count * blockSize);
  return found;
}

/** A free IPv6 address of the subnet's /64. */
export function takeIpv6(ctx: Context, subnet: Readonly<Subnet>): string {
  const block = subnet.ipv6 && parseCidr(subnet.ipv6.cidr);
  if (!block)
    throw new AwsError(
      "InvalidParameterValue",
      `The subnet '${subnet.id}' does not have an associated IPv6 CIDR block`,
    );
  for (;;) {
    const host = BigInt(`0x${ctx.ids.hex(16)}`);
    const address = formatAddress(6, block.base + host);
    const isFree = ctx.table(networkInterfaces).by("address", `${subnet.id}/${address}`).length === 0;
    if (host > 255n && isFree) return address;
  }
}

/** Gives addresses and blocks back; they rest before they can be had again. */
export function freeAddresses(ctx: Context, subnetId: string, addresses: readonly string[]): void {
  const subnet = ctx.table(subnets).get(subnetId);
  const v4 = addresses.filter((address) => !address.includes(":"));
  if (!subnet || v4.length === 0) return;
  const until = ctx.now() + coolDownSeconds * 1000;
  const used = subnet.used - v4.reduce((sum, address) => sum + sizeOf(address), 0);
  const before = stillCooling(ctx, subnet);
  const cooling = [...before, ...v4.map((address) => ({ address, until }))];
  ctx.table(subnets).update(subnetId, { used, cooling });
  if (!ctx.pending(`subnet/${subnetId}`)) scheduleCooling(ctx, subnetId, cooling);
}

function scheduleCooling(ctx: Context, subnetId: string, cooling: Subnet["cooling"]): void {
  const next = cooling[0];
  if (next) ctx.schedule(cooled, (next.until - ctx.now()) / 1000, `subnet/${subnetId}`, { subnetId });
}

function use(ctx: Context, subnet: Readonly<Subnet>, count: number): void {
  ctx.table(subnets).update(subnet.id, { used: subnet.used + count, cooling: stillCooling(ctx, subnet) });
}

/** The first of `size` places from `start` on, around the end, that passes. */
function probe(size: number, start: number, passes: (at: number) => boolean): number | undefined {
  for (let i = 0; i < size; i += 1) {
    const at = (start + i) % size;
    if (passes(at)) return at;
  }
  return undefined;
}

function insufficientAddresses(): AwsError {
  return new AwsError(
    "InsufficientFreeAddressesInSubnet",
    "The specified subnet does not have enough free addresses to satisfy the request.",
  );
}
