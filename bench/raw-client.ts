// A keep-alive HTTP/1.1 client on bare sockets, so that the client costs as little as it can and the same for every server.
import { connect } from "node:net";
import type { Socket } from "node:net";

export interface Exchange {
  /** The next request on this connection, given the last answer's body. */
  next(connection: number, previous: string | undefined): string;
  /** Hears the last answer of a connection, which no request follows. */
  ended?(connection: number, answer: string): void;
}

/** One HTTP answer, as far as the benchmarks read it. */
export interface Answer {
  status: number;
  body: string;
  end: number;
  close: boolean;
}

/** The first answer in what a socket has given; undefined while it isn't all there. */
export function parseAnswer(buffer: Buffer): Answer | undefined {
  const headEnd = buffer.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = buffer.toString("latin1", 0, headEnd);
  const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without content-length:\n${head}`);
  const end = headEnd + 4 + length;
  if (buffer.length < end) return undefined;
  return {
    status: Number(head.slice(9, 12)),
    body: buffer.toString("utf8", headEnd + 4, end),
    end,
    close: /^HTTP\/1\.0|connection: *close/im.test(head),
  };
}

/**
 * Sends requests over `connections` sockets for `seconds` and returns answers per second.
 *
 * @throws when a server answers with anything but 2xx
 */
export async function requestsPerSecond(
  port: number,
  exchange: Exchange,
  seconds: number,
  connections = 8,
): Promise<number> {
  let answers = 0;
  let stop = false;
  const one = (id: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let socket: Socket;
      let pending: Buffer = Buffer.alloc(0);
      let previous: string | undefined;
      const send = (): void => void socket.write(exchange.next(id, previous));
      const open = (): void => {
        socket = connect({ port, host: "127.0.0.1", noDelay: true }, send);
        socket.on("error", reject);
        socket.on("data", (chunk) => {
          pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
          const answer = parseAnswer(pending);
          if (!answer) return;
          if (answer.status < 200 || answer.status > 299) return reject(new Error(`${answer.status} ${answer.body}`));
          pending = pending.subarray(answer.end);
          previous = answer.body;
          answers += 1;
          if (stop || answer.close) socket.destroy();
          if (stop) {
            exchange.ended?.(id, answer.body);
            resolve();
          } else if (answer.close) open();
          else send();
        });
      };
      open();
    });
  const started = performance.now();
  const timer = setTimeout(() => (stop = true), seconds * 1000);
  await Promise.all(Array.from({ length: connections }, (_, id) => one(id)));
  clearTimeout(timer);
  return answers / ((performance.now() - started) / 1000);
}
