// The address of an emulated cluster's API server: a listener on 127.0.0.1 that is there from the cluster's first day,
// wakes the control plane at the first connection, and passes bytes on. TLS goes through untouched.
import { randomInt } from "node:crypto";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";

/** Where connections go, asked for at each one. */
export interface FrontTarget {
  /** Port of the API server, started first when need be; rejects when it can't be. */
  wake(): Promise<number>;
  /** Why nobody gets in now (endpoint switched off), or undefined. */
  closed(): string | undefined;
  /** Somebody came, or something was said on a connection, in either direction. */
  heard?(): void;
}

/** A listener with a port of its own, not yet anybody's. */
export interface Front {
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** From now on connections go there. */
  serve(target: FrontTarget): void;
  /** Nobody listens: the system refuses connections, as where there is no server. */
  refuse(): Promise<void>;
  /** Listens again, on the same port; nothing happens when it does already. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

function passOn(client: Socket, port: number, heard: () => void): void {
  const server = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  const end = (): void => {
    client.destroy();
    server.destroy();
  };
  client.on("error", end).on("close", end);
  server.on("error", end).on("close", end);
  client.on("data", heard);
  server.on("data", heard);
  client.pipe(server).pipe(client);
}

function makeFront(port: number): { front: Front; listening: Promise<void> } {
  let target: FrontTarget | undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.once("close", () => sockets.delete(client));
    client.on("error", () => client.destroy());
    if (!target || target.closed() !== undefined) {
      client.destroy();
      return;
    }
    const heard = (): void => target?.heard?.();
    heard();
    target.wake().then(
      (to) => {
        if (client.destroyed) return;
        passOn(client, to, heard);
        client.resume();
      },
      // Who woke it is told why through the host; a TLS client only sees that nobody is there.
      () => client.destroy(),
    );
  });
  let claimed = port;
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port: claimed }, () => {
        server.removeListener("error", reject);
        claimed = (server.address() as { port: number }).port;
        resolve();
      });
      server.unref();
    });
  const unlisten = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const listening = listen();
  // One after another: whoever refuses and listens at once gets what he asked for last.
  let turn: Promise<void> = listening.catch(() => undefined);
  const next = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  let closed = false;
  const front: Front = {
    get port() {
      return claimed;
    },
    get connections() {
      return sockets.size;
    },
    serve: (to) => {
      target = to;
    },
    refuse: () => next(unlisten),
    listen: () => next(async () => (server.listening || closed ? undefined : listen())),
    close: () => {
      closed = true;
      return next(unlisten);
    },
  };
  return { front, listening };
}

/**
 * Listens on 127.0.0.1. It doesn't keep the process alive.
 *
 * @param port default: a free one
 * @throws the listener's error, `EADDRINUSE` when the port is someone's
 */
export async function openFront(port = 0): Promise<Front> {
  const { front, listening } = makeFront(port);
  await listening;
  return front;
}

/** Ports that systems give out for connections begin higher, and well-known services are lower. */
const lateRange = { from: 20_000, size: 10_000 };

/**
 * A front for someone who can't wait: it has its port at once and listens a moment later.
 *
 * @param onProblem hears when the port was someone's after all
 */
export function openFrontLater(onProblem: (error: unknown) => void): Front {
  const { front, listening } = makeFront(lateRange.from + randomInt(lateRange.size));
  listening.catch(onProblem);
  return front;
}
