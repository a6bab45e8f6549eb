// The HTTP front on 127.0.0.1. Ordinary requests are served straight from the socket (direct.ts); what is large, sent in
// chunks or unusual in another way is collected and answered here, by node:http.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WireRequest, WireResponse } from "../wire/index.ts";
import { serveDirectly } from "./direct.ts";
import { refuseForeign } from "./foreign.ts";

export type Handler = (request: WireRequest) => WireResponse;

export interface GatewayOptions {
  handle: Handler;
  /** Default: one that is free. */
  port?: number;
  /** Takes CONNECT requests, and has what comes out of their tunnels answered by `serve`; without it they are refused. */
  tunnel?(serve: RequestListener): {
    accept(message: IncomingMessage, socket: Duplex, head: Buffer): void;
    close(): void;
  };
  /** Bodies larger than this are answered with 413; default 256 MiB. */
  bodyLimit?: number;
  /** Bodies up to this size may come straight from the socket, and don't count among those that are being read; default 64 KiB. */
  smallBody?: number;
  /** Wall-clock ms in which a client must have sent its headers; default 20 s. */
  headersTimeout?: number;
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

const defaultBodyLimit = 256 * 1024 * 1024;
/** All bodies that are being read, in bodies of the largest size: many large uploads at once don't fill the memory. */
const largestBodies = 2;

/** By default bodies up to this share of the largest are small: 64 KiB of 256 MiB. */
const smallShare = 1 / 4096;

/** A client that sends its headers slower than this is cut off; bodies get longer. */
const defaultHeadersTimeout = 20_000;
const requestTimeout = 120_000;
/** Longer than clients keep idle connections in their pools, so that they close first. */
const keepAliveTimeout = 75_000;

function plain(status: number, text: string): WireResponse {
  return { status, headers: { "content-type": "text/plain" }, body: `${text}\n` };
}

/** Collects a body; callbacks rather than promises, because this is on the way of every request. */
function readBody(
  message: IncomingMessage,
  limit: number,
  budget: { left: number },
  done: (body: Uint8Array | "too large" | "too many" | "cut off") => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let size = 0;
  let settled = false;
  const stated = Number(message.headers["content-length"] ?? -1);
  const settle = (result: Uint8Array | "too large" | "too many" | "cut off"): void => {
    if (settled) return;
    settled = true;
    budget.left += size;
    first = undefined;
    more = undefined;
    done(result);
  };
  message.on("data", (chunk: Buffer) => {
    if (settled) return;
    size += chunk.length;
    budget.left -= chunk.length;
    if (size > limit) return settle("too large");
    if (budget.left < 0) return settle("too many");
    if (!first) first = chunk;
    else if (more) more.push(chunk);
    else more = [first, chunk];
    // All there: no need to wait for the stream to say so.
    if (size === stated) settle(more ? Buffer.concat(more) : first);
  });
  message.on("end", () => settle(more ? Buffer.concat(more) : (first ?? emptyBody)));
  message.on("error", () => settle("cut off"));
  message.on("close", () => settle("cut off"));
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
  const budget = { left: largestBodies * limit };

  const refuse = (message: IncomingMessage, response: ServerResponse, status: number, text: string): void => {
    response.shouldKeepAlive = false;
    write(response, plain(status, `lotse sandbox: ${text}`), message.method);
    message.resume();
  };
  const send = (message: IncomingMessage, response: ServerResponse, answer: WireResponse): void => {
    if (response.destroyed) return;
    try {
      write(response, answer, message.method);
    } catch {
      // A header that HTTP can't carry (an injected error's code may hold anything): no answer, but no harm to others.
      message.socket.destroy();
    }
  };
  const reply = (message: IncomingMessage, response: ServerResponse, answer: WireResponse): void => {
    if (answer.drop) return void message.socket.destroy();
    if (response.destroyed) return;
    if (answer.delay === undefined) return send(message, response, answer);
    setTimeout(() => send(message, response, answer), answer.delay);
  };
  const answer = (message: IncomingMessage, response: ServerResponse, body: Uint8Array): void => {
    const request = toWire(message, body);
    if (!request) return refuse(message, response, 400, "not a path");
    reply(message, response, options.handle(request));
  };
  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    const { headers } = message;
    const refusal = refuseForeign(headers);
    if (refusal) return refuse(message, response, 403, refusal);
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
      return answer(message, response, emptyBody);
    }
    if (Number(headers["content-length"] ?? 0) > limit) {
      return refuse(message, response, 413, `the body is larger than ${limit} bytes`);
    }
    readBody(message, limit, budget, (body) => {
      if (body === "too large") return refuse(message, response, 413, `the body is larger than ${limit} bytes`);
      if (body === "too many") return refuse(message, response, 503, "too many large bodies at once; try again");
      if (body === "cut off") return void message.socket.destroy();
      answer(message, response, body);
    });
  };

  const { headersTimeout = defaultHeadersTimeout } = options;
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      // Node looks for slow clients every half a minute by itself.
      connectionsCheckingInterval: headersTimeout / 4,
      keepAliveTimeout,
      noDelay: true,
    },
    serve,
  );
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    if (Number(message.headers["content-length"] ?? 0) <= limit) response.writeContinue();
    serve(message, response);
  });
  const tunnel = options.tunnel?.(serve);
  if (tunnel) server.on("connect", (message, socket, head) => tunnel.accept(message, socket, head));
  const direct = serveDirectly({
    handle: options.handle,
    handOver: connectByHttp(server),
    bodyLimit: options.smallBody ?? limit * smallShare,
    idle: keepAliveTimeout / 1000,
  });
  server.on("connection", direct.accept);
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
        direct.close();
        tunnel?.close();
        // Connections in the middle of something get a moment, not more.
        setTimeout(() => {
          server.closeAllConnections();
          direct.closeAll();
        }, 200).unref();
      }),
  };
}

/** Takes new connections away from node:http; returns how it gets one after all, with what was read of it. */
function connectByHttp(server: Server): (socket: Socket, read: Buffer, ended: boolean) => void {
  const listeners = server.listeners("connection");
  server.removeAllListeners("connection");
  return (socket, read, ended) => {
    for (const listener of listeners) listener.call(server, socket);
    socket.emit("data", read);
    if (ended) socket.emit("end");
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
