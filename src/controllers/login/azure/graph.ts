// Groups of somebody by Microsoft Graph. https://learn.microsoft.com/en-us/graph/api/directoryobject-getmembergroups
import type { Api } from "../core/http.ts";
import { below, secureUrl, successOf } from "../core/http.ts";
import type { Page } from "../core/pages.ts";
import { allItems } from "../core/pages.ts";
import { outage } from "../core/refusal.ts";
import { fieldsOf, isFields, listOf, textOf } from "../core/shape.ts";

/** What asks Graph. */
export interface Graph {
  /** Object ids of all groups of somebody, those by other groups included. @throws LoginRefusal */
  memberGroups(objectId: string, accessToken: string, signal: AbortSignal): Promise<string[]>;
  /** Display names of groups. @throws LoginRefusal */
  namesOf(groupIds: readonly string[], accessToken: string, signal: AbortSignal): Promise<string[]>;
}

/** What Graph takes at once. https://learn.microsoft.com/en-us/graph/api/directoryobject-getbyids */
const idsAtOnce = 1_000;

/** Opens it; `refused` hears that an access token isn't taken. */
export function openGraph(api: Api, base: URL, now: () => number, refused: () => void): Graph {
  /** All values of a collection; the first page by POST, further ones by GET, as Graph links them. */
  const collect = async (path: string, body: object, accessToken: string, signal: AbortSignal): Promise<unknown[]> => {
    const what = "failed to load groups from Microsoft Graph";
    const first = below(base, path);
    return allItems(first, async (url): Promise<Page<unknown>> => {
      const begins = url.href === first.href;
      const answer = await api.ask({
        url,
        headers: { authorization: `Bearer ${accessToken}` },
        signal,
        ...(begins ? { method: "POST", json: body } : {}),
      });
      if (answer.status === 401) refused();
      const missing = "the user isn't in the directory any more";
      const page = fieldsOf(successOf(answer, { what, quotaIsPersonal: false, ours: true, missing, now: now() }), what);
      const next = textOf(page["@odata.nextLink"]);
      return { items: listOf(page["value"], what), next: next === undefined ? undefined : secureUrl(next, url) };
    });
  };
  return {
    async memberGroups(objectId, accessToken, signal) {
      const path = `v1.0/directoryObjects/${encodeURIComponent(objectId)}/getMemberGroups`;
      const ids = await collect(path, { securityEnabledOnly: false }, accessToken, signal);
      if (!ids.every((id) => typeof id === "string")) throw outage("Microsoft Graph answers something else than ids");
      return [...new Set(ids as string[])];
    },
    async namesOf(groupIds, accessToken, signal) {
      const names: string[] = [];
      for (let at = 0; at < groupIds.length; at += idsAtOnce) {
        const ids = groupIds.slice(at, at + idsAtOnce);
        const groups = await collect("v1.0/directoryObjects/getByIds", { ids, types: ["group"] }, accessToken, signal);
        names.push(...groups.filter(isFields).flatMap((group) => textOf(group["displayName"]) ?? []));
      }
      return [...new Set(names)];
    },
  };
}
