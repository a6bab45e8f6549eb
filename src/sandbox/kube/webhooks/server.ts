// Where the API servers of emulated clusters ask who somebody is and what he may: one HTTP listener on 127.0.0.1 for all
// of them, under paths that nobody can guess.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { ReviewAnswer } from "../../../identity/index.ts";
import { openGateway } from "../../aws/gateway/server.ts";
import type { WireRequest, WireResponse } from "../../aws/wire/index.ts";
import { bodyText } from "../../aws/wire/index.ts";
import type { ClusterKey } from "../cluster-key.ts";

export type Webhook = "authenticate" | "authorize";

/** Answers a request about a cluster; what it throws is answered with 500, which API servers try again. */
export type ReviewHandler = (cluster: ClusterKey, method: string, body: string) => ReviewAnswer;

/** The listener. */
export interface WebhookServer {
  /** Where a cluster's API server asks. */
  url(cluster: ClusterKey, webhook: Webhook): string;
  close(): Promise<void>;
}

/** A token is at most 4 KiB, a SubjectAccessReview with many groups a little more. */
const bodyLimit = 256 * 1024;
const smallBody = 16 * 1024;
/** Who sends slower than this is cut off. */
const headersTimeout = 10_000;

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function plain(status: number, text: string): WireResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

/** `%` may stand in a path without meaning anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // No escape: taken as it stands.
    return text;
  }
}

/** Opens the listener. It doesn't keep the process alive. */
export async function openWebhookServer(handlers: Record<Webhook, ReviewHandler>): Promise<WebhookServer> {
  const secret = randomBytes(24).toString("base64url");
  const handle = (request: WireRequest): WireResponse => {
    const [, given = "", account = "", region = "", name = "", webhook = ""] = request.path.split("/");
    if (!same(given, secret)) return plain(404, "not found");
    if (!Object.hasOwn(handlers, webhook)) return plain(404, "no such webhook");
    const key = { account, region, name: decoded(name) };
    try {
      const { status, contentType, body } = handlers[webhook as Webhook](key, request.method, bodyText(request.body));
      return { status, headers: { "content-type": contentType }, body };
    } catch {
      // What is wrong inside stays inside: the answer lands in the API server's log.
      return plain(500, "the webhook failed");
    }
  };
  const gateway = await openGateway({ handle, bodyLimit, smallBody, headersTimeout });
  return {
    url: ({ account, region, name }, webhook) =>
      `${gateway.endpoint}/${secret}/${account}/${region}/${encodeURIComponent(name)}/${webhook}`,
    close: () => gateway.close(),
  };
}
