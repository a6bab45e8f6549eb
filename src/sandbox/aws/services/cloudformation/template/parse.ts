// Template text, JSON or YAML with its short forms, to plain data.
import type { CollectionTag, DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, parseDocument, visit } from "yaml";
import { validationError } from "../errors.ts";
import { jsonErrorOffset } from "./json-error.ts";
import type { JsonObject } from "./model.ts";
import { isObject } from "./model.ts";

const shortForms = [
  "And",
  "Base64",
  "Cidr",
  "Equals",
  "FindInMap",
  "ForEach",
  "GetAZs",
  "GetAtt",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
];

/**
 * Parses a template's text.
 *
 * @throws AwsError ValidationError with AWS's text when it isn't well-formed
 */
export function parseTemplateText(text: string): JsonObject {
  const value: unknown = text.trimStart().startsWith("{") ? parseJson(text) : parseYaml(text);
  if (!isObject(value)) throw validationError("Template format error: unsupported structure.");
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // A YAML flow mapping begins with a brace too; AWS reads it as JSON first, and as YAML when that fails.
    const yaml = flowMapping(text);
    if (yaml) return yaml;
    const before = text.slice(0, jsonErrorOffset(text) + 1).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    throw validationError(`Template format error: JSON not well-formed. (line ${before.length}, column ${column})`);
  }
}

function flowMapping(text: string): unknown {
  if (!/[{,]\s*[A-Za-z]\w*\s*:/.test(text)) return undefined;
  const document = parseDocument(text, yamlOptions);
  return document.errors.length === 0 ? (document.toJS() as unknown) : undefined;
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, yamlOptions);
  const [error] = document.errors;
  if (error) {
    const at = error.linePos?.[0];
    throw validationError(
      `Template format error: YAML not well-formed.${at ? ` (line ${at.line}, column ${at.col})` : ""}`,
    );
  }
  visit(document, (_key, node) => {
    if (isAlias(node))
      throw validationError("Template error: YAML aliases are not allowed in CloudFormation templates");
  });
  const value: unknown = document.toJS();
  if (typeof value === "string") throw validationError("Template format error: unsupported structure.");
  return value;
}

// The core schema keeps `2012-10-17` a string, as CloudFormation does. A tag must resolve to plain data: a node in there
// would hide what it refers to.
const yamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: "core",
  uniqueKeys: false,
  prettyErrors: true,
  customTags: [
    ...tagForms("!Ref", (value) => ({ Ref: value })),
    ...tagForms("!Condition", (value) => ({ Condition: value })),
    ...shortForms.flatMap((name) => tagForms(`!${name}`, (value) => ({ [`Fn::${name}`]: value }))),
  ],
};

function tagForms(tag: string, call: (value: unknown) => object): (ScalarTag | CollectionTag)[] {
  const ofCollection = (node: YAMLMap.Parsed | YAMLSeq.Parsed): object => call(node.toJSON() as unknown);
  return [
    { tag, resolve: (text: string) => call(text) } as unknown as ScalarTag,
    { tag, collection: "seq", resolve: ofCollection as unknown } as CollectionTag,
    { tag, collection: "map", resolve: ofCollection as unknown } as CollectionTag,
  ];
}
