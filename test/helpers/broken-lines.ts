// Connections that break at a chosen moment, between an SDK client and the sandbox.
import type { OpenOptions } from "../../src/lotse.ts";

interface HttpRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}

interface Handler {
  handle(request: HttpRequest, options?: unknown): Promise<unknown>;
}

const textOf = (body: unknown): string =>
  typeof body === "string" ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : "";

/** True for a call that changes something. */
function changes({ method, path, headers, body }: HttpRequest): boolean {
  const target = headers["x-amz-target"] ?? headers["X-Amz-Target"];
  const action = target?.split(".").at(-1) ?? /(?:^|&)Action=(\w+)/.exec(textOf(body))?.[1];
  if (action !== undefined) return !/^(Describe|Get|List)/.test(action);
  return method !== "GET" && !path.includes("/_");
}

const wrapped = (inner: object, handle: Handler["handle"]): object => ({ ...inner, handle });
const handlerOf = (inner: object): Handler["handle"] => (inner as Handler).handle.bind(inner);

/** Counts the changing calls. */
export function counting(inner: object): { requestHandler: object; count(): number } {
  let count = 0;
  const handle = handlerOf(inner);
  return {
    count: () => count,
    requestHandler: wrapped(inner, async (request, options) => {
      if (changes(request)) count += 1;
      return handle(request, options);
    }),
  };
}

/**
 * Ends the client for good at its nth changing call, as `kill -9` does: before the call leaves, or after AWS has carried
 * it out and nobody hears of it.
 */
export function dyingAt(
  inner: object,
  nth: number,
  when: "before" | "after",
): Pick<OpenOptions, "requestHandler" | "signal"> {
  const death = new AbortController();
  const handle = handlerOf(inner);
  let count = 0;
  const requestHandler = wrapped(inner, async (request, options) => {
    if (death.signal.aborted) throw new Error("dead");
    if (changes(request)) count += 1;
    if (count < nth) return handle(request, options);
    if (when === "after") await handle(request, options);
    death.abort(new Error("killed"));
    throw new Error("dead");
  });
  return { requestHandler, signal: death.signal };
}

/** Every distinct request fails the first time, in turn: refused by a bad moment of the server, lost on the way, answered in vain. */
export function failingOnce(inner: object): { requestHandler: object; failed(): number } {
  const seen = new Set<string>();
  const handle = handlerOf(inner);
  const requestHandler = wrapped(inner, async (request, options) => {
    const key = `${request.method} ${request.path} ${textOf(request.body)}`;
    if (seen.has(key)) return handle(request, options);
    seen.add(key);
    if (seen.size % 2 === 0) await handle(request, options);
    throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  });
  return { requestHandler, failed: () => seen.size };
}
