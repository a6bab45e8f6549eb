// Access tokens of lotse's own at a provider (OAuth 2.0 client credentials, signed assertions): fetched when needed, kept until
// shortly before they expire, fetched once for everybody who waits.
import type { Api } from "./http.ts";
import { successOf } from "./http.ts";
import { outage } from "./refusal.ts";
import { fieldsOf, isFields, textOf } from "./shape.ts";

/** A token and when to stop using it, epoch milliseconds. */
export interface AccessToken {
  token: string;
  until: number;
}

const spare = 60_000;
const patience = 10_000;

/**
 * Asks a token endpoint (RFC 6749 §4.4, RFC 7523).
 *
 * @param personal the request carries a user's own token: that it is refused may be his fault
 * @throws LoginRefusal
 */
export async function fetchAccessToken(
  api: Api,
  url: URL,
  form: Readonly<Record<string, string>>,
  { what, now, personal = false }: { what: string; now: number; personal?: boolean },
): Promise<AccessToken> {
  const answer = await api.ask({ url, method: "POST", form, signal: AbortSignal.timeout(patience) });
  // RFC 6749 §5.2: these are about lotse's own name and secret, whoever it asks for.
  const error = isFields(answer.body) ? answer.body["error"] : undefined;
  const ours = !personal || error === "invalid_client" || error === "unauthorized_client";
  const reading = { what, quotaIsPersonal: false, ours, now };
  const fields = fieldsOf(successOf(answer, reading), what);
  const token = textOf(fields["access_token"]);
  if (token === undefined) throw outage(`${what}: the answer holds no token`);
  const seconds = Number(fields["expires_in"] ?? 300);
  return { token, until: now + (Number.isFinite(seconds) ? seconds * 1000 : 0) - spare };
}

/** A token of lotse's own, kept. */
export interface KeptToken {
  get(): Promise<string>;
  /** It was refused, though it should be good: the next one to ask fetches another. */
  forget(): void;
}

/** Keeps a token of lotse's own. */
export function keepAccessToken(fetch: () => Promise<AccessToken>, now: () => number): KeptToken {
  let current: Promise<AccessToken> | undefined;
  let until = -Infinity;
  return {
    async get() {
      if (!current || now() >= until) {
        until = Infinity;
        current = fetch();
        current.then(
          (found) => (until = found.until),
          // A failure isn't kept: whoever comes next asks again.
          () => (current = undefined),
        );
      }
      return (await current).token;
    },
    forget: () => (current = undefined),
  };
}
