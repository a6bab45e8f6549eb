// Access entries of EKS as mappings, and the rules for what an entry may say.
import { nodeEntryIdentities, reservedNamePrefixes } from "../../facts/index.ts";
import { lastName, parseArn, sameArn, stripPath } from "../arn.ts";
import type { Identity } from "../verify/answer.ts";
import type { Mapper } from "./mapper.ts";

/** Where a policy of an entry holds. */
export interface PolicyScope {
  /** `cluster` or `namespace`; anything else holds nowhere. */
  type?: string | undefined;
  /** Names, in which `*` stands for anything. */
  namespaces?: readonly string[] | undefined;
}

/** A policy that an entry is associated with. */
export interface AssociatedPolicy {
  policyArn: string;
  accessScope: PolicyScope;
}

/** An access entry, by the names of EKS's API. */
export interface AccessEntryRecord {
  /** A role (with its path) or user of any account. */
  principalArn: string;
  /** What the principal was when the entry was made; without it the ARN decides, as for principals of other accounts. */
  principalId?: string | undefined;
  /** STANDARD by default. */
  type?: string | undefined;
  username?: string | undefined;
  kubernetesGroups?: readonly string[] | undefined;
  policies?: readonly AssociatedPolicy[] | undefined;
}

/** The user name of an entry that names none: the user's ARN, or the role's sessions each under their own name. */
export function defaultEntryUsername(principalArn: string): string {
  const parts = parseArn(principalArn);
  if (typeof parts === "string" || !parts.resource.startsWith("role/")) return principalArn;
  return `arn:${parts.partition}:sts::${parts.account}:assumed-role/${lastName(principalArn)}/{{SessionName}}`;
}

/** Why EKS would refuse the user name of a STANDARD entry; undefined when it is good. */
export function entryUsernameProblem(username: string): string | undefined {
  const prefix = reservedNamePrefixes.find((reserved) => username.toLowerCase().startsWith(reserved));
  if (prefix !== undefined) return `The username ${username} is invalid, it cannot start with ${prefix}`;
  const at = username.search(/\{\{SessionName(Raw)?\}\}/);
  if (at === 0) return 'Access Entry username cannot start with "session".';
  if (at > 0 && !username.slice(0, at).includes(":"))
    return `The username ${username} is invalid, a colon must come before {{SessionName}}`;
  return undefined;
}

/** Why EKS would refuse a group of a STANDARD entry; undefined when it is good. */
export function entryGroupProblem(group: string): string | undefined {
  const prefix = reservedNamePrefixes.find((reserved) => group.toLowerCase().startsWith(reserved));
  return prefix && `The kubernetes group name ${group} is invalid, it cannot start with ${prefix}`;
}

const samePrincipal = (entry: AccessEntryRecord, identity: Pick<Identity, "canonicalArn">): boolean =>
  // STS names roles without their path; users keep theirs.
  sameArn(stripPath(entry.principalArn), stripPath(identity.canonicalArn));

/** The entry that is for somebody: by unique id where the entry has one, else by ARN, a role's path aside. */
export function entryOf(
  entries: readonly AccessEntryRecord[],
  identity: Pick<Identity, "canonicalArn" | "principalId">,
): AccessEntryRecord | undefined {
  return (
    entries.find(({ principalId }) => principalId !== undefined && principalId === identity.principalId) ??
    entries.find((entry) => entry.principalId === undefined && samePrincipal(entry, identity))
  );
}

/** Access entries as a source of mappings. */
export function accessEntriesMapper(entries: readonly AccessEntryRecord[]): Mapper {
  return {
    name: "AccessEntries",
    find: (identity) => {
      const entry = entryOf(entries, identity);
      if (!entry) return undefined;
      const fixed = nodeEntryIdentities[entry.type ?? "STANDARD"];
      const rule = `access entry ${entry.principalArn}`;
      if (fixed) return { ...fixed, rule };
      const username = entry.username || defaultEntryUsername(entry.principalArn);
      return { username, groups: entry.kubernetesGroups ?? [], rule };
    },
    allowsAccount: () => false,
    nearMiss: (identity) => {
      const entry = entries.find((candidate) => samePrincipal(candidate, identity));
      if (!entry) return undefined;
      return (
        `the access entry of ${entry.principalArn} is for ${entry.principalId}, and this is ${identity.principalId}: ` +
        "the principal was deleted and made anew; make the entry anew too"
      );
    },
  };
}
