// Types of fields in words.
import type { Field, FieldType } from "../schema/define.ts";
import { formats } from "../schema/formats.ts";

/** A type as a person reads it: `list of text`, `whole number, 0 to 100`. */
export function typeWords(type: FieldType): string {
  switch (type.kind) {
    case "text":
      return type.format ? `text: ${formats[type.format].description}` : "text";
    case "flag":
      return "true or false";
    case "number": {
      const name = type.whole ? "whole number" : "number";
      if (type.values || (type.min === undefined && type.max === undefined)) return name;
      if (type.max === undefined) return `${name}, ${type.min} or more`;
      return type.min === undefined ? `${name}, ${type.max} or less` : `${name}, ${type.min} to ${type.max}`;
    }
    case "list":
      return `list of ${typeWords(type.of)}${type.orMap ? ', or map from key to "value:effect"' : ""}`;
    case "map":
      return `map from ${type.keys ?? "name"} to ${typeWords(type.of)}`;
    case "struct":
      return type.struct.name;
    case "document":
      return "map of anything";
  }
}

/** Values a field may have, where they are listed. */
export function allowedValues(type: FieldType): readonly (string | number)[] {
  if (type.kind === "text" || type.kind === "number") return type.values ?? [];
  return type.kind === "list" ? allowedValues(type.of) : [];
}

/** The default in words; undefined when there is none. */
export function defaultWords(field: Field): string | undefined {
  return (
    field.defaultText ??
    (field.default === undefined
      ? undefined
      : typeof field.default === "string"
        ? field.default
        : JSON.stringify(field.default))
  );
}
