// Groups of a person by Google's Directory API, asked by a service account that acts for an administrator.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list
import { createPrivateKey, sign } from "node:crypto";
import { LotseError } from "../../../base/index.ts";
import { fetchAccessToken, keepAccessToken } from "../core/access-token.ts";
import type { Api } from "../core/http.ts";
import { below, secureUrl, successOf } from "../core/http.ts";
import { allItems } from "../core/pages.ts";
import { fieldsOf, isFields, textOf } from "../core/shape.ts";

/** A service account's key file, as Google gives it out. */
export interface ServiceAccount {
  email: string;
  privateKey: string;
  keyId: string | undefined;
  tokenUrl: URL;
}

const scope = "https://www.googleapis.com/auth/admin.directory.group.readonly";

/** Reads a key file. @throws LotseError `controllers/login-file` */
export function readServiceAccount(text: string): ServiceAccount {
  try {
    const file: unknown = JSON.parse(text);
    const fields = isFields(file) ? file : {};
    const [email, privateKey] = [textOf(fields["client_email"]), textOf(fields["private_key"])];
    if (email === undefined || privateKey === undefined) throw new Error("client_email or private_key is missing");
    createPrivateKey(privateKey);
    const tokenUrl = secureUrl(textOf(fields["token_uri"]) ?? "https://oauth2.googleapis.com/token");
    return { email, privateKey, keyId: textOf(fields["private_key_id"]), tokenUrl };
  } catch (cause) {
    throw new LotseError(
      "controllers/login-file",
      {
        title: "--google.sa-json-file holds no key of a service account",
        // The cause may quote the file, which is a secret.
        remedy: "Give the JSON file that Google made with the key.",
      },
      cause instanceof SyntaxError ? {} : { cause },
    );
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
function assertionOf({ email, privateKey, keyId, tokenUrl }: ServiceAccount, admin: string, nowMs: number): string {
  const iat = Math.floor(nowMs / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "RS256", typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = { iss: email, sub: admin, scope, aud: tokenUrl.href, iat, exp: iat + 3600 };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** What asks for groups. */
export interface Directory {
  /** E-mail addresses of the groups of somebody in a domain. @throws LoginRefusal */
  groupsOf(email: string, domain: string, signal: AbortSignal): Promise<string[]>;
}

/** Opens the directory; nothing is asked yet. */
export function openDirectory(
  api: Api,
  base: URL,
  account: ServiceAccount,
  admin: string,
  now: () => number,
): Directory {
  const accessToken = keepAccessToken(
    async () =>
      fetchAccessToken(
        api,
        account.tokenUrl,
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: assertionOf(account, admin, now()),
        },
        { what: "failed to get a token for Google's Directory API", now: now() },
      ),
    now,
  );
  return {
    async groupsOf(email, domain, signal) {
      const what = `failed to load groups of ${email} in ${domain}`;
      const first = below(base, "admin/directory/v1/groups");
      first.searchParams.set("userKey", email);
      first.searchParams.set("domain", domain);
      first.searchParams.set("maxResults", "200");
      const authorization = `Bearer ${await accessToken.get()}`;
      const groups = await allItems(first, async (url) => {
        const answer = await api.ask({ url, headers: { authorization }, signal });
        if (answer.status === 401) accessToken.forget();
        const missing = `${email} isn't in the directory`;
        const reading = { what, quotaIsPersonal: false, ours: true, missing, now: now() };
        const page = fieldsOf(successOf(answer, reading), what);
        const token = textOf(page["nextPageToken"]);
        const next = token === undefined ? undefined : new URL(first);
        next?.searchParams.set("pageToken", token as string);
        return { items: Array.isArray(page["groups"]) ? (page["groups"] as unknown[]) : [], next };
      });
      return [...new Set(groups.filter(isFields).map((group) => textOf(group["email"])))].filter(
        (each) => each !== undefined,
      );
    },
  };
}
