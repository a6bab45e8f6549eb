// Lists in pages by `Link: <…>; rel="next"` (RFC 8288), as GitHub and GitLab give them.
import { outage } from "./refusal.ts";
import { secureUrl } from "./http.ts";

/** More pages than any account has; who sends more is broken or hostile. */
export const mostPages = 100;

/** The address behind `rel="next"`; undefined on the last page. */
export function nextLink(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === "string" ? header : (header ?? []).join(", ");
  for (const [, target = "", parameters = ""] of text.matchAll(
    /<([^>]*)>((?:\s*;\s*[^",;=\s]+\s*=\s*(?:"[^"]*"|[^",;\s]*))*)/g,
  )) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]*))/i.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? "").toLowerCase().split(/\s+/);
    if (relations.includes("next")) return target;
  }
  return undefined;
}

/** A page and how the next one is found. */
export interface Page<T> {
  items: readonly T[];
  next: URL | undefined;
}

/**
 * All items of all pages. The next page must be another one of the same origin: tokens go nowhere else, and a list that
 * leads back to itself ends.
 *
 * @throws LoginRefusal `unavailable`
 */
export async function allItems<T>(first: URL, load: (url: URL) => Promise<Page<T>>): Promise<T[]> {
  const seen = new Set<string>();
  const items: T[] = [];
  for (let url: URL | undefined = first; url !== undefined;) {
    if (seen.has(url.href)) throw outage(`${first.host}: the pages of a list lead back to an earlier one`);
    if (seen.size >= mostPages) throw outage(`${first.host}: a list has more than ${mostPages} pages`);
    seen.add(url.href);
    const page: Page<T> = await load(url);
    items.push(...page.items);
    url = page.next;
    if (url && url.origin !== first.origin) throw outage(`${first.host}: a list goes on at another host, ${url.host}`);
  }
  return items;
}

/** The next page of an answer by its Link header, relative to where it was found. */
export function linkedPage(header: string | readonly string[] | undefined, from: URL): URL | undefined {
  const next = nextLink(header);
  return next === undefined ? undefined : secureUrl(next, from);
}
