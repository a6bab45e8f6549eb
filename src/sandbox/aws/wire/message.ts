// HTTP as the wire layer sees it: the same from a socket and from an SDK client in this process.

export interface WireRequest {
  method: string;
  /** Path as sent, percent-encoded, without the query. */
  path: string;
  /** Query as sent, without `?`. */
  query: string;
  /** Names in lower case; repeated headers joined by commas. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  /** Address of the caller. */
  sourceIp: string;
  /** How the body came, where it came in signed chunks. */
  framing?: Framing;
}

/** What the `aws-chunked` framing said beside the content, for checking the signatures. */
export interface Framing {
  /** The request before its framing was taken off: what the signature in its head covers. */
  sent: WireRequest;
  chunks: readonly { data: Uint8Array; signature: string | undefined }[];
  /** As sent, in their order. */
  trailers: readonly (readonly [name: string, value: string])[];
  trailerSignature: string | undefined;
}

export interface WireResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | Uint8Array;
  /** The body is what clients read as a stream (an object of S3). */
  streaming?: boolean;
  /** Injected faults: wall-clock milliseconds to wait first, or no answer at all. */
  delay?: number;
  drop?: boolean;
}

/** Query parameters in the order sent; values are percent-decoded, `+` is a space. */
export type QueryParameters = readonly (readonly [name: string, value: string])[];

/** More parameters than this in one request is an attack, not a call. */
const parameterLimit = 20_000;

function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Not UTF-8 or cut short: taken byte by byte, wrong bytes become U+FFFD, as servers do.
    return Buffer.from(
      spaced.replaceAll(/%([0-9a-f]{2})|[^ -~]/gi, (match, hex?: string) =>
        hex ? String.fromCharCode(Number.parseInt(hex, 16)) : Buffer.from(match).toString("latin1"),
      ),
      "latin1",
    ).toString("utf8");
  }
}

/** Splits a query string or a form body. */
export function parseQuery(text: string): QueryParameters {
  if (text === "") return [];
  const parts = text.split("&", parameterLimit + 1);
  if (parts.length > parameterLimit) throw new RangeError("too many parameters");
  const parameters: [string, string][] = [];
  for (const part of parts) {
    if (part === "") continue;
    const at = part.indexOf("=");
    if (at < 0) parameters.push([decode(part), ""]);
    else parameters.push([decode(part.slice(0, at)), decode(part.slice(at + 1))]);
  }
  return parameters;
}

/** Percent-decoding of a path segment; undefined when it isn't valid. */
export function decodePath(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A malformed escape: the caller answers with a client error.
    return undefined;
  }
}

const decoder = new TextDecoder();

/** A body as text. */
export function bodyText(body: Uint8Array): string {
  return body.byteLength === 0 ? "" : decoder.decode(body);
}

/**
 * Sets a member whose name came from outside: `__proto__` becomes an ordinary key and doesn't reach the prototype.
 */
export function setMember(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else target[name] = value;
}
