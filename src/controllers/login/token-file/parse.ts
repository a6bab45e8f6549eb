// The static token file of Kubernetes and guard: CSV with token, user, uid and, quoted, groups.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file

/** A line of the file. */
export interface FileEntry {
  token: string;
  username: string;
  uid: string;
  groups: readonly string[];
}

/** What a file holds, or the first mistake in it. */
export type TokenFile = { entries: readonly FileEntry[] } | { problem: string };

/** Fields of a line by RFC 4180; undefined when quotes don't close or stand inside a bare field. */
export function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/.exec(rest);
    if (!match) return undefined;
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
    rest = rest.slice(match[0].length);
    if (match[3] !== ",") return rest === "" ? fields : undefined;
  }
}

function entryOf(fields: readonly string[] | undefined): FileEntry | string {
  if (!fields || fields.length < 3 || fields.length > 4) return "is ill formatted";
  const [token = "", username = "", uid = "", groups = ""] = fields;
  if (token === "") return "has empty token";
  if (username === "") return "has empty user name";
  if (uid === "") return "has empty uid";
  const names = groups.split(",").map((name) => name.trim());
  return { token, username, uid, groups: [...new Set(names.filter(Boolean))] };
}

/** Reads a file; a mistake anywhere spoils all of it, as half a list of people is worse than the last whole one. */
export function parseTokenFile(text: string): TokenFile {
  const entries: FileEntry[] = [];
  const known = new Set<string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const entry = entryOf(csvFields(line));
    const problem = typeof entry === "string" ? entry : known.has(entry.token) ? "reuses token" : undefined;
    if (typeof entry === "string" || problem !== undefined)
      return { problem: `line #${i + 1} of token auth file ${problem ?? ""}` };
    known.add(entry.token);
    entries.push(entry);
  }
  return { entries };
}
