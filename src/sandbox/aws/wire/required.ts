// Finds required members that a parsed request lacks. Which members these are comes from the schema.
import type { Member, Shape, StructureShape } from "../schema/index.ts";
import { RequestProblem } from "./problem.ts";

/** Name of a member in messages; EC2 speaks of `Tag.1.Key`, everything else of `tags.1.member.key`. */
type NameOf = (member: Member) => string;

const lowerFirst: NameOf = (member) => member.name.charAt(0).toLowerCase() + member.name.slice(1);

function collect(shape: Shape, value: unknown, path: string, infix: string, nameOf: NameOf, missing: string[]): void {
  if (!("demanding" in shape) || !shape.demanding) return;
  if (shape.kind === "list") {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) {
      collect(shape.value.shape, item, `${path}.${index + 1}${infix}`, infix, nameOf, missing);
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const object = value as Record<string, unknown>;
  if (shape.kind === "map") {
    for (const [key, item] of Object.entries(object)) {
      collect(shape.value.shape, item, `${path}.${key}${infix}`, infix, nameOf, missing);
    }
    return;
  }
  for (const member of shape.members) {
    const inner = object[member.name];
    const innerPath = path === "" ? nameOf(member) : `${path}.${nameOf(member)}`;
    if (inner !== undefined && inner !== null) {
      collect(member.shape, inner, innerPath, infix, nameOf, missing);
    } else if (member.required) missing.push(innerPath);
  }
}

/**
 * Throws a `missing` problem when required members have no value.
 *
 * @param names how members are called in the message: EC2's parameter names, or the API's with a small first letter
 */
export function demandRequired(shape: StructureShape, input: object, names?: NameOf): void {
  if (!shape.demanding) return;
  const missing: string[] = [];
  collect(shape, input, "", names ? "" : ".member", names ?? lowerFirst, missing);
  if (missing.length > 0) throw new RequestProblem({ kind: "missing", paths: missing });
}
