// What is derived from the definitions: explanations, the JSON schema, the reference page, the table of codes.
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { allPaths, configCodes, configReference, explainField, jsonSchema } from "../index.ts";

describe("explainField", () => {
  it("explains every path there is", ({ expect }) => {
    for (const path of allPaths())
      expect(explainField(path)).toMatchObject({ path, doc: expect.stringMatching(/\S\.?$/) });
    expect(explainField("").fields?.map(({ name }) => name)).toContain("metadata");
  });

  it("takes indexes and names of one's own in the path", ({ expect }) => {
    expect(explainField("nodeGroups[3].taints[0].effect")).toMatchObject({
      path: "nodeGroups[].taints[].effect",
      required: true,
    });
    expect(explainField("vpc.subnets.private.eu-central-1a.id").path).toBe("vpc.subnets.private.<name>.id");
  });

  it("says where a field is that was looked for in the wrong place", ({ expect }) => {
    expect(() => explainField("minSize")).toThrow(expect.objectContaining({ code: "config/unknown-path" }));
    expect(() => explainField("vpc.natt")).toThrow('There is no field "vpc.natt"');
  });
});

describe("the JSON schema", () => {
  const schema = jsonSchema();
  const definitions = schema["$defs"] as Record<string, Schema>;
  interface Schema {
    $ref?: string;
    type?: string;
    enum?: unknown[];
    anyOf?: Schema[];
    properties?: Record<string, Schema>;
    additionalProperties?: boolean | Schema;
    required?: string[];
    items?: Schema;
    minimum?: number;
    maximum?: number;
    const?: unknown;
    pattern?: string;
  }

  /** The part of JSON Schema that ours uses; gives the places that don't fit. */
  function misfits(value: unknown, rule: Schema, path: string): string[] {
    if (rule.$ref) return misfits(value, definitions[rule.$ref.split("/").at(-1) ?? ""] ?? {}, path);
    if (rule.anyOf && !rule.anyOf.some((option) => misfits(value, option, path).length === 0)) return [path];
    const kind = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
    if (rule.type && rule.type !== kind && !(rule.type === "number" && kind === "integer")) return [`${path}: ${kind}`];
    if (rule.enum && !rule.enum.includes(value)) return [`${path}: ${String(value)}`];
    if (rule.const !== undefined && rule.const !== value) return [`${path}: ${String(value)}`];
    if (rule.pattern && !new RegExp(rule.pattern).test(String(value))) return [path];
    if (typeof value === "number" && (value < (rule.minimum ?? -Infinity) || value > (rule.maximum ?? Infinity)))
      return [path];
    if (Array.isArray(value))
      return value.flatMap((item, index) => misfits(item, rule.items ?? {}, `${path}[${index}]`));
    if (typeof value !== "object" || value === null) return [];
    const missing = (rule.required ?? []).filter((key) => !(key in value)).map((key) => `${path}.${key} is missing`);
    return Object.entries(value).reduce((found, [key, item]) => {
      const inner =
        rule.properties?.[key] ??
        (typeof rule.additionalProperties === "object" ? rule.additionalProperties : undefined);
      if (!inner) return rule.additionalProperties === false ? [...found, `${path}.${key} is unknown`] : found;
      return [...found, ...misfits(item, inner, `${path}.${key}`)];
    }, missing);
  }

  const eksctl = new URL("../../../test/fixtures/config/eksctl/", import.meta.url);
  it.for(readdirSync(eksctl))("fits eksctl's file %s", (name, { expect }) => {
    const document: unknown = parse(readFileSync(new URL(name, eksctl), "utf8"));
    expect(misfits(document, definitions["ClusterConfig"] ?? {}, "")).toEqual([]);
  });

  it("doesn't fit a wrong one", ({ expect }) => {
    const document = {
      apiVersion: "eksctl.io/v1alpha5",
      kind: "ClusterConfig",
      metadata: { name: "a", region: "b", version: 1.3 },
      vpcs: {},
    };
    expect(misfits(document, definitions["ClusterConfig"] ?? {}, "")).toEqual([
      ".metadata.version: number",
      ".vpcs is unknown",
    ]);
  });
});

describe("the table of codes", () => {
  const room = new URL("../", import.meta.url);
  const sources = readdirSync(room, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const texts = new Map(sources.map((name) => [name, readFileSync(new URL(name, room), "utf8")]));

  it("holds every code that is used, and no other", ({ expect }) => {
    const used = new Set<string>();
    for (const [name, text] of texts) {
      if (name === "errors.ts") continue;
      for (const [, code] of text.matchAll(/"(config\/[a-z0-9-]+)"/g)) used.add(code ?? "");
      // Helpers put the room's name before these.
      for (const [, code] of text.matchAll(/(?:problem\(\s*builder,|add\()\s*"([a-z-]+)"/g)) used.add(`config/${code}`);
    }
    expect([...used].sort()).toEqual(configCodes().map(({ code }) => code));
  });

  it("stands on the reference page, with every struct", ({ expect }) => {
    const page = configReference();
    for (const { code } of configCodes()) expect(page).toContain(`\`${code}\``);
    for (const name of ["ManagedNodeGroup", "AZSubnetSpec", "Flux"]) expect(page).toContain(`## ${name}`);
    expect(page).not.toMatch(/undefined|\[object/);
  });
});
