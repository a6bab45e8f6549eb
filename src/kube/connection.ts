// One connection to an API server: TLS with the cluster's own authority, a bearer token that is renewed, retries for what
// passes by itself.
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { LotseError, sleep } from "../base/index.ts";
import { refusal, statusOf, unreachable } from "./refusals.ts";

/** A token and when it is no longer good, epoch milliseconds. */
export interface BearerToken {
  token: string;
  expires: number;
}

/** Which API server, and as whom. */
export interface KubeTarget {
  /** `https://…` as DescribeCluster reports it. */
  server: string;
  /** PEM; the system's authorities without it. */
  authority?: string;
  /** Gives a token; asked again shortly before one expires, and once after a 401. */
  token?(): Promise<BearerToken>;
  /** PEM of the caller's certificate and its key. */
  client?: { certificate: string; privateKey: string };
  /** Which name the server's certificate must have, where it isn't the address's. */
  serverName?: string;
  /** How often a read is sent again when the connection breaks; default 5, which takes about three seconds. */
  retries?: number;
  signal?: AbortSignal;
}

export type PatchKind = "json" | "merge" | "strategic" | "apply";

export interface KubeRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  body?: object;
  patch?: PatchKind;
  /** For people, in errors: `list pods`. */
  what: string;
  signal?: AbortSignal;
  /** Milliseconds without a byte after which it is given up; a minute by default. */
  patience?: number;
}

/** A way to one API server; everything that goes over it is retried and translated alike. */
export interface Connection {
  readonly server: string;
  /** The parsed answer. */
  send<T>(request: KubeRequest): Promise<T>;
  /** The answer as it comes, for watches and logs; the caller reads or destroys it. */
  stream(request: KubeRequest): Promise<IncomingMessage>;
  close(): void;
}

const contentTypes: Readonly<Record<PatchKind, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** A request that gets no byte of an answer for so long is given up; a control plane that wakes up takes seconds. */
const patience = 60_000;
const renewBefore = 60_000;
const tries = 5;
/** An answer larger than this is no answer of a Kubernetes API server to a paged list. */
const longestAnswer = 256 * 1024 * 1024;

const passing = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"]);

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > longestAnswer) throw new Error("the answer is larger than 256 MiB");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function pathOf(request: KubeRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === "" ? request.path : `${request.path}?${text}`;
}

/** How long the server asks to wait, or a growing pause with jitter. */
function pauseBefore(attempt: number, retryAfter: string | undefined): number {
  const asked = Number(retryAfter);
  if (Number.isFinite(asked) && asked > 0) return Math.min(asked, 30) * 1000;
  return 100 * 2 ** attempt * (0.5 + Math.random());
}

/** Opens a connection; nothing is sent yet. */
export function openConnection(target: KubeTarget): Connection {
  const { server } = target;
  const url = new URL(server);
  if (url.protocol !== "https:")
    throw new LotseError("kube/unreachable", { title: `${server} is not an https address` });
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 24,
    ...(target.authority === undefined ? {} : { ca: target.authority }),
    ...(target.client ? { cert: target.client.certificate, key: target.client.privateKey } : {}),
    ...(target.serverName === undefined ? {} : { servername: target.serverName }),
  });
  let current: Promise<BearerToken> | undefined;

  const bearer = async (): Promise<string | undefined> => {
    if (!target.token) return undefined;
    const known = await current;
    if (!known || known.expires - Date.now() < renewBefore) {
      current = target.token();
      // A failure isn't kept: the next request asks again.
      current.catch(() => (current = undefined));
    }
    return ((await current) as BearerToken).token;
  };

  const once = async (request: KubeRequest): Promise<IncomingMessage> => {
    const token = await bearer();
    const wait = request.patience ?? patience;
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const signals = [target.signal, request.signal].filter((each) => each !== undefined);
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: url.hostname.replace(/^\[|\]$/g, ""),
          port: url.port || 443,
          method: request.method,
          path: pathOf(request),
          agent,
          timeout: wait,
          ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
          headers: {
            accept: "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            "user-agent": "lotse",
            ...(payload === undefined
              ? {}
              : {
                  "content-type": request.patch ? contentTypes[request.patch] : "application/json",
                  "content-length": String(Buffer.byteLength(payload)),
                }),
          },
        },
        resolve,
      );
      sent.once("error", reject);
      sent.once("timeout", () => sent.destroy(new Error(`no answer within ${wait / 1000} s`)));
      sent.end(payload);
    });
  };

  const stream = async (request: KubeRequest): Promise<IncomingMessage> => {
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      let response: IncomingMessage;
      try {
        response = await once(request);
      } catch (cause) {
        if (cause instanceof LotseError || target.signal?.aborted || request.signal?.aborted) throw cause;
        // Only reads are sent again when the connection broke: a write may have arrived.
        const again = request.method === "GET" && passing.has((cause as { code?: string }).code ?? "");
        if (!again || attempt >= (target.retries ?? tries)) throw unreachable(server, cause);
        await sleep(pauseBefore(attempt, undefined), target.signal);
        continue;
      }
      const status = response.statusCode ?? 500;
      if (status < 300) return response;
      const found = statusOf(status, await textOf(response));
      if (status === 401 && !renewed) {
        renewed = true;
        current = undefined;
        continue;
      }
      const busy = status === 429 || (status === 503 && request.method === "GET");
      // An eviction that a budget forbids is answered 429 as well, and is the caller's to decide.
      const budget = found.causes.some((cause) => cause.reason === "DisruptionBudget");
      if (!busy || budget || attempt >= tries) throw refusal(found, request.what);
      await sleep(pauseBefore(attempt, response.headers["retry-after"]), target.signal);
    }
  };

  return {
    server,
    stream,
    async send<T>(request: KubeRequest) {
      const text = await textOf(await stream(request));
      return (text === "" ? {} : JSON.parse(text)) as T;
    },
    close: () => agent.destroy(),
  };
}
