// Questions to a provider's HTTP API: with a deadline, a limit on the answer, no redirects (they would carry tokens away).
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { LoginRefusal, denial, outage } from "./refusal.ts";

/** A question. */
export interface ApiRequest {
  url: URL;
  method?: "GET" | "POST";
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as a form. */
  json?: object;
  form?: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/** An answer, whatever its status. */
export interface ApiAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** undefined when the body is no JSON. */
  body: unknown;
}

/** A way to a provider. */
export interface Api {
  /** @throws LoginRefusal `unavailable` when no answer comes */
  ask(request: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}

/** The largest page of groups that a provider gives is some hundred KiB. */
const longestAnswer = 4 * 1024 * 1024;

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > longestAnswer) throw new Error("the answer is larger than 4 MiB");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page of a proxy, say: the status decides, and who needs the body finds that it isn't there.
    return undefined;
  }
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** An address that tokens may be sent to: https, or http on this machine. @throws LoginRefusal `unavailable` */
export function secureUrl(text: string | URL, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw outage(`${JSON.stringify(String(text).slice(0, 200))} is no address`);
  }
  const plain = url.protocol === "http:" && loopback.test(url.hostname);
  if ((url.protocol !== "https:" && !plain) || url.username !== "" || url.password !== "")
    throw outage(`${url.origin} isn't an https address`);
  return url;
}

/** Joins a path to a base address that may have a path of its own: `https://ghe.example.com/api/v3` + `user`. */
export function below(base: URL, path: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, "")}/${path}`);
}

function payloadOf({ json, form }: ApiRequest): { text: string; type: string } | undefined {
  if (json) return { text: JSON.stringify(json), type: "application/json" };
  if (form) return { text: new URLSearchParams(form).toString(), type: "application/x-www-form-urlencoded" };
  return undefined;
}

/** Where it stopped, without what was sent. */
function why(url: URL, cause: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `${url.host} didn't answer in time`;
  const { code, message } = cause as { code?: string; message?: string };
  return `${url.host} can't be reached: ${code ?? message ?? String(cause)}`;
}

/** Opens a way; `authority` is PEM to believe instead of the public authorities. */
export function openApi(authority?: string): Api {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    minVersion: "TLSv1.2",
    ...(authority ? { ca: authority } : {}),
  });
  const send = (url: URL, options: RequestOptions, payload: string | undefined): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent =
        url.protocol === "https:"
          ? httpsRequest(url, { ...options, agent }, resolve)
          : httpRequest(url, options, resolve);
      sent.once("error", reject);
      sent.end(payload);
    });
  return {
    async ask(request) {
      const { url, method = "GET", headers, signal } = request;
      const payload = payloadOf(request);
      const all: Record<string, string> = {
        accept: "application/json",
        "user-agent": "lotse",
        ...(payload ? { "content-type": payload.type, "content-length": String(Buffer.byteLength(payload.text)) } : {}),
        ...headers,
      };
      try {
        signal.throwIfAborted();
        const response = await send(url, { method, headers: all, signal }, payload?.text);
        const body = await bodyOf(response);
        return { status: response.statusCode ?? 0, headers: response.headers, body: parsed(body) };
      } catch (cause) {
        throw outage(why(url, cause, signal));
      }
    },
    close: () => agent.destroy(),
  };
}

/** Seconds of `Retry-After`, or until a quota is renewed (`x-ratelimit-reset`, `ratelimit-reset`, epoch seconds). */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const asked = headers["retry-after"];
  const seconds = Number(asked);
  if (asked !== undefined && Number.isFinite(seconds)) return Math.max(0, seconds);
  if (asked !== undefined && Number.isFinite(Date.parse(asked)))
    return Math.max(0, Math.ceil((Date.parse(asked) - now) / 1000));
  const reset = Number(headers["x-ratelimit-reset"] ?? headers["ratelimit-reset"]);
  return Number.isFinite(reset) ? Math.max(0, Math.ceil(reset - now / 1000)) : undefined;
}

/** How an answer that isn't a success is to be read. */
export interface Reading {
  /** For people: `failed to check user's membership in Org acme`. */
  what: string;
  /** The provider counts requests by token: who uses up a quota spoils only his own. */
  quotaIsPersonal: boolean;
  /** The token is lotse's own (a service account's): that it is refused is no verdict over anybody. */
  ours?: boolean;
  /** What a 404 means nevertheless: somebody whom the directory doesn't know is refused, and that is no outage. */
  missing?: string;
  now: number;
}

const messageOf = (body: unknown): string => {
  const found = body as { message?: unknown; error?: unknown; error_description?: unknown } | undefined | null;
  const text = [found?.message, found?.error_description, found?.error].find((each) => typeof each === "string");
  return text === undefined ? "" : `: ${(text as string).slice(0, 200)}`;
};

/** The body of a success; anything else as a refusal. @throws LoginRefusal */
export function successOf(answer: ApiAnswer, reading: Reading): unknown {
  const { status, headers, body } = answer;
  const { what, quotaIsPersonal, ours = false, missing, now } = reading;
  if (status >= 200 && status < 300) {
    if (body === undefined) throw outage(`${what}: the answer isn't JSON`);
    return body;
  }
  const text = `${what}: HTTP ${status}${messageOf(body)}`;
  const spent = status === 403 && (headers["x-ratelimit-remaining"] === "0" || headers["retry-after"] !== undefined);
  if (status === 429 || spent)
    throw new LoginRefusal("throttled", text, { retryAfter: retryAfter(headers, now), personal: quotaIsPersonal });
  if (status === 404 && missing !== undefined) throw denial(missing);
  if (status >= 500 || ours || status < 400) throw outage(text);
  throw denial(text);
}
