// The catalogue of AWS-managed policies. What isn't in it doesn't exist, as on AWS a misspelt name doesn't.
import { createHash } from "node:crypto";
import type { PolicyRow } from "../state.ts";
import type { ManagedPolicyDefinition } from "./definition.ts";
import { eksPolicies } from "./eks.ts";
import { generalPolicies } from "./general.ts";
import { serviceLinkedPolicies } from "./service-linked.ts";

/** When most of them were published; AWS's own dates differ by policy and mean nothing here. */
const published = Date.UTC(2018, 4, 27);

const definitions: ReadonlyMap<string, ManagedPolicyDefinition> = new Map(
  [...eksPolicies, ...generalPolicies, ...serviceLinkedPolicies].map((definition) => [
    `${(definition.path ?? "/").slice(1)}${definition.name}`,
    definition,
  ]),
);
const rows = new Map<string, PolicyRow>();

/** An AWS-managed policy by what stands after `policy/` in its ARN. */
export function awsManagedPolicy(pathAndName: string, partition: string): PolicyRow | undefined {
  const definition = definitions.get(pathAndName);
  if (!definition) return undefined;
  const arn = `arn:${partition}:iam::aws:policy/${pathAndName}`;
  const known = rows.get(arn);
  if (known) return known;
  const row = makeRow(arn, definition, partition);
  rows.set(arn, row);
  return row;
}

/** All of them, for ListPolicies. */
export function awsManagedPolicies(partition: string): PolicyRow[] {
  return [...definitions.keys()].map((key) => awsManagedPolicy(key, partition) as PolicyRow);
}

function makeRow(arn: string, definition: ManagedPolicyDefinition, partition: string): PolicyRow {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: definition.statements });
  return {
    name: definition.name,
    path: definition.path ?? "/",
    id: `ANPA${base32(definition.name)}`,
    arn,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    createdAt: published,
    updatedAt: published,
    tags: {},
    versions: [{ id: "v1", document: document.replaceAll("arn:aws:", `arn:${partition}:`), createdAt: published }],
    defaultVersion: "v1",
    lastVersion: 1,
  };
}

/** 17 characters that are always the same for a name. */
function base32(name: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bytes = createHash("sha256").update(name).digest();
  return Array.from({ length: 17 }, (_, i) => alphabet[(bytes[i] ?? 0) % 32]).join("");
}
