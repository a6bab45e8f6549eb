// A token, from the cache or new, as the text that kubectl reads.
import { LotseError } from "../../base/index.ts";
import { bearerToken, execCredential } from "../../identity/index.ts";
import type { EnvironmentCredentials } from "../environment-credentials.ts";
import type { KeptToken } from "./cache.ts";
import { keepToken, readToken, tokenFile, tokenFolder } from "./cache.ts";
import type { TokenRequest } from "./request.ts";
import type { TokenSettings } from "./settings.ts";
import { tokenSettings } from "./settings.ts";

/** What is printed. */
export interface MadeToken {
  /** For stdout. */
  text: string;
  /** For stderr, one line each. */
  notes: readonly string[];
}

/** Finds credentials with the SDK, which is loaded for it alone. */
export type FindCredentials = (settings: TokenSettings) => Promise<EnvironmentCredentials>;

type Environment = Readonly<Record<string, string | undefined>>;

/** A second of validity is no use: kubectl asks for the next token at once, and the API server refuses this one. */
const shortest = 5_000;

async function sign(settings: TokenSettings, now: () => number, find: FindCredentials): Promise<KeptToken> {
  const { cluster, region, endpoint } = settings;
  const credentials = settings.credentials && !settings.role ? settings.credentials : await find(settings);
  const at = now();
  if (credentials.expiresAt !== undefined && credentials.expiresAt - at < shortest)
    throw new LotseError("cli/usage", {
      title: `The credentials ended at ${new Date(credentials.expiresAt).toISOString()}`,
      remedy: "Sign in again, or export fresh keys.",
    });
  const made = bearerToken({ cluster, region, endpoint, at, credentials });
  // Credentials that end within the minute give a token that ends with them.
  return made.expiresAt > at ? made : { ...made, expiresAt: credentials.expiresAt ?? made.expiresAt };
}

/**
 * Makes the token that is asked for.
 *
 * @param now epoch ms
 * @throws LotseError `cli/usage`, and what finding credentials throws
 */
export async function makeToken(
  request: TokenRequest,
  env: Environment,
  now: () => number,
  find: FindCredentials,
): Promise<MadeToken> {
  const settings = tokenSettings(request, env);
  const folder = request.cache === false ? undefined : tokenFolder(env);
  const file = folder === undefined ? undefined : tokenFile(folder, settings.key);
  const known = file === undefined ? undefined : readToken(file, now());
  const notes: string[] = typeof known === "string" ? [known] : [];
  let token: KeptToken;
  if (typeof known === "object") token = known;
  else {
    token = await sign(settings, now, find);
    const problem = folder !== undefined && file !== undefined && keepToken(folder, file, token, now());
    if (problem) notes.push(problem);
  }
  if (request.tokenOnly) return { text: `${token.token}\n`, notes };
  const rendered = execCredential(token, env["KUBERNETES_EXEC_INFO"]);
  return { text: rendered.text, notes: [...notes, ...rendered.notes] };
}
