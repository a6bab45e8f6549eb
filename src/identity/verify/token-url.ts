// The URL inside a token, taken apart without repairing anything. The platform's URL class would: it drops tabs, turns
// backslashes, lower-cases and resolves, and then what was checked is not what is sent.
import { tokenPrefix } from "../token/bearer.ts";
import type { Refusal } from "./refusal.ts";
import { refuse } from "./refusal.ts";

/** Bytes; real tokens have 600 to 2,500, by the size of the session token. */
export const maxTokenBytes = 4096;

/** Parts of a presigned URL as they stand in it. */
export interface TokenUrl {
  scheme: string;
  /** With user information and port, if somebody put some in. */
  authority: string;
  path: string;
  query: string;
  fragment: string | undefined;
}

const illegalBase64 = /[^A-Za-z0-9_-]/;

/** Length and encoding of a token, then the URL in it (checks 1 to 4). */
export function readTokenUrl(token: string): TokenUrl | Refusal {
  if (Buffer.byteLength(token, "utf8") > maxTokenBytes) return refuse("format", "token is too large");
  if (!token.startsWith(tokenPrefix))
    return refuse("format", `token is missing expected ${JSON.stringify(tokenPrefix)} prefix`);
  const payload = token.slice(tokenPrefix.length);
  const illegal = payload.search(illegalBase64);
  if (illegal !== -1) {
    const at = Buffer.byteLength(payload.slice(0, illegal), "utf8");
    return refuse("format", `illegal base64 data at input byte ${at}`);
  }
  // One character carries six bits, which is no byte.
  if (payload.length % 4 === 1) return refuse("format", `illegal base64 data at input byte ${payload.length - 1}`);
  return splitUrl(Buffer.from(payload, "base64url"));
}

function splitUrl(bytes: Buffer): TokenUrl | Refusal {
  const text = bytes.toString("latin1");
  // Parameters of a presigned URL are percent-encoded; anything else would be read differently by different parsers.
  const odd = /[^\u0020-\u007e]/.exec(text)?.[0].charCodeAt(0);
  if (odd !== undefined)
    return refuse(
      "format",
      `invalid ${odd < 0x80 ? "control " : ""}character in URL${odd < 0x80 ? "" : ", only ASCII is allowed"}`,
    );
  if (text.startsWith(":")) return refuse("format", "missing protocol scheme");
  const [beforeFragment = "", ...fragments] = text.split("#");
  const colon = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(beforeFragment)?.[0] ?? "";
  const rest = beforeFragment.slice(colon.length);
  const mark = rest.indexOf("?");
  if (colon === "" && /^[^/?]*:/.test(rest)) return refuse("format", "first path segment in URL cannot contain colon");
  const hierarchy = mark === -1 ? rest : rest.slice(0, mark);
  const slash = hierarchy.startsWith("//") ? hierarchy.indexOf("/", 2) : 0;
  const hostEnd = slash === -1 ? hierarchy.length : slash;
  return {
    scheme: colon.slice(0, -1).toLowerCase(),
    authority: hierarchy.slice(0, hostEnd).replace(/^\/\//, ""),
    path: hierarchy.slice(hostEnd),
    query: mark === -1 ? "" : rest.slice(mark + 1),
    fragment: fragments.length === 0 ? undefined : fragments.join("#"),
  };
}
