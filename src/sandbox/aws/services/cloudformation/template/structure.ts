// The structural checks that AWS makes before anything else; texts as recorded from AWS.
import { NotEmulatedError } from "../../../core/index.ts";
import { validationError } from "../errors.ts";
import type {
  Json,
  JsonObject,
  OutputDeclaration,
  ParameterDeclaration,
  ResourceDeclaration,
  Template,
} from "./model.ts";
import { isObject } from "./model.ts";

const sections = [
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Rules",
  "Mappings",
  "Conditions",
  "Transform",
  "Resources",
  "Outputs",
  "Hooks",
  "Globals",
];
const resourceKeys = [
  "Type",
  "Properties",
  "DependsOn",
  "Condition",
  "Metadata",
  "DeletionPolicy",
  "UpdateReplacePolicy",
  "CreationPolicy",
  "UpdatePolicy",
  "Description",
  "Version",
];
const parameterKeys = [
  "Type",
  "Default",
  "Description",
  "NoEcho",
  "AllowedValues",
  "AllowedPattern",
  "ConstraintDescription",
  "MinLength",
  "MaxLength",
  "MinValue",
  "MaxValue",
];
const limits = { Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200 } as const;
const deletionPolicies = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];

/**
 * Checks a parsed template's structure and gives it types.
 *
 * @throws AwsError ValidationError
 */
export function checkStructure(raw: JsonObject): Template {
  const unknown = Object.keys(raw).filter((key) => !sections.includes(key));
  if (unknown.length > 0) throw format(`Invalid template property or properties [${unknown.join(", ")}]`, "");
  const version = raw["AWSTemplateFormatVersion"];
  if (version !== undefined && textOf(version) !== "2010-09-09") {
    throw format(`Unsupported template format version: ${textOf(version)}.`);
  }
  const description = raw["Description"];
  if (description !== undefined && typeof description !== "string") throw format("'Description' must be a string.");
  if (typeof description === "string" && Buffer.byteLength(description) > 1024) {
    throw format("'Description' length is greater than 1024.");
  }
  refuseNulls(raw, "");
  if (raw["Rules"] !== undefined) throw new NotEmulatedError("the Rules section of a template");
  const transform = transformsOf(raw["Transform"]);
  const resources = section(raw, "Resources");
  if (Object.keys(resources).length === 0) throw format("At least one Resources member must be defined.");
  const sectionsRead = {
    Parameters: section(raw, "Parameters"),
    Mappings: section(raw, "Mappings"),
    Outputs: section(raw, "Outputs"),
    Resources: resources,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const count = Object.keys(sectionsRead[name as keyof typeof limits]).length;
    if (count > limit) {
      throw format(`Number of ${name.toLowerCase()}, ${count}, is greater than maximum allowed, ${limit}`);
    }
  }
  for (const [id, parameter] of Object.entries(sectionsRead.Parameters)) checkParameter(id, parameter);
  checkMappings(sectionsRead.Mappings);
  for (const [id, resource] of Object.entries(resources)) checkResource(id, resource);
  for (const [id, output] of Object.entries(sectionsRead.Outputs)) checkOutput(id, output);
  return {
    ...(description === undefined ? {} : { Description: description }),
    ...(raw["Metadata"] === undefined ? {} : { Metadata: raw["Metadata"] }),
    Transform: transform,
    Parameters: sectionsRead.Parameters as unknown as Record<string, ParameterDeclaration>,
    Mappings: sectionsRead.Mappings as unknown as Template["Mappings"],
    Conditions: section(raw, "Conditions"),
    Resources: resources as unknown as Record<string, ResourceDeclaration>,
    Outputs: sectionsRead.Outputs as unknown as Record<string, OutputDeclaration>,
  };
}

/** The names in a template's Transform member, one or several. */
export function transformsOf(value: Json | undefined): string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.map((item) => {
    if (typeof item === "string") return item;
    const name = isObject(item) ? item["Name"] : undefined;
    if (typeof name === "string") return name;
    throw validationError("Key Name of transform definition must be a string.");
  });
}

