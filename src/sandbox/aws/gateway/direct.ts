// Serves ordinary requests straight from the socket: a head and a body of known length, one after the other. A
// connection that brings anything else goes to node:http for the rest of its life.
import type { Socket } from "node:net";
import type { WireRequest, WireResponse } from "../wire/index.ts";
import { writeAnswer } from "./answer-text.ts";
import { refuseForeign } from "./foreign.ts";
import { readHead } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";

export interface DirectOptions {
  handle(request: WireRequest): WireResponse;
  /** Takes a connection over, with what was read of its next request; `ended` when the caller will send no more. */
  handOver(socket: Socket, read: Buffer, ended: boolean): void;
  /** Bytes up to which a body is read here. */
  bodyLimit: number;
  /** Seconds after which an idle connection is closed. */
  idle: number;
}

export interface Direct {
  accept(socket: Socket): void;
  /** Closes idle connections, and others when they have their answer. */
  close(): void;
  closeAll(): void;
}

/** Longer heads go to node:http, which has a limit of its own. */
const headLimit = 15_000;
/** Clients send a body with its head or right after it; one that comes in more pieces is node:http's to collect. */
const piecesLimit = 4;

const emptyBody = new Uint8Array();

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Read and not yet served, and in how many pieces it came. */
  pending: Buffer | undefined;
  pieces: number;
  /** An answer is under way. */
  busy: boolean;
  ended: boolean;
  release(): void;
}

/** Serves connections until they are handed over or closed. */
export function serveDirectly({ handle, handOver, bodyLimit, idle }: DirectOptions): Direct {
  const open = new Set<Connection>();
  let closed = false;

  // Answers to requests that came in together are written together: the caller's process is woken once, not each time.
  let waiting: [Connection, WireResponse, string][] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    for (const [connection, answer, method] of batch) send(connection, answer, method);
  };

  const send = (connection: Connection, answer: WireResponse, method: string, last = false): void => {
    const { socket } = connection;
    if (socket.destroyed) return;
    try {
      writeAnswer(socket, answer, method, last || closed || (connection.ended && !connection.pending) ? 0 : idle);
    } catch {
      // A header that HTTP can't carry (an injected error's code may hold anything): no answer, but no harm to others.
      socket.destroy();
      return;
    }
    connection.busy = last;
    if (!connection.pending || last) return;
    socket.resume();
    next(connection);
  };

  const reply = (connection: Connection, answer: WireResponse, method: string): void => {
    if (answer.drop) return void connection.socket.destroy();
    if (answer.delay !== undefined) return void setTimeout(() => send(connection, answer, method), answer.delay);
    if (waiting.length === 0) setImmediate(flush);
    waiting.push([connection, answer, method]);
  };

  const serve = (connection: Connection, head: RequestHead, body: Uint8Array): void => {
    const { method, target, headers } = head;
    connection.busy = true;
    const refusal = refuseForeign(headers);
    if (refusal) {
      const answer = { status: 403, headers: { "content-type": "text/plain" }, body: `lotse sandbox: ${refusal}\n` };
      return send(connection, answer, method, true);
    }
    const at = target.indexOf("?");
    const path = at < 0 ? target : target.slice(0, at);
    const query = at < 0 ? "" : target.slice(at + 1);
    reply(connection, handle({ method, path, query, headers, body, sourceIp: connection.address }), method);
  };

  const next = (connection: Connection): void => {
    const { socket, pending } = connection;
    if (!pending || connection.busy || socket.destroyed) return;
    if (socket.writableNeedDrain) {
      // Whoever doesn't read answers gets no more of them.
      socket.pause();
      socket.once("drain", () => {
        socket.resume();
        next(connection);
      });
      return;
    }
    const end = pending.indexOf("\r\n\r\n");
    const head = end < 0 || end > headLimit ? undefined : readHead(pending.toString("latin1", 0, end));
    const from = end + 4;
    const to = from + (head?.length ?? 0);
    const whole = pending.length >= to;
    if (!head || head.length > bodyLimit || (!whole && (connection.ended || connection.pieces >= piecesLimit))) {
      open.delete(connection);
      connection.release();
      return handOver(socket, pending, connection.ended);
    }
    // The rest of the body is still to come.
    if (!whole) return;
    connection.pending = pending.length === to ? undefined : pending.subarray(to);
    connection.pieces = 0;
    serve(connection, head, head.length === 0 ? emptyBody : pending.subarray(from, to));
  };

  const accept = (socket: Socket): void => {
    const onData = (chunk: Buffer): void => {
      connection.pieces += 1;
      connection.pending = connection.pending ? Buffer.concat([connection.pending, chunk]) : chunk;
      // Requests that come in before the last one is answered wait, and no more of them are read.
      if (!connection.busy) return next(connection);
      if (connection.pending.length > bodyLimit) socket.pause();
    };
    const onEnd = (): void => {
      connection.ended = true;
      if (!connection.busy && !connection.pending) socket.end();
      else if (!connection.busy) next(connection);
    };
    const onGone = (): void => void socket.destroy();
    const onClose = (): void => void open.delete(connection);
    const connection: Connection = {
      socket,
      address: socket.remoteAddress ?? "127.0.0.1",
      pending: undefined,
      pieces: 0,
      busy: false,
      ended: false,
      release() {
        socket.off("data", onData).off("end", onEnd).off("error", onGone).off("timeout", onGone).off("close", onClose);
        socket.setTimeout(0);
      },
    };
    open.add(connection);
    socket.on("data", onData).on("end", onEnd).on("error", onGone).on("timeout", onGone).on("close", onClose);
    socket.setTimeout(idle * 1000);
  };

  return {
    accept,
    close() {
      closed = true;
      for (const { socket, busy } of open) if (!busy) socket.destroy();
    },
    closeAll() {
      for (const { socket } of open) socket.destroy();
    },
  };
}
