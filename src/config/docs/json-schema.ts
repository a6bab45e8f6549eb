// JSON Schema (draft 2020-12) of a cluster file, for editors: derived from the definitions.
import { platformDocument, platformVersion } from "../platform.ts";
import { clusterConfig } from "../schema/cluster.ts";
import type { Field, FieldType, Struct, TextType } from "../schema/define.ts";

/** A JSON Schema document, draft 2020-12. */
export type JsonSchema = Record<string, unknown>;

/**
 * The schema of each document of a cluster file. What only rules can say (this excludes that) isn't in it; `config validate` is
 * the judge.
 */
export function jsonSchema(): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const collect = (struct: Struct): void => {
    // One name can have two ways of matching keys (taints); the schema is the same.
    if (definitions[struct.name]) return;
    definitions[struct.name] = {};
    definitions[struct.name] = schemaOfStruct(struct, collect);
  };
  collect(clusterConfig);
  collect(platformDocument);
  const isPlatform = { properties: { kind: { const: "Platform" } }, required: ["kind"] };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:lotse:schema:cluster-file",
    title: "Cluster file",
    description: `eksctl's ClusterConfig (eksctl.io/v1alpha5), or the Platform document (${platformVersion}) that may follow it.`,
    if: isPlatform,
    // oxlint-disable-next-line unicorn/no-thenable
    then: { $ref: "#/$defs/Platform" },
    else: { $ref: "#/$defs/ClusterConfig" },
    $defs: Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function schemaOfStruct(struct: Struct, collect: (struct: Struct) => void): JsonSchema {
  const required = Object.entries(struct.fields).filter(([, field]) => field.required);
  return {
    type: "object",
    description: struct.doc,
    properties: Object.fromEntries(
      Object.entries(struct.fields).map(([key, field]) => [key, schemaOfField(field, collect)]),
    ),
    ...(required.length > 0 ? { required: required.map(([key]) => key) } : {}),
    additionalProperties: struct.keys === "any-case-open",
  };
}

function schemaOfField(field: Field, collect: (struct: Struct) => void): JsonSchema {
  return {
    description: field.doc,
    ...schemaOfType(field.type, collect),
    ...(field.constant === undefined ? {} : { const: field.constant }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.example === undefined ? {} : { examples: [field.example] }),
    ...(field.deprecated === undefined ? {} : { deprecated: true }),
    ...(field.readOnly ? { readOnly: true } : {}),
  };
}

function schemaOfType(type: FieldType, collect: (struct: Struct) => void): JsonSchema {
  switch (type.kind) {
    case "text":
      return schemaOfText(type);
    case "flag":
      return { type: "boolean" };
    case "number": {
      const { whole, min, max, values } = type;
      return {
        type: whole ? "integer" : "number",
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
        ...(values ? { enum: values } : {}),
      };
    }
    case "list": {
      const list = { type: "array", items: schemaOfType(type.of, collect) };
      return type.orMap ? { anyOf: [list, { type: "object", additionalProperties: { type: "string" } }] } : list;
    }
    case "map":
      return { type: "object", additionalProperties: schemaOfType(type.of, collect) };
    case "struct":
      collect(type.struct);
      return { $ref: `#/$defs/${type.struct.name}` };
    case "document":
      return { type: "object" };
  }
}

function schemaOfText(type: TextType): JsonSchema {
  const { values } = type;
  if (!values) return { type: "string" };
  // Editors offer the values; anything else is fine where lotse only warns.
  if (type.open) return { type: "string", anyOf: [{ enum: values }, {}] };
  if (!type.ignoreCase) return { type: "string", enum: values };
  return { type: "string", anyOf: [{ enum: values }, { pattern: `^(${values.map(anyCasePattern).join("|")})$` }] };
}

function anyCasePattern(word: string): string {
  return word
    .split("")
    .map((char) => (/[a-z]/i.test(char) ? `[${char.toLowerCase()}${char.toUpperCase()}]` : char))
    .join("");
}
