// Template text to a checked template.
import { constraintError, validationError } from "../errors.ts";
import type { GivenParameter } from "./parameters.ts";
import { languageExtensions, transform } from "./language-extensions.ts";
import type { JsonObject, Template } from "./model.ts";
import { isObject } from "./model.ts";
import { parseTemplateText } from "./parse.ts";
import { checkReferences } from "./references.ts";
import { checkStructure, transformsOf } from "./structure.ts";

/** Templates read last: an operation of a stack evaluates the same text once per resource. */
const cache = new Map<string, { template: Template; processed: JsonObject }>();
const cacheSize = 64;

export interface ReadTemplate {
  template: Template;
  /** The template after its transforms, as GetTemplate gives it for the stage Processed. */
  processed: JsonObject;
}

/**
 * Reads a template's text: parse, transforms, structure, names.
 *
 * @param parameters the values given, which Fn::ForEach may loop over
 * @throws AwsError ValidationError, NotEmulatedError
 */
export function readTemplate(text: string, parameters: Readonly<Record<string, string>> = {}): ReadTemplate {
  const raw = cache.get(text);
  if (raw) return raw;
  const parsed = parseTemplateText(text);
  const declared = parsed["Parameters"];
  const defaultOf = (name: string): string | undefined => {
    const declaration = isObject(declared) ? declared[name] : undefined;
    const value = isObject(declaration) ? declaration["Default"] : undefined;
    return value === undefined ? undefined : String(value as string);
  };
  const processed = transform(parsed, (name) => parameters[name] ?? defaultOf(name));
  const template = checkStructure(processed);
  checkReferences(template);
  const read = { template: { ...template, Transform: transformsOf(parsed["Transform"]) }, processed };
  // What Fn::ForEach makes depends on the parameters, so only the rest is worth keeping.
  if (read.template.Transform.includes(languageExtensions)) return read;
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(text, read);
  return read;
}

/** Values by name as {@link readTemplate} wants them. */
export function givenValues(given: readonly GivenParameter[]): Record<string, string> {
  return Object.fromEntries(
    given.flatMap(({ ParameterKey: key, ParameterValue: value }) =>
      key === undefined || value === undefined ? [] : [[key, value]],
    ),
  );
}

/** Longest template in a request's TemplateBody and by URL, bytes ("CloudFormation quotas": 51,200 bytes, 1 MB). */
const bodyLimit = 51_200;
const urlLimit = 1_000_000;

/** @throws AwsError ValidationError when the text is longer than AWS takes in a request */
export function checkBodySize(body: string): void {
  if (Buffer.byteLength(body) <= bodyLimit) return;
  throw constraintError(body, "templateBody", `Member must have length less than or equal to ${bodyLimit}`);
}

/** @throws AwsError ValidationError when the text at a URL is longer than AWS reads */
export function checkFetchedSize(body: string): void {
  if (Buffer.byteLength(body) > urlLimit) {
    throw validationError(`Template may not exceed ${urlLimit} bytes in size.`);
  }
}
