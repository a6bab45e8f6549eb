// Roles and who may assume them, for callers without credentials of their own.
import type { Context } from "../core/index.ts";
import type { ContextValues, Requester } from "../../../iam/index.ts";
import { contextOf, evaluate } from "../../../iam/index.ts";
import { roleByArn, trustOf } from "../services/iam/resources.ts";
import type { RoleRow } from "../services/iam/state.ts";
import { readDocument } from "./principal-policies.ts";

/** The role with that ARN, in any account. */
export function findRole(ctx: Context, arn: string): Readonly<RoleRow> | undefined {
  return roleByArn(ctx, arn);
}

/** True when the role's trust policy lets someone with a web identity assume it. */
export function trustsIdentity(ctx: Context, roleArn: string, provider: string, keys: ContextValues): boolean {
  const action = "sts:AssumeRoleWithWebIdentity";
  const trust = trustOf({ action, resource: roleArn }, ctx);
  if (!trust) return false;
  const requester: Requester = { type: "WebIdentity", account: "", arn: "", provider };
  const evaluation = evaluate(
    { requester, action, resource: roleArn, context: contextOf(keys) },
    {
      resource: { name: roleArn, document: readDocument(trust.document, "trust") },
      resourceAccount: trust.account,
      resourceMustAllow: true,
    },
  );
  return evaluation.decision === "allowed";
}
