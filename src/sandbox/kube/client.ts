// The sandbox's own way to an emulated cluster's API server: JSON over TLS with a client certificate. It is the judge's
// client and shares nothing with the product's.
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientFiles } from "./control-plane/files.ts";

/** An object as the API server gives it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
    finalizers?: string[];
  };
}

/** What the API server refused, with its reason (`NotFound`, `Conflict`, `AlreadyExists` …). */
export class KubeRefusal extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export type PatchKind = "merge" | "strategic" | "apply" | "json";

const patchTypes: Record<PatchKind, string> = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
  json: "application/json-patch+json",
};

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: T;
}

export interface KubeClient {
  get<T = KubeObject>(path: string): Promise<T>;
  /** What isn't JSON: logs. */
  text(path: string): Promise<string>;
  /** True when the server says 200 there, as it does on `/readyz` when it is ready. */
  answers(path: string): Promise<boolean>;
  /** Undefined when there is no such object. */
  find<T = KubeObject>(path: string): Promise<T | undefined>;
  create<T = KubeObject>(path: string, body: object): Promise<T>;
  replace<T = KubeObject>(path: string, body: object): Promise<T>;
  patch<T = KubeObject>(path: string, kind: PatchKind, body: object): Promise<T>;
  delete(path: string, options?: object): Promise<void>;
  /**
   * Lists, then follows changes for ever: through reconnects, compaction and restarts of the server. After a new list
   * `onList` gives everything there is; events follow.
   */
  watch<T extends KubeObject>(path: string, heard: WatchHandler<T>, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface WatchHandler<T extends KubeObject> {
  onList(objects: readonly T[]): void;
  onEvent(event: WatchEvent<T>): void;
}

export interface KubeClientOptions extends ClientFiles {
  port: number;
  /** Connections kept; default 32. */
  connections?: number;
}

const watchSeconds = 600;
const pageSize = 2_000;
const longestLine = 64 * 1024 * 1024;

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function refusalOf(status: number, text: string): KubeRefusal {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new KubeRefusal(status, reason ?? "", message ?? text);
  } catch {
    // Not a Status object: an error of the server's own, in plain text.
    return new KubeRefusal(status, "", text.trim());
  }
}

/** Calls `line` for each line as it comes; JSON objects of a watch are one line each. */
async function eachLine(response: IncomingMessage, line: (text: string) => void): Promise<void> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      line(Buffer.concat([...rest, chunk.subarray(from, at)]).toString("utf8"));
      rest = [];
      size = 0;
      from = at + 1;
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      size += chunk.length - from;
    }
    if (size > longestLine) throw new Error("a watch event is larger than 64 MiB");
  }
}

/** Opens a client; nothing is sent yet. */
export function openKubeClient(options: KubeClientOptions): KubeClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: options.connections ?? 32,
    ca: options.authority,
    cert: options.certificate,
    key: options.key,
  });
  // Watches stay open: they must not take a place among the others.
  const watching = new Agent({ ca: options.authority, cert: options.certificate, key: options.key });

  const send = (
    method: string,
    path: string,
    body: object | undefined,
    type: string,
    by: { agent: Agent; signal?: AbortSignal },
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const request = httpsRequest(
        {
          host: "127.0.0.1",
          port: options.port,
          method,
          path,
          agent: by.agent,
          ...(by.signal ? { signal: by.signal } : {}),
          headers: {
            accept: "application/json",
            "user-agent": "lotse-sandbox",
            ...(payload === undefined
              ? {}
              : { "content-type": type, "content-length": String(Buffer.byteLength(payload)) }),
          },
        },
        resolve,
      );
      request.on("error", reject);
      request.end(payload);
    });

  const call = async <T>(method: string, path: string, body?: object, type = "application/json"): Promise<T> => {
    const response = await send(method, path, body, type, { agent });
    const text = await textOf(response);
    const status = response.statusCode ?? 500;
    if (status >= 300) throw refusalOf(status, text);
    return (text === "" ? {} : JSON.parse(text)) as T;
  };

  const join = (path: string, query: string): string => `${path}${path.includes("?") ? "&" : "?"}${query}`;

  const list = async <T extends KubeObject>(path: string): Promise<{ items: T[]; version: string }> => {
    const items: T[] = [];
    let token = "";
    for (;;) {
      const page = await call<{ items: T[]; metadata: { resourceVersion: string; continue?: string } }>(
        "GET",
        join(path, `limit=${pageSize}${token ? `&continue=${encodeURIComponent(token)}` : ""}`),
      );
      items.push(...page.items);
      token = page.metadata.continue ?? "";
      if (token === "") return { items, version: page.metadata.resourceVersion };
    }
  };

  /** Follows from a version until the server ends the watch; returns where to go on, or undefined after 410 Gone. */
  const follow = async <T extends KubeObject>(
    path: string,
    from: string,
    heard: WatchHandler<T>,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    let version: string | undefined = from;
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${from}`;
    const response = await send("GET", join(path, query), undefined, "", { agent: watching, signal });
    if (response.statusCode === 410) return undefined;
    if (response.statusCode !== 200) throw refusalOf(response.statusCode ?? 500, await textOf(response));
    await eachLine(response, (line) => {
      if (line === "" || version === undefined) return;
      const event = JSON.parse(line) as { type: WatchEvent["type"] | "BOOKMARK" | "ERROR"; object: T };
      if (event.type === "ERROR") {
        version = undefined;
        return;
      }
      version = event.object.metadata.resourceVersion ?? version;
      if (event.type !== "BOOKMARK") heard.onEvent({ type: event.type, object: event.object });
    });
    return version;
  };

  return {
    get: (path) => call("GET", path),
    async text(path) {
      const response = await send("GET", path, undefined, "", { agent });
      const text = await textOf(response);
      if (response.statusCode !== 200) throw refusalOf(response.statusCode ?? 500, text);
      return text;
    },
    async answers(path) {
      try {
        const response = await send("GET", path, undefined, "", { agent });
        await textOf(response);
        return response.statusCode === 200;
      } catch {
        // It doesn't listen yet, or no longer.
        return false;
      }
    },
    async find<T>(path: string) {
      try {
        return await call<T>("GET", path);
      } catch (error) {
        if (error instanceof KubeRefusal && error.status === 404) return undefined;
        throw error;
      }
    },
    create: (path, body) => call("POST", path, body),
    replace: (path, body) => call("PUT", path, body),
    patch: (path, kind, body) => call("PATCH", path, body, patchTypes[kind]),
    delete: async (path, body) => {
      await call("DELETE", path, body);
    },
    async watch(path, heard, signal) {
      let version: string | undefined;
      while (!signal.aborted) {
        try {
          if (version === undefined) {
            const all = await list<never>(path);
            version = all.version;
            heard.onList(all.items);
          }
          version = await follow(path, version, heard, signal);
        } catch (error) {
          if (signal.aborted) return;
          // The server restarts, or isn't there yet; 410 as an error answer means: list again.
          if (error instanceof KubeRefusal && error.status === 410) version = undefined;
          await sleep(200, undefined, { signal }).catch(() => undefined);
        }
      }
    },
    close: () => {
      agent.destroy();
      watching.destroy();
    },
  };
}
