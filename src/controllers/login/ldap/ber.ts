// BER as LDAP uses it (RFC 4511 §5.1, X.690): definite lengths, tags below 31. Bytes from outside are read with every length
// checked.

/** An element: its tag and what is in it. */
export interface Element {
  tag: number;
  content: Buffer;
}

/** Tags of the universal class that LDAP needs. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

/** An element out of its parts. */
export function ber(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content]);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

/** A whole number of at most 31 bits. */
export function berInteger(value: number, tag: number = tags.integer): Buffer {
  const bytes = [value & 0xff];
  for (let rest = value >> 8; rest > 0 || (bytes[0] as number) > 0x7f; rest >>= 8) bytes.unshift(rest & 0xff);
  return ber(tag, Buffer.from(bytes));
}

/** A text. */
export const berText = (text: string, tag: number = tags.octets): Buffer => ber(tag, Buffer.from(text, "utf8"));

/** A truth. */
export const berBoolean = (value: boolean, tag: number = tags.boolean): Buffer =>
  ber(tag, Buffer.from([value ? 0xff : 0]));

/** What `readElement` found: nothing whole yet, or an element and where the next one begins. */
export type ReadElement = undefined | { element: Element; end: number };

/**
 * Reads an element.
 *
 * @param longest bytes of content that are taken
 * @throws Error for what is no BER, or longer
 */
export function readElement(bytes: Buffer, at: number, longest: number): ReadElement {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  if ((tag & 0x1f) === 0x1f) throw new Error("a tag of several bytes");
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new Error("a length of a form that LDAP doesn't use");
    if (bytes.length < start + count) return undefined;
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  if (length > longest) throw new Error(`a message of ${length} bytes`);
  const end = start + length;
  return bytes.length < end ? undefined : { element: { tag, content: bytes.subarray(start, end) }, end };
}

/** The elements that another one is made of. @throws Error when the last isn't whole */
export function elementsOf(content: Buffer): Element[] {
  const all: Element[] = [];
  for (let at = 0; at < content.length;) {
    const found = readElement(content, at, content.length);
    if (!found) throw new Error("an element that isn't whole");
    all.push(found.element);
    at = found.end;
  }
  return all;
}

/** The number in an INTEGER or ENUMERATED of at most four bytes. @throws Error */
export function numberIn({ content }: Element): number {
  if (content.length < 1 || content.length > 4) throw new Error("a number of another size");
  return content.readIntBE(0, content.length);
}
