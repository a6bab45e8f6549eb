// Every answer names its request, under the header that the service uses.
import type { AnswerContext } from "./protocol.ts";

/** The request id under the names that the service answers with. */
export function requestIdHeaders(context: AnswerContext): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of context.dialect.requestIdHeaders) headers[name] = context.requestId;
  return headers;
}
