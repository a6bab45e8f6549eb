// Who can enter a cluster at all, as whom, and what that gives them.
import type { AuthenticationMode, AwsAuthData } from "../../identity/index.ts";
import {
  canonicalArn,
  defaultEntryUsername,
  policyName,
  readAwsAuth,
  sameArn,
  stripPath,
} from "../../identity/index.ts";
import { nodeEntryIdentities } from "../../facts/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, valueOf } from "../explanation.ts";
import type { Rbac, RbacBinding } from "../principal/rbac.ts";
import { bindingName } from "../principal/rbac.ts";
import type { EntryFacts } from "../principal/world.ts";
import type { Entrant } from "./model.ts";

/** What the list is made of. */
export interface PeopleWorld {
  mode: Known<AuthenticationMode>;
  entries: Known<readonly EntryFacts[]>;
  awsAuth: Known<AwsAuthData | undefined>;
  rbac: Known<Rbac>;
}

type Right = Entrant["rights"][number];

function rbacRights(rbac: Rbac | undefined, username: string, groups: readonly string[]): Right[] {
  if (!rbac) return [];
  const all: readonly RbacBinding[] = [...rbac.clusterRoleBindings, ...rbac.roleBindings];
  return all.flatMap((binding) => {
    const subject = (binding.subjects ?? []).find(
      ({ kind, name }) => (kind === "User" && name === username) || (kind === "Group" && groups.includes(name)),
    );
    if (!subject) return [];
    const { namespace } = binding.metadata;
    const { name } = binding.roleRef;
    const right: Right = {
      name,
      where: namespace ?? "everywhere",
      by: `${bindingName(binding)} to ${subject.kind} ${subject.name}`,
      strong: name === "cluster-admin" && namespace === undefined,
    };
    return [right];
  });
}

const mastersRight: Right = { name: "everything", where: "everywhere", by: "group system:masters", strong: true };

const policyRights = ({ policies = [] }: EntryFacts): Right[] =>
  policies.map(({ policyArn, accessScope }) => {
    const name = policyName(policyArn);
    const wide = accessScope.type === "cluster";
    return {
      name,
      where: wide ? "everywhere" : (accessScope.namespaces ?? []).join(", "),
      by: "access policy",
      strong: wide && name === "AmazonEKSClusterAdminPolicy",
    };
  });

const rightsOf = (rbac: Rbac | undefined, username: string, groups: readonly string[]): Right[] =>
  groups.includes("system:masters") ? [mastersRight] : rbacRights(rbac, username, groups);

function ofEntry(entry: EntryFacts, rbac: Rbac | undefined, mode: AuthenticationMode | undefined): Entrant {
  const type = entry.type ?? "STANDARD";
  const fixed = nodeEntryIdentities[type];
  const username = fixed?.username ?? (entry.username || defaultEntryUsername(entry.principalArn));
  const groups = fixed?.groups ?? entry.kubernetesGroups ?? [];
  return {
    principal: entry.principalArn,
    by: "access entry",
    type,
    username,
    groups,
    rights: [...policyRights(entry), ...rightsOf(rbac, username, groups)],
    ...(mode === "CONFIG_MAP" ? { problem: "mode CONFIG_MAP doesn't look at access entries" } : {}),
  };
}

function problemOf(
  arn: string,
  mode: AuthenticationMode | undefined,
  entries: readonly EntryFacts[],
): string | undefined {
  if (mode === "API") return "mode API doesn't look at aws-auth";
  if (arn.includes("*")) return "* is taken literally";
  if (arn.includes(":instance-profile/")) return "nobody calls as an instance profile";
  if (arn.includes(":assumed-role/")) return "a session never matches";
  if (/:role\/.+\/./.test(arn)) return "a role with its path never matches";
  const canonical = canonicalArn(arn);
  if (!canonical.ok) return canonical.problem;
  const shadow = entries.some(({ principalArn }) => sameArn(stripPath(principalArn), arn));
  return mode === "API_AND_CONFIG_MAP" && shadow ? "its access entry comes first" : undefined;
}

/** Everybody who can enter, and the rules that are meant to let somebody in and don't. */
export function entrantsOf(world: PeopleWorld): Entrant[] {
  const mode = valueOf(world.mode);
  const rbac = valueOf(world.rbac);
  const entries = valueOf(world.entries) ?? [];
  const { roles, users, accounts } = readAwsAuth(valueOf(world.awsAuth));
  const items = [...roles, ...users].map((item, i, all): Entrant => {
    const later = all.some((other, j) => j > i && other.key === item.key && sameArn(other.arn, item.arn));
    const problem = problemOf(item.arn, mode, entries) ?? (later ? "a later item for it counts" : undefined);
    return {
      principal: item.arn,
      by: `aws-auth ${item.key}[${item.index}]`,
      type: "aws-auth",
      username: item.username,
      groups: item.groups,
      rights: rightsOf(rbac, item.username, item.groups),
      ...(problem === undefined ? {} : { problem }),
    };
  });
  const whole = accounts.map((account): Entrant => ({
    principal: `everybody of account ${account}`,
    by: "aws-auth mapAccounts",
    type: "aws-auth",
    username: "their ARN",
    groups: [],
    rights: [],
    ...(mode === "API" ? { problem: "mode API doesn't look at aws-auth" } : {}),
  }));
  return [...entries.map((entry) => ofEntry(entry, rbac, mode)), ...items, ...whole];
}

/** What of it couldn't be read, for people. */
export function unreadOf(world: PeopleWorld): string[] {
  const parts: readonly [string, Known<unknown>][] = [
    ["authentication mode", world.mode],
    ["access entries", world.entries],
    ["aws-auth", world.awsAuth],
    ["RBAC", world.rbac],
  ];
  const mode = valueOf(world.mode);
  return [
    ...parts.flatMap(([name, known]) => (isRead(known) ? [] : [`${name}: ${known.unread}`])),
    ...(mode === "CONFIG_MAP" ? ["whoever made the cluster is an administrator too; EKS doesn't say who that is"] : []),
  ];
}
