// How long AWS takes, typically: along the longest chain of a template, and along the longest chain of a plan.
import { resourceTypeFacts } from "../facts/index.ts";
import type { Template, TemplateResource } from "../stacks/index.ts";
import type { Step } from "./plan.ts";

/** Seconds of CloudFormation's own before the first and after the last resource (experience, inferred). */
const stackOverhead = 6;
const unknownType = 10;

function references(resource: TemplateResource, ids: ReadonlySet<string>): string[] {
  const found = new Set<string>(resource.DependsOn ?? []);
  const text = JSON.stringify(resource.Properties ?? {});
  for (const match of text.matchAll(
    /"Ref":"([^"]+)"|"Fn::GetAtt":(?:\["([^"]+)"|"([^".]+)\.)|\$\{([A-Za-z0-9]+)[.}]/g,
  )) {
    const id = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (id !== undefined && ids.has(id)) found.add(id);
  }
  return [...found];
}

/** Seconds along the longest chain of `next` edges; `weight` in seconds. Cycles count once. */
function longestChain<T>(items: readonly T[], weight: (item: T) => number, next: (item: T) => readonly T[]): number {
  const done = new Map<T, number>();
  const visiting = new Set<T>();
  const measure = (item: T): number => {
    const known = done.get(item);
    if (known !== undefined) return known;
    if (visiting.has(item)) return 0;
    visiting.add(item);
    const total = weight(item) + Math.max(0, ...next(item).map(measure));
    visiting.delete(item);
    done.set(item, total);
    return total;
  };
  return Math.max(0, ...items.map(measure));
}

/** Seconds it takes to make, or delete, everything in a template. */
export function stackSeconds(template: Template, what: "create" | "delete"): number {
  const ids = new Set(Object.keys(template.Resources));
  const seconds = (id: string): number =>
    resourceTypeFacts(template.Resources[id]?.Type ?? "")?.seconds[what] ?? unknownType;
  const chain = longestChain([...ids], seconds, (id) => {
    const resource = template.Resources[id];
    return resource ? references(resource, ids) : [];
  });
  return Math.round(chain + stackOverhead);
}

/** Seconds along the longest chain of steps. */
export function planSeconds(steps: readonly Step[]): number {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return longestChain(
    steps.filter((step) => !step.pending),
    (step) => step.duration,
    (step) => step.needs.flatMap((id) => byId.get(id) ?? []),
  );
}
