// Logins by a file of tokens, which is read again when it changes.
import { createHash } from "node:crypto";
import { LotseError } from "../../../base/index.ts";
import type { Provider, ProviderDefinition, ProviderSettings } from "../core/provider.ts";
import { defineProvider } from "../core/provider.ts";
import { denial } from "../core/refusal.ts";
import type { FileEntry } from "./parse.ts";
import { parseTokenFile } from "./parse.ts";

/** A mounted secret is swapped within a minute or so; asking more often than this gains nothing. */
const lookEvery = 1_000;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64");

function open(settings: ProviderSettings): Provider {
  let people: ReadonlyMap<string, FileEntry> = new Map();
  let text: string | undefined;
  let looked = -Infinity;
  settings.required("token-auth-file");

  /** @returns what is wrong with the file; then the people of the last good one stay */
  const look = (): string | undefined => {
    looked = settings.now();
    const now = settings.file("token-auth-file") ?? "";
    if (now === text) return undefined;
    const read = parseTokenFile(now);
    if ("problem" in read) return read.problem;
    text = now;
    // By hash: how long a look-up takes tells nothing of a token.
    people = new Map(read.entries.map((entry) => [hashOf(entry.token), entry]));
    return undefined;
  };
  const problem = look();
  if (problem !== undefined)
    throw new LotseError("controllers/login-file", {
      title: problem,
      remedy: 'A line reads token,user,uid,"group1,group2"; the groups may be left out.',
    });

  const refresh = (): void => {
    try {
      const wrong = look();
      if (wrong !== undefined) settings.warn(`${wrong}; the file of before stays in force`);
    } catch (error) {
      settings.warn(
        `the token auth file can't be read (${(error as Error).message}); what it said before stays in force`,
      );
    }
  };
  const find = (token: string): FileEntry | undefined => {
    if (settings.now() - looked >= lookEvery) refresh();
    return people.get(hashOf(token));
  };
  return {
    local: true,
    recognises: (token) => find(token) !== undefined,
    authenticate({ token }) {
      const entry = find(token);
      if (!entry) return Promise.reject(denial("Invalid token"));
      return Promise.resolve({ username: entry.username, uid: entry.uid, groups: entry.groups });
    },
  };
}

/** The token file. */
export const tokenFile: ProviderDefinition = defineProvider({
  id: "token-auth",
  title: "a file of tokens, as kube-apiserver's --token-auth-file",
  flags: [{ kind: "text", name: "token-auth-file", description: 'CSV: token,user,uid,"group1,group2"' }],
  open,
});
