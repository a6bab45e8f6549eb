// One permission judged: the caller's policies, the resource's policy, the conditions of the call.
import type { Call, Context, Permission, ServiceDefinition } from "../core/index.ts";
import type { ContextLookup, Evaluation, NamedPolicy, PolicySet, Requester } from "../../../iam/index.ts";
import { evaluate } from "../../../iam/index.ts";
import { readDocument } from "./principal-policies.ts";
import { contextOfCall } from "./context-keys.ts";
import { policiesOfPrincipal, requesterOf } from "./requester.ts";

/** Services by the prefix of their actions and of their ARNs. */
export type ServicesByPrefix = ReadonlyMap<string, ServiceDefinition>;

/** How many resource policies are kept read; more than any sandbox has in use at once. */
const documentLimit = 2000;

/** Reads the policies of resources once per text. */
export class ResourceDocuments {
  readonly #read: Map<string, NamedPolicy> = new Map();

  get(text: string, name: string, kind: "resource" | "trust"): NamedPolicy {
    const key = `${kind} ${name} ${text}`;
    const known = this.#read.get(key);
    if (known) return known;
    if (this.#read.size >= documentLimit) this.#read.clear();
    const policy = { name, document: readDocument(text, kind) };
    this.#read.set(key, policy);
    return policy;
  }
}

function ownerOf(permission: Permission, services: ServicesByPrefix): ServiceDefinition | undefined {
  const { resource, action } = permission;
  const prefix = resource.startsWith("arn:") ? resource.split(":", 3)[2] : action.slice(0, action.indexOf(":"));
  return services.get(prefix ?? "");
}

/** The resource's part of the policies. */
function resourcePart(
  permission: Permission,
  ctx: Context,
  owner: ServiceDefinition | undefined,
  documents: ResourceDocuments,
): PolicySet {
  const found = owner?.resourcePolicy?.(permission, ctx);
  if (!found) return {};
  const kind = permission.action.startsWith("sts:") ? "trust" : "resource";
  return {
    resource: documents.get(found.document, permission.resource, kind),
    resourceAccount: found.account,
    ...(found.mustAllow === true ? { resourceMustAllow: true } : {}),
  };
}

export interface Judgement {
  evaluation: Evaluation;
  requester: Requester;
  context: ContextLookup;
}

/** True when nothing can be said against the sandbox's own administrator: no resource policy is in play. */
export function isUnlimited(permission: Permission, ctx: Context, services: ServicesByPrefix): boolean {
  const { administrator, sessionPolicies } = ctx.principal;
  if (administrator !== true || sessionPolicies) return false;
  return ownerOf(permission, services)?.resourcePolicy?.(permission, ctx) === undefined;
}

/** Judges one permission of the caller. */
export function judge(
  permission: Permission,
  at: { ctx: Context; call?: Call; services: ServicesByPrefix; documents: ResourceDocuments },
): Judgement {
  const { ctx, call } = at;
  const owner = ownerOf(permission, at.services);
  const requester = requesterOf(ctx.principal);
  const context = contextOfCall({ ctx, permission, owner, ...(call ? { call } : {}) });
  const policies: PolicySet = {
    ...policiesOfPrincipal(ctx.principal, ctx),
    ...resourcePart(permission, ctx, owner, at.documents),
  };
  const request = { requester, action: permission.action, resource: permission.resource, context };
  return { evaluation: evaluate(request, policies), requester, context };
}
