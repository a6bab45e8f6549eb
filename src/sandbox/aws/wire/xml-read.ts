// XML request bodies (S3): a small strict parser, and values by schema. No DTDs, no external anything.
import type { Member, Shape, StructureShape } from "../schema/index.ts";
import { isStructure } from "../schema/index.ts";
import { setMember } from "./message.ts";
import { syntaxProblem } from "./problem.ts";
import { readText } from "./text-value.ts";

export interface XmlElement {
  /** Without its namespace prefix. */
  name: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  text: string;
}

const depthLimit = 100;
const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const name = /[A-Za-z_:][\w:.-]*/y;
const attribute = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const close = /\s*(\/?)>/y;

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&([^;&\s]{0,12})(;?)/g, (_, entity: string, end: string) => {
    if (end === "") throw syntaxProblem("an entity without end");
    if (Object.hasOwn(entities, entity)) return entities[entity] as string;
    const code = entity.startsWith("#x") ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    if (!entity.startsWith("#") || !(code > 0 && code <= 0x10ffff)) throw syntaxProblem("an unknown entity");
    return String.fromCodePoint(code);
  });
}

const localName = (qualified: string): string => qualified.slice(qualified.indexOf(":") + 1);

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Parses a document to its root element. Throws a `syntax` problem on anything that isn't well-formed. */
export function parseXml(text: string): XmlElement {
  const open: { element: XmlElement; qualified: string }[] = [];
  let root: XmlElement | undefined;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  const skipTo = (end: string, from: number): number => {
    const found = text.indexOf(end, from);
    if (found < 0) throw syntaxProblem(`no ${end}`);
    return found + end.length;
  };
  while (at < text.length) {
    const parent = open.at(-1)?.element;
    const next = text.indexOf("<", at);
    const chunk = text.slice(at, next < 0 ? text.length : next);
    if (parent) parent.text += unescapeXml(chunk);
    else if (chunk.trim() !== "") throw syntaxProblem("text outside of the root element");
    if (next < 0) break;
    if (text.startsWith("<!--", next)) at = skipTo("-->", next + 4);
    else if (text.startsWith("<?", next)) at = skipTo("?>", next);
    else if (text.startsWith("<![CDATA[", next)) {
      at = skipTo("]]>", next);
      if (!parent) throw syntaxProblem("text outside of the root element");
      parent.text += text.slice(next + 9, at - 3);
    } else if (text.startsWith("<!", next)) throw syntaxProblem("document types are refused");
    else if (text.startsWith("</", next)) {
      const end = skipTo(">", next);
      const closed = open.pop();
      if (!closed || text.slice(next + 2, end - 1).trim() !== closed.qualified) throw syntaxProblem("crossed elements");
      at = end;
    } else {
      const tag = match(name, text, next + 1);
      if (!tag) throw syntaxProblem("a lone <");
      const element: XmlElement = { name: localName(tag[0]), attributes: new Map(), children: [], text: "" };
      at = next + 1 + tag[0].length;
      for (let found = match(attribute, text, at); found; found = match(attribute, text, at)) {
        element.attributes.set(localName(found[1] ?? ""), unescapeXml(found[2] ?? found[3] ?? ""));
        at += found[0].length;
      }
      const end = match(close, text, at);
      if (!end) throw syntaxProblem("an element without end");
      at += end[0].length;
      if (parent) parent.children.push(element);
      else if (root) throw syntaxProblem("a second root element");
      else root = element;
      if (end[1] === "") {
        if (open.length >= depthLimit) throw syntaxProblem("nested too deeply");
        open.push({ element, qualified: tag[0] });
      }
    }
  }
  if (!root || open.length > 0) throw syntaxProblem("an element without end");
  return root;
}

/** Reads a value of `shape` from an element. */
export function readXml(shape: Shape, element: XmlElement, path = ""): unknown {
  if (isStructure(shape)) return readStructure(shape, element, path);
  if (shape.kind === "list") {
    const item = shape.value.traits.xmlName ?? "member";
    return element.children
      .filter((child) => child.name === item)
      .map((child, index) => readXml(shape.value.shape, child, `${path}.${index + 1}`));
  }
  if (shape.kind === "map") return readEntries(shape, element.children, path);
  return readText(shape, shape.kind === "string" ? element.text : element.text.trim(), path);
}

function readEntries(shape: Extract<Shape, { kind: "map" }>, entries: readonly XmlElement[], path: string): object {
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.find((child) => child.name === (shape.key.traits.xmlName ?? "key"));
    const value = entry.children.find((child) => child.name === (shape.value.traits.xmlName ?? "value"));
    if (key && value) setMember(result, key.text, readXml(shape.value.shape, value, `${path}.${key.text}`));
  }
  return result;
}

function readStructure(shape: StructureShape, element: XmlElement, path: string): object {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const value = readMember(member, element, path === "" ? member.name : `${path}.${member.name}`);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function readMember(member: Member, element: XmlElement, path: string): unknown {
  const wireName = member.traits.xmlName ?? member.name;
  const { shape } = member;
  if (member.traits.attribute) return element.attributes.get(localName(wireName));
  const flat = member.traits.flat || ("traits" in shape && shape.traits.flat);
  const found = element.children.filter((child) => child.name === wireName);
  const [first] = found;
  if (!first) return undefined;
  if (flat && shape.kind === "list") {
    return found.map((child, index) => readXml(shape.value.shape, child, `${path}.${index + 1}`));
  }
  if (flat && shape.kind === "map") return readEntries(shape, found, path);
  return readXml(shape, first, path);
}
