// The API server behind the proxy: its address, its authority, and the proxy's own way in.
import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import type { AgentOptions } from "node:https";
import { Agent, request as httpsRequest } from "node:https";
import type { BearerToken, KubeTarget } from "../../../kube/index.ts";
import type { Head } from "./headers.ts";

/** A request to the API server. */
export interface UpstreamRequest {
  method: string;
  /** As the client sent it. */
  path: string;
  head: Head;
  /** A connection of its own, which the request may keep: for upgrades. */
  alone: boolean;
}

/** The API server. */
export interface Upstream {
  /** `host:port` for the Host header. */
  host: string;
  /** `Bearer …`; undefined where a client certificate says who the proxy is. */
  authorization(): Promise<string | undefined>;
  send(request: UpstreamRequest): ClientRequest;
  close(): void;
}

const renewBefore = 60_000;

/** Single lines as text: Node takes no list for some names. */
const linesOf = (head: Head): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(head).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

/** Opens the way; nothing is sent yet. */
export function openUpstream(target: KubeTarget, now: () => number): Upstream {
  const url = new URL(target.server);
  const tls: AgentOptions = {
    minVersion: "TLSv1.2",
    ...(target.authority === undefined ? {} : { ca: target.authority }),
    ...(target.client ? { cert: target.client.certificate, key: target.client.privateKey } : {}),
    ...(target.serverName === undefined ? {} : { servername: target.serverName }),
  };
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 1_024 });
  let current: Promise<BearerToken> | undefined;
  return {
    host: url.host,
    async authorization() {
      if (!target.token) return undefined;
      const known = await current;
      if (!known || known.expires - now() < renewBefore) {
        current = target.token();
        // A failure isn't kept: the next request asks again.
        current.catch(() => (current = undefined));
      }
      return `Bearer ${((await current) as BearerToken).token}`;
    },
    send: ({ method, path, head, alone }) =>
      httpsRequest({
        ...tls,
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: url.port || 443,
        method,
        path: `${url.pathname.replace(/\/$/, "")}${path}`,
        headers: linesOf(head),
        agent: alone ? false : agent,
      }),
    close: () => agent.destroy(),
  };
}
