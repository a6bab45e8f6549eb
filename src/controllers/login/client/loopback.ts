// Logging in at an OpenID Connect provider by a browser: authorization code with PKCE, back to this machine.
// RFC 8252, RFC 7636, https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import { LotseError } from "../../../base/index.ts";
import type { Api } from "../core/http.ts";
import { openApi, secureUrl, successOf } from "../core/http.ts";
import { LoginRefusal, outage } from "../core/refusal.ts";
import { fieldsOf, textOf } from "../core/shape.ts";
import { discoveryUrl, openIssuer } from "../oidc/issuer.ts";
import { signatureAlgorithms } from "../oidc/jwt.ts";

/** Where to log in. */
export interface BrowserLogin {
  issuer: string;
  clientId: string;
  /** Providers such as Google want it even of programs that can't keep it. */
  clientSecret?: string;
  scopes: readonly string[];
  /** Port of the way back; 0 takes any that is free. Some providers know only fixed ones. */
  port: number;
  /** PEM to believe instead of the public authorities. */
  authority?: string;
  /** Tells the person which address to open. */
  show(url: string): void;
  signal: AbortSignal;
  now(): number;
}

/** An id token and when it expires, epoch milliseconds. */
export interface IdToken {
  token: string;
  expires: number;
}

const same = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

function page(response: ServerResponse, status: number, text: string): void {
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    connection: "close",
    "referrer-policy": "no-referrer",
  };
  response.writeHead(status, headers).end(`${text}\n`);
}

interface Way {
  redirect: string;
  /** The code that comes back. */
  code: Promise<string>;
  close(): void;
}

/** Listens for the way back; only the answer to our own question, which knows `state`, is taken. */
async function listen(port: number, state: string, signal: AbortSignal): Promise<Way> {
  let take: (code: string) => void = () => undefined;
  let refuse: (error: Error) => void = () => undefined;
  const code = new Promise<string>((resolve, reject) => {
    [take, refuse] = [resolve, reject];
  });
  // Somebody may stop waiting before anybody asks for the code.
  code.catch(() => undefined);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname !== "/callback") return page(response, 404, "not found");
    if (!same(url.searchParams.get("state") ?? "", state))
      return page(response, 400, "this isn't the login that was begun");
    const [given, error] = [url.searchParams.get("code"), url.searchParams.get("error")];
    if (given) take(given);
    else refuse(outage(`the provider refused the login: ${(error ?? "no code").slice(0, 100)}`));
    page(response, given ? 200 : 400, given ? "Logged in. This window can be closed." : "The login was refused.");
  });
  await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  signal.addEventListener("abort", () => refuse(outage("the login was given up")), { once: true });
  const bound = (server.address() as { port: number }).port;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { redirect: `http://127.0.0.1:${bound}/callback`, code, close };
}

async function discover(api: Api, { issuer, signal, now }: BrowserLogin): Promise<{ authorize: URL; token: URL }> {
  const what = `failed to discover ${issuer}`;
  const answer = await api.ask({ url: discoveryUrl(issuer), signal });
  const found = fieldsOf(successOf(answer, { what, quotaIsPersonal: false, ours: true, now: now() }), what);
  if (found["issuer"] !== issuer) throw outage(`${what}: the document is about another issuer`);
  const address = (name: string): URL => secureUrl(textOf(found[name]) ?? "");
  return { authorize: address("authorization_endpoint"), token: address("token_endpoint") };
}

async function logIn(api: Api, login: BrowserLogin): Promise<IdToken> {
  const { issuer, clientId, clientSecret, scopes, port, show, signal, now } = login;
  const places = await discover(api, login);
  const secret = (): string => randomBytes(32).toString("base64url");
  const [state, nonce, verifier] = [secret(), secret(), secret()];
  const way = await listen(port, state, signal);
  try {
    const question = {
      response_type: "code",
      client_id: clientId,
      redirect_uri: way.redirect,
      scope: scopes.join(" "),
      state,
      nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(question)) places.authorize.searchParams.set(name, value);
    show(places.authorize.href);
    const form = {
      grant_type: "authorization_code",
      code: await way.code,
      redirect_uri: way.redirect,
      client_id: clientId,
      code_verifier: verifier,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    };
    const what = `failed to get a token from ${issuer}`;
    const answer = await api.ask({ url: places.token, method: "POST", form, signal });
    const token = textOf(fieldsOf(successOf(answer, { what, quotaIsPersonal: false, now: now() }), what)["id_token"]);
    if (token === undefined) throw outage(`${what}: the answer holds no id token`);
    const door = openIssuer({ issuer, audiences: [clientId], algorithms: signatureAlgorithms, api, now });
    const claims = await door.verify(token, signal);
    if (claims["nonce"] !== nonce) throw outage(`${what}: the token answers another login`);
    return { token, expires: Number(claims["exp"]) * 1000 };
  } finally {
    way.close();
  }
}

/** Logs a person in. @throws LotseError `controllers/login-refused` */
export async function browserLogin(login: BrowserLogin): Promise<IdToken> {
  const api = openApi(login.authority);
  try {
    return await logIn(api, login);
  } catch (cause) {
    if (!(cause instanceof LoginRefusal)) throw cause;
    const remedy = "Look whether issuer and client are right, and whether the client may be sent back to 127.0.0.1.";
    throw new LotseError("controllers/login-refused", { title: cause.message, remedy }, { cause });
  } finally {
    api.close();
  }
}
