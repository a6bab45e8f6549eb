// AWS's resource specification, as far as the engine needs it: data/cloudformation/spec.json.
import { readFileSync } from "node:fs";
import { packageFile } from "../../../../base/index.ts";

/** A primitive's name, `[element]` of a list, a map, a definition's number, or one of several. */
export type SpecType =
  | "string"
  | "boolean"
  | "integer"
  | "number"
  | "json"
  | "tag"
  | "date-time"
  | "null"
  | number
  | readonly [SpecType]
  | { readonly map: SpecType }
  | { readonly any: readonly SpecType[] };

export interface SpecProperty {
  type: SpecType;
  required?: true;
  /** `maybe`: depends on the new value. Only told of top-level properties. */
  replace?: "yes" | "maybe";
}

export interface ResourceSpec {
  /** Properties and attributes that make the physical id, joined by `|`. */
  id: readonly string[];
  /** What Ref gives where it isn't the physical id. */
  ref?: readonly string[];
  tags?: { property: string; form: "standard" | "map" | "asg" };
  attributes: readonly string[];
  properties: Readonly<Record<string, SpecProperty>>;
}

interface SpecFile {
  resources: Record<string, { properties: Record<string, SpecType | SpecProperty> } & Omit<ResourceSpec, "properties">>;
  definitions: Record<string, SpecType | SpecProperty>[];
  names: Record<string, string>;
}

interface Spec {
  resources: ReadonlyMap<string, ResourceSpec>;
  definitions: readonly Readonly<Record<string, SpecProperty>>[];
  names: Readonly<Record<string, string>>;
}

let loaded: Spec | undefined;

function spec(): Spec {
  if (loaded) return loaded;
  const file = JSON.parse(readFileSync(packageFile("data/cloudformation/spec.json"), "utf8")) as SpecFile;
  const resources = Object.entries(file.resources).map(([type, resource]): [string, ResourceSpec] => [
    type,
    { ...resource, properties: expand(resource.properties) },
  ]);
  loaded = { resources: new Map(resources), definitions: file.definitions.map(expand), names: file.names };
  return loaded;
}

function expand(properties: Record<string, SpecType | SpecProperty>): Record<string, SpecProperty> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === "object" && "type" in value ? value : { type: value },
    ]),
  );
}

/** The specification of a type whose properties were extracted; undefined of others. */
export function resourceSpec(type: string): ResourceSpec | undefined {
  return spec().resources.get(type);
}

/** Properties of a structure that a {@link SpecType} names by its number. */
export function definition(number: number): Readonly<Record<string, SpecProperty>> {
  return spec().definitions[number] ?? {};
}

/** True of every resource type that AWS publishes, emulated or not. */
export function isPublishedType(type: string): boolean {
  const at = type.lastIndexOf("::");
  const names = spec().names[type.slice(0, at)];
  return names !== undefined && names.split(" ").includes(type.slice(at + 2));
}
