// Conflicts of server-side apply: whose fields they are, and what is left of an object without them.
import { KubeRefusal } from "../client.ts";
import type { AddonObject } from "./parts.ts";

/** Fields that others have set, `.spec.replicas`; undefined when it is no conflict. */
export function conflictingFields(error: unknown): string[] | undefined {
  if (!(error instanceof KubeRefusal) || error.status !== 409) return undefined;
  const fields = [...error.message.matchAll(/(?:: |^- )(\.[^\n]+)$/gm)].map(([, field = ""]) => field.trim());
  return fields.length === 0 ? undefined : fields;
}

type Step = { key: string } | { match: Record<string, unknown> };

/** `.spec.containers[name="web"].image` as steps. */
function stepsOf(field: string): Step[] {
  return [...field.matchAll(/\.((?:[^.[\]]|\\\.)+)|\[([^\]]*)\]/g)].map(([, key, match]): Step => {
    if (key !== undefined) return { key };
    const pairs = (match ?? "").split(",").map((pair) => pair.split("="));
    return {
      match: Object.fromEntries(
        pairs.map(([name = "", value = ""]): [string, unknown] => {
          try {
            return [name, JSON.parse(value)];
          } catch {
            // Not JSON: the text as it stands.
            return [name, value];
          }
        }),
      ),
    };
  });
}

function remove(at: unknown, steps: readonly Step[]): void {
  const [step, ...rest] = steps;
  if (!step || typeof at !== "object" || at === null) return;
  if ("key" in step) {
    const record = at as Record<string, unknown>;
    if (rest.length === 0) delete record[step.key];
    else remove(record[step.key], rest);
    return;
  }
  if (!Array.isArray(at)) return;
  const index = at.findIndex((each: Record<string, unknown>) =>
    Object.entries(step.match).every(([name, value]) => each[name] === value),
  );
  if (index === -1) return;
  if (rest.length === 0) at.splice(index, 1);
  else remove(at[index], rest);
}

/** The object without these fields: whoever set them keeps them. */
export function withoutFields(object: AddonObject, fields: readonly string[]): AddonObject {
  const copy = structuredClone(object);
  for (const field of fields) remove(copy, stepsOf(field));
  return copy;
}

/** EKS's words, with the object and its fields. */
export function conflictMessage({ apiVersion, kind, metadata }: AddonObject, fields: readonly string[]): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts: ${kind}${group} ${metadata.name} - ${fields.join(" - ")}`;
}
