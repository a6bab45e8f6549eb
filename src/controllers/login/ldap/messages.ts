// The few messages of LDAP (RFC 4511 §4) that a login needs: bind, search, StartTLS, unbind.
import type { Element } from "./ber.ts";
import { ber, berBoolean, berInteger, berText, elementsOf, numberIn, readElement, tags } from "./ber.ts";
import type { Filter } from "./filter.ts";

/** Tags of answers. */
export const answers = { bind: 0x61, entry: 0x64, done: 0x65, reference: 0x73, extended: 0x78 } as const;

/** An answer to the request of the same id. */
export interface LdapAnswer {
  id: number;
  tag: number;
  content: Buffer;
}

/** How a request ended. */
export interface LdapResult {
  /** RFC 4511 §4.1.9; 0 is success. */
  code: number;
  message: string;
}

/** An object that a search found. */
export interface LdapEntry {
  dn: string;
  /** By lower-case names. */
  attributes: ReadonlyMap<string, readonly string[]>;
}

/** Codes of results that mean something here. */
export const codes = {
  success: 0,
  timeLimit: 3,
  sizeLimit: 4,
  inappropriateMatching: 18,
  invalidSyntax: 21,
  noSuchObject: 32,
  invalidCredentials: 49,
  busy: 51,
  unavailable: 52,
} as const;

/** Nothing that a login asks for is answered with more. */
const longestMessage = 4 * 1024 * 1024;

const message = (id: number, operation: Buffer): Buffer => ber(tags.sequence, berInteger(id), operation);

/** Simple bind of LDAPv3. */
export const bindRequest = (id: number, dn: string, password: string): Buffer =>
  message(id, ber(0x60, berInteger(3), berText(dn), berText(password, 0x80)));

/** https://www.rfc-editor.org/rfc/rfc4511#section-4.14 */
export const startTlsRequest = (id: number): Buffer => message(id, ber(0x77, berText("1.3.6.1.4.1.1466.20037", 0x80)));

/** Says good-bye. */
export const unbindRequest = (id: number): Buffer => message(id, ber(0x42));

/** What is searched. */
export interface SearchRequest {
  base: string;
  filter: Filter;
  attributes: readonly string[];
  /** 0: as many as there are. */
  sizeLimit: number;
  seconds: number;
}

/** A search of the whole tree below a base; aliases are not followed. */
export const searchRequest = (id: number, { base, filter, attributes, sizeLimit, seconds }: SearchRequest): Buffer =>
  message(
    id,
    ber(
      0x63,
      berText(base),
      berInteger(2, tags.enumerated),
      berInteger(0, tags.enumerated),
      berInteger(sizeLimit),
      berInteger(seconds),
      berBoolean(false),
      filter,
      ber(tags.sequence, ...attributes.map((name) => berText(name))),
    ),
  );

/** The whole messages at the beginning of what has come, and how many bytes they took. @throws Error for what is no LDAP */
export function takeAnswers(bytes: Buffer): { answers: LdapAnswer[]; taken: number } {
  const found: LdapAnswer[] = [];
  let taken = 0;
  for (;;) {
    // What begins otherwise isn't waited for to become whole.
    if (taken < bytes.length && bytes[taken] !== tags.sequence) throw new Error("no LDAP message");
    const next = readElement(bytes, taken, longestMessage);
    if (!next) return { answers: found, taken };
    const [id, operation] = next.element.tag === tags.sequence ? elementsOf(next.element.content) : [];
    if (!id || !operation) throw new Error("no LDAP message");
    found.push({ id: numberIn(id), tag: operation.tag, content: operation.content });
    taken = next.end;
  }
}

/** How a request ended. @throws Error */
export function resultOf({ content }: LdapAnswer): LdapResult {
  const [code, , text] = elementsOf(content);
  if (!code || !text) throw new Error("no result");
  return { code: numberIn(code), message: text.content.toString("utf8").slice(0, 200) };
}

const textsOf = (set: Element | undefined): string[] =>
  set ? elementsOf(set.content).map(({ content }) => content.toString("utf8")) : [];

/** An object that was found. @throws Error */
export function entryOf({ content }: LdapAnswer): LdapEntry {
  const [dn, list] = elementsOf(content);
  if (!dn || !list) throw new Error("no entry");
  const attributes = elementsOf(list.content).map(({ content: pair }) => {
    const [name, values] = elementsOf(pair);
    return [name?.content.toString("utf8").toLowerCase() ?? "", textsOf(values)] as const;
  });
  return { dn: dn.content.toString("utf8"), attributes: new Map(attributes) };
}
