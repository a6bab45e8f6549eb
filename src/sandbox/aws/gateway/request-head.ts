// Reads the head of an ordinary HTTP/1.1 request. Whatever is unusual in any way isn't judged here: node:http gets it.

export interface RequestHead {
  method: string;
  /** Path and query as sent. */
  target: string;
  headers: Record<string, string>;
  /** Bytes that the body has. */
  length: number;
}

const requestLine = /^(GET|POST|PUT|DELETE|HEAD|PATCH) (\/[\x21-\x7e]*) HTTP\/1\.1$/;
/** Controls, among them what is left of line ends that aren't CR LF. */
const improper = /[^\t -~\x80-\xff]/;
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** Names in lower case by how they were sent; clients send the same few. */
const names = new Map<string, string>();
const namesKept = 512;

function nameOf(sent: string): string | undefined {
  const known = names.get(sent);
  if (known !== undefined) return known;
  if (!token.test(sent)) return undefined;
  const name = sent.toLowerCase();
  if (names.size < namesKept) names.set(sent, name);
  return name;
}

/** Headers with a meaning for the connection; a request with one of them isn't ordinary. */
const unusual: ReadonlySet<string> = new Set(["transfer-encoding", "expect", "upgrade", "trailer", "te"]);

/**
 * Reads request line and headers, without the empty line after them.
 *
 * @returns undefined when anything about the request is unusual: node:http shall read it
 */
export function readHead(text: string): RequestHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const line = requestLine.exec(first);
  if (!line) return undefined;
  const headers: Record<string, string> = {};
  for (const header of lines) {
    const colon = header.indexOf(":");
    const name = colon > 0 ? nameOf(header.slice(0, colon)) : undefined;
    // Sent twice (or named like a member that every object has): node:http knows what is joined and what is dropped.
    if (name === undefined || headers[name] !== undefined || unusual.has(name) || improper.test(header))
      return undefined;
    headers[name] = header.slice(colon + 1).trim();
  }
  if (headers["host"] === undefined) return undefined;
  if ((headers["connection"] ?? "keep-alive").toLowerCase() !== "keep-alive") return undefined;
  const length = headers["content-length"] ?? "0";
  if (!/^\d{1,9}$/.test(length)) return undefined;
  return { method: line[1] ?? "", target: line[2] ?? "", headers, length: Number(length) };
}
