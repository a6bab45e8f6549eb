// The HTTP front on 127.0.0.1: collects a request, hands it on, writes the answer in one go.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WireRequest, WireResponse } from "../wire/index.ts";
import { refuseForeign } from "./foreign.ts";

export type Handler = (request: WireRequest) => WireResponse | Promise<WireResponse>;

export interface GatewayOptions {
  handle: Handler;
  /** Default: one that is free. */
  port?: number;
  /** Bodies larger than this are answered with 413; default 64 MiB. */
  bodyLimit?: number;
}

export interface Gateway {
  /** `http://127.0.0.1:PORT`. */
  endpoint: string;
  port: number;
  /** Answers what is under way, then closes every connection. */
  close(): Promise<void>;
  /** Keeps the process alive while listening; a gateway doesn't by itself. */
  ref(): void;
}

const defaultBodyLimit = 64 * 1024 * 1024;

/** A client that sends its headers slower than this is cut off; bodies get longer. */
const headersTimeout = 20_000;
const requestTimeout = 120_000;
/** Longer than clients keep idle connections in their pools, so that they close first. */
const keepAliveTimeout = 75_000;

function plain(status: number, text: string): WireResponse {
  return { status, headers: { "content-type": "text/plain" }, body: `${text}\n` };
}

class BodyTooLarge extends Error {}

function readBody(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        message.removeAllListeners("data");
        reject(new BodyTooLarge());
      } else chunks.push(chunk);
    });
    message.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    message.once("error", reject);
    message.once("aborted", () => reject(new Error("the request was cut off")));
  });
}

function toWire(message: IncomingMessage, body: Uint8Array): WireRequest | undefined {
  let url = message.url ?? "/";
  if (!url.startsWith("/")) {
    // Absolute form, as sent through proxies.
    const match = /^https?:\/\/[^/?]*(.*)$/i.exec(url);
    if (!match) return undefined;
    url = match[1]?.startsWith("/") ? match[1] : `/${match[1] ?? ""}`;
  }
  const at = url.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? "" : url.slice(at + 1),
    headers: message.headers as Record<string, string | undefined>,
    body,
    sourceIp: message.socket.remoteAddress ?? "127.0.0.1",
  };
}

function write(response: ServerResponse, answer: WireResponse, method: string | undefined): void {
  const { status, headers, body } = answer;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  // A HEAD answer may state the length of the body that it doesn't have.
  if (method !== "HEAD" || headers["content-length"] === undefined) headers["content-length"] = String(length);
  if (status === 204 || status === 304) delete headers["content-length"];
  response.writeHead(status, headers);
  response.end(method === "HEAD" ? undefined : body);
}

const emptyBody = new Uint8Array();

/** Opens the gateway on the loopback address. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const limit = options.bodyLimit ?? defaultBodyLimit;

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refuseForeign(message.headers);
    if (refusal) {
      message.resume();
      write(response, plain(403, refusal), message.method);
      return;
    }
    const hasBody =
      message.headers["content-length"] !== undefined || message.headers["transfer-encoding"] !== undefined;
    const request = toWire(message, hasBody ? await readBody(message, limit) : emptyBody);
    if (!request) return write(response, plain(400, "lotse sandbox: not a path"), message.method);
    const result = options.handle(request);
    const reply = result instanceof Promise ? await result : result;
    if (reply.drop) return void message.socket.destroy();
    if (reply.delay) await new Promise((resolve) => setTimeout(resolve, reply.delay));
    if (!response.destroyed) write(response, reply, message.method);
  };

  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    answer(message, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void message.socket.destroy();
      response.shouldKeepAlive = false;
      if (error instanceof BodyTooLarge) {
        write(response, plain(413, `lotse sandbox: the body is larger than ${limit} bytes`), message.method);
        message.resume();
      } else message.socket.destroy();
    });
  };

  const server = createServer({ headersTimeout, requestTimeout, keepAliveTimeout, noDelay: true }, serve);
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    if (Number(message.headers["content-length"] ?? 0) <= limit) response.writeContinue();
    serve(message, response);
  });
  await listen(server, options.port ?? 0);
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    ref: () => void server.ref(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Connections in the middle of something get a moment, not more.
        setTimeout(() => server.closeAllConnections(), 200).unref();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}
