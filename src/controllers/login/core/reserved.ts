// Names that Kubernetes itself gives meaning to. A directory in which somebody may found a group must not make administrators.
import type { Person } from "./provider.ts";
import { denial } from "./refusal.ts";

const reserved = /^system:/i;
/** What an API server and RBAC can still work with; GitHub, GitLab and Entra stay far below. */
const mostGroups = 2_000;
const longestName = 512;
// eslint-disable-next-line no-control-regex -- these are the characters that are looked for
const control = /[\u0000-\u001f\u007f]/;

/** Headers lose spaces at their ends: ` system:masters` would arrive at the API server without its space. */
const usable = (name: string): boolean =>
  name !== "" && name.length <= longestName && name.trim() === name && !control.test(name);

/**
 * Somebody as the cluster may see him: refused when he is called `system:…`, without groups of such names.
 *
 * @throws LoginRefusal
 */
export function withoutReservedNames(person: Person): Person {
  if (reserved.test(person.username)) throw denial(`the name ${person.username} is reserved for Kubernetes itself`);
  if (!usable(person.username)) throw denial("the name can't be used in Kubernetes");
  const groups = person.groups.filter((group) => usable(group) && !reserved.test(group));
  if (groups.length > mostGroups) throw denial(`the user is in ${groups.length} groups, more than ${mostGroups}`);
  return { ...person, groups };
}

/** Somebody with his provider's name before his own and his groups', so that people of several aren't mistaken for each other. */
export function prefixed(person: Person, provider: string): Person {
  const before = (name: string): string => `${provider}:${name}`;
  return { ...person, username: before(person.username), groups: person.groups.map(before) };
}
