// The impersonating proxy: people log in by their providers, and the API server hears from the proxy who they are. For clusters
// whose API server takes no webhook, as on EKS.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorMessage, LotseError } from "../../../base/index.ts";
import type { Logger, Metrics, ServingCertificate } from "../../frame/index.ts";
import type { Desk } from "../core/desk.ts";
import type { Person, Provider } from "../core/provider.ts";
import { denial, LoginRefusal } from "../core/refusal.ts";
import type { ProxyProvider } from "./choose.ts";
import { providersFor } from "./choose.ts";
import { bearerOf, requestHead, responseHead } from "./headers.ts";
import type { ProxyAnswer } from "./refusals.ts";
import { answerText, refusalAnswer, statusAnswer } from "./refusals.ts";
import { passUpgrade } from "./upgrade.ts";
import type { Upstream, UpstreamRequest } from "./upstream.ts";

/** What a proxy is made of. */
export interface ProxyOptions {
  host?: string;
  /** 0 takes any that is free. */
  port: number;
  certificate: ServingCertificate;
  upstream: Upstream;
  desk: Desk;
  offered: readonly ProxyProvider[];
  open: ReadonlyMap<string, Provider>;
  log: Logger;
  metrics: Metrics;
}

/** An open proxy. */
export interface Proxy {
  readonly port: number;
  reload(certificate: ServingCertificate): void;
  /** Takes no more connections, ends watches, lets other requests end, and cuts off what isn't done by then. */
  close(patience: number): Promise<void>;
}

const headPatience = 10_000;
const longestHead = 64 * 1024;
const mostConnections = 10_000;

/** Who asks; a token that several organisations might know is shown to them in turn. */
async function personOf({ desk, offered, open }: ProxyOptions, request: IncomingMessage): Promise<Person> {
  const token = bearerOf(request.rawHeaders);
  if (token === undefined) throw denial("log in: the request carries no bearer token");
  const source = request.socket.remoteAddress ?? "";
  let last: unknown;
  for (const { id, organization } of providersFor(token, offered, open)) {
    try {
      return await desk.admit({ provider: id, organization, token, source });
    } catch (error) {
      if (!(error instanceof LoginRefusal) || error.kind !== "decided") throw error;
      last = error;
    }
  }
  throw last;
}

/** The request as it goes on, for whoever was let in. @throws LoginRefusal */
async function onwards(options: ProxyOptions, request: IncomingMessage, upgrade?: string): Promise<UpstreamRequest> {
  const path = request.url ?? "";
  if (!path.startsWith("/")) throw new LoginRefusal("decided", "only paths are forwarded");
  const person = await personOf(options, request);
  const { upstream } = options;
  const head = requestHead({
    raw: request.rawHeaders,
    person,
    source: request.socket.remoteAddress ?? "",
    host: upstream.host,
    authorization: await upstream.authorization(),
    ...(upgrade === undefined ? {} : { upgrade }),
  });
  return { method: request.method ?? "GET", path, head, alone: upgrade !== undefined };
}

function problemOf(error: unknown, log: Logger): ProxyAnswer {
  if (error instanceof LoginRefusal) return refusalAnswer(error);
  log.error("a request can't be forwarded", { error });
  return statusAnswer(502, "the API server can't be reached");
}

function send(response: ServerResponse, { status, headers, body }: ProxyAnswer): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  // What the client is still sending isn't read.
  response.writeHead(status, { ...headers, connection: "close" });
  response.end(body);
}

async function forward(
  options: ProxyOptions,
  request: IncomingMessage,
  response: ServerResponse,
  closing: () => boolean,
): Promise<void> {
  const { upstream, log } = options;
  try {
    const next = await onwards(options, request);
    // Who has hung up meanwhile needs no answer: a watch for him would never end.
    if (response.destroyed) return;
    const sent = upstream.send(next);
    await new Promise<void>((resolve, reject) => {
      response.once("close", () => {
        sent.destroy();
        resolve();
      });
      sent.once("error", reject);
      sent.once("response", (answer) => {
        if (closing()) response.shouldKeepAlive = false;
        response.writeHead(answer.statusCode ?? 502, responseHead(answer.rawHeaders));
        // A watch that has nothing to tell yet has begun all the same.
        response.flushHeaders();
        answer.once("error", reject);
        answer.pipe(response);
      });
      request.once("error", reject);
      request.pipe(sent);
    });
  } catch (error) {
    if (response.destroyed) return;
    if (response.headersSent) response.destroy();
    else send(response, problemOf(error, log));
  }
}

/** Watches and followed logs never end by themselves. */
function isEndless({ url = "" }: IncomingMessage): boolean {
  return /[?&](watch|follow)=(1|t|true)(&|$)|^\/apis?\/[^?]*\/watch\//i.test(url);
}

async function upgrade(options: ProxyOptions, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  try {
    const wanted = request.headers.upgrade ?? "";
    const next = await onwards(options, request, wanted);
    if (!socket.destroyed) passUpgrade(options.upstream.send(next), socket, head);
  } catch (error) {
    socket.end(answerText(problemOf(error, options.log)));
  }
}

/** Opens the proxy. @throws LotseError `controllers/cannot-listen` */
export async function openProxy(options: ProxyOptions): Promise<Proxy> {
  const { metrics, log } = options;
  const requests = metrics.counter("lotse_login_proxy_requests_total", "Requests to the proxy, by status.");
  const open = metrics.gauge("lotse_login_proxy_connections", "Connections to the proxy.");
  const secure = ({ certificate: cert, privateKey: key }: ServingCertificate): object => ({
    cert,
    key,
    minVersion: "TLSv1.2",
  });
  let closing = false;
  const endless = new Set<Socket>();
  const server: Server = createServer(
    {
      ...secure(options.certificate),
      headersTimeout: headPatience,
      handshakeTimeout: headPatience,
      // What is sent to a pod by exec or cp takes as long as it takes.
      requestTimeout: 0,
      maxHeaderSize: longestHead,
    },
    (request, response) => {
      if (isEndless(request)) endless.add(request.socket);
      response.once("close", () => {
        endless.delete(request.socket);
        requests.inc({ code: response.statusCode });
        if (closing) setImmediate(() => server.closeIdleConnections());
      });
      void forward(options, request, response, () => closing);
    },
  );
  server.maxConnections = mostConnections;
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    open.set(sockets.size);
    socket.once("close", () => {
      sockets.delete(socket);
      open.set(sockets.size);
    });
    // Whatever a connection does wrong is its own end and nobody else's.
    socket.on("error", () => undefined);
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => undefined);
    endless.add(socket as Socket);
    socket.once("close", () => endless.delete(socket as Socket));
    requests.inc({ code: 101 });
    void upgrade(options, request, socket, head);
  });
  server.on("tlsClientError", (error) => log.debug("a TLS handshake failed", { error }));
  await new Promise<void>((done, fail) => {
    server.once("error", (cause) =>
      fail(
        new LotseError(
          "controllers/cannot-listen",
          { title: `the login proxy can't listen on port ${options.port}`, detail: errorMessage(cause) },
          { cause },
        ),
      ),
    );
    const { host, port } = options;
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => done());
  });
  return {
    port: (server.address() as { port: number }).port,
    reload: (next) => server.setSecureContext(secure(next)),
    close: (patience) =>
      new Promise((done) => {
        closing = true;
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, patience);
        server.close(() => {
          clearTimeout(cut);
          options.upstream.close();
          done();
        });
        server.closeIdleConnections();
        // Their clients come back.
        for (const socket of endless) socket.destroy();
      }),
  };
}
