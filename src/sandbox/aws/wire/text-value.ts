// Simple values written as text: in query strings, headers, path labels, XML.
import type { SimpleShape, TimestampFormat } from "../schema/index.ts";
import { typeProblem } from "./problem.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

const numeric = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const base64 = /^[A-Za-z0-9+/\-_\s]*={0,2}\s*$/;

/** Reads a simple value from text; a value of the wrong type is a problem at `path`. */
export function readText(shape: SimpleShape, text: string, path: string): unknown {
  switch (shape.kind) {
    case "string":
      return text;
    case "boolean": {
      const word = text.toLowerCase();
      if (word === "true" || word === "1") return true;
      if (word === "false" || word === "0") return false;
      throw typeProblem(path, text, "Boolean");
    }
    case "number": {
      const trimmed = text.trim();
      if (!numeric.test(trimmed)) throw typeProblem(path, text, "Number");
      return Number(trimmed);
    }
    case "bigint":
      if (!/^[+-]?\d{1,1000}$/.test(text)) throw typeProblem(path, text, "Integer");
      return BigInt(text);
    case "timestamp": {
      const date = parseTimestamp(text.trim());
      if (!date) throw typeProblem(path, text, "Timestamp");
      return date;
    }
    case "blob":
      if (!base64.test(text)) throw typeProblem(path, text, "Blob");
      return new Uint8Array(Buffer.from(text, "base64"));
    default:
      return text;
  }
}

/** Writes a simple value as text, without any escaping. */
export function writeText(shape: SimpleShape, value: unknown, format: TimestampFormat, milliseconds = true): string {
  switch (shape.kind) {
    case "timestamp":
      return formatTimestamp(value, shape.format ?? format, milliseconds);
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return String(value);
  }
}
