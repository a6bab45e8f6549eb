// Answers as the bytes that go over a socket.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { WireResponse } from "../wire/index.ts";

/** What HTTP has no way to carry in a header: an answer would be split by it. */
const unsafe = /[^\t -~\x80-\xff]/;

/** Clients close idle connections a moment before the server does when they know when that is. */
const staying = (seconds: number): string => `connection: keep-alive\r\nkeep-alive: timeout=${seconds}\r\n`;
const closing = "connection: close\r\n";

let second = 0;
let date = "";

/** The Date header, made once a second: clients set their clocks by it. */
function dateHeader(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    date = `date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return date;
}

/** Texts of this length and more are turned to bytes first: that is cheaper than measuring and writing them. */
const longText = 16_384;

/**
 * Writes a whole answer.
 *
 * @param idle seconds that the connection may stay idle after it; 0 = it is closed
 * @throws RangeError for a header that HTTP can't carry
 */
export function writeAnswer(socket: Socket, answer: WireResponse, method: string, idle: number): void {
  const { status, headers } = answer;
  let { body } = answer;
  if (typeof body === "string" && body.length >= longText) body = Buffer.from(body);
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n`;
  const bodiless = method === "HEAD" || status === 204 || status === 304;
  for (const name in headers) {
    // Stated by S3's objects, too; twice it is an error to every client. A HEAD answer may state what it doesn't have.
    if (name === "content-length" && (method !== "HEAD" || status === 204 || status === 304)) continue;
    const value = headers[name] ?? "";
    if (unsafe.test(value) || unsafe.test(name)) throw new RangeError(`the header ${name} can't be sent`);
    head += `${name}: ${value}\r\n`;
  }
  if (status !== 204 && status !== 304 && (method !== "HEAD" || headers["content-length"] === undefined)) {
    head += `content-length: ${length}\r\n`;
  }
  head += `${dateHeader()}${idle > 0 ? staying(idle) : closing}\r\n`;
  if (bodiless || length === 0) socket.write(head, "latin1");
  // As many bytes as characters: nothing but ASCII.
  else if (typeof body === "string" && body.length === length) socket.write(head + body, "latin1");
  else {
    socket.cork();
    socket.write(head, "latin1");
    socket.write(body);
    socket.uncork();
  }
  if (idle === 0) socket.end();
}
