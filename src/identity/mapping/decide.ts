// Who somebody is in Kubernetes: the first source that knows them decides.
import type { Identity } from "../verify/answer.ts";
import type { Mapper, MapperName, Mapping } from "./mapper.ts";
import type { InstanceLookup } from "./template.ts";
import { renderTemplate } from "./template.ts";

/** Somebody's name and groups in Kubernetes, and by which rule. */
export interface MappedUser {
  username: string;
  groups: readonly string[];
  mapper: MapperName;
  rule: string;
}

/** Let in, or not and why. */
export type MappingDecision = { allowed: true; user: MappedUser } | { allowed: false; reason: string };

/** Prefixes of user names that a source may not give away. Empty strings are ignored. */
export type ReservedPrefixes = Readonly<Partial<Record<MapperName, readonly string[]>>>;

/** What decisions need besides the mappings. */
export interface DecideOptions {
  reserved?: ReservedPrefixes | undefined;
  /** Instances for {{EC2PrivateDNSName}}; without it nobody becomes a node by that placeholder. */
  instances?: InstanceLookup | undefined;
}

function render(identity: Identity, mapper: Mapper, mapping: Mapping, options: DecideOptions): MappingDecision {
  const lookup = options.instances ?? ((): undefined => undefined);
  const rendered = [mapping.username, ...mapping.groups].map((template) => renderTemplate(template, identity, lookup));
  const texts: string[] = [];
  for (const result of rendered) {
    if ("problem" in result) return { allowed: false, reason: `${mapping.rule}: ${result.problem}` };
    texts.push(result.text);
  }
  const [username = "", ...groups] = texts;
  const prefixes = (options.reserved?.[mapper.name] ?? []).filter((prefix) => prefix !== "");
  if (prefixes.some((prefix) => username.startsWith(prefix))) {
    const list = prefixes.join(" ");
    const reason = `invalid username '${username}' for mapper ${mapper.name}: username must not begin with with the following prefixes: [${list}]`;
    return { allowed: false, reason };
  }
  return { allowed: true, user: { username, groups, mapper: mapper.name, rule: mapping.rule } };
}

/**
 * Decides by sources in order. A rule that fits ends the search, even where it can't be rendered; an account that a
 * source lets in beats rules of later sources.
 */
export function decideMapping(
  identity: Identity,
  mappers: readonly Mapper[],
  options: DecideOptions = {},
): MappingDecision {
  const problems: string[] = [];
  for (const mapper of mappers) {
    const found = mapper.find(identity);
    if (found && !("problem" in found)) return render(identity, mapper, found, options);
    if (found) problems.push(found.problem);
    if (mapper.allowsAccount(identity.accountId)) {
      const rule = `account ${identity.accountId}`;
      const user: MappedUser = { username: identity.canonicalArn, groups: [], mapper: mapper.name, rule };
      return { allowed: true, user };
    }
  }
  if (problems.length > 0) return { allowed: false, reason: problems.join("; ") };
  const near = mappers.flatMap((mapper) => mapper.nearMiss?.(identity) ?? []);
  const who = `${identity.canonicalArn}${identity.sessionName === "" ? "" : ` (session ${identity.sessionName})`}`;
  return { allowed: false, reason: [`identity is not mapped: ${who}`, ...near].join("; ") };
}
