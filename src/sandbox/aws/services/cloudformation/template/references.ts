// Who refers to whom in a template: the checks of names that AWS makes before it starts, and the order of the resources.
import { validationError } from "../errors.ts";
import { resourceSpec } from "../spec.ts";
import type { Json, Template } from "./model.ts";
import { functionName, isObject, splitGetAtt, subPieces } from "./model.ts";

const pseudoParameters: readonly string[] = [
  "AWS::AccountId",
  "AWS::NotificationARNs",
  "AWS::NoValue",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
  "AWS::URLSuffix",
];

/** One mention of something in a template. */
export type Mention =
  | { kind: "ref"; name: string }
  | { kind: "attribute"; name: string; attribute: string | undefined; path: string }
  | { kind: "condition"; name: string; within: string }
  | { kind: "import"; name: Json };

/**
 * Calls `hear` for everything that a value mentions. With `conditions`, only the branch of an Fn::If that holds is
 * walked, as for the order of creation.
 */
export function mentions(
  value: Json,
  hear: (mention: Mention) => void,
  conditions?: Readonly<Record<string, boolean>>,
  path = "",
): void {
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries())
      mentions(item, hear, conditions, `${path}/${index}`);
    return;
  }
  if (!isObject(value)) return;
  const name = functionName(value);
  const argument = name === undefined ? undefined : (value[name] as Json);
  const here = name === undefined ? path : `${path}/${name}`;
  if (name === "Ref" && typeof argument === "string") return hear({ kind: "ref", name: argument });
  if (name === "Condition" && typeof argument === "string") {
    return hear({ kind: "condition", name: argument, within: "Condition" });
  }
  if (name === "Fn::GetAtt") {
    const parts = splitGetAtt(argument as Json);
    if (!parts) throw validationError(`Template error: ${getAttArity}`);
    const attribute = typeof parts[1] === "string" ? parts[1] : undefined;
    hear({ kind: "attribute", name: parts[0], attribute, path: here });
    if (attribute === undefined) mentions(parts[1], hear, conditions, here);
    return;
  }
  if (name === "Fn::Sub") return subMentions(argument as Json, hear, conditions, here);
  if (name === "Fn::ImportValue") hear({ kind: "import", name: argument as Json });
  if (name === "Fn::If" && Array.isArray(argument)) {
    const [condition, yes, no] = argument as readonly Json[];
    if (typeof condition === "string") {
      hear({ kind: "condition", name: condition, within: "Fn::If" });
      const chosen = conditions?.[condition];
      if (chosen !== undefined) return mentions((chosen ? yes : no) ?? "", hear, conditions, here);
    }
  }
  for (const [key, member] of Object.entries(value)) mentions(member, hear, conditions, `${path}/${key}`);
}

/** The stem of AWS's text about a malformed Fn::GetAtt. */
export const getAttArity =
  "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute";

function subMentions(
  argument: Json,
  hear: (mention: Mention) => void,
  conditions: Readonly<Record<string, boolean>> | undefined,
  path: string,
): void {
  const [text, local] = (Array.isArray(argument) ? argument : [argument]) as readonly Json[];
  const own = isObject(local) ? local : {};
  if (typeof text === "string") {
    for (const piece of subPieces(text)) {
      if (!("name" in piece) || Object.hasOwn(own, piece.name)) continue;
      const dot = piece.name.indexOf(".");
      if (dot < 0) hear({ kind: "ref", name: piece.name });
      else {
        const attribute = piece.name.slice(dot + 1);
        hear({ kind: "attribute", name: piece.name.slice(0, dot), attribute, path });
      }
    }
  }
  mentions(own, hear, conditions, path);
}

/**
 * Checks every name that the template uses.
 *
 * @throws AwsError ValidationError with AWS's text
 */
export function checkReferences(template: Template): void {
  checkConditions(template);
  const unresolved: string[] = [];
  const note = (name: string): void => {
    if (!unresolved.includes(name)) unresolved.push(name);
  };
  for (const [id, resource] of Object.entries(template.Resources)) {
    const hear = hearing(template, note, "Resources");
    mentions(resource.Properties ?? {}, hear, undefined, `/Resources/${id}/Properties`);
    mentions(resource.Metadata ?? {}, hear);
    mentions(resource.CreationPolicy ?? {}, hear);
    mentions(resource.UpdatePolicy ?? {}, hear);
    for (const name of dependsOn(resource.DependsOn)) if (!template.Resources[name]) note(name);
    if (resource.Condition !== undefined && !(resource.Condition in template.Conditions)) {
      throw validationError(
        `Template format error: Unresolved condition dependency ${resource.Condition} in Resources`,
      );
    }
  }
  if (unresolved.length > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${unresolved.join(", ")}] in the Resources block of the template`,
    );
  }
  for (const output of Object.values(template.Outputs)) {
    const hear = hearing(template, note, "Outputs");
    mentions(output.Value, hear);
    mentions(output.Export?.Name ?? "", hear);
    if (output.Condition !== undefined && !(output.Condition in template.Conditions)) {
      throw validationError(`Template format error: Unresolved condition dependency ${output.Condition} in Outputs`);
    }
  }
  if (unresolved.length > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${unresolved.join(", ")}] in the Outputs block of the template`,
    );
  }
}

