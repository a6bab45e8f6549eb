// Every field of eksctl's configuration: it is defined, it accepts a value, it refuses one.
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { hasErrors } from "../../base/index.ts";
import { loadCluster } from "../index.ts";
import { parsePath } from "../paths.ts";
import { clusterConfig } from "./cluster.ts";
import type { FieldType, Struct } from "./define.ts";

const fixture = (name: string): string[] =>
  readFileSync(new URL(`../../../test/fixtures/config/${name}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

const structs = new Map<string, Struct>();
const collect = (struct: Struct): void => {
  if (structs.has(struct.name)) return;
  structs.set(struct.name, struct);
  for (const { type } of Object.values(struct.fields)) {
    let inner: FieldType = type;
    while (inner.kind === "list" || inner.kind === "map") inner = inner.of;
    if (inner.kind === "struct") collect(inner.struct);
  }
};
collect(clusterConfig);

/** Our type in the words of eksctl's schema: str, int, bool, [str], map<str>, object, a struct's name. */
function schemaWord(type: FieldType): string {
  if (type.kind === "text") return "str";
  if (type.kind === "flag") return "bool";
  if (type.kind === "number") return type.whole ? "int" : "num";
  if (type.kind === "list") return `[${schemaWord(type.of)}]${type.orMap ? "/map<str>" : ""}`;
  if (type.kind === "map")
    return type.of.kind === "struct"
      ? `${type.of.struct.name.replace("Spec", "")}Mapping`
      : `map<${schemaWord(type.of)}>`;
  return type.kind === "struct" ? type.struct.name : "object";
}

describe("eksctl's published schema", () => {
  const published = fixture("eksctl-structs.txt").map((line): [string, string[]] => {
    const [name = "", fields = ""] = line.split(": ");
    return [name, fields.split(", ")];
  });
  // eksctl keeps the fields of an OIDC provider inline, next to `type`.
  const ours = (name: string): Struct | undefined =>
    structs.get(name === "OIDCIdentityProvider" ? "IdentityProvider" : name);

  it.for(published)("%s has every field with its type", ([name, fields], { expect }) => {
    const defined = ours(name)?.fields ?? {};
    const words = fields.map((field) => {
      const [key = "", type = ""] = field.replace("!", "").split(" ");
      return `${key} ${type.replace(/^(arn|cidr|str\(enum\))$/, "str")}`;
    });
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) {
      const [key = ""] = word.split(" ");
      expect(`${key} ${defined[key] ? schemaWord(defined[key].type) : "is missing"}`).toBe(word);
    }
  });

  it("knows every struct of ours, and has no field less, but for eksctl's own output", ({ expect }) => {
    const known = new Map(published);
    const extra: string[] = [];
    for (const struct of structs.values()) {
      const listed = [
        ...(known.get(struct.name) ?? []),
        ...(struct.name === "IdentityProvider" ? (known.get("OIDCIdentityProvider") ?? []) : []),
      ];
      const names = new Set(listed.map((field) => field.replace("!", "").split(" ")[0]));
      for (const key of Object.keys(struct.fields)) if (!names.has(key)) extra.push(`${struct.name}.${key}`);
    }
    expect(extra).toEqual(["ClusterConfig.status"]);
  });
});

interface Row {
  name: string;
  path: string;
  accepts: unknown;
  refuses: unknown;
  /** What else the file must say for the value to make sense. */
  beside: unknown;
}

const rows = fixture("fields.txt").map((line): Row => {
  const [name = "", path = "", accepts = "null", refuses = "null", beside = "{}"] = line.split(" | ");
  return {
    name,
    path,
    accepts: JSON.parse(accepts),
    refuses: JSON.parse(refuses),
    beside: JSON.parse(beside),
  };
});

/** Two trees as one; lists go together place by place. */
function merge(base: unknown, over: unknown): unknown {
  const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;
  if (!isTree(base) || !isTree(over)) return over === undefined ? base : over;
  const entries = [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key): [string, unknown] => [
    key,
    merge(base[key as never], over[key as never]),
  ]);
  return Array.isArray(base) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** A document that holds the value at the path: `nodeGroups[].name` makes a list of one group. */
function documentWith({ path, beside }: Row, value: unknown): string {
  const build = (steps: readonly string[]): unknown => {
    const [step, ...rest] = steps;
    if (step === undefined) return value;
    return step === "[]" ? [build(rest)] : { [step]: build(rest) };
  };
  const needed = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name: "prod", region: "eu-central-1" },
  };
  return JSON.stringify(merge(merge(needed, beside), build(path.split(/(?=\[\])|\./))));
}

/** Codes of the errors about the value itself, not about what stands around it. */
function errorsAt(row: Row, value: unknown): string[] {
  const place = row.path.replaceAll("[]", "[0]");
  return loadCluster(documentWith(row, value))
    .diagnostics.filter(
      ({ severity, at }) =>
        severity === "error" &&
        (at?.path === place || at?.path?.startsWith(`${place}.`) || at?.path?.startsWith(`${place}[`)),
    )
    .map(({ code }) => code);
}

describe("the field table", () => {
  it("has a row for every field", ({ expect }) => {
    const fields = [...structs.values()].flatMap((struct) =>
      Object.keys(struct.fields).map((key) => `${struct.name}.${key}`),
    );
    expect([...new Set(rows.map((row) => row.name))].sort()).toEqual(fields.sort());
    for (const row of rows) expect(parsePath(row.path)).toBeDefined();
  });

  it.for(rows)("$name accepts and refuses", (row, { expect }) => {
    expect(errorsAt(row, row.accepts), `accepts ${JSON.stringify(row.accepts)}`).toEqual([]);
    expect(errorsAt(row, row.refuses), `refuses ${JSON.stringify(row.refuses)}`).not.toEqual([]);
  });

  it("gives no value to a field that is null", ({ expect }) => {
    const row = rows.find(({ name }) => name === "ManagedNodeGroup.maxSize");
    const { cluster, diagnostics } = loadCluster(documentWith(row as Row, null));
    expect(hasErrors(diagnostics)).toBe(false);
    expect(cluster?.config.managedNodeGroups?.[0]?.maxSize).toBe(2);
  });
});
