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

/** How often a front that chose its port itself chooses again. */
const choices = 20;

/** `another` gives the next port to try when one is someone's; without it that is an error. */
function makeFront(port: number, another?: () => number): { front: Front; listening: Promise<void> } {
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
  const listenSomewhere = async (left: number): Promise<void> => {
    try {
      await listen();
    } catch (error) {
      if (!another || left === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      claimed = another();
      await listenSomewhere(left - 1);
    }
  };
  const listening = listenSomewhere(choices);
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

const latePort = (): number => lateRange.from + randomInt(lateRange.size);

/** What somebody who couldn't wait for a front hears of it later. */
export interface LateFrontHandlers {
  /** It listens, but its first port was someone's: it has another one now. */
  moved(): void;
  /** It listens nowhere. */
  failed(error: unknown): void;
}

/**
 * A front for someone who can't wait: it has its port at once and listens a moment later, as Node binds no address of an
 * interface before the next tick. When the port is someone's by then, it moves to another one.
 *
 * @param choose gives ports to try
 */
export function openFrontLater(heard: LateFrontHandlers, choose: () => number = latePort): Front {
  const first = choose();
  const { front, listening } = makeFront(first, choose);
  listening.then(
    () => {
      if (front.port !== first) heard.moved();
    },
    (error: unknown) => heard.failed(error),
  );
  return front;
}
