// AssumeRole: the guard has judged trust and rights when this runs; what is left are the rules of sessions.
import type { AssumeRoleRequest, AssumeRoleResponse } from "@aws-sdk/client-sts";
import { findRole } from "../../../access/trust.ts";
import type { Context, Operation, Permission } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import {
  callerSession,
  checkDuration,
  checkPacked,
  checkText,
  openSession,
  readSessionPolicies,
  readTags,
  roleSession,
} from "../sessions.ts";
import { refuseSecondFactor } from "./tokens.ts";

/** Sessions of sessions last an hour at most. */
const chainedLimit = 3600;
/** For session names and source identities. */
export const sessionNamePattern: RegExp = /^[\w+=,.@-]*$/;

function checkRoleArn(arn: string | undefined): string {
  const text = checkText(arn ?? "", "roleArn", 20, 2048, /^\S+$/);
  if (/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(text)) return text;
  throw new AwsError("ValidationError", `${text} is invalid`);
}

/** What assuming a role needs, with the keys that trust policies look at. */
function permissions(input: AssumeRoleRequest, ctx: Context): readonly Permission[] {
  // What is no ARN at all is refused before anybody's rights are looked at.
  const resource = checkRoleArn(input.RoleArn);
  // A source identity goes on through all roles, and each of them must let it.
  const sourceIdentity = callerSession(ctx)?.sourceIdentity ?? input.SourceIdentity;
  const conditions: Record<string, string | readonly string[]> = {
    "sts:RoleSessionName": input.RoleSessionName ?? "",
    ...(input.ExternalId === undefined ? {} : { "sts:ExternalId": input.ExternalId }),
    ...(sourceIdentity === undefined ? {} : { "sts:SourceIdentity": sourceIdentity }),
    ...(input.TransitiveTagKeys === undefined ? {} : { "sts:TransitiveTagKeys": input.TransitiveTagKeys }),
  };
  const needed = (action: string): Permission => ({ action, resource, conditions });
  return [
    needed("sts:AssumeRole"),
    ...((input.Tags ?? []).length > 0 ? [needed("sts:TagSession")] : []),
    ...(sourceIdentity === undefined ? [] : [needed("sts:SetSourceIdentity")]),
  ];
}

/** Tags of the caller's session that go with it into the next. */
function inheritedTags(ctx: Context): { tags: Record<string, string>; keys: readonly string[] } {
  const keys = callerSession(ctx)?.transitiveTagKeys ?? [];
  const own = ctx.principal.sessionTags ?? {};
  return { tags: Object.fromEntries(keys.flatMap((key) => (key in own ? [[key, own[key] as string]] : []))), keys };
}

function checkTransitive(
  keys: readonly string[] | undefined,
  tags: Readonly<Record<string, string>>,
): readonly string[] {
  for (const key of keys ?? []) {
    if (!Object.keys(tags).some((tag) => tag.toLowerCase() === key.toLowerCase())) {
      throw new AwsError(
        "InvalidParameterValue",
        "The specified transitive tag key must be included in the requested tags.",
      );
    }
  }
  return keys ?? [];
}

export const assumeRoleOperations: Readonly<Record<string, Operation>> = {
  AssumeRole: operation<AssumeRoleRequest, AssumeRoleResponse>({
    permissions,
    readOnly: true,
    run: (input, ctx) => {
      const roleArn = checkRoleArn(input.RoleArn);
      const name = checkText(input.RoleSessionName ?? "", "roleSessionName", 2, 64, sessionNamePattern);
      if (input.ExternalId !== undefined) {
        checkText(input.ExternalId, "externalId", 2, 1224, /^[\w+=,.@:/-]*$/);
      }
      if (input.SourceIdentity !== undefined) {
        checkText(input.SourceIdentity, "sourceIdentity", 2, 64, sessionNamePattern);
      }
      if (ctx.principal.type === "Root" && ctx.principal.administrator !== true) {
        throw new AwsError("AccessDenied", "Roles may not be assumed by root accounts.", { status: 403 });
      }
      const role = findRole(ctx, roleArn);
      if (!role) {
        const text = `User: ${ctx.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
        throw new AwsError("AccessDenied", text, { status: 403 });
      }
      refuseSecondFactor(input);
      const sourceIdentity = callerSession(ctx)?.sourceIdentity ?? input.SourceIdentity;
      if (input.SourceIdentity !== undefined && input.SourceIdentity !== sourceIdentity) {
        const text = `User: ${ctx.principal.arn} is not authorized to perform: sts:SetSourceIdentity on resource: ${roleArn}`;
        throw new AwsError("AccessDenied", text, { status: 403 });
      }
      const inherited = inheritedTags(ctx);
      const tags = readTags(input.Tags, inherited.tags);
      const transitive = checkTransitive(input.TransitiveTagKeys, tags);
      const policies = readSessionPolicies(input, ctx);
      const seconds = checkDuration(input.DurationSeconds ?? 3600, 900, 43_200);
      if (ctx.principal.type === "AssumedRole" && seconds > chainedLimit) {
        const text =
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        throw new AwsError("ValidationError", text);
      }
      // The role's maximum doesn't bind services: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
      if (ctx.principal.type !== "AWSService" && seconds > role.maxSessionDuration) {
        const text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        throw new AwsError("ValidationError", text);
      }
      const packed = checkPacked(policies, tags);
      const principal = roleSession(role, name, {
        ...(policies ? { sessionPolicies: policies } : {}),
        sessionTags: tags,
      });
      const credentials = openSession(ctx, seconds, {
        principal,
        transitiveTagKeys: [...new Set([...inherited.keys, ...transitive])],
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      });
      return {
        Credentials: credentials,
        AssumedRoleUser: { AssumedRoleId: principal.principalId, Arn: principal.arn },
        ...packed,
        ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
      };
    },
  }),
};
