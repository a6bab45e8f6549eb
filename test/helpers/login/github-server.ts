// GitHub's API as far as logins use it, by its published responses and its paging.
// https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user
// https://docs.github.com/en/rest/teams/teams#list-teams-for-the-authenticated-user
import type { StandIn, StandInAnswer, StandInRequest } from "./https-server.ts";
import { startStandIn } from "./https-server.ts";

export interface GithubUser {
  login: string;
  id: number;
  /** State of the membership by organisation. */
  memberships: Record<string, "active" | "pending">;
  /** Teams by organisation: display name and slug. */
  teams: readonly { organization: string; name: string; slug: string }[];
}

export interface GithubServer extends StandIn {
  /** By token. */
  users: Map<string, GithubUser>;
  /** Answers instead of the usual, while it is set. */
  trouble: ((request: StandInRequest) => StandInAnswer | undefined) | undefined;
}

const api = "/api/v3";
const message = (status: number, text: string, headers: Record<string, string> = {}): StandInAnswer => ({
  status,
  headers,
  json: { message: text, documentation_url: "https://docs.github.com/rest", status: String(status) },
});

function membership({ login, id, memberships }: GithubUser, asked: string): StandInAnswer {
  // Names of organisations don't care for case, and are answered as they are written.
  const organization = Object.keys(memberships).find((each) => each.toLowerCase() === asked.toLowerCase());
  if (organization === undefined) return message(404, "Not Found");
  return {
    json: {
      url: `https://api.github.com/orgs/${organization}/memberships/${login}`,
      state: memberships[organization],
      role: "member",
      organization_url: `https://api.github.com/orgs/${organization}`,
      organization: { login: organization, id: 1, type: "Organization" },
      user: { login, id, type: "User", site_admin: false },
    },
  };
}

function teamsOf({ teams }: GithubUser, url: URL): StandInAnswer {
  const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30));
  const page = Number(url.searchParams.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(teams.length / size));
  const link = (to: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  const items = teams.slice((page - 1) * size, page * size).map(({ organization, name, slug }, i) => ({
    id: (page - 1) * size + i,
    name,
    slug,
    privacy: "closed",
    permission: "pull",
    organization: { login: organization, id: 1, type: "Organization" },
  }));
  return { json: items, headers: links.length > 0 ? { link: links.join(", ") } : {} };
}

/** Starts one; its base address is an Enterprise server's. */
export async function startGithub(): Promise<GithubServer> {
  const world: Pick<GithubServer, "users" | "trouble"> = { users: new Map(), trouble: undefined };
  const server = await startStandIn((request) => {
    const { url, headers } = request;
    const wrong = github.trouble?.(request);
    if (wrong) return wrong;
    const user = github.users.get(/^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "");
    if (!user) return message(401, "Bad credentials");
    const path = url.pathname.startsWith(api) ? url.pathname.slice(api.length) : url.pathname;
    const organization = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(path)?.[1];
    if (organization !== undefined) return membership(user, decodeURIComponent(organization));
    return path === "/user/teams" ? teamsOf(user, url) : message(404, "Not Found");
  });
  const github: GithubServer = Object.assign(server, world);
  return github;
}
