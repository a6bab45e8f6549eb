// The listener of a role: HTTPS (or HTTP) that a hostile or slow client can't hurt, and whose certificate is replaced
// without a restart.
import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from "node:http";
import { createServer as createHttp } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer as createHttps } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { errorMessage, LotseError } from "../../../base/index.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { ClientCertificate, RouteDefinition, ServedAnswer, ServedRequest } from "./route.ts";

/** A certificate with its key, PEM. */
export interface ServingCertificate {
  certificate: string;
  privateKey: string;
}

/** What a listener is made of. */
export interface ListenerOptions {
  host?: string;
  /** 0 takes any that is free. */
  port: number;
  /** `::` leaves IPv4 to another listener. */
  ipv6Only?: boolean;
  /** Without it plain HTTP is served. */
  certificate?: ServingCertificate;
  /** PEM of authorities of client certificates; clients are asked for one when it is given, and may come without. */
  clientAuthority?: string;
  routes: readonly RouteDefinition[];
  log: Logger;
  metrics: Metrics;
  /** Of the role, for metrics. */
  role: string;
  limits?: Partial<ListenerLimits>;
}

/** Milliseconds, and numbers. */
export interface ListenerLimits {
  /** For the head of a request, and for a TLS handshake. */
  headers: number;
  /** For a whole request. */
  request: number;
  /** Between two requests on one connection. API servers keep idle ones for 90 s. */
  keepAlive: number;
  connections: number;
}

/** An open listener. */
export interface Listener {
  readonly port: number;
  /** Serves another certificate from the next handshake on; open connections stay. */
  reload(certificate: ServingCertificate): void;
  /** Takes no more connections, answers what is under way, and cuts off what isn't done by then. */
  close(patience?: number): Promise<void>;
}

const limitsByDefault: ListenerLimits = { headers: 10_000, request: 30_000, keepAlive: 120_000, connections: 10_000 };
/** What an API server sends at most in an AdmissionReview. */
const mostBytes = 3 * 1024 * 1024;
const longestHead = 32 * 1024;
/** TLS 1.2 only with forward secrecy and authenticated encryption; 1.3 has nothing else. */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

const plain = (status: number, text: string): ServedAnswer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: `${text}\n`,
});

function listOf(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function certificateOf(socket: Socket): ClientCertificate | undefined {
  const tls = socket as Partial<TLSSocket>;
  const peer = tls.getPeerCertificate?.();
  if (!peer || Object.keys(peer).length === 0) return undefined;
  // Repeated attributes of a name come as a list.
  const { CN, O } = (peer.subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const problem = tls.authorized === true ? undefined : errorMessage(tls.authorizationError ?? "not verified");
  return {
    commonName: listOf(CN)[0] ?? "",
    organizations: listOf(O),
    trusted: tls.authorized === true,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The body; undefined when it is larger than allowed. Rejects when the client hangs up. */
function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > most) return resolve(undefined);
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) return void chunks.push(chunk);
      request.pause();
      resolve(undefined);
    });
    request.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
    request.once("error", reject);
    request.once("close", () => reject(new Error("the client hung up")));
  });
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: ServedAnswer, close: boolean): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, {
    "x-content-type-options": "nosniff",
    ...headers,
    "content-length": bytes.byteLength,
    ...(close ? { connection: "close" } : {}),
  });
  response.end(bytes);
}

type Finder = (path: string) => RouteDefinition | undefined;

function finderOf(routes: readonly RouteDefinition[]): Finder {
  const exact = new Map(routes.filter(({ path }) => !path.endsWith("/*")).map((route) => [route.path, route]));
  const below = routes
    .filter(({ path }) => path.endsWith("/*"))
    .toSorted((a, b) => b.path.length - a.path.length)
    .map((route) => ({ prefix: route.path.slice(0, -1), route }));
  return (path) => exact.get(path) ?? below.find(({ prefix }) => path.startsWith(prefix))?.route;
}

