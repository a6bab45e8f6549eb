// Where the API servers of emulated clusters ask who somebody is and what he may: one HTTP listener on 127.0.0.1 for all
// of them, under paths that nobody can guess.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { ReviewAnswer } from "../../../identity/index.ts";
import type { ClusterKey } from "../cluster-key.ts";

export type Webhook = "authenticate" | "authorize";

/** Answers a request about a cluster; what it throws is answered with 500, which API servers try again. */
export type ReviewHandler = (cluster: ClusterKey, method: string, body: string) => ReviewAnswer | Promise<ReviewAnswer>;

/** The listener. */
export interface WebhookServer {
  /** Where a cluster's API server asks. */
  url(cluster: ClusterKey, webhook: Webhook): string;
  close(): Promise<void>;
}

/** A token is at most 4 KiB, a SubjectAccessReview with many groups a little more. */
const bodyLimit = 256 * 1024;
/** A refused client has so long to read why, milliseconds. */
const lastWords = 100;
/** Who sends slower than this is cut off. */
const requestTimeout = 10_000;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function readBody(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else reject(new Refused(413, "the review is too large"));
    });
    message.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    message.once("error", reject);
  });
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function reply(response: ServerResponse, { status, contentType, body }: ReviewAnswer): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Opens the listener. It doesn't keep the process alive. */
export async function openWebhookServer(handlers: Record<Webhook, ReviewHandler>): Promise<WebhookServer> {
  const secret = randomBytes(24).toString("base64url");
  const answer = async (message: IncomingMessage): Promise<ReviewAnswer> => {
    const [, given = "", account = "", region = "", name = "", webhook = ""] = (message.url ?? "")
      .replace(/\?.*$/, "")
      .split("/");
    if (!same(given, secret)) throw new Refused(404, "not found");
    if (!Object.hasOwn(handlers, webhook)) throw new Refused(404, "no such webhook");
    const key = { account, region, name: decodeURIComponent(name) };
    return handlers[webhook as Webhook](key, message.method ?? "GET", await readBody(message));
  };
  const server = createServer({ requestTimeout, headersTimeout: requestTimeout }, (message, response) => {
    answer(message).then(
      (reviewed) => reply(response, reviewed),
      (error: unknown) => {
        if (response.headersSent || response.destroyed) return;
        const status = error instanceof Refused ? error.status : 500;
        // What is wrong inside stays inside: the answer lands in the API server's log.
        const text = error instanceof Refused ? error.message : "the webhook failed";
        response.setHeader("connection", "close");
        reply(response, { status, contentType: "text/plain; charset=utf-8", body: `${text}\n` });
        // Whatever is still to come of the request isn't waited for.
        setTimeout(() => message.destroy(), lastWords).unref();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const { port } = server.address() as { port: number };
  return {
    url: ({ account, region, name }, webhook) =>
      `http://127.0.0.1:${port}/${secret}/${account}/${region}/${encodeURIComponent(name)}/${webhook}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