function hearing(template: Template, note: (name: string) => void, block: string): (mention: Mention) => void {
  return (mention) => {
    if (mention.kind === "ref") {
      const { name } = mention;
      if (!template.Resources[name] && !template.Parameters[name] && !pseudoParameters.includes(name)) note(name);
    } else if (mention.kind === "attribute") {
      const resource = template.Resources[mention.name];
      if (!resource) {
        if (block === "Outputs") return note(mention.name);
        throw validationError(`Template error: instance of Fn::GetAtt references undefined resource ${mention.name}`);
      }
      const { attribute } = mention;
      if (block === "Resources" && attribute !== undefined && !hasAttribute(resource.Type, attribute)) {
        throw validationError(
          `Template error: resource ${mention.name} does not support attribute type ${attribute} in Fn::GetAtt`,
        );
      }
    } else if (mention.kind === "condition" && !(mention.name in template.Conditions)) {
      throw validationError(`Template error: unresolved condition dependency ${mention.name} in ${mention.within}`);
    }
  };
}

/** False when the type is known and has no such attribute for Fn::GetAtt. */
export function hasAttribute(type: string, attribute: string): boolean {
  const spec = resourceSpec(type);
  if (!spec || type === "AWS::CloudFormation::Stack") return true;
  return spec.attributes.includes(attribute) || spec.id.includes(attribute);
}

function checkConditions(template: Template): void {
  const conditions = template.Conditions;
  for (const [id, condition] of Object.entries(conditions)) {
    const foreign: string[] = [];
    mentions(condition, (mention) => {
      if (mention.kind === "condition" && !(mention.name in conditions)) {
        throw validationError(`Template error: unresolved condition dependency ${mention.name} in ${id}`);
      }
      if (mention.kind === "attribute") foreign.push(mention.name);
      if (mention.kind !== "ref") return;
      if (!template.Parameters[mention.name] && !pseudoParameters.includes(mention.name)) foreign.push(mention.name);
    });
    if (foreign.length > 0) {
      throw validationError(
        `Template format error: Unresolved dependencies [${foreign.join(", ")}]. Cannot reference resources in the Conditions block of the template`,
      );
    }
  }
  refuseCycles(
    Object.entries(conditions).map(([id, condition]) => {
      const named: string[] = [];
      mentions(condition, (mention) => {
        if (mention.kind === "condition") named.push(mention.name);
      });
      return [id, named];
    }),
    (ids) => `Template error: Circular dependency between conditions: [${ids.join(", ")}]`,
  );
}

function dependsOn(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/**
 * The logical ids that each resource waits for: only resources whose condition holds.
 *
 * @throws AwsError ValidationError when they wait for each other
 */
export function dependencies(
  template: Template,
  conditions: Readonly<Record<string, boolean>>,
): ReadonlyMap<string, readonly string[]> {
  const exists = (id: string): boolean => {
    const resource = template.Resources[id];
    return resource !== undefined && (resource.Condition === undefined || conditions[resource.Condition] === true);
  };
  const result = new Map<string, readonly string[]>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!exists(id)) continue;
    const needed = new Set(dependsOn(resource.DependsOn).filter(exists));
    const hear = (mention: Mention): void => {
      if ((mention.kind === "ref" || mention.kind === "attribute") && exists(mention.name)) needed.add(mention.name);
    };
    mentions(resource.Properties ?? {}, hear, conditions);
    result.set(id, [...needed]);
  }
  refuseCycles([...result], (ids) => `Circular dependency between resources: [${ids.join(", ")}]`);
  return result;
}

/** Kahn's algorithm: what can't be put in order is a circle, or waits for one. */
function refuseCycles(
  entries: readonly (readonly [string, readonly string[]])[],
  text: (ids: readonly string[]) => string,
): void {
  let left = new Map(entries);
  for (;;) {
    const blocked = new Map([...left].filter(([, needs]) => needs.some((need) => left.has(need))));
    if (blocked.size === 0) return;
    if (blocked.size === left.size) throw validationError(text([...left.keys()].toSorted()));
    left = blocked;
  }
}
