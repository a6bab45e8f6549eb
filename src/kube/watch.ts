// List and watch: everything there is, then every change, through reconnects, restarts of the server and compaction.
import type { IncomingMessage } from "node:http";
import { isLotseError, sleep } from "../base/index.ts";
import type { Connection } from "./connection.ts";
import { KubeRefusal } from "./refusals.ts";
import type { KubeObject } from "./object.ts";

/** What a watcher hears. After a new list come changes; a list may come again, when changes were missed. */
export interface WatchHandler<T extends KubeObject> {
  onList(objects: readonly T[]): void;
  onChange(type: "ADDED" | "MODIFIED" | "DELETED", object: T): void;
  /** The connection is lost for the time being. */
  onTrouble?(error: unknown): void;
  /** What is kept of an object, asked page by page: 10,000 whole pods at once are 60 MB. */
  keep?(object: T): T;
  /** Nothing has changed, and the server has said so. */
  onAlive?(): void;
}

/** Which objects of a kind. */
export interface Selection {
  labelSelector?: string;
  fieldSelector?: string;
}

const pageSize = "500";
/** The server ends watches after half an hour or so by itself; shorter ones spread the reconnects. */
const watchSeconds = 300;
const longestPause = 15_000;
/** Bookmarks come every 60 to 75 s (apiserver's cacher); a watch that is silent for longer is a dead connection. */
const watchPatience = 120_000;
/** After so many failures to go on from a version a new list is asked for: a server that was restored doesn't know it. */
const resumes = 3;
const longestLine = 64 * 1024 * 1024;

interface Page<T> {
  items: T[];
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
}

/** Everything under a path, page by page; each object has the kind that lists leave out. */
export async function listAll<T extends KubeObject>(
  connection: Connection,
  path: string,
  selection: Selection,
  what: string,
  keep: (object: T) => T = (object) => object,
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  let token: string | undefined;
  for (;;) {
    let page: Page<T>;
    try {
      const query = { ...selection, limit: pageSize, continue: token };
      page = await connection.send<Page<T>>({ method: "GET", path, query, what });
    } catch (error) {
      // The token of a long list has expired: begin anew.
      if (token === undefined || !(error instanceof KubeRefusal) || error.refusal.status !== 410) throw error;
      items.length = 0;
      token = undefined;
      continue;
    }
    const { apiVersion } = page;
    const kind = page.kind.replace(/List$/, "");
    for (const item of page.items) items.push(keep({ ...item, apiVersion, kind }));
    token = page.metadata.continue || undefined;
    if (token === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}

async function eachLine(response: IncomingMessage, heard: (line: string) => void): Promise<void> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      heard(Buffer.concat(parts).toString("utf8"));
      parts.length = 0;
      size = 0;
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > longestLine) throw new Error("a watch event is larger than 64 MiB");
  }
}

interface Line<T> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: T;
}

/** Where a watch goes on: kept although it breaks off. */
interface Place {
  /** Undefined when a new list is needed. */
  version: string | undefined;
}

/** Follows from a version until the watch ends, or breaks off. */
async function follow<T extends KubeObject>(
  connection: Connection,
  path: string,
  selection: Selection,
  place: Place,
  handler: WatchHandler<T>,
  signal: AbortSignal,
): Promise<void> {
  const query = {
    ...selection,
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(watchSeconds),
    resourceVersion: place.version,
  };
  const response = await connection.stream({
    method: "GET",
    path,
    query,
    what: `watch ${path}`,
    signal,
    patience: watchPatience,
  });
  await eachLine(response, (text) => {
    if (text === "" || place.version === undefined) return;
    const { type, object } = JSON.parse(text) as Line<T>;
    if (type === "ERROR") {
      place.version = undefined;
      return;
    }
    place.version = object.metadata.resourceVersion ?? place.version;
    if (type === "BOOKMARK") handler.onAlive?.();
    else handler.onChange(type, handler.keep?.(object) ?? object);
  });
}

/** Refusals that another try doesn't mend. */
const final = new Set([400, 401, 403, 404, 405]);

/**
 * Lists and watches until the signal is aborted.
 *
 * @throws LotseError when the cluster refuses for good; lost connections are taken up again
 */
export async function watchAll<T extends KubeObject>(
  connection: Connection,
  path: string,
  selection: Selection,
  handler: WatchHandler<T>,
  signal: AbortSignal,
): Promise<void> {
  const place: Place = { version: undefined };
  let failures = 0;
  for (let pause = 0; !signal.aborted;) {
    const before = place.version;
    try {
      if (place.version === undefined) {
        const all = await listAll<T>(
          connection,
          path,
          selection,
          `list ${path}`,
          (object) => handler.keep?.(object) ?? object,
        );
        place.version = all.resourceVersion;
        handler.onList(all.items);
      }
      await follow(connection, path, selection, place, handler, signal);
      pause = 0;
      failures = 0;
      // Too old to go on from: a server that says so again and again isn't asked without a pause.
      if (place.version === undefined) await sleep(200 * Math.random(), signal).catch(() => undefined);
    } catch (error) {
      if (signal.aborted) return;
      failures = place.version === before ? failures + 1 : 1;
      if (failures % resumes === 0) place.version = undefined;
      if (error instanceof KubeRefusal) {
        if (final.has(error.refusal.status)) throw error;
        if (error.refusal.status === 410) place.version = undefined;
      } else if (isLotseError(error) && error.code !== "kube/unreachable") throw error;
      handler.onTrouble?.(error);
      pause = Math.min(Math.max(pause * 2, 200), longestPause);
      await sleep(pause * (0.5 + Math.random()), signal).catch(() => undefined);
    }
  }
}
