// Inline and attached policies of roles, users and groups: seven operations for each of the three.
import type { AttachedPolicy } from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { policySize } from "../../../../../iam/index.ts";
import { checkPolicyArn, findPolicy, getAttachable } from "../documents.ts";
import type { EntityKind } from "../entities.ts";
import { entityKinds, getEntity } from "../entities.ts";
import { limitExceeded, noSuchEntity, quotaExceeded, unmodifiable } from "../errors.ts";
import type { Entity, RoleRow } from "../state.ts";
import type { Paging } from "../values.ts";
import { checkDocument, checkName, encodeDocument, page } from "../values.ts";

interface EntityInput extends Paging {
  RoleName?: string;
  UserName?: string;
  GroupName?: string;
  PolicyName?: string;
  PolicyDocument?: string;
  PolicyArn?: string;
  PathPrefix?: string;
}

function find(ctx: Context, kind: EntityKind, input: EntityInput): Readonly<Entity> {
  return getEntity(ctx.table(kind.table), kind.noun, input[kind.member] ?? "");
}

/** The entity, if it may be changed. */
function findOwn(ctx: Context, kind: EntityKind, input: EntityInput): Readonly<Entity> {
  const row = find(ctx, kind, input);
  const linked = (row as Partial<RoleRow>).linkedTo !== undefined;
  if (linked && ctx.principal.type !== "AWSService") throw unmodifiable(row.name);
  return row;
}

function change(ctx: Context, kind: EntityKind, row: Readonly<Entity>, update: Partial<Entity>): void {
  ctx.table(kind.table).update(row.name.toLowerCase(), update);
}

function putInline(ctx: Context, kind: EntityKind, input: EntityInput): object {
  const row = findOwn(ctx, kind, input);
  const name = checkName(input.PolicyName, "policyName", 128);
  const document = checkDocument(input.PolicyDocument, "identity");
  const inline = { ...row.inline, [name]: document };
  const size = Object.values(inline).reduce((sum, text) => sum + policySize(text), 0);
  if (size > kind.inlineLimit) {
    throw limitExceeded(`Maximum policy size of ${kind.inlineLimit} bytes exceeded for ${kind.noun} ${row.name}`);
  }
  change(ctx, kind, row, { inline });
  return {};
}

function inlineText(kind: EntityKind, row: Readonly<Entity>, name: string | undefined): string {
  const text = Object.hasOwn(row.inline, name ?? "") ? row.inline[name ?? ""] : undefined;
  if (text === undefined) throw noSuchEntity(`The ${kind.noun} policy with name ${name} cannot be found.`);
  return text;
}

function deleteInline(ctx: Context, kind: EntityKind, input: EntityInput): object {
  const row = findOwn(ctx, kind, input);
  inlineText(kind, row, input.PolicyName);
  const { [input.PolicyName ?? ""]: _, ...inline } = row.inline;
  change(ctx, kind, row, { inline });
  return {};
}

function attach(ctx: Context, kind: EntityKind, input: EntityInput): object {
  const row = findOwn(ctx, kind, input);
  const { arn } = getAttachable(ctx, input.PolicyArn);
  if (row.attached.includes(arn)) return {};
  const { name, quota } = kind.attachedQuota;
  const limit = ctx.quota(quota);
  if (row.attached.length >= limit) throw quotaExceeded(name, limit);
  change(ctx, kind, row, { attached: [...row.attached, arn] });
  return {};
}

function detach(ctx: Context, kind: EntityKind, input: EntityInput): object {
  const row = findOwn(ctx, kind, input);
  const arn = checkPolicyArn(input.PolicyArn);
  if (!row.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  change(ctx, kind, row, { attached: row.attached.filter((other) => other !== arn) });
  return {};
}

function listAttached(ctx: Context, kind: EntityKind, input: EntityInput): object {
  const row = find(ctx, kind, input);
  const attached = row.attached.flatMap((arn): AttachedPolicy[] => {
    const policy = findPolicy(ctx, arn);
    if (!policy?.path.startsWith(input.PathPrefix ?? "/")) return [];
    return [{ PolicyName: policy.name, PolicyArn: arn }];
  });
  return page("AttachedPolicies", attached, input, `ListAttached${kind.word}Policies/${row.name}`);
}

function family(kind: EntityKind): Record<string, Operation> {
  const { word } = kind;
  const made = (run: (ctx: Context, kind: EntityKind, input: EntityInput) => object): Operation =>
    operation<EntityInput, object>((input, ctx) => run(ctx, kind, input));
  return {
    [`Put${word}Policy`]: made(putInline),
    [`Get${word}Policy`]: made((ctx, _, input) => {
      const row = find(ctx, kind, input);
      const text = inlineText(kind, row, input.PolicyName);
      return { [kind.member]: row.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(text) };
    }),
    [`Delete${word}Policy`]: made(deleteInline),
    [`List${word}Policies`]: made((ctx, _, input) => {
      const row = find(ctx, kind, input);
      return page("PolicyNames", Object.keys(row.inline).toSorted(), input, `List${word}Policies/${row.name}`);
    }),
    [`Attach${word}Policy`]: made(attach),
    [`Detach${word}Policy`]: made(detach),
    [`ListAttached${word}Policies`]: made(listAttached),
  };
}

export const entityPolicyOperations: Readonly<Record<string, Operation>> = Object.assign(
  {},
  ...entityKinds.map(family),
) as Record<string, Operation>;
