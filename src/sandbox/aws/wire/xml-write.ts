// XML bodies of awsQuery, ec2Query and restXml answers: one compiled writer per shape.
import type { Member, Shape, SimpleShape, StructureShape } from "../schema/index.ts";
import { isStructure } from "../schema/index.ts";
import { inOnePiece, isLasting } from "../core/index.ts";
import { writeText } from "./text-value.ts";

/** Characters that need escaping, or that XML 1.0 has no way to write. */
const special = /[&<>\p{Cc}\ufffe\uffff]/u;
const specials = new RegExp(special.source, "gu");

/** Text for XML; what XML 1.0 can't hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  return text.replaceAll(specials, (character) => {
    if (character === "&") return "&amp;";
    if (character === "<") return "&lt;";
    if (character === ">") return "&gt;";
    if (character === "\n" || character === "\t" || character > "\u007e") return character;
    return character === "\r" ? "&#13;" : "\uFFFD";
  });
}

function escapeAttribute(text: string): string {
  return escapeXml(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** What differs between the users of XML. */
export interface XmlDialect {
  /** False where timestamps have no milliseconds (IAM, STS). */
  milliseconds: boolean;
}

type Write = (value: never) => string;

/** Writers compiled for one dialect. */
export class XmlWriter {
  readonly #milliseconds: boolean;
  readonly #contents: WeakMap<Shape, Write> = new WeakMap();

  constructor(dialect: XmlDialect) {
    this.#milliseconds = dialect.milliseconds;
  }

  /** The elements of a structure's members, without an element around them. */
  content(shape: Shape, value: unknown): string {
    return this.#content(shape)(value as never);
  }

  #content(shape: Shape): Write {
    const known = this.#contents.get(shape);
    if (known) return known;
    let built: Write | undefined;
    // Shapes may hold themselves: until built, an indirection stands in.
    this.#contents.set(shape, (value) => (built as Write)(value));
    built = this.#build(shape);
    this.#contents.set(shape, built);
    return built;
  }

  #build(shape: Shape): Write {
    if (isStructure(shape)) return this.#structure(shape);
    if (shape.kind === "list") {
      const item = this.#element(shape.value.traits.xmlName ?? "member", shape.value);
      return (value: readonly never[]) => {
        let text = "";
        for (const entry of value) text += item(entry);
        return text;
      };
    }
    if (shape.kind === "map") {
      const entry = this.#entry("entry", shape);
      return (value: object) => {
        let text = "";
        for (const pair of Object.entries(value)) text += entry(pair as never);
        return text;
      };
    }
    return this.#simple(shape);
  }

  #simple(shape: SimpleShape): Write {
    if (shape.kind === "string") return (value: unknown) => escapeXml(String(value));
    if (shape.kind === "boolean" || shape.kind === "number") return (value: unknown) => String(value);
    return (value: unknown) => escapeXml(writeText(shape, value, "date-time", this.#milliseconds));
  }

  #entry(name: string, shape: Extract<Shape, { kind: "map" }>): Write {
    const key = this.#element(shape.key.traits.xmlName ?? "key", shape.key);
    const value = this.#element(shape.value.traits.xmlName ?? "value", shape.value);
    return ([k, v]: readonly [never, never]) => `<${name}>${key(k)}${value(v)}</${name}>`;
  }

  #element(name: string, member: Member): Write {
    const { shape } = member;
    const content = this.#content(shape);
    const attributes = isStructure(shape) ? shape.members.filter((inner) => inner.traits.attribute) : [];
    const namespace = member.traits.namespace ?? ("traits" in shape ? shape.traits.namespace : undefined);
    const declaration =
      namespace === undefined
        ? ""
        : typeof namespace === "string"
          ? ` xmlns="${namespace}"`
          : ` xmlns:${namespace[0]}="${namespace[1]}"`;
    if (attributes.length === 0 && declaration === "") {
      const open = `<${name}>`;
      const close = `</${name}>`;
      return (value: never) => open + content(value) + close;
    }
    return (value: Record<string, unknown>) => {
      let head = name + declaration;
      for (const attribute of attributes) {
        const inner = value[attribute.name];
        if (inner === undefined || inner === null) continue;
        head += ` ${attribute.traits.xmlName ?? attribute.name}="${escapeAttribute(inner as string)}"`;
      }
      return `<${head}>${content(value as never)}</${name}>`;
    };
  }

  #structure(shape: StructureShape): Write {
    const fields = shape.members
      .filter((member) => !member.traits.attribute)
      .map((member) => [member.name, this.#member(member)] as const);
    const texts = new WeakMap<object, string>();
    return (value: Record<string, unknown>) => {
      const known = texts.get(value);
      if (known !== undefined) return known;
      let text = "";
      for (const [name, write] of fields) {
        const inner = value[name];
        if (inner !== undefined && inner !== null) text += write(inner as never);
      }
      if (isLasting(value)) texts.set(value, inOnePiece(text));
      return text;
    };
  }

  #member(member: Member): Write {
    const name = member.traits.xmlName ?? member.name;
    const { shape } = member;
    const flat = member.traits.flat || ("traits" in shape && shape.traits.flat);
    if (flat && shape.kind === "list") {
      const item = this.#element(name, shape.value);
      return (value: readonly never[]) => value.map(item).join("");
    }
    if (flat && shape.kind === "map") {
      const entry = this.#entry(name, shape);
      return (value: object) =>
        Object.entries(value)
          .map((pair) => entry(pair as never))
          .join("");
    }
    return this.#element(name, member);
  }
}
