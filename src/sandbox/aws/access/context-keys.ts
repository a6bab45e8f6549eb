// Condition keys of a call. Nothing is computed before a policy asks for it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { Call, Context, Permission, Principal, ServiceDefinition } from "../core/index.ts";
import type { ContextLookup } from "../../../iam/index.ts";
import { everywhere, roles, users } from "../services/iam/state.ts";
import type { SessionRow } from "../services/sts/state.ts";
import { sessions } from "../services/sts/state.ts";
import { requestTags } from "./request-tags.ts";

/** What the keys are computed from. */
export interface Circumstances {
  ctx: Context;
  permission: Permission;
  /** Absent when a service asks beforehand (`ctx.allowed`). */
  call?: Call;
  /** Service that owns the resource. */
  owner?: ServiceDefinition | undefined;
}

type Value = string | readonly string[] | undefined;

const principalTypes: Readonly<Record<Principal["type"], string>> = {
  Root: "Account",
  IAMUser: "User",
  AssumedRole: "AssumedRole",
  FederatedUser: "FederatedUser",
  AWSService: "Service",
  Anonymous: "Anonymous",
};

function sessionOf({ ctx }: Circumstances): Readonly<SessionRow> | undefined {
  return ctx.table(sessions, everywhere).get(ctx.principal.accessKeyId ?? "");
}

function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Keys by lower-case name. AWS sends no value where these give undefined. */
const globalKeys: Readonly<Record<string, (at: Circumstances) => Value>> = {
  "aws:principalarn": ({ ctx }) => ctx.principal.roleArn ?? ctx.principal.arn,
  "aws:principalaccount": ({ ctx }) => ctx.principal.account,
  "aws:principaltype": ({ ctx }) => principalTypes[ctx.principal.type],
  "aws:principalisawsservice": ({ ctx }) => String(ctx.principal.type === "AWSService"),
  "aws:principalservicename": ({ ctx }) => (ctx.principal.type === "AWSService" ? ctx.principal.name : undefined),
  "aws:userid": ({ ctx }) => ctx.principal.principalId,
  "aws:username": ({ ctx }) => (ctx.principal.type === "IAMUser" ? ctx.principal.name : undefined),
  "aws:sourceip": ({ call, ctx }) =>
    ctx.principal.invokedBy === undefined ? (call?.sourceIp ?? "127.0.0.1") : undefined,
  "aws:useragent": ({ call }) => call?.userAgent,
  "aws:currenttime": ({ ctx }) => isoSeconds(ctx.now()),
  "aws:epochtime": ({ ctx }) => String(Math.floor(ctx.now() / 1000)),
  // The local endpoint stands in for AWS's HTTPS one.
  "aws:securetransport": () => "true",
  "aws:requestedregion": ({ call, ctx }) => (isGlobal(call?.service) ? "us-east-1" : ctx.region),
  "aws:viaawsservice": ({ ctx }) => String(ctx.principal.invokedBy !== undefined),
  "aws:calledvia": ({ ctx }) => (ctx.principal.invokedBy === undefined ? undefined : [ctx.principal.invokedBy]),
  "aws:calledviafirst": ({ ctx }) => ctx.principal.invokedBy,
  "aws:calledvialast": ({ ctx }) => ctx.principal.invokedBy,
  "aws:resourceaccount": ({ permission, ctx }) => permission.resource.split(":")[4] || ctx.account,
  "aws:tokenissuetime": (at) => {
    const session = sessionOf(at);
    return session && isoSeconds(session.issued);
  },
  // Sessions say that there was no second factor; long-term keys say nothing.
  "aws:multifactorauthpresent": (at) => (sessionOf(at) ? "false" : undefined),
  "aws:sourceidentity": (at) => sessionOf(at)?.sourceIdentity,
  "aws:federatedprovider": (at) => sessionOf(at)?.provider,
  "aws:tagkeys": ({ call }) => {
    const keys = call ? requestTags(call.input).keys : [];
    return keys.length === 0 ? undefined : keys;
  },
  "ec2:region": ({ ctx }) => ctx.region,
};

function isGlobal(service: string | undefined): boolean {
  return service === "iam";
}

function principalTag({ ctx }: Circumstances, key: string): Value {
  const { principal } = ctx;
  const own = findTag(principal.sessionTags, key);
  if (own !== undefined) return own;
  const table = principal.type === "AssumedRole" ? roles : users;
  const rows = ctx.table<{ id: string; tags: Readonly<Record<string, string>> }>(table as never, {
    account: principal.account,
  });
  const row = rows.get(principal.name.toLowerCase());
  return row && isSame(principal, row.id) ? findTag(row.tags, key) : undefined;
}

/** A user or role made anew under the same name is another one, and its tags are not this caller's. */
function isSame({ type, principalId, userId }: Principal, id: string): boolean {
  if (type === "FederatedUser") return userId === id;
  return principalId === id || principalId.startsWith(`${id}:`);
}

function findTag(tags: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return tags && Object.entries(tags).find(([name]) => name.toLowerCase() === key)?.[1];
}

function requestTag({ call }: Circumstances, key: string): Value {
  if (!call) return undefined;
  for (const [name, value] of requestTags(call.input).tags) if (name.toLowerCase() === key) return value;
  return undefined;
}

function resourceTag({ owner, permission, ctx }: Circumstances, key: string): Value {
  return findTag(owner?.resourceTags?.(permission.resource, ctx), key);
}

/** Keys with a tag's name behind the slash. */
const tagKeys: Readonly<Record<string, (at: Circumstances, key: string) => Value>> = {
  "aws:principaltag": principalTag,
  "aws:requesttag": requestTag,
  "aws:resourcetag": resourceTag,
};

/** The lookup for one permission of one call. What the service gives itself comes first. */
export function contextOfCall(at: Circumstances): ContextLookup {
  const { conditions } = at.permission;
  return (key) => {
    if (conditions) {
      for (const [name, value] of Object.entries(conditions)) if (name.toLowerCase() === key) return value;
    }
    const known = globalKeys[key];
    if (known) return known(at);
    const slash = key.indexOf("/");
    if (slash === -1) return undefined;
    const family = key.slice(0, slash);
    // `ec2:ResourceTag/x` and its like are older names for `aws:ResourceTag/x`.
    const read = tagKeys[family] ?? (family.endsWith(":resourcetag") ? resourceTag : undefined);
    return read?.(at, key.slice(slash + 1));
  };
}
