// The transform AWS::LanguageExtensions: Fn::ForEach is unrolled before the template is read; Fn::Length, Fn::ToJsonString
// and Fn::FindInMap's DefaultValue are ordinary functions that only it allows.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
import { NotEmulatedError } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import type { Json, JsonObject } from "./model.ts";
import { functionName, isObject } from "./model.ts";
import { transformsOf } from "./structure.ts";

export const languageExtensions = "AWS::LanguageExtensions";

/**
 * Carries out the transforms that a template names.
 *
 * @param parameters values that `Ref` may give as a collection
 * @throws NotEmulatedError naming any other transform
 */
export function transform(raw: JsonObject, parameters: (name: string) => string | undefined): JsonObject {
  const embedded = embeddedTransform(raw);
  if (embedded !== undefined) throw new NotEmulatedError(`Fn::Transform with ${embedded}`);
  const names = transformsOf(raw["Transform"]);
  const foreign = names.find((name) => name !== languageExtensions);
  if (foreign !== undefined) throw new NotEmulatedError(`the transform ${foreign}`);
  if (!names.includes(languageExtensions)) {
    const used = usesExtension(raw);
    if (!used) return raw;
    throw validationError(
      `Template error: ${used} requires the transform ${languageExtensions}: add it to the template's Transform section`,
    );
  }
  const expanded = expand(raw, {}, { raw, parameters });
  if (!isObject(expanded)) throw validationError("Template format error: unsupported structure.");
  const { Transform: _transform, ...rest } = expanded;
  return rest;
}

/** A template as AWS shows it after the transform: what it could compute by itself is computed. */
export function computed(value: Json, parameters: (name: string) => string | undefined): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => computed(item, parameters));
  if (!isObject(value)) return value;
  const name = functionName(value);
  const inner: Record<string, Json> = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, computed(member, parameters)]),
  );
  const argument = name === undefined ? undefined : inner[name];
  if (name === "Fn::Sub" && typeof argument === "string" && !argument.includes("${")) return argument;
  if (name === "Fn::ToJsonString" && argument !== undefined && !holdsFunction(argument))
    return JSON.stringify(argument);
  if (name === "Fn::Length" && argument !== undefined) {
    if (Array.isArray(argument)) return argument.length;
    const list = isObject(argument) && typeof argument["Ref"] === "string" ? parameters(argument["Ref"]) : undefined;
    if (list !== undefined) return list === "" ? 0 : list.split(",").length;
  }
  return inner;
}

function holdsFunction(value: Json): boolean {
  if (functionName(value) !== undefined) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((one) => holdsFunction(one as Json));
}

/** Name of the first macro that some part of a template asks for. */
function embeddedTransform(value: Json): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === "Fn::Transform") return isObject(member) ? String(member["Name"] as string) : "a macro";
    const inner = embeddedTransform(member as Json);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

interface Loop {
  raw: JsonObject;
  parameters(name: string): string | undefined;
}

type Bindings = Readonly<Record<string, string>>;

function usesExtension(value: Json): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith("Fn::ForEach") || key === "Fn::Length" || key === "Fn::ToJsonString") return key;
    const inner = usesExtension(member as Json);
    if (inner) return inner;
  }
  return undefined;
}

function expand(value: Json, bindings: Bindings, loop: Loop): Json {
  if (typeof value === "string") return substitute(value, bindings);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => expand(item, bindings, loop));
  if (!isObject(value)) return value;
  if (functionName(value) === "Ref" && typeof value["Ref"] === "string" && Object.hasOwn(bindings, value["Ref"])) {
    return bindings[value["Ref"]] as string;
  }
  const result: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith("Fn::ForEach")) Object.assign(result, unroll(key, member, bindings, loop));
    else result[substitute(key, bindings)] = expand(member, bindings, loop);
  }
  return result;
}

function unroll(key: string, argument: Json, bindings: Bindings, loop: Loop): Record<string, Json> {
  const [identifier, collection, body] = (Array.isArray(argument) ? argument : []) as readonly Json[];
  if (typeof identifier !== "string" || collection === undefined || !isObject(body)) {
    throw validationError(`Template error: ${key} layout is incorrect`);
  }
  const result: Record<string, Json> = {};
  for (const item of items(collection, bindings, loop, key)) {
    const inner = { ...bindings, [identifier]: item, [`&${identifier}`]: item.replace(/[^A-Za-z0-9]/g, "") };
    for (const [name, template] of Object.entries(body)) {
      const made = name.startsWith("Fn::ForEach")
        ? unroll(name, template, inner, loop)
        : { [substitute(name, inner)]: expand(template, inner, loop) };
      for (const [madeName, madeValue] of Object.entries(made)) {
        if (Object.hasOwn(result, madeName)) {
          throw validationError(`Template error: ${key} makes ${madeName} more than once`);
        }
        result[madeName] = madeValue;
      }
    }
  }
  return result;
}

function items(collection: Json, bindings: Bindings, loop: Loop, key: string): string[] {
  const name = functionName(collection);
  if (name === "Ref") {
    const parameter = (collection as JsonObject)["Ref"] as string;
    const value = bindings[parameter] ?? loop.parameters(parameter);
    if (value !== undefined) return value.split(",").map((item) => item.trim());
  }
  if (name === "Fn::FindInMap") {
    const path = ((collection as JsonObject)["Fn::FindInMap"] as readonly Json[]).map((part) =>
      String(expand(part, bindings, loop) as string),
    );
    let found: Json | undefined = loop.raw["Mappings"];
    for (const part of path) found = isObject(found) ? found[part] : undefined;
    if (Array.isArray(found)) return (found as readonly Json[]).map(String);
  }
  if (!Array.isArray(collection)) throw validationError(`Template error: ${key}: the collection could not be resolved`);
  return (collection as readonly Json[]).map((item) => {
    const value = expand(item, bindings, loop);
    if (typeof value === "object") throw validationError(`Template error: ${key}: the collection must hold strings`);
    return String(value);
  });
}

function substitute(text: string, bindings: Bindings): string {
  return text.replace(/\$\{(&?\w+)\}/g, (all, name: string) => bindings[name] ?? all);
}
