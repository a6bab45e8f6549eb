// What the proxy itself answers: Status objects, as kubectl shows them.
import type { LoginRefusal } from "../core/refusal.ts";

/** An answer of the proxy. */
export interface ProxyAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  429: "TooManyRequests",
  502: "ServiceUnavailable",
  503: "ServiceUnavailable",
};

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function statusAnswer(
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ProxyAnswer {
  const reason = reasons[code] ?? "InternalError";
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
  return {
    status: code,
    headers: { "content-type": "application/json", "cache-control": "no-cache, private", ...headers },
    body: `${JSON.stringify(status)}\n`,
  };
}

/** Who isn't let in. The reason goes to whoever asks: it is about his own token. */
export function refusalAnswer({ kind, message, retryAfter }: LoginRefusal): ProxyAnswer {
  const wait: Readonly<Record<string, string>> =
    retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(retryAfter)) };
  if (kind === "throttled") return statusAnswer(429, message, wait);
  if (kind === "unavailable") return statusAnswer(503, message, wait);
  return statusAnswer(401, message, { "www-authenticate": 'Bearer realm="lotse"' });
}

/** The answer on a socket that no response object belongs to. */
export function answerText({ status, headers, body }: ProxyAnswer): string {
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reasons[status] ?? "Error"}\r\n${lines.join("")}\r\n${body}`;
}
