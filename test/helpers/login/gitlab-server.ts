// GitLab's API as far as logins use it, by its published responses and its paging.
// https://docs.gitlab.com/api/users/#get-the-current-user, https://docs.gitlab.com/api/groups/#list-groups
import type { StandIn, StandInAnswer } from "./https-server.ts";
import { startStandIn } from "./https-server.ts";

export interface GitlabUser {
  username: string;
  id: number;
  state?: "active" | "blocked";
  admin?: boolean;
  /** Access level by full path of the group. */
  groups: Record<string, number>;
}

export interface GitlabServer extends StandIn {
  /** By token. */
  users: Map<string, GitlabUser>;
  /** Groups that wait for their deletion. */
  doomed: Set<string>;
  /** Groups that others can see but aren't members of. */
  visible: string[];
}

function groupsOf(server: GitlabServer, user: GitlabUser, url: URL): StandInAnswer {
  const least = Number(url.searchParams.get("min_access_level") ?? 0);
  const all = [...new Set([...Object.keys(user.groups), ...server.visible])].toSorted();
  const shown = least === 0 ? all : all.filter((path) => (user.groups[path] ?? 0) >= least);
  const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 20));
  const page = Number(url.searchParams.get("page") ?? 1);
  const pages = Math.max(1, Math.ceil(shown.length / size));
  const link = (to: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [...(page < pages ? [link(page + 1, "next")] : []), link(1, "first"), link(pages, "last")];
  return {
    json: shown.slice((page - 1) * size, page * size).map((path) => ({
      id: 1000 + all.indexOf(path),
      name: path.split("/").at(-1),
      path: path.split("/").at(-1),
      full_path: path,
      visibility: "internal",
      marked_for_deletion_on: server.doomed.has(path) ? "2026-11-20" : null,
    })),
    headers: {
      link: links.join(", "),
      "x-page": String(page),
      "x-next-page": page < pages ? String(page + 1) : "",
      "x-total": String(shown.length),
    },
  };
}

/** Starts one; its API is below `/api/v4`. */
export async function startGitlab(): Promise<GitlabServer> {
  const world = { users: new Map<string, GitlabUser>(), doomed: new Set<string>(), visible: [] as string[] };
  const server = await startStandIn(({ url, headers }) => {
    const user = gitlab.users.get(String(headers["private-token"] ?? ""));
    if (!user) return { status: 401, json: { message: "401 Unauthorized" } };
    const { username, id, state = "active" } = user;
    if (url.pathname === "/api/v4/user") return { json: { id, username, name: username, state, web_url: "" } };
    if (url.pathname === "/api/v4/groups") return groupsOf(gitlab, user, url);
    return { status: 404, json: { message: "404 Not Found" } };
  });
  const gitlab: GitlabServer = Object.assign(server, world);
  return gitlab;
}
