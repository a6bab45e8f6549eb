// JSON bodies of restJson1 and awsJson: values by schema in both directions.
import type { Member, Shape, SimpleShape, StructureShape } from "../schema/index.ts";
import { inOnePiece, isLasting } from "../core/index.ts";
import { isStructure } from "../schema/index.ts";
import { bodyText, setMember } from "./message.ts";
import { syntaxProblem, typeProblem } from "./problem.ts";
import { asDate, parseTimestamp } from "./timestamp.ts";

/** Nesting beyond this is refused: schemas that hold themselves would let a caller exhaust the stack. */
const depthLimit = 100;

type Json = Record<string, unknown>;

function readSimple(shape: SimpleShape, value: unknown, path: string, depth: number): unknown {
  switch (shape.kind) {
    case "string":
      if (typeof value === "string") return value;
      throw typeProblem(path, value, "String");
    case "boolean":
      if (typeof value === "boolean") return value;
      throw typeProblem(path, value, "Boolean");
    case "number":
      if (typeof value === "number") return value;
      if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
      throw typeProblem(path, value, "Number");
    case "bigint":
      if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
      throw typeProblem(path, value, "Integer");
    case "timestamp": {
      const date =
        typeof value === "number"
          ? new Date(Math.round(value * 1000))
          : typeof value === "string"
            ? parseTimestamp(value)
            : undefined;
      if (!date || Number.isNaN(date.getTime())) throw typeProblem(path, value, "Timestamp");
      return date;
    }
    case "blob":
      if (typeof value === "string") return new Uint8Array(Buffer.from(value, "base64"));
      throw typeProblem(path, value, "Blob");
    case "document":
      demandShallow(value, depth);
      return value;
    default:
      return value;
  }
}

function demandShallow(value: unknown, depth: number): void {
  if (depth > depthLimit) throw syntaxProblem("nested too deeply");
  if (typeof value !== "object" || value === null) return;
  for (const item of Object.values(value)) demandShallow(item, depth + 1);
}

/** Turns parsed JSON into an operation's input (or a part of it). Unknown members are left out, as AWS does. */
export function readJson(shape: Shape, value: unknown, path = "", depth = 0): unknown {
  if (depth > depthLimit) throw syntaxProblem("nested too deeply");
  if (isStructure(shape)) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw typeProblem(path, value, "Structure");
    const result: Json = {};
    for (const member of shape.members) readMember(member, value as Json, result, path, depth);
    return result;
  }
  if (shape.kind === "list") {
    if (!Array.isArray(value)) throw typeProblem(path, value, "List");
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      if (item === null) {
        if (shape.traits.sparse) items.push(null);
      } else items.push(readJson(shape.value.shape, item, `${path}.${index + 1}.member`, depth + 1));
    }
    return items;
  }
  if (shape.kind === "map") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw typeProblem(path, value, "Map");
    const result: Json = {};
    for (const [key, item] of Object.entries(value)) {
      if (item === null) {
        if (shape.traits.sparse) setMember(result, key, null);
      } else setMember(result, key, readJson(shape.value.shape, item, `${path}.${key}.member`, depth + 1));
    }
    return result;
  }
  return readSimple(shape, value, path, depth);
}

function readMember(member: Member, from: Json, to: Json, path: string, depth: number): void {
  const name = member.traits.jsonName ?? member.name;
  if (!Object.hasOwn(from, name)) return;
  const value = from[name];
  if (value === null || value === undefined) return;
  to[member.name] = readJson(member.shape, value, path === "" ? member.name : `${path}.${member.name}`, depth + 1);
}

/** Parses a JSON body; an empty one is `{}`. */
export function parseJsonBody(body: Uint8Array): unknown {
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(bodyText(body)) as unknown;
  } catch {
    // The parser's own message is about JavaScript; the caller gets AWS's.
    throw syntaxProblem("not JSON");
  }
}

type Write = (value: never) => string;
const writers: WeakMap<Shape, Write> = new WeakMap();

function writer(shape: Shape): Write {
  const known = writers.get(shape);
  if (known) return known;
  let built: Write | undefined;
  // Shapes may hold themselves: until built, an indirection stands in.
  writers.set(shape, (value) => (built as Write)(value));
  built = buildWriter(shape);
  writers.set(shape, built);
  return built;
}

/** Characters that JSON escapes, and halves of surrogate pairs. */
const special = /["\\\p{Cc}\ud800-\udfff]/u;

function quote(text: string): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`;
}

const writeAny: Write = (value: unknown) => JSON.stringify(value) ?? "null";

function buildWriter(shape: Shape): Write {
  switch (shape.kind) {
    case "structure":
    case "union":
      return structureWriter(shape);
    case "list": {
      const write = writer(shape.value.shape);
      return (value: readonly unknown[]) => {
        let text = "";
        for (const item of value) {
          const one = item === null || item === undefined ? "null" : write(item as never);
          text += text === "" ? one : `,${one}`;
        }
        return `[${text}]`;
      };
    }
    case "map": {
      const write = writer(shape.value.shape);
      return (value: object) => {
        let text = "";
        for (const [key, item] of Object.entries(value)) {
          if (item === undefined) continue;
          const one = `${quote(key)}:${item === null ? "null" : write(item as never)}`;
          text += text === "" ? one : `,${one}`;
        }
        return `{${text}}`;
      };
    }
    case "timestamp":
      if (shape.format === "date-time") return (value: unknown) => `"${asDate(value).toISOString()}"`;
      if (shape.format === "http-date") return (value: unknown) => `"${asDate(value).toUTCString()}"`;
      return (value: unknown) => String(asDate(value).getTime() / 1000);
    case "blob":
      return (value: Uint8Array) => `"${Buffer.from(value).toString("base64")}"`;
    case "bigint":
    case "decimal":
      return (value: unknown) => writeAny(Number(value) as never);
    case "number":
      return (value: unknown) => (Number.isFinite(value) ? String(value) : quote(String(value)));
    case "string":
      return (value: unknown) => (typeof value === "string" ? quote(value) : writeAny(value as never));
    default:
      return writeAny;
  }
}

function structureWriter(shape: StructureShape): Write {
  const fields = shape.members.map(
    (member) => [member.name, `${quote(member.traits.jsonName ?? member.name)}:`, writer(member.shape)] as const,
  );
  const texts = new WeakMap<object, string>();
  return (value: Json) => {
    const known = texts.get(value);
    if (known !== undefined) return known;
    let text = "";
    for (const [name, head, write] of fields) {
      const member = value[name];
      if (member === undefined || member === null) continue;
      text += text === "" ? head : `,${head}`;
      text += write(member as never);
    }
    text = `{${text}}`;
    if (isLasting(value)) texts.set(value, inOnePiece(text));
    return text;
  };
}

/** The JSON of an output: only what the schema knows, dates as epoch seconds, blobs as base64. */
export function writeJson(shape: Shape, value: unknown): string {
  return writer(shape)(value as never);
}
