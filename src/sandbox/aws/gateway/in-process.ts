// A `requestHandler` for clients of the AWS SDK in this process: the same dispatcher without a socket.
// Structural types only: the sandbox works without the SDK.
import { Readable } from "node:stream";
import type { WireRequest, WireResponse } from "../wire/index.ts";

/** What the SDK hands to a request handler, as far as it is read here. */
export interface SdkRequest {
  method: string;
  hostname: string;
  port?: number | undefined;
  path: string;
  query?: Record<string, string | string[] | null> | undefined;
  headers: Record<string, string>;
  body?: unknown;
}

/** An HTTP response as the SDK's clients take it from a request handler. */
export interface SdkResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array | Readable;
}

/** Fits `requestHandler` of every SDK client. */
export interface SdkRequestHandler {
  metadata: { handlerProtocol: string };
  handle(request: SdkRequest, options?: { abortSignal?: unknown }): Promise<{ response: SdkResponse }>;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

const escape = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function queryString(query: SdkRequest["query"]): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    if (Array.isArray(value)) for (const item of value) parts.push(`${escape(name)}=${escape(item)}`);
    else parts.push(value === null ? escape(name) : `${escape(name)}=${escape(value)}`);
  }
  return parts.join("&");
}

async function bodyBytes(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (typeof body === "object" && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
      chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    }
    return Buffer.concat(chunks);
  }
  throw new TypeError("lotse sandbox: a request body that is neither text, bytes nor a stream");
}

function isAborted(signal: unknown): boolean {
  return typeof signal === "object" && signal !== null && (signal as { aborted?: boolean }).aborted === true;
}

function abortError(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError" });
}

/** Makes the handler. */
export function inProcessHandler(dispatch: (request: WireRequest) => WireResponse): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, options) {
      if (isAborted(options?.abortSignal)) throw abortError();
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
      headers["host"] ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
      const reply = dispatch({
        method: request.method,
        path: request.path === "" ? "/" : request.path,
        query: queryString(request.query),
        headers,
        body: await bodyBytes(request.body),
        sourceIp: "127.0.0.1",
      });
      if (reply.delay) await new Promise((resolve) => setTimeout(resolve, reply.delay));
      if (isAborted(options?.abortSignal)) throw abortError();
      if (reply.drop) throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
      const bytes = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
      reply.headers["content-length"] ??= String(bytes.byteLength);
      const body = reply.streaming ? Readable.from([bytes], { objectMode: false }) : bytes;
      return { response: { statusCode: reply.status, headers: reply.headers, body } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}
