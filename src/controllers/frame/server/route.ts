// What a role's listener answers: paths, and functions from a request to an answer.
import type { IncomingHttpHeaders } from "node:http";

/** Who a client's certificate says it is. */
export interface ClientCertificate {
  commonName: string;
  organizations: readonly string[];
  /** False when it isn't signed by an authority that the listener trusts; `problem` says why. */
  trusted: boolean;
  problem?: string;
}

/** A request with its whole body. */
export interface ServedRequest {
  method: string;
  /** Without the query, as it was sent. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Address of whoever is connected, never of a header. */
  remoteAddress: string;
  remotePort: number;
  localAddress: string;
  certificate?: ClientCertificate;
  /** Aborted when the client hangs up, or the listener closes. */
  signal: AbortSignal;
}

/** An answer. */
export interface ServedAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

/** A path and what is answered under it. */
export interface RouteDefinition {
  /** Exactly this one; with `/*` at its end everything below as well. */
  path: string;
  /** Others get 405; all by default. */
  methods?: readonly string[];
  /** Larger bodies get 413; 3 MiB by default, as API servers send at most. */
  maxBytes?: number;
  /** Label of metrics; the path by default. */
  label?: string;
  handle(request: ServedRequest): ServedAnswer | Promise<ServedAnswer>;
}
