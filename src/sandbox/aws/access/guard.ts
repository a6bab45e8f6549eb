// The guard before every call: what the caller lacks is refused in the service's own words.
import type { Call, Context, Guards, Permission, ServiceDefinition } from "../core/index.ts";
import type { Evaluation, PolicyJson, UsedPermission } from "../../../iam/index.ts";
import { describeStatement, leastPrivilegePolicy } from "../../../iam/index.ts";
import { roleByArn } from "../services/iam/resources.ts";
import { findCredential, noteUse } from "./credentials.ts";
import { denial } from "./denials.ts";
import type { ServicesByPrefix } from "./judge.ts";
import { isUnlimited, judge, ResourceDocuments } from "./judge.ts";

/**
 * - `enforce`: policies decide (the sandbox's administrator is allowed everything);
 * - `off`: everyone may do everything, and credentials still have to be right;
 * - `record`: as off, and every permission that was needed is written down.
 */
export type AccessMode = "enforce" | "off" | "record";

export interface AccessOptions {
  services: readonly ServiceDefinition[];
  /** Default `enforce`. */
  mode?: AccessMode;
  /** Fresh roles can't be assumed for about ten virtual seconds, as IAM takes that long to spread them. */
  slowRoles?: boolean;
}

/** A decision in words. */
export interface AccessExplanation {
  allowed: boolean;
  decision: Evaluation["decision"] | "administrator" | "service";
  /** One line for each statement that was considered, the deciding facts first. */
  lines: readonly string[];
}

export interface AccessGuard extends Guards {
  mode: AccessMode;
  /** Permissions that were needed since the recording began, by the ARN of the role or user. */
  recorded(principal?: string): readonly UsedPermission[];
  /** The least policy for what was recorded. */
  recordedPolicy(principal?: string): PolicyJson;
  forget(): void;
  /** Why the caller may or may not do something. */
  explain(ctx: Context, permission: Permission): AccessExplanation;
}

/** Makes the guard. One belongs to one cloud. */
export function accessGuard(options: AccessOptions): AccessGuard {
  const services: ServicesByPrefix = new Map(options.services.map((service) => [service.iamPrefix, service]));
  const documents = new ResourceDocuments();
  const uses = new Map<string, Map<string, UsedPermission>>();

  const check = (permission: Permission, ctx: Context, call?: Call) => {
    const judgement = judge(permission, { ctx, services, documents, ...(call ? { call } : {}) });
    const { evaluation } = judgement;
    const spreading = options.slowRoles === true && isAssuming(permission) && isFresh(permission.resource, ctx);
    if (!spreading || evaluation.decision !== "allowed") return judgement;
    return { ...judgement, evaluation: { ...evaluation, decision: "implicitDeny", decidedBy: "trust" } as Evaluation };
  };

  const note = (ctx: Context, permission: Permission): void => {
    const who = ctx.principal.roleArn ?? ctx.principal.arn;
    const known = uses.get(who) ?? new Map<string, UsedPermission>();
    uses.set(who, known);
    const { action, resource } = permission;
    known.set(`${action} ${resource}`, { action, resource });
  };

  const guard: AccessGuard = {
    mode: options.mode ?? "enforce",

    credential: findCredential,

    authorize(ctx, service, call, permissions) {
      const { principal } = ctx;
      if (principal.type === "AWSService" || guard.mode === "off") return;
      for (const permission of permissions) {
        if (guard.mode === "record") note(ctx, permission);
        // Whom a role trusts is no matter of the caller's rights: it holds in every mode.
        if (guard.mode !== "enforce" && !isAssuming(permission)) continue;
        if (isUnlimited(permission, ctx, services)) continue;
        const { evaluation, context } = check(permission, ctx, call);
        if (evaluation.decision !== "allowed") throw denial(service.id, permission, ctx, evaluation, context);
      }
    },

    allowed(ctx, permission) {
      const assuming = isAssuming(permission);
      if (ctx.principal.type === "AWSService" && !assuming) return true;
      if (guard.mode === "record") note(ctx, permission);
      if (guard.mode !== "enforce" && !assuming) return true;
      if (isUnlimited(permission, ctx, services)) return true;
      return check(permission, ctx).evaluation.decision === "allowed";
    },

    record(call, ctx) {
      noteUse(call, ctx);
    },

    recorded: (principal) =>
      [...uses].flatMap(([who, known]) => ((principal ?? who) === who ? [...known.values()] : [])),
    recordedPolicy: (principal) => leastPrivilegePolicy(guard.recorded(principal)),
    forget: () => uses.clear(),

    explain(ctx, permission) {
      const { principal } = ctx;
      if (principal.type === "AWSService" && !isAssuming(permission)) {
        const line = `${principal.name} acts by its service-linked role; no policies are looked at`;
        return { allowed: true, decision: "service", lines: [line] };
      }
      if (isUnlimited(permission, ctx, services)) {
        const line = `${principal.arn} is the sandbox's administrator: allowed everything, no policies are looked at`;
        return { allowed: true, decision: "administrator", lines: [line] };
      }
      const { evaluation } = check(permission, ctx);
      const { decision, decidedBy, decisive, trace } = evaluation;
      const first = decisive
        ? `${decision}: ${describeStatement(decisive)}`
        : `${decision}: no ${decidedBy} policy has a statement that allows ${permission.action} on ${permission.resource}`;
      const rest = trace.filter((step) => step !== decisive).map(describeStatement);
      return { allowed: decision === "allowed", decision, lines: [first, ...rest] };
    },
  };
  return guard;
}

function isAssuming({ action }: Permission): boolean {
  return /^sts:(AssumeRole|TagSession|SetSourceIdentity)/.test(action);
}

function isFresh(arn: string, ctx: Context): boolean {
  const role = roleByArn(ctx, arn);
  return role !== undefined && ctx.now() < role.assumableAt;
}
