// Logins by personal access tokens of GitLab: the user, and the groups where he has at least a given access level.
// https://docs.gitlab.com/api/users, https://docs.gitlab.com/api/groups
import type { Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import type { Api, Reading } from "../core/http.ts";
import { below, openApi, successOf } from "../core/http.ts";
import { allItems, linkedPage } from "../core/pages.ts";
import { denial, outage } from "../core/refusal.ts";
import type { Fields } from "../core/shape.ts";
import { fieldsOf, idOf, isFields, listOf, textOf } from "../core/shape.ts";
import { looksLikeJwt } from "../oidc/jwt.ts";

/** https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const accessLevels: Readonly<Record<string, string>> = {
  guest: "10",
  planner: "15",
  reporter: "20",
  developer: "30",
  maintainer: "40",
  owner: "50",
};

interface Asking {
  api: Api;
  base: URL;
  token: string;
  signal: AbortSignal;
  now: number;
}

const headersOf = ({ token }: Asking): Record<string, string> => ({ "private-token": token });
const reading = ({ now }: Asking, what: string): Reading => ({ what, quotaIsPersonal: true, now });

async function userOf(asking: Asking): Promise<Fields> {
  const what = "failed to load user";
  const answer = await asking.api.ask({
    url: below(asking.base, "user"),
    headers: headersOf(asking),
    signal: asking.signal,
  });
  const user = fieldsOf(successOf(answer, reading(asking, what)), what);
  const state = user["state"] ?? "active";
  if (state !== "active") throw denial(`${what}: the user is ${textOf(state)?.slice(0, 40) ?? "unknown"}, not active`);
  return user;
}

async function groupsOf(asking: Asking, level: string): Promise<Fields[]> {
  const what = "failed to load groups";
  const first = below(asking.base, "groups");
  // Without a level GitLab lists every group that one can see: for an administrator, all of them.
  const query = { min_access_level: level, all_available: "false", per_page: "100", page: "1" };
  for (const [name, value] of Object.entries(query)) first.searchParams.set(name, value);
  const all = await allItems(first, async (url) => {
    const answer = await asking.api.ask({ url, headers: headersOf(asking), signal: asking.signal });
    const items = listOf(successOf(answer, reading(asking, what)), what);
    return { items, next: linkedPage(answer.headers.link, url) };
  });
  // A group that is waiting for its deletion gives nobody anything any more.
  return all.filter(isFields).filter((group) => (group["marked_for_deletion_on"] ?? null) === null);
}

function open(settings: ProviderSettings): Provider {
  const api = openApi(settings.file("gitlab.ca-file"));
  const base = settings.address("gitlab.base-url");
  const level = settings.choice("gitlab.min-access-level", accessLevels);
  const byId = settings.yes("gitlab.use-group-id");
  return {
    recognises: (token) => !looksLikeJwt(token) && (token.startsWith("glpat-") || /^[\w-]{20,64}$/.test(token)),
    async authenticate({ token, signal, beforeAsking }) {
      if (!/^[\x21-\x7e]+$/.test(token)) throw denial("Invalid token");
      beforeAsking();
      const asking: Asking = { api, base, token, signal, now: settings.now() };
      const user = await userOf(asking);
      const [username, uid] = [textOf(user["username"]), idOf(user["id"])];
      if (username === undefined || uid === undefined) throw outage("GitLab doesn't say whose token it is");
      const groups = (await groupsOf(asking, level)).map((group) =>
        byId ? idOf(group["id"]) : textOf(group["full_path"]),
      );
      return { username, uid, groups: [...new Set(groups.filter((name) => name !== undefined))] };
    },
    close: () => api.close(),
  };
}

/** GitLab. */
export const gitlab: ProviderDefinition = defineProvider({
  id: "gitlab",
  title: "GitLab: users and the groups they are members of",
  flags: [
    {
      kind: "text",
      name: "gitlab.base-url",
      description: "API of GitLab, with its version",
      default: "https://gitlab.com/api/v4",
    },
    { kind: "switch", name: "gitlab.use-group-id", description: "groups by id instead of full path" },
    {
      kind: "text",
      name: "gitlab.min-access-level",
      description: "groups count where the user is at least guest, planner, reporter, developer, maintainer, owner",
      default: "guest",
    },
    { kind: "text", name: "gitlab.ca-file", description: "authority of an own GitLab" },
  ],
  open,
});
