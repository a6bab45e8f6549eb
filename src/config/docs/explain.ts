// The documentation of one field, found by its path.
import { LotseError } from "../../base/index.ts";
import { nearest } from "../check/nearest.ts";
import { parsePath } from "../paths.ts";
import { clusterConfig } from "../schema/cluster.ts";
import type { Field, FieldType, Json, Struct } from "../schema/define.ts";
import { allowedValues, defaultWords, typeWords } from "./type-words.ts";

/** A field of the cluster file, explained. */
export interface FieldExplanation {
  /** `managedNodeGroups[].minSize`. */
  path: string;
  type: string;
  doc: string;
  /** What the struct behind it is, where it has one. */
  about?: string;
  required: boolean;
  default?: string;
  example?: Json;
  allowed?: readonly (string | number)[];
  deprecated?: string;
  readOnly?: boolean;
  /** What stands below it. */
  fields?: readonly { name: string; type: string; doc: string; required: boolean }[];
}

/**
 * Documentation of the field at a path; indexes make no difference, and the empty path is the whole file.
 *
 * @example explainField("managedNodeGroups.minSize").default // "desiredCapacity, or 2"
 * @throws LotseError `config/unknown-path` with the nearest path there is
 */
export function explainField(path: string): FieldExplanation {
  const steps = parsePath(path)?.filter((step) => typeof step === "string");
  if (!steps) throw unknownPath(path, []);
  let field: Field = { type: { kind: "struct", struct: clusterConfig }, doc: clusterConfig.doc };
  let walked = "";
  for (let rest = steps; rest.length > 0;) {
    const { struct, suffix, through } = innerStruct(field.type);
    walked += suffix;
    // A map's key can be anything: vpc.subnets.private.eu-central-1a.id.
    const [step, ...after] =
      through === "map" && !Object.hasOwn(struct?.fields ?? {}, rest[0] ?? "") ? rest.slice(1) : rest;
    rest = after;
    if (step === undefined) break;
    const next = struct && Object.hasOwn(struct.fields, step) ? struct.fields[step] : undefined;
    if (!next) throw unknownPath(path, struct ? Object.keys(struct.fields).map((key) => join(walked, key)) : []);
    field = next;
    walked = join(walked, step);
  }
  return explanation(walked, field);
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

function innerStruct(type: FieldType): { struct?: Struct; suffix: string; through?: "map" } {
  if (type.kind === "struct") return { struct: type.struct, suffix: "" };
  if (type.kind !== "list" && type.kind !== "map") return { suffix: "" };
  const inner = innerStruct(type.of);
  const suffix = type.kind === "list" ? "[]" : ".<name>";
  return { ...inner, suffix: `${suffix}${inner.suffix}`, ...(type.kind === "map" ? { through: "map" as const } : {}) };
}

function explanation(path: string, field: Field): FieldExplanation {
  const { struct } = innerStruct(field.type);
  const words = defaultWords(field);
  const allowed = allowedValues(field.type);
  return {
    path: path === "" ? "ClusterConfig" : path,
    type: typeWords(field.type),
    doc: field.doc,
    ...(struct && struct.doc !== field.doc ? { about: struct.doc } : {}),
    required: field.required ?? false,
    ...(words === undefined ? {} : { default: words }),
    ...(field.example === undefined ? {} : { example: field.example }),
    ...(allowed.length > 0 ? { allowed } : {}),
    ...(field.deprecated === undefined ? {} : { deprecated: field.deprecated }),
    ...(field.readOnly ? { readOnly: true } : {}),
    ...(struct
      ? {
          fields: Object.entries(struct.fields).map(([name, { type, doc, required }]) => ({
            name,
            type: typeWords(type),
            doc,
            required: required ?? false,
          })),
        }
      : {}),
  };
}

function unknownPath(path: string, siblings: readonly string[]): LotseError {
  const word = path.split(/[.[\]]+/).findLast((part) => part !== "") ?? path;
  const same = allPaths().filter((candidate) => candidate === word || candidate.endsWith(`.${word}`));
  const near = nearest(
    word,
    siblings.map((sibling) => sibling.split(".").at(-1) ?? sibling),
  );
  const sibling =
    near === undefined ? undefined : siblings.find((candidate) => candidate === near || candidate.endsWith(`.${near}`));
  const suggestions = sibling === undefined ? same.slice(0, 4) : [sibling];
  return new LotseError("config/unknown-path", {
    title: `There is no field ${JSON.stringify(path)}`,
    remedy:
      suggestions.length > 0
        ? `Did you mean ${suggestions.join(" or ")}?`
        : "`lotse config explain` without a path lists the fields at the top",
    data: { path, suggestions },
  });
}

/** Every path there is, in the order of the definitions: `vpc.nat.gateway`, `nodeGroups[].taints[].key`. */
export function allPaths(): readonly string[] {
  const paths: string[] = [];
  const visit = (struct: Struct, path: string): void => {
    for (const [key, { type }] of Object.entries(struct.fields)) {
      const here = join(path, key);
      paths.push(here);
      const inner = innerStruct(type);
      if (inner.struct) visit(inner.struct, `${here}${inner.suffix}`);
    }
  };
  visit(clusterConfig, "");
  return paths;
}
