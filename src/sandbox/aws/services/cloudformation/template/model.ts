// A template after parsing and structural checks. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface ParameterDeclaration {
  Type: string;
  Default?: string | number | boolean;
  Description?: string;
  NoEcho?: boolean | string;
  AllowedValues?: readonly (string | number)[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
}

export type DeletionPolicy = "Delete" | "Retain" | "RetainExceptOnCreate" | "Snapshot";

export interface ResourceDeclaration {
  Type: string;
  Properties?: JsonObject;
  DependsOn?: string | readonly string[];
  Condition?: string;
  Metadata?: Json;
  DeletionPolicy?: DeletionPolicy;
  UpdateReplacePolicy?: DeletionPolicy;
  CreationPolicy?: JsonObject;
  UpdatePolicy?: JsonObject;
}

export interface OutputDeclaration {
  Value: Json;
  Description?: string;
  Condition?: string;
  Export?: { Name: Json };
}

export interface Template {
  Description?: string;
  Metadata?: Json;
  Transform: readonly string[];
  Parameters: Readonly<Record<string, ParameterDeclaration>>;
  Mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  Conditions: Readonly<Record<string, Json>>;
  Resources: Readonly<Record<string, ResourceDeclaration>>;
  Outputs: Readonly<Record<string, OutputDeclaration>>;
}

/** Whether a value of a template is a map. */
export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The function's name when the value is an intrinsic call: an object with one key, `Ref`, `Condition` or `Fn::…`. */
export function functionName(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length !== 1 || key === undefined) return undefined;
  return key === "Ref" || key === "Condition" || key.startsWith("Fn::") ? key : undefined;
}

/** Logical id and attribute of either form of Fn::GetAtt's argument; undefined when it is malformed. */
export function splitGetAtt(argument: Json): [logicalId: string, attribute: Json] | undefined {
  if (typeof argument === "string") {
    const at = argument.indexOf(".");
    return at > 0 && at < argument.length - 1 ? [argument.slice(0, at), argument.slice(at + 1)] : undefined;
  }
  if (!Array.isArray(argument) || argument.length < 2) return undefined;
  const [logicalId, ...attribute] = argument as readonly Json[];
  if (typeof logicalId !== "string" || logicalId === "") return undefined;
  if (attribute.length === 1) return attribute[0] === "" ? undefined : [logicalId, attribute[0] as Json];
  return attribute.every((part) => typeof part === "string") ? [logicalId, attribute.join(".")] : undefined;
}

/** The pieces of a Fn::Sub text: literal text, or the name in `${name}`. `${!x}` is the literal `${x}`. */
export function subPieces(text: string): readonly ({ text: string } | { name: string })[] {
  const pieces: ({ text: string } | { name: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    const inner = (match[1] as string).trim();
    pieces.push(inner.startsWith("!") ? { text: `\${${inner.slice(1)}}` } : { name: inner });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}