/** Requests to routes, with their metrics. */
function listenerOf(options: ListenerOptions, closing: () => boolean): RequestListener {
  const { log, metrics, role } = options;
  const find = finderOf(options.routes);
  const requests = metrics.counter("lotse_http_requests_total", "Requests answered, by route and status.");
  const seconds = metrics.histogram("lotse_http_request_duration_seconds", "From a request's head to its answer.");

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    route: RouteDefinition | undefined,
    url: URL,
  ): Promise<{ answer: ServedAnswer; close: boolean }> => {
    if (!route) return { answer: plain(404, "not found"), close: false };
    const method = request.method ?? "GET";
    if (route.methods && !route.methods.includes(method)) {
      const refused = plain(405, `expected ${route.methods.join(" or ")}`);
      return { answer: { ...refused, headers: { ...refused.headers, allow: route.methods.join(", ") } }, close: true };
    }
    const body = await bodyOf(request, route.maxBytes ?? mostBytes);
    if (body === undefined) return { answer: plain(413, "the body is too large"), close: true };
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the client hung up")));
    const { socket } = request;
    const certificate = options.clientAuthority === undefined ? undefined : certificateOf(socket);
    const served: ServedRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      remoteAddress: socket.remoteAddress ?? "",
      remotePort: socket.remotePort ?? 0,
      localAddress: socket.localAddress ?? "",
      ...(certificate ? { certificate } : {}),
      signal: gone.signal,
    };
    return { answer: await route.handle(served), close: false };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const began = process.hrtime.bigint();
    let url: URL | undefined;
    try {
      url = new URL(request.url ?? "/", "http://listener");
    } catch {
      // No path that a client of ours would send; answered below.
      url = undefined;
    }
    const route = url && find(url.pathname);
    const label = route ? (route.label ?? route.path) : "none";
    let status = 500;
    try {
      const result = url
        ? await answer(request, response, route, url)
        : { answer: plain(400, "bad request"), close: true };
      ({ status } = result.answer);
      send(response, result.answer, result.close || closing());
    } catch (error) {
      if (request.destroyed && !request.complete) status = 499;
      else log.error("a request failed", { route: label, error });
      // What is wrong inside stays inside.
      send(response, plain(500, "internal error"), true);
    }
    requests.inc({ role, route: label, code: status });
    seconds.observe(Number(process.hrtime.bigint() - began) / 1e9, { role, route: label });
  };
  return (request, response) => void handle(request, response);
}

/** Opens a listener. @throws LotseError `controllers/cannot-listen` */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { log, metrics, role } = options;
  const limits = { ...limitsByDefault, ...options.limits };
  let closing = false;
  const common = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.min(1_000, limits.headers),
    maxHeaderSize: longestHead,
  };
  const handler = listenerOf(options, () => closing);
  const { certificate, clientAuthority } = options;
  const secure = ({ certificate: cert, privateKey: key }: ServingCertificate): object => ({
    cert,
    key,
    minVersion: "TLSv1.2",
    ciphers,
    honorCipherOrder: true,
    ...(clientAuthority === undefined ? {} : { ca: clientAuthority }),
  });
  const server: HttpServer | HttpsServer = certificate
    ? createHttps(
        {
          ...common,
          ...secure(certificate),
          handshakeTimeout: limits.headers,
          ...(clientAuthority === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
        },
        handler,
      )
    : createHttp(common, handler);
  server.maxConnections = limits.connections;
  const broken = metrics.counter("lotse_http_bad_connections_total", "Connections that broke off or weren't HTTP.");
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // Whatever a connection does wrong is its own end and nobody else's.
    socket.on("error", () => undefined);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    broken.inc({ role, kind: "http" });
    log.debug("a connection isn't HTTP", { error });
    const slow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const large = error.code === "HPE_HEADER_OVERFLOW";
    const status = slow ? "408 Request Timeout" : large ? "431 Request Header Fields Too Large" : "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    else socket.destroy();
  });
  server.on("tlsClientError", (error) => {
    broken.inc({ role, kind: "tls" });
    log.debug("a TLS handshake failed", { error });
  });

  await new Promise<void>((done, fail) => {
    server.once("error", (cause) =>
      fail(
        new LotseError(
          "controllers/cannot-listen",
          {
            title: `${role} can't listen on ${options.host ?? "*"}:${options.port}`,
            detail: errorMessage(cause),
            remedy: "End what listens there, or choose another port.",
          },
          { cause },
        ),
      ),
    );
    const { port, host, ipv6Only = false } = options;
    server.listen({ port, ipv6Only, ...(host === undefined ? {} : { host }) }, () => done());
  });
  server.on("error", (error) => log.error("the listener failed", { error }));
  const { port } = server.address() as { port: number };

  return {
    port,
    reload(next) {
      if ("setSecureContext" in server) server.setSecureContext(secure(next));
    },
    close: (patience = 5_000) =>
      new Promise<void>((done) => {
        closing = true;
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, patience);
        server.close(() => {
          clearTimeout(cut);
          done();
        });
        server.closeIdleConnections();
      }),
  };
}
