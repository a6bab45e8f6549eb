// Logins by name and password against an LDAP directory: the user is looked up, binds with his own password, and his groups
// are searched. https://www.rfc-editor.org/rfc/rfc4513
import type { Person, Presented, Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import { denial } from "../core/refusal.ts";
import { badFlag } from "../core/settings.ts";
import type { LdapConnection, LdapPlace } from "./connection.ts";
import { openLdap, requireSuccess } from "./connection.ts";
import type { Filter } from "./filter.ts";
import { allOf, equals, FilterMistake, parseFilter } from "./filter.ts";
import type { LdapEntry } from "./messages.ts";
import { codes } from "./messages.ts";

/** Name and password of a token, `base64(user:password)` as in HTTP's basic authentication. */
export function basicOf(token: string): { user: string; password: string } | undefined {
  if (!/^[A-Za-z0-9+/]{4,8192}={0,2}$/.test(token)) return undefined;
  const text = Buffer.from(token, "base64").toString("utf8");
  const at = text.indexOf(":");
  return at < 1 || text.includes("\0") ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) };
}

interface Directory {
  place: LdapPlace;
  bindDn: string;
  bindPassword: string;
  userBase: string;
  userFilter: Filter;
  userFilterText: string;
  userAttribute: string;
  groupBase: string;
  groupFilter: Filter;
  groupMember: string;
  groupName: string;
}

const seconds = 10;

const valueOf = (entry: LdapEntry, attribute: string): string | undefined =>
  entry.attributes.get(attribute.toLowerCase())?.find((value) => value !== "");

/** Binds as the service, or stays anonymous where none is configured. */
async function bindService(connection: LdapConnection, { bindDn, bindPassword }: Directory): Promise<void> {
  if (bindDn !== "") requireSuccess(await connection.bind(bindDn, bindPassword), "failed to bind as the service");
}

/** Ends of a search that say something of the name that was searched, and nothing of the directory's health. */
const aboutTheName: ReadonlySet<number> = new Set([
  codes.sizeLimit,
  codes.inappropriateMatching,
  codes.invalidSyntax,
  codes.noSuchObject,
]);

async function userEntry(connection: LdapConnection, directory: Directory, user: string): Promise<LdapEntry> {
  const { userBase, userFilter, userFilterText, userAttribute } = directory;
  const { entries, result } = await connection.search({
    base: userBase,
    filter: allOf(userFilter, equals(userAttribute, user)),
    attributes: [userAttribute],
    // One is right, and two are enough to know that it is ambiguous.
    sizeLimit: 2,
    seconds,
  });
  if (!aboutTheName.has(result.code)) requireSuccess(result, "failed to search the user");
  const [entry] = entries;
  if (!entry) throw denial(`No result for the user search filter '${userFilterText}'`);
  if (entries.length > 1 || result.code === codes.sizeLimit)
    throw denial(`Multiple entries found for the user search filter '${userFilterText}'`);
  // An entry without a name would be somebody who may bind anonymously.
  if (entry.dn === "") throw denial("the directory names an entry without a name");
  return entry;
}

async function groupsOf(connection: LdapConnection, directory: Directory, dn: string): Promise<string[]> {
  const { groupBase, groupFilter, groupMember, groupName } = directory;
  const { entries, result } = await connection.search({
    base: groupBase,
    filter: allOf(groupFilter, equals(groupMember, dn)),
    attributes: [groupName],
    sizeLimit: 0,
    seconds,
  });
  // Half a list of groups isn't given to anybody: a missing one may be what others are told apart by.
  if (result.code !== codes.noSuchObject) requireSuccess(result, "failed to search groups");
  return [...new Set(entries.map((entry) => valueOf(entry, groupName)).filter((name) => name !== undefined))];
}

async function authenticate(directory: Directory, { token, signal, beforeAsking }: Presented): Promise<Person> {
  const basic = basicOf(token);
  if (!basic) throw denial("Invalid basic auth token");
  // A bind with a name and no password succeeds without meaning anything (RFC 4513 §5.1.2).
  if (basic.password === "") throw denial("authentication failed: the password is empty");
  beforeAsking();
  const connection = await openLdap(directory.place, signal);
  try {
    await bindService(connection, directory);
    const entry = await userEntry(connection, directory, basic.user);
    const bound = await connection.bind(entry.dn, basic.password);
    if (bound.code === codes.busy || bound.code === codes.unavailable)
      requireSuccess(bound, "failed to bind as the user");
    if (bound.code !== codes.success) throw denial(`authentication failed: LDAP result ${bound.code}`);
    // The service sees groups that users may not.
    await bindService(connection, directory);
    const groups = await groupsOf(connection, directory, entry.dn);
    return { username: valueOf(entry, directory.userAttribute) ?? basic.user, groups };
  } finally {
    connection.close();
  }
}

function filterOf(settings: ProviderSettings, flag: string): Filter {
  const text = settings.required(flag);
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterMistake) throw badFlag(flag, `${text}: ${error.message}`, "Its form is RFC 4515's.");
    throw error;
  }
}

