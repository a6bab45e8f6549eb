// Fn::Cidr: cuts a block into equal pieces.
import { formatCidr, parseCidr } from "../../../../../base/index.ts";
import { validationError } from "../errors.ts";

/**
 * @param parts block, count (1–256), and host bits of each piece (default 8 as AWS for IPv4 with none given)
 * @throws AwsError ValidationError when the pieces don't fit
 */
export function cidrFunction(parts: readonly unknown[]): string[] {
  const [block, rawCount, rawBits] = parts;
  const text = Array.isArray(block) ? String(block[0]) : String(block);
  const cidr = parseCidr(text);
  if (!cidr) throw validationError(`Template error: Fn::Cidr: ${text} is not a valid CIDR block`);
  const width = cidr.family === 6 ? 128 : 32;
  const count = Number(rawCount);
  const bits = rawBits === undefined ? 8 : Number(rawBits);
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw validationError("Template error: Fn::Cidr: count must be between 1 and 256");
  }
  const size = 1n << BigInt(bits);
  const whole = 1n << BigInt(width - cidr.prefix);
  if (!Number.isInteger(bits) || bits < 1 || size * BigInt(count) > whole) {
    throw validationError(
      `Template error: Fn::Cidr: can not create ${count} blocks of ${bits} host bits within ${text}`,
    );
  }
  return Array.from({ length: count }, (_unused, index) =>
    formatCidr({ ...cidr, base: cidr.base + size * BigInt(index), prefix: width - bits }),
  );
}