function format(text: string, prefix = "Template format error: "): Error {
  return validationError(`${prefix}${text}`);
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function section(raw: JsonObject, name: string): Record<string, Json> {
  const value = raw[name];
  if (value === undefined) return {};
  if (!isObject(value)) throw format(`[/${name}] must be an object.`);
  return value;
}

function refuseNulls(value: Json, path: string): void {
  if (value === null) throw validationError(`[${path}] 'null' values are not allowed in templates`);
  if (typeof value !== "object") return;
  for (const [key, member] of Object.entries(value)) refuseNulls(member as Json, `${path}/${key}`);
}

function checkParameter(id: string, value: Json): void {
  if (!/^[a-zA-Z0-9]+$/.test(id)) throw format(`Parameter name ${id} is non alphanumeric.`);
  if (!isObject(value)) throw format("Every Parameters member must be an object.");
  if (typeof value["Type"] !== "string") throw format(`Every Parameters object must contain a Type member.`);
  const invalid = Object.keys(value).find((key) => !parameterKeys.includes(key));
  if (invalid) throw validationError(`Invalid template parameter property '${invalid}'`);
  const allowed = value["AllowedValues"];
  if (allowed !== undefined && !Array.isArray(allowed)) {
    throw format(`[/Parameters/${id}] AllowedValues must be a list.`);
  }
}

function checkMappings(mappings: Record<string, Json>): void {
  for (const [id, map] of Object.entries(mappings)) {
    if (id === "Fn::Transform") continue;
    if (!isObject(map)) throw format(`Every Mappings member ${id} must be a map`);
    for (const entry of Object.values(map)) {
      if (!isObject(entry)) throw format(`Every Mappings member ${id} must be a map`);
      for (const attribute of Object.values(entry)) {
        if (isObject(attribute)) throw format("Every Mappings attribute must be a String or a List.");
      }
    }
  }
}

function checkResource(id: string, value: Json): void {
  if (!/^[a-zA-Z0-9]+$/.test(id)) throw format(`Resource name ${id} is non alphanumeric.`);
  if (!isObject(value)) throw format("Any Resources member must be an object.");
  if (typeof value["Type"] !== "string") {
    throw format(`[/Resources/${id}] Every Resources object must contain a Type member.`);
  }
  const invalid = Object.keys(value).find((key) => !resourceKeys.includes(key));
  if (invalid) throw validationError(`Invalid template resource property '${invalid}'`);
  if (value["Properties"] !== undefined && !isObject(value["Properties"])) {
    throw format(`[/Resources/${id}/Properties] Properties must be an object.`);
  }
  const dependsOn = value["DependsOn"];
  const named = Array.isArray(dependsOn) ? (dependsOn as readonly Json[]) : [dependsOn ?? ""];
  if (named.some((item) => typeof item !== "string")) throw format(`DependsOn must be a string or list of strings.`);
  for (const key of ["DeletionPolicy", "UpdateReplacePolicy"]) {
    const policy = value[key];
    // AWS::LanguageExtensions would allow it.
    if (isObject(policy)) throw new NotEmulatedError(`a function in ${key} (resource ${id})`);
    if (policy !== undefined && !(typeof policy === "string" && deletionPolicies.includes(policy))) {
      throw format(`Unrecognized ${key} ${textOf(policy)} for resource ${id}`);
    }
  }
  const condition = value["Condition"];
  if (condition !== undefined && typeof condition !== "string") {
    throw format(`Every Condition member must be a string.`);
  }
}

function checkOutput(id: string, value: Json): void {
  if (!/^[a-zA-Z0-9]+$/.test(id)) throw format(`Output name ${id} is non alphanumeric.`);
  if (!isObject(value)) throw format("Every Outputs member must be an object.");
  if (value["Value"] === undefined) throw format("Every Outputs member must contain a Value object");
  const exported = value["Export"];
  if (exported !== undefined && !(isObject(exported) && exported["Name"] !== undefined)) {
    throw format(`[/Outputs/${id}/Export] Export must contain a Name.`);
  }
}
