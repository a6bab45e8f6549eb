// Keeps web pages out: a page in a browser can reach 127.0.0.1, by a rebound host name or with a cross-origin request.
import type { IncomingHttpHeaders } from "node:http";

const hostNames =
  /^(127\.0\.0\.1|localhost|\[::1\]|[a-z0-9.-]+\.localhost|[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|api\.aws))$/;

/** Why a request is refused; undefined when it isn't. */
export function refuseForeign(headers: IncomingHttpHeaders): string | undefined {
  const host = (headers.host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  if (!hostNames.test(host)) {
    return "refused, because the Host header names neither this machine nor AWS (DNS rebinding)";
  }
  if (headers.origin !== undefined || headers["sec-fetch-site"] === "cross-site") {
    return "refused, because the request comes from a web page";
  }
  return undefined;
}
