// Mappings that are read whole: the authenticator's own config file (MountedFile) and IAMIdentityMapping objects (CRD).
import type { Diagnostic } from "../../base/index.ts";
import { LotseError } from "../../base/index.ts";
import { arnLike, canonicalArn } from "../arn.ts";
import type { AuthMapping, SsoRole } from "../aws-auth/model.ts";
import { readMapping } from "../aws-auth/read.ts";
import type { Mapper, Mapping } from "./mapper.ts";

/** The part `server` of the authenticator's config file that maps people, as parsed YAML or JSON. */
export interface MappingFile {
  mapRoles?: readonly unknown[];
  mapUsers?: readonly unknown[];
  mapAccounts?: readonly string[];
}

/** The pattern of a permission set's role: its suffix changes whenever it is provisioned anew. */
export function ssoPattern({ partition, accountID, permissionSetName }: SsoRole): string {
  return `arn:${partition || "aws"}:iam::${accountID}:role/AWSReservedSSO_${permissionSetName}_*`.toLowerCase();
}

interface Rule extends Mapping {
  fits(arn: string): boolean;
}

/** Keys of an item in lower case. */
export function lowerCased(item: unknown): Record<string, unknown> | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name.toLowerCase(), value]));
}

function ruleFor(mapping: AuthMapping, source: string): Rule | string {
  const { username, groups, sso, arn } = mapping;
  const rule = `${source} ${mapping.key}[${mapping.index}]`;
  if (sso) {
    const pattern = ssoPattern(sso);
    return { username, groups, rule, fits: (given) => arnLike(given, pattern) === true };
  }
  const canonical = canonicalArn(arn);
  if (!canonical.ok) return canonical.problem;
  const key = canonical.arn.toLowerCase();
  return { username, groups, rule, fits: (given) => given === key };
}

/**
 * Mappings of a config file. Unlike in aws-auth, a role may be given by one of its sessions, and permission sets of IAM
 * Identity Center may be named.
 *
 * @throws LotseError identity/mapping-file with everything that is wrong in it: a server must not start with half of it
 */
export function mountedFileMapper(file: MappingFile): Mapper {
  const problems: Diagnostic[] = [];
  const read = (key: AuthMapping["key"]): Rule[] =>
    (file[key] ?? []).flatMap((item, index) => {
      const fields = lowerCased(item);
      const mapping = fields ? readMapping(fields, { key, index, line: 0 }) : "it is no map";
      const rule = typeof mapping === "string" ? mapping : ruleFor(mapping, "config file");
      if (typeof rule !== "string") return [rule];
      const title = `${key}[${index}]: ${rule}`;
      problems.push({ code: "identity/mapping-file", severity: "error", title, at: { path: `${key}[${index}]` } });
      return [];
    });
  // As in aws-auth, the last item with an ARN counts.
  const roles = read("mapRoles").toReversed();
  const users = read("mapUsers").toReversed();
  const [first] = problems;
  if (first) {
    const facts = { title: first.title, remedy: "Mend the mapping file; nothing of it is used until then" };
    throw new LotseError("identity/mapping-file", facts, { diagnostics: problems });
  }
  const accounts = new Set((file.mapAccounts ?? []).map(String));
  return {
    name: "MountedFile",
    find: (identity) => {
      const arn = identity.canonicalArn.toLowerCase();
      return roles.find((rule) => rule.fits(arn)) ?? users.find((rule) => rule.fits(arn));
    },
    allowsAccount: (accountId) => accounts.has(accountId),
  };
}

/** An IAMIdentityMapping (iamauthenticator.k8s.aws/v1alpha1), as far as decisions go. */
export interface IdentityMappingObject {
  metadata?: { name?: string };
  spec?: { arn?: string; username?: string; groups?: readonly string[] };
  /** Written by the controller from `spec.arn`; an object without it isn't in force yet. */
  status?: { canonicalARN?: string; userID?: string };
}

/** Mappings that stand in the cluster as objects; the first of several for an ARN wins. */
export function crdMapper(objects: readonly IdentityMappingObject[]): Mapper {
  return {
    name: "CRD",
    find: ({ canonicalArn: arn }) => {
      const object = objects.find(({ status }) => status?.canonicalARN?.toLowerCase() === arn.toLowerCase());
      return (
        object && {
          username: object.spec?.username ?? "",
          groups: object.spec?.groups ?? [],
          rule: `iamidentitymapping/${object.metadata?.name ?? ""}`,
        }
      );
    },
    allowsAccount: () => false,
  };
}
