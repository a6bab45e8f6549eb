// Logins by personal access tokens of GitHub or GitHub Enterprise: an active member of the organisation, and its teams.
// https://docs.github.com/en/rest/orgs/members, https://docs.github.com/en/rest/teams/teams
import type { Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import type { Api, Reading } from "../core/http.ts";
import { below, openApi, successOf } from "../core/http.ts";
import { allItems, linkedPage } from "../core/pages.ts";
import { denial, outage } from "../core/refusal.ts";
import type { Fields } from "../core/shape.ts";
import { fieldsOf, idOf, isFields, listOf, textOf, within } from "../core/shape.ts";
import { looksLikeJwt } from "../oidc/jwt.ts";

/** Logins of GitHub: letters, digits and single dashes. Anything else would change the path of the question. */
const login = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/;

/** What GitHub.com is called by; an Enterprise server's API is below `/api/v3`. */
function apiOf(url: URL): URL {
  const own = url.hostname === "github.com" ? new URL("https://api.github.com/") : url;
  return own.pathname === "/" && own.hostname !== "api.github.com" ? below(own, "api/v3") : own;
}

type TeamName = (team: Fields) => readonly (string | undefined)[];

/** Slugs stay when a team is given another display name; names are what guard uses. */
const teamNames: Readonly<Record<string, TeamName>> = {
  name: (team) => [textOf(team["name"])],
  slug: (team) => [textOf(team["slug"])],
  both: (team) => [textOf(team["name"]), textOf(team["slug"])],
};

const sameLogin = (left: unknown, right: string): boolean =>
  typeof left === "string" && left.toLowerCase() === right.toLowerCase();

interface Asking {
  api: Api;
  base: URL;
  token: string;
  signal: AbortSignal;
  now: number;
}

const headersOf = ({ token }: Asking): Record<string, string> => ({
  accept: "application/vnd.github+json",
  authorization: `Bearer ${token}`,
  "x-github-api-version": "2022-11-28",
});

const reading = ({ now }: Asking, what: string): Reading => ({ what, quotaIsPersonal: true, now });

/** The user, once it is sure that he is a member who has accepted: an invitation alone opens nothing. */
async function member(asking: Asking, organization: string): Promise<Fields> {
  const what = `failed to check user's membership in Org ${organization}`;
  const url = below(asking.base, `user/memberships/orgs/${encodeURIComponent(organization)}`);
  const answer = await asking.api.ask({ url, headers: headersOf(asking), signal: asking.signal });
  const membership = fieldsOf(successOf(answer, reading(asking, what)), what);
  if (!sameLogin(within(membership, "organization")["login"], organization))
    throw denial(`${what}: the answer is about another organization`);
  if (membership["state"] !== "active")
    throw denial(`${what}: the membership is ${textOf(membership["state"]) ?? "unknown"}, not active`);
  return within(membership, "user");
}

async function teams(asking: Asking, organization: string, nameOf: TeamName): Promise<string[]> {
  const what = `failed to load user's teams for Org ${organization}`;
  const first = below(asking.base, "user/teams");
  first.searchParams.set("per_page", "100");
  const all = await allItems(first, async (url) => {
    const answer = await asking.api.ask({ url, headers: headersOf(asking), signal: asking.signal });
    const items = listOf(successOf(answer, reading(asking, what)), what);
    return { items, next: linkedPage(answer.headers.link, url) };
  });
  const own = all.filter(isFields).filter((team) => sameLogin(within(team, "organization")["login"], organization));
  return [...new Set(own.flatMap(nameOf).filter((name) => name !== undefined))];
}

function open(settings: ProviderSettings): Provider {
  const api = openApi(settings.file("github.ca-file"));
  const base = apiOf(settings.address("github.base-url"));
  const nameOf = settings.choice("github.team-names", teamNames);
  return {
    // Other providers' tokens with a mark of their own stay theirs.
    recognises: (token) => !looksLikeJwt(token) && !token.startsWith("glpat-") && /^[A-Za-z0-9_.]{20,255}$/.test(token),
    async authenticate({ token, organization, signal, beforeAsking }) {
      if (!login.test(organization)) throw denial(`${JSON.stringify(organization)} can't be an organization of GitHub`);
      if (!/^[\x21-\x7e]+$/.test(token)) throw denial("Invalid token");
      beforeAsking();
      const asking: Asking = { api, base, token, signal, now: settings.now() };
      const user = await member(asking, organization);
      const [username, uid] = [textOf(user["login"]), idOf(user["id"])];
      if (username === undefined || uid === undefined) throw outage("GitHub doesn't say who has the membership");
      return { username, uid, groups: await teams(asking, organization, nameOf) };
    },
    close: () => api.close(),
  };
}

/** GitHub. */
export const github: ProviderDefinition = defineProvider({
  id: "github",
  title: "GitHub and GitHub Enterprise: members of an organisation and their teams",
  organization: "organisation of GitHub",
  flags: [
    {
      kind: "text",
      name: "github.base-url",
      description: "API of GitHub, or address of an Enterprise server (/api/v3 is added)",
      default: "https://api.github.com/",
    },
    {
      kind: "text",
      name: "github.team-names",
      description: "what teams are called as groups: name, slug or both",
      default: "name",
    },
    { kind: "text", name: "github.ca-file", description: "authority of an Enterprise server" },
  ],
  open,
});
