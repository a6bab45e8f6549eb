// What the IAM types share: documents, inline policies, boundaries, tags.
import { tagChanges } from "../adapter.ts";
import type { ResourceRequest } from "../handler.ts";

export interface Tag {
  Key: string;
  Value: string;
}

/** A policy document as IAM wants it; documents in templates are objects. */
export function documentText(document: unknown): string {
  return typeof document === "string" ? document : JSON.stringify(document);
}

/** IAM gives documents URL-encoded. */
export function documentValue(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(decodeURIComponent(text)) as unknown);
}

/** What must be taken off and put on to get from one list to another. */
export function listChanges(
  before: readonly string[] = [],
  after: readonly string[] = [],
): { add: string[]; remove: string[] } {
  return {
    add: after.filter((item) => !before.includes(item)),
    remove: before.filter((item) => !after.includes(item)),
  };
}

/** Puts on, changes or takes away a permissions boundary. */
export function boundary(
  request: Pick<ResourceRequest, "call">,
  kind: "Role" | "User",
  name: object,
  before: string | undefined,
  after: string | undefined,
): void {
  if (before === after) return;
  if (after === undefined) request.call(`Delete${kind}PermissionsBoundary`, name);
  else request.call(`Put${kind}PermissionsBoundary`, { ...name, PermissionsBoundary: after });
}

/** Brings the tags of an IAM entity from one list to another. */
export function retag(
  request: Pick<ResourceRequest, "call">,
  kind: string,
  name: object,
  before: readonly Tag[] | undefined,
  after: readonly Tag[] | undefined,
): void {
  const { put, remove } = tagChanges(before, after);
  if (put.length > 0) request.call(`Tag${kind}`, { ...name, Tags: put });
  if (remove.length > 0) request.call(`Untag${kind}`, { ...name, TagKeys: remove });
}

export type Holder = "Role" | "User" | "Group";

/** Brings the inline policies of a role, user or group from one list to another. */
export function inlinePolicies(
  request: Pick<ResourceRequest, "call" | "find">,
  kind: Holder,
  name: string,
  before: readonly { PolicyName: string; PolicyDocument: object }[],
  after: readonly { PolicyName: string; PolicyDocument: object }[],
): void {
  const kept = new Set(after.map((policy) => policy.PolicyName));
  for (const { PolicyName } of before) {
    if (!kept.has(PolicyName)) request.find(`Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName });
  }
  for (const { PolicyName, PolicyDocument } of after) {
    const document = documentText(PolicyDocument);
    request.call(`Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName, PolicyDocument: document });
  }
}
