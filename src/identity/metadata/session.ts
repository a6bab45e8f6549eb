// The session that a pod's credentials belong to: CloudTrail names it, so it names the pod.
import { sha256 } from "../token/sha256.ts";

/** STS: 2 to 64 of these. */
const foreign = /[^\w+=,.@-]/g;
const longest = 64;
const hashLength = 9;

/**
 * Session name of a pod: `namespace.name`; what is too long ends with a hash, so that two pods never share one.
 *
 * @example podSessionName("shop", "web-7d9c") // "shop.web-7d9c"
 */
export function podSessionName(namespace: string, name: string): string {
  const text = `${namespace}.${name}`.replaceAll(foreign, "-");
  if (text.length <= longest) return text;
  const hash = sha256(`${namespace}/${name}`).toString("hex");
  return `${text.slice(0, longest - hashLength - 1)}-${hash.slice(0, hashLength)}`;
}
