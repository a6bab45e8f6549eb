// A resource's properties as they are to be: evaluated, coerced, with the stack's tags.
import { coerceProperties, tagList } from "../adapter.ts";
import { resourceSpec } from "../spec.ts";
import type { Tag } from "../state.ts";
import { evaluate, holdsUnknown } from "../template/intrinsics.ts";
import type { ResourceDeclaration } from "../template/model.ts";
import type { Scope } from "../template/scope.ts";
import { NO_VALUE } from "../template/scope.ts";

export interface ResolvedProperties {
  /** As the template says: what events show. */
  own: Record<string, unknown>;
  /** With the stack's tags: what handlers get, and what is remembered. */
  full: Record<string, unknown>;
  /** What AWS's early validation says of them. */
  problems: string[];
}

/** A resource's metadata as DescribeStackResource shows it: references are resolved there, too. */
export function metadataText(declaration: ResourceDeclaration, scope: Scope): string | undefined {
  if (declaration.Metadata === undefined) return undefined;
  const value = evaluate(declaration.Metadata, scope);
  return JSON.stringify(holdsUnknown(value) ? declaration.Metadata : value);
}

/** Evaluates a declaration's properties. @throws AwsError ValidationError of an intrinsic function */
export function resolveProperties(
  declaration: ResourceDeclaration,
  scope: Scope,
  stackTags: readonly Tag[],
): ResolvedProperties {
  const raw = evaluate(declaration.Properties ?? {}, scope);
  const evaluated = (raw === NO_VALUE ? {} : raw) as Record<string, unknown>;
  const coerced = coerceProperties(declaration.Type, evaluated);
  if ("problems" in coerced) return { own: evaluated, full: evaluated, problems: coerced.problems };
  const own = coerced.properties as Record<string, unknown>;
  return { own, full: withStackTags(declaration.Type, own, stackTags), problems: [] };
}

/** Properties with the stack's tags, where the type takes tags; the template's own win. */
function withStackTags(
  type: string,
  properties: Record<string, unknown>,
  stackTags: readonly Tag[],
): Record<string, unknown> {
  const tags = resourceSpec(type)?.tags;
  if (!tags || stackTags.length === 0) return properties;
  const present = properties[tags.property];
  if (tags.form === "map") {
    const map = Object.fromEntries(stackTags.map(({ Key, Value }) => [Key, Value]));
    return { ...properties, [tags.property]: { ...map, ...(present as object | undefined) } };
  }
  const own = (present as readonly Tag[] | undefined) ?? [];
  const keys = new Set(tagList(own).map(({ Key }) => Key));
  const added = stackTags
    .filter(({ Key }) => !keys.has(Key))
    .map((tag) => (tags.form === "asg" ? { ...tag, PropagateAtLaunch: true } : tag));
  return { ...properties, [tags.property]: [...own, ...added] };
}
