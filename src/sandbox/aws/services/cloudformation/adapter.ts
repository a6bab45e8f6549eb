// The generic half of every resource type: properties coerced to the specification's types, and names folded between
// CloudFormation's spelling and the API's.
import { isObject } from "./template/model.ts";
import type { SpecProperty, SpecType } from "./spec.ts";
import { definition, resourceSpec } from "./spec.ts";

type Structure = Readonly<Record<string, SpecProperty>>;

/**
 * Checks and coerces properties: CloudFormation takes `"true"`, `"3"` and `3` where the type fits.
 *
 * @returns the properties, or what AWS says of them in the resource's event
 */
export function coerceProperties(type: string, properties: object): { properties: object } | { problems: string[] } {
  const spec = resourceSpec(type);
  if (!spec) return { properties };
  const problems: string[] = [];
  const coerced = coerceStructure(properties as Record<string, unknown>, spec.properties, "", problems);
  return problems.length > 0 ? { problems } : { properties: coerced };
}

function coerceStructure(
  value: Record<string, unknown>,
  structure: Structure,
  path: string,
  problems: string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const unsupported = Object.keys(value).filter((key) => !structure[key]);
  if (unsupported.length > 0) {
    problems.push(`Encountered unsupported properties in {${path || "/"}}: [${unsupported.join(", ")}]`);
  }
  for (const [name, property] of Object.entries(structure)) {
    const member = value[name];
    if (member !== undefined) result[name] = coerce(member, property.type, `${path}/${name}`, problems);
    else if (property.required) problems.push(`The property {${path}/${name}} is required`);
  }
  return result;
}

function coerce(value: unknown, type: SpecType, path: string, problems: string[]): unknown {
  const wrong = (expected: string): unknown => {
    problems.push(`Value of property {${path}} does not match type {${expected}}`);
    return value;
  };
  if (typeof value === "symbol") return value;
  if (typeof type === "number") {
    return isObject(value) ? coerceStructure(value, definition(type), path, problems) : wrong("Object");
  }
  if (Array.isArray(type)) {
    const items = Array.isArray(value) ? value : [value];
    if (!Array.isArray(value) && isObject(value)) return wrong("Array");
    return items.map((item, index) => coerce(item, (type as readonly [SpecType])[0], `${path}/${index}`, problems));
  }
  if (typeof type === "object") {
    if ("any" in type) return coerceAny(value, type.any, path);
    if (!isObject(value)) return wrong("Object");
    const element = (type as { map: SpecType }).map;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, coerce(member, element, `${path}/${key}`, problems)]),
    );
  }
  switch (type) {
    case "string":
      return typeof value === "object" ? wrong("String") : String(value as string);
    case "boolean":
      if (value === true || value === "true" || value === "True") return true;
      return value === false || value === "false" || value === "False" ? false : wrong("Boolean");
    case "integer":
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && !Number.isNaN(number)
        ? number
        : wrong(type === "integer" ? "Integer" : "Number");
    }
    case "tag":
      return isObject(value)
        ? { Key: String(value["Key"] as string), Value: String((value["Value"] ?? "") as string) }
        : wrong("Object");
    default:
      return value;
  }
}

/** The first of several types that fits without complaint; a value that fits none stays as it is. */
function coerceAny(value: unknown, types: readonly SpecType[], path: string): unknown {
  for (const type of types) {
    const problems: string[] = [];
    const coerced = coerce(value, type, path, problems);
    if (problems.length === 0) return coerced;
  }
  return value;
}

/**
 * A property's value in the spelling of an API whose members begin in lower case (EKS): names of structures are folded,
 * keys of maps stay.
 */
export function toCamel(type: string, property: string, value: unknown): unknown {
  const spec = resourceSpec(type)?.properties[property];
  return spec ? foldCamel(value, spec.type) : value;
}

/** All properties of a resource in lower camel case. */
export function camelProperties(type: string, properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [lowerFirst(name), toCamel(type, name, value)]),
  );
}

function foldCamel(value: unknown, type: SpecType): unknown {
  if (Array.isArray(value)) {
    const element = Array.isArray(type) ? (type as readonly [SpecType])[0] : "json";
    return value.map((item) => foldCamel(item, element));
  }
  if (!isObject(value) || typeof type !== "number") return value;
  const structure = definition(type);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      lowerFirst(name),
      foldCamel(member, structure[name]?.type ?? "json"),
    ]),
  );
}

/** An API's answer under CloudFormation's names, as far as the specification has them: members are matched by letter. */
export function toModel(type: string, answer: object): Record<string, unknown> {
  const spec = resourceSpec(type);
  if (!spec) return {};
  const members = byLowerName(answer);
  const result: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(spec.properties)) {
    const member = members.get(name.toLowerCase());
    if (member !== undefined && member !== null) result[name] = unfold(member, property.type);
  }
  for (const attribute of spec.attributes) {
    let member: unknown = answer;
    for (const part of attribute.split(".")) {
      member =
        isObject(member) || (typeof member === "object" && member)
          ? byLowerName(member).get(part.toLowerCase())
          : undefined;
    }
    if (member !== undefined && member !== null && typeof member !== "object") result[attribute] = member;
  }
  return result;
}

function unfold(value: unknown, type: SpecType): unknown {
  if (Array.isArray(value)) {
    const element = Array.isArray(type) ? (type as readonly [SpecType])[0] : "json";
    return value.map((item) => unfold(item, element));
  }
  if (!isObject(value) || typeof type !== "number") return value;
  const members = byLowerName(value);
  const result: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(definition(type))) {
    const member = members.get(name.toLowerCase());
    if (member !== undefined && member !== null) result[name] = unfold(member, property.type);
  }
  return result;
}

function byLowerName(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** `[{Key, Value}]` of either form of tags. */
export function tagList(value: unknown): { Key: string; Value: string }[] {
  if (Array.isArray(value)) {
    return (value as { Key: string; Value: string }[]).map(({ Key, Value }) => ({ Key, Value }));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).map(([Key, Value]) => ({ Key, Value: String(Value as string) }));
}

/** `{key: value}` of either form of tags. */
export function tagMap(value: unknown): Record<string, string> {
  return Object.fromEntries(tagList(value).map(({ Key, Value }) => [Key, Value]));
}

/** What to add, and which keys to take away, to get from one set of tags to another. Tags of AWS's own are left alone. */
export function tagChanges(
  before: unknown,
  after: unknown,
): { put: { Key: string; Value: string }[]; remove: string[] } {
  const [old, wanted] = [tagMap(before), tagMap(after)];
  return {
    put: tagList(wanted).filter(({ Key, Value }) => old[Key] !== Value),
    remove: Object.keys(old).filter((key) => !(key in wanted) && !key.startsWith("aws:")),
  };
}

/** Members of an object, those that are undefined left out: an input with absent members. */
export function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Some of an object's members. */
export function pick(value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
}
