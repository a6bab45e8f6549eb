// Requests that leave HTTP: exec, attach, port-forward by SPDY or WebSocket. Once both sides agree, bytes go both ways.
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { responseHead } from "./headers.ts";
import { answerText, statusAnswer } from "./refusals.ts";

function headText(answer: IncomingMessage, more: readonly string[]): string {
  const lines = Object.entries(responseHead(answer.rawHeaders)).flatMap(([name, values]) =>
    values.map((value) => `${name}: ${value}`),
  );
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${[...lines, ...more].join("\r\n")}\r\n\r\n`;
}

/** Joins two connections until one of them ends. */
function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.once("close", () => to.destroy());
  }
}

/**
 * Carries an upgrade out.
 *
 * @param sent the request to the API server, not ended yet
 * @param head what the client has sent after its request
 */
export function passUpgrade(sent: ClientRequest, socket: Duplex, head: Buffer): void {
  socket.once("close", () => sent.destroy());
  sent.once("error", () => {
    if (socket.writable) socket.end(answerText(statusAnswer(502, "the API server can't be reached")));
  });
  sent.once("upgrade", (answer, upstream, rest) => {
    socket.write(headText(answer, ["connection: Upgrade", `upgrade: ${answer.headers.upgrade ?? ""}`]), "latin1");
    if (rest.length > 0) socket.write(rest);
    if (head.length > 0) upstream.write(head);
    join(socket, upstream);
  });
  // The API server says no, in plain HTTP: told as it is, and the connection ends with it.
  sent.once("response", (answer) => {
    // Without a length the body ends where the connection does.
    socket.write(headText(answer, ["connection: close"]), "latin1");
    answer.pipe(socket);
  });
  sent.end();
}
