// Search filters: texts of RFC 4515 become BER of RFC 4511 §4.5.1. Values from outside are put in as values, after parsing:
// no character of a user's name can change what a filter asks.
import { ber, berBoolean, berText } from "./ber.ts";

/** A filter as it is sent. */
export type Filter = Buffer;

const context = (number: number, constructed = false): number => 0x80 | (constructed ? 0x20 : 0) | number;
const [andTag, orTag, notTag] = [context(0, true), context(1, true), context(2, true)];
const equalityTag = context(3, true);
const substringsTag = context(4, true);
const comparisons: Readonly<Record<string, number>> = {
  ">=": context(5, true),
  "<=": context(6, true),
  "~=": context(8, true),
};
const presentTag = context(7);
const extensibleTag = context(9, true);

/** An attribute's name or OID with options, RFC 4512 §2.5. */
const attribute = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*$/;

/** The mistake in a filter, for whoever wrote it. */
export class FilterMistake extends Error {}

/** All of several filters. */
export const allOf = (...filters: readonly Filter[]): Filter => ber(andTag, ...filters);

/**
 * `attribute=value`, whatever the value. The attribute may name a matching rule, as `member:1.2.840.113556.1.4.1941:` does,
 * by which Active Directory follows groups in groups.
 *
 * @throws FilterMistake for what is no attribute
 */
export function equals(name: string, value: string): Filter {
  if (name.includes(":")) return extensible(name, Buffer.from(value, "utf8"));
  if (!attribute.test(name)) throw new FilterMistake(`${JSON.stringify(name)} is no attribute`);
  return ber(equalityTag, berText(name), berText(value));
}

/** `attr:dn:rule` with its value. */
function extensible(description: string, value: Buffer): Filter {
  const parts = description.replace(/:$/, "").split(":");
  const name = parts.shift() ?? "";
  const dn = parts[0]?.toLowerCase() === "dn";
  if (dn) parts.shift();
  const rule = parts.shift();
  const wrong =
    parts.length > 0 || (name !== "" && !attribute.test(name)) || (rule !== undefined && !attribute.test(rule));
  if (wrong || (name === "" && rule === undefined))
    throw new FilterMistake(`${JSON.stringify(description)} is no matching rule`);
  return ber(
    extensibleTag,
    ...(rule === undefined ? [] : [berText(rule, context(1))]),
    ...(name === "" ? [] : [berText(name, context(2))]),
    ber(context(3), value),
    ...(dn ? [berBoolean(true, context(4))] : []),
  );
}

/** A value's bytes; `\2a` stands for the byte 0x2a. @throws FilterMistake */
function unescaped(text: string): Buffer {
  if (/[()\0]/.test(text) || /\\(?![0-9A-Fa-f]{2})/.test(text))
    throw new FilterMistake(`${JSON.stringify(text)} holds a character that must be written as \\ and two hex digits`);
  const parts = text.split(/(\\[0-9A-Fa-f]{2})/).filter((part) => part !== "");
  return Buffer.concat(
    parts.map((part) =>
      /^\\[0-9A-Fa-f]{2}$/.test(part) ? Buffer.from(part.slice(1), "hex") : Buffer.from(part, "utf8"),
    ),
  );
}

function substrings(name: string, parts: readonly string[]): Filter {
  const pieces = parts.flatMap((part, i) => {
    if (part === "") return [];
    return [ber(context(i === 0 ? 0 : i === parts.length - 1 ? 2 : 1), unescaped(part))];
  });
  if (pieces.length === 0) throw new FilterMistake(`${name}: two stars and nothing between them`);
  return ber(substringsTag, berText(name), ber(0x30, ...pieces));
}

/** One comparison, without its brackets. */
function item(text: string): Filter {
  const match = /^([^=<>~()]*?)(>=|<=|~=|:=|=)(.*)$/s.exec(text);
  const [, name = "", operator = "", value = ""] = match ?? [];
  if (!match) throw new FilterMistake(`(${text}) is no comparison`);
  if (operator === ":=") return extensible(name, unescaped(value));
  if (!attribute.test(name)) throw new FilterMistake(`${JSON.stringify(name)} is no attribute`);
  const comparison = comparisons[operator];
  if (comparison !== undefined) return ber(comparison, berText(name), ber(0x04, unescaped(value)));
  if (value === "*") return berText(name, presentTag);
  const parts = value.split("*");
  return parts.length > 1 ? substrings(name, parts) : ber(equalityTag, berText(name), ber(0x04, unescaped(value)));
}

/** Filters in filters; deeper ones are nobody's honest configuration. */
const deepest = 20;

/** Reads a filter that begins at `(`; gives where it ends. */
function read(text: string, at: number, depth: number): { filter: Filter; end: number } {
  if (text[at] !== "(") throw new FilterMistake(`${JSON.stringify(text.slice(at, at + 40))} doesn't begin with (`);
  if (depth > deepest) throw new FilterMistake("filters stand in each other too deeply");
  const kind = text[at + 1];
  if (kind !== "&" && kind !== "|" && kind !== "!") {
    const close = text.indexOf(")", at);
    if (close < 0) throw new FilterMistake(`${JSON.stringify(text.slice(at, at + 40))} has no )`);
    return { filter: item(text.slice(at + 1, close)), end: close + 1 };
  }
  const inner: Filter[] = [];
  let next = at + 2;
  while (text[next] === "(") {
    const found = read(text, next, depth + 1);
    inner.push(found.filter);
    next = found.end;
  }
  if (text[next] !== ")") throw new FilterMistake(`${JSON.stringify(text.slice(at, at + 40))} has no )`);
  if (kind === "!" && inner.length !== 1) throw new FilterMistake("! takes one filter");
  return { filter: ber(kind === "&" ? andTag : kind === "|" ? orTag : notTag, ...inner), end: next + 1 };
}

/** A filter's text, brackets included. @throws FilterMistake */
export function parseFilter(text: string): Filter {
  const { filter, end } = read(text.trim(), 0, 0);
  if (end !== text.trim().length) throw new FilterMistake(`${JSON.stringify(text)} goes on after its last )`);
  return filter;
}
