// Form parameters of awsQuery and ec2Query: dotted names to nested values by schema.
import type { Member, Shape, StructureShape } from "../schema/index.ts";
import { isStructure } from "../schema/index.ts";
import type { QueryParameters } from "./message.ts";
import { setMember } from "./message.ts";
import { RequestProblem, syntaxProblem, typeProblem } from "./problem.ts";
import { readText } from "./text-value.ts";

/** Parameters by the parts of their names. */
export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

const depthLimit = 40;

function formTree(parameters: QueryParameters): FormNode {
  const root: FormNode = { value: undefined, children: undefined };
  for (const [name, value] of parameters) {
    let node = root;
    const parts = name.split(".", depthLimit + 1);
    if (parts.length > depthLimit) throw syntaxProblem("nested too deeply");
    for (const part of parts) {
      node.children ??= new Map();
      let next = node.children.get(part);
      if (!next) {
        next = { value: undefined, children: undefined };
        node.children.set(part, next);
      }
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** How a protocol names members and lists. */
export interface FormDialect {
  nameOf(member: Member): string;
  /** EC2: list elements stand directly below the member (`Tag.1`), never below `.member`. */
  flatLists: boolean;
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const awsQueryForm: FormDialect = {
  nameOf: (member) => member.traits.xmlName ?? member.name,
  flatLists: false,
};

export const ec2QueryForm: FormDialect = {
  nameOf: (member) => member.traits.ec2Name ?? upperFirst(member.traits.xmlName ?? member.name),
  flatLists: true,
};

const positiveInteger = /^\d{1,9}$/;

/** Children `1`, `2` … in the order of their numbers; gaps are closed. */
function numbered(node: FormNode, path: string): [index: number, node: FormNode][] {
  const items: [number, FormNode][] = [];
  for (const [key, child] of node.children ?? []) {
    if (!positiveInteger.test(key)) throw typeProblem(`${path}.${key}`, key, "List index");
    items.push([Number(key), child]);
  }
  return items.sort(([a], [b]) => a - b);
}

function readNode(shape: Shape, node: FormNode, path: string, dialect: FormDialect, flat: boolean): unknown {
  if (isStructure(shape)) return readStructure(shape, node, path, dialect);
  if (shape.kind === "list") {
    const wrapped = flat || dialect.flatLists ? node : node.children?.get(shape.value.traits.xmlName ?? "member");
    // `Parameters=` alone is AWS's spelling of an empty list.
    if (!wrapped) return [];
    return numbered(wrapped, path).map(([index, child]) =>
      readNode(shape.value.shape, child, `${path}.${index}`, dialect, false),
    );
  }
  if (shape.kind === "map") {
    const entries = flat ? node : (node.children?.get("entry") ?? { value: undefined, children: undefined });
    const result: Record<string, unknown> = {};
    for (const [index, child] of numbered(entries, path)) {
      const key = child.children?.get(shape.key.traits.xmlName ?? "key")?.value;
      const value = child.children?.get(shape.value.traits.xmlName ?? "value");
      if (key === undefined || !value) throw typeProblem(`${path}.${index}`, "", "Map entry");
      setMember(result, key, readNode(shape.value.shape, value, `${path}.${key}`, dialect, false));
    }
    return result;
  }
  return readText(shape, node.value ?? "", path);
}

/** The members of a structure by their names in a form. */
type Fields = ReadonlyMap<string, { member: Member; flat: boolean }>;
const fieldsOf: WeakMap<FormDialect, WeakMap<StructureShape, Fields>> = new WeakMap();

function formFields(shape: StructureShape, dialect: FormDialect): Fields {
  const known = fieldsOf.get(dialect)?.get(shape);
  if (known) return known;
  const fields = new Map(
    shape.members.map((member) => {
      const flat = Boolean(member.traits.flat) || ("traits" in member.shape && Boolean(member.shape.traits.flat));
      return [dialect.nameOf(member), { member, flat }] as const;
    }),
  );
  const byShape = fieldsOf.get(dialect) ?? new WeakMap<StructureShape, Fields>();
  fieldsOf.set(dialect, byShape.set(shape, fields));
  return fields;
}

function readStructure(shape: StructureShape, node: FormNode, path: string, dialect: FormDialect): object {
  const result: Record<string, unknown> = {};
  const fields = formFields(shape, dialect);
  for (const [name, child] of node.children ?? []) {
    const field = fields.get(name);
    if (!field) continue;
    const { member, flat } = field;
    result[member.name] = readNode(member.shape, child, path === "" ? name : `${path}.${name}`, dialect, flat);
  }
  return result;
}

/** Reads an operation's input. */
export function readForm(shape: StructureShape, parameters: QueryParameters, dialect: FormDialect): object {
  return readStructure(shape, formTree(parameters), "", dialect);
}

const protocolParameters = /^(Action|Version|AWSAccessKeyId|Signature.*|Timestamp|Expires|SecurityToken|X-Amz-.*)$/i;

/** Throws when there are parameters that the operation doesn't have. */
export function refuseUnknown(shape: StructureShape, parameters: QueryParameters, dialect: FormDialect): void {
  const known = formFields(shape, dialect);
  const names = new Set<string>();
  for (const [name] of parameters) {
    const at = name.indexOf(".");
    const first = at < 0 ? name : name.slice(0, at);
    if (!known.has(first) && !protocolParameters.test(first)) names.add(first);
  }
  if (names.size > 0) throw new RequestProblem({ kind: "unknown", names: [...names] });
}
