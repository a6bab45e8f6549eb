// Downloads a file whose checksum is known: resumed where it stopped, whoever stopped it, and taken only when the sum is right.
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorMessage, isLotseError, LotseError, sleep } from "../../../base/index.ts";
import { checkSpace } from "./disk.ts";

/** How to fetch. */
export interface DownloadOptions {
  signal?: AbortSignal;
  /** Silence after which a connection is given up. Default: 30 s. */
  stallMilliseconds?: number;
  /** Hears how many bytes of how many are there. */
  onBytes?(done: number, total: number | undefined): void;
}

/** Tries, each going on where the one before stopped. */
const attempts = 4;
/** Codes of the system and of Node's fetch that mean there is no way there: trying again at once is no use. */
const noWay = new Set("ENOTFOUND EAI_AGAIN ECONNREFUSED ENETUNREACH EHOSTUNREACH UND_ERR_CONNECT_TIMEOUT".split(" "));
/** Kept free beside what is downloaded. */
const reserveBytes = 100_000_000;

/** Why a request failed, in a few words: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? errorMessage(error) : errorMessage(cause);
}

function failed(url: string, detail: string, cause?: unknown): LotseError {
  const title = `${url} can't be downloaded: ${detail}`;
  return new LotseError("kube/download-failed", { title }, cause === undefined ? {} : { cause });
}

/** A signal that is aborted when nothing has been heard for a while, or when the caller's is. */
function watchdog(options: DownloadOptions): { signal: AbortSignal; heard(): void; stop(): void } {
  const milliseconds = options.stallMilliseconds ?? 30_000;
  const silent = new AbortController();
  const bark = (): void => silent.abort(new Error(`nothing came for ${milliseconds / 1000} s`));
  let timer = setTimeout(bark, milliseconds);
  return {
    signal: options.signal ? AbortSignal.any([options.signal, silent.signal]) : silent.signal,
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(bark, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

async function request(url: string, signal: AbortSignal, from = 0): Promise<Response> {
  // Compressed on the way, its length would say nothing.
  const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  const response = await fetch(url, { signal, headers });
  if (response.ok || (from > 0 && response.status === 416)) return response;
  await response.body?.cancel();
  const error = failed(url, `HTTP ${response.status}`);
  // What isn't there won't be there in a second; 5xx and 429 may pass.
  throw response.status >= 500 || response.status === 429 ? new Error(`HTTP ${response.status}`) : error;
}

/** Does it again after what may pass. */
async function persistently<T>(url: string, options: DownloadOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isLotseError(error)) throw error;
      const code = (error as { cause?: NodeJS.ErrnoException }).cause?.code ?? "";
      if (attempt === attempts || noWay.has(code)) {
        throw failed(url, reasonOf(error), error);
      }
      await sleep(250 * 2 ** attempt, options.signal);
    }
  }
}

/**
 * Fetches a small text, such as a checksum.
 *
 * @throws LotseError `kube/download-failed`
 */
export function fetchText(url: string, options: DownloadOptions): Promise<string> {
  return persistently(url, options, async () => {
    const dog = watchdog(options);
    try {
      return await (await request(url, dog.signal)).text();
    } finally {
      dog.stop();
    }
  });
}

async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}

/** One connection's worth; ends when the file is complete. */
async function transfer(url: string, part: string, options: DownloadOptions): Promise<void> {
  const dog = watchdog(options);
  try {
    const from = await sizeOf(part);
    const response = await request(url, dog.signal, from);
    if (response.status === 416) {
      // All of it is here, or what is here isn't of this file: the checksum will tell.
      await response.body?.cancel();
      return;
    }
    const resumed = response.status === 206;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const start = resumed ? from : 0;
    const total = Number.isFinite(length) ? start + length : undefined;
    await checkSpace(`${url.split("/").at(-1)}`, { [dirname(part)]: (total ?? 0) - start + reserveBytes });
    const file = await open(part, resumed ? "a" : "w");
    let done = start;
    try {
      for await (const chunk of response.body ?? []) {
        dog.heard();
        await file.write(chunk as Uint8Array);
        done += (chunk as Uint8Array).length;
        options.onBytes?.(done, total);
      }
    } finally {
      await file.close();
    }
    if (total !== undefined && done < total) throw new Error(`it ended after ${done} of ${total} bytes`);
  } finally {
    dog.stop();
  }
}

/** SHA-256 of a file, hex. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/**
 * Downloads a file. What is missing of an earlier try (`<file>.part`) is asked for, and no more.
 *
 * @param sum SHA-256 that the publisher names, hex
 * @throws LotseError `kube/download-failed`, `kube/checksum` or `kube/disk-space`
 */
export async function download(url: string, file: string, sum: string, options: DownloadOptions): Promise<void> {
  const part = `${file}.part`;
  await mkdir(dirname(file), { recursive: true });
  for (;;) {
    const before = await sizeOf(part);
    await persistently(url, options, () => transfer(url, part, options));
    const found = await sha256(part);
    if (found === sum) break;
    await rm(part, { force: true });
    // What lay here may have been of another file; what came in one piece was not.
    if (before > 0) continue;
    throw new LotseError("kube/checksum", {
      title: `${url} isn't what its publisher made: its SHA-256 is ${found}, not ${sum}`,
      remedy: "Something between you and the publisher changes downloads, or the release is damaged there.",
      data: { url, found, published: sum },
    });
  }
  await rename(part, file);
}
