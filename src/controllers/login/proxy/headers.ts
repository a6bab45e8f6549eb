// What of a request's head goes on to the API server: everything but what says who is asking, which the proxy alone says.
import type { Person } from "../core/provider.ts";

/** Names in lower case, each with its lines. */
export type Head = Record<string, string[]>;

/** Of one connection only (RFC 9110 §7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Headers by which an API server, or something before it, could take a request for somebody else's: impersonation, the
 * front proxy's users, addresses that the client made up.
 */
const identity = /^(?:authorization|host|forwarded|impersonate-.*|x-remote-.*|x-forwarded-.*)$/;

/** A WebSocket may carry a token as a subprotocol, which the API server would believe. */
const tokenProtocol = /^base64url\.bearer\.authorization\.k8s\.io\./i;

function protocolsOf(value: string): string[] {
  const kept = value
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && !tokenProtocol.test(each));
  return kept.length > 0 ? [kept.join(", ")] : [];
}

/** Headers that a connection's own `Connection` lines name. */
function namedByConnection(pairs: readonly (readonly [string, string])[]): Set<string> {
  const lines = pairs.filter(([name]) => name === "connection").map(([, value]) => value);
  return new Set(lines.flatMap((line) => line.split(",").map((each) => each.trim().toLowerCase())));
}

/** Name and value, from a list in which they alternate. */
function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([(raw[i] as string).toLowerCase(), raw[i + 1] as string]);
  return pairs;
}

/** The headers of a response that go on, as they came. */
export function responseHead(raw: readonly string[]): Head {
  const pairs = pairsOf(raw);
  const named = namedByConnection(pairs);
  const head: Head = {};
  for (const [name, value] of pairs) if (!hopByHop.has(name) && !named.has(name)) (head[name] ??= []).push(value);
  return head;
}

/** Text as HTTP carries it: the bytes of UTF-8, which is how client-go sends names. */
const wire = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** A key of `extra` as part of a header's name: lower case, the rest as %XX. */
const extraName = (key: string): string =>
  encodeURIComponent(key.toLowerCase()).replaceAll(/[!'()*~]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonation({ username, uid, groups, extra = {} }: Person): Head {
  return {
    "impersonate-user": [wire(username)],
    ...(uid === undefined ? {} : { "impersonate-uid": [wire(uid)] }),
    ...(groups.length > 0 ? { "impersonate-group": groups.map(wire) } : {}),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`impersonate-extra-${extraName(key)}`, values.map(wire)]),
    ),
  };
}

/** What the head of a forwarded request is made of. */
export interface Forwarded {
  raw: readonly string[];
  person: Person;
  /** Address of whoever is connected. */
  source: string;
  host: string;
  /** The proxy's own way in; undefined with a client certificate. */
  authorization: string | undefined;
  /** Set for requests that change the protocol: `SPDY/3.1`, `websocket`. */
  upgrade?: string;
}

/** The head of the request to the API server. */
export function requestHead({ raw, person, source, host, authorization, upgrade }: Forwarded): Head {
  const pairs = pairsOf(raw);
  const named = namedByConnection(pairs);
  const head: Head = {};
  for (const [name, value] of pairs) {
    if (hopByHop.has(name) || identity.test(name) || named.has(name)) continue;
    const values = name === "sec-websocket-protocol" ? protocolsOf(value) : [value];
    if (values.length > 0) (head[name] ??= []).push(...values);
  }
  // A body of unknown length stays framed, whatever the method: unframed it would be read as a request of its own.
  const chunked = pairs.some(([name]) => name === "transfer-encoding");
  // Requests that change the protocol have no body.
  if (upgrade !== undefined) delete head["content-length"];
  return {
    ...head,
    ...(chunked && upgrade === undefined ? { "transfer-encoding": ["chunked"] } : {}),
    host: [host],
    // The audit log shows it as the first of the request's addresses.
    "x-forwarded-for": [source],
    ...(authorization === undefined ? {} : { authorization: [authorization] }),
    ...impersonation(person),
    ...(upgrade === undefined ? {} : { connection: ["Upgrade"], upgrade: [upgrade] }),
  };
}

/** The token of `Authorization: Bearer …`; undefined without one, or with several. */
export function bearerOf(raw: readonly string[]): string | undefined {
  const values = pairsOf(raw).filter(([name]) => name === "authorization");
  const match = /^Bearer +(\S+)$/i.exec(values[0]?.[1].trim() ?? "");
  return values.length === 1 ? match?.[1] : undefined;
}
