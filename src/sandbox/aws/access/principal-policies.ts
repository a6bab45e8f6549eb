// Which policies bear on a user or a role. Documents are read once: rows never change in place, so what was read from a
// row stays good as long as the row is there.
import type { Context } from "../core/index.ts";
import type { NamedPolicy, PolicyDocument, PolicyKind, PolicySet } from "../../../iam/index.ts";
import { parsePolicy } from "../../../iam/index.ts";
import { defaultDocument, findPolicy } from "../services/iam/documents.ts";
import { getGroup } from "../services/iam/entities.ts";
import type { Entity, PolicyRow, RoleRow, UserRow } from "../services/iam/state.ts";

const inlinePolicies = new WeakMap<object, readonly NamedPolicy[]>();
const managedPolicies = new WeakMap<object, NamedPolicy>();

/** For documents that were checked when they came in. Text that can't be read grants nothing. */
export function readDocument(text: string, kind: PolicyKind): PolicyDocument {
  const parsed = parsePolicy(text, kind);
  return "document" in parsed ? parsed.document : { version: "2012-10-17", statements: [] };
}

function inlineOf(row: Readonly<Entity>): readonly NamedPolicy[] {
  const known = inlinePolicies.get(row);
  if (known) return known;
  const made = Object.entries(row.inline).map(([name, text]) => ({
    name: `${row.arn} (inline ${name})`,
    document: readDocument(text, "identity"),
  }));
  inlinePolicies.set(row, made);
  return made;
}

/** A managed policy's version in force. */
function managedPolicy(policy: Readonly<PolicyRow>): NamedPolicy {
  const known = managedPolicies.get(policy);
  if (known) return known;
  const made = { name: policy.arn, document: readDocument(defaultDocument(policy), "identity") };
  managedPolicies.set(policy, made);
  return made;
}

function policiesOf(ctx: Context, row: Readonly<Entity>): NamedPolicy[] {
  const attached = row.attached.flatMap((arn) => {
    const policy = findPolicy(ctx, arn);
    return policy ? [managedPolicy(policy)] : [];
  });
  return [...inlineOf(row), ...attached];
}

function boundaryOf(ctx: Context, row: Readonly<Entity>): Pick<PolicySet, "boundary"> {
  if (row.boundary === undefined) return {};
  const policy = findPolicy(ctx, row.boundary);
  // A boundary whose policy is gone allows nothing.
  const nothing: NamedPolicy = { name: row.boundary, document: { version: "2012-10-17", statements: [] } };
  return { boundary: policy ? managedPolicy(policy) : nothing };
}

/** Identity policies and boundary of a role. */
export function rolePolicies(ctx: Context, row: Readonly<RoleRow>): PolicySet {
  return {
    identity: policiesOf(ctx, row),
    ...boundaryOf(ctx, row),
    ...(row.linkedTo === undefined ? {} : { serviceLinked: true }),
  };
}

/** Identity policies, those of its groups included, and boundary of a user. */
export function userPolicies(ctx: Context, row: Readonly<UserRow>): PolicySet {
  const groups = row.groups.flatMap((name) => policiesOf(ctx, getGroup(ctx, name)));
  return { identity: [...policiesOf(ctx, row), ...groups], ...boundaryOf(ctx, row) };
}