function attributeOf(settings: ProviderSettings, flag: string): string {
  const name = settings.required(flag);
  try {
    equals(name, "");
    return name;
  } catch (error) {
    if (error instanceof FilterMistake) throw badFlag(flag, error.message);
    throw error;
  }
}

function placeOf(settings: ProviderSettings): LdapPlace {
  const [secure, startTls] = [settings.yes("ldap.is-secure-ldap"), settings.yes("ldap.start-tls")];
  if (secure && startTls)
    throw badFlag(
      "ldap.start-tls",
      "and --ldap.is-secure-ldap exclude each other",
      "LDAPS is secure from the first byte.",
    );
  const host = settings.required("ldap.server-address");
  if (!secure && !startTls && !settings.yes("ldap.allow-plain-text"))
    throw badFlag(
      "ldap.start-tls",
      "is off, and --ldap.is-secure-ldap as well: passwords would be sent in clear",
      "Choose one of the two; --ldap.allow-plain-text where nobody can listen.",
    );
  return {
    host,
    port: settings.number("ldap.server-port"),
    security: secure ? "ldaps" : startTls ? "start-tls" : "none",
    authority: settings.file("ldap.ca-cert-file"),
    verify: !settings.yes("ldap.skip-tls-verification"),
  };
}

function open(settings: ProviderSettings): Provider {
  if (settings.required("ldap.auth-choice") !== "simple")
    throw badFlag(
      "ldap.auth-choice",
      `${settings.required("ldap.auth-choice")} isn't supported`,
      "Kerberos never worked in guard either; `simple` binds with the user's password over TLS.",
    );
  const directory: Directory = {
    place: placeOf(settings),
    bindDn: settings.text("ldap.bind-dn") ?? "",
    bindPassword: settings.secret("ldap.bind-password") ?? "",
    userBase: settings.text("ldap.user-search-dn") ?? "",
    userFilter: filterOf(settings, "ldap.user-search-filter"),
    userFilterText: settings.required("ldap.user-search-filter"),
    userAttribute: attributeOf(settings, "ldap.user-attribute"),
    groupBase: settings.text("ldap.group-search-dn") ?? "",
    groupFilter: filterOf(settings, "ldap.group-search-filter"),
    groupMember: attributeOf(settings, "ldap.group-member-attribute"),
    groupName: attributeOf(settings, "ldap.group-name-attribute"),
  };
  if (directory.bindDn !== "" && directory.bindPassword === "")
    throw badFlag(
      "ldap.bind-password",
      "is missing",
      "It may stand in LDAP_BIND_PASSWORD. Without --ldap.bind-dn searches are anonymous.",
    );
  return {
    recognises: (token) => basicOf(token) !== undefined,
    authenticate: (presented) => authenticate(directory, presented),
  };
}

/** LDAP. */
export const ldap: ProviderDefinition = defineProvider({
  id: "ldap",
  title: "name and password of an LDAP directory, with its groups",
  flags: [
    { kind: "text", name: "ldap.server-address", description: "host of the directory" },
    { kind: "number", name: "ldap.server-port", description: "its port", default: 389 },
    { kind: "text", name: "ldap.bind-dn", description: "who searches; anonymous by default", env: "LDAP_BIND_DN" },
    {
      kind: "text",
      name: "ldap.bind-password",
      description: "password of whoever searches; better in LDAP_BIND_PASSWORD",
      env: "LDAP_BIND_PASSWORD",
    },
    { kind: "text", name: "ldap.bind-password-file", description: "file with it" },
    { kind: "text", name: "ldap.user-search-dn", description: "below which users stand" },
    {
      kind: "text",
      name: "ldap.user-search-filter",
      description: "what users are",
      default: "(objectClass=person)",
    },
    { kind: "text", name: "ldap.user-attribute", description: "attribute with the user's name", default: "uid" },
    { kind: "text", name: "ldap.group-search-dn", description: "below which groups stand" },
    {
      kind: "text",
      name: "ldap.group-search-filter",
      description: "what groups are",
      default: "(objectClass=groupOfNames)",
    },
    {
      kind: "text",
      name: "ldap.group-member-attribute",
      description:
        "attribute with the DNs of members; member:1.2.840.113556.1.4.1941: follows groups in groups in Active Directory",
      default: "member",
    },
    { kind: "text", name: "ldap.group-name-attribute", description: "attribute with the group's name", default: "cn" },
    { kind: "switch", name: "ldap.is-secure-ldap", description: "TLS from the first byte (port 636, usually)" },
    { kind: "switch", name: "ldap.start-tls", description: "TLS by StartTLS" },
    { kind: "switch", name: "ldap.allow-plain-text", description: "no TLS: passwords can be read on the way" },
    { kind: "switch", name: "ldap.skip-tls-verification", description: "take any certificate of the directory" },
    { kind: "text", name: "ldap.ca-cert-file", description: "authority of the directory's certificate" },
    { kind: "text", name: "ldap.auth-choice", description: "simple; Kerberos isn't supported", default: "simple" },
  ],
  open,
});
