// Keeps a store on disk: a snapshot, and a journal of what was committed since. A process that is killed loses at
// most what it committed since the last flush; a line cut in the middle is left out on the way back.
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Change, Store } from "../aws/core/index.ts";
import { makeFolder } from "./folder.ts";
import { changeLine, endLine, headerLine, readJournal, readSnapshot, transactionLine } from "./format.ts";
import { takeLock } from "./lock.ts";

/** Between a commit and its line on disk, wall-clock ms. */
const flushInterval = 200;
/** After a failed write (a full disk) the next try. */
const retryInterval = 2000;
/** A journal that is larger than this, and than the snapshot, becomes a snapshot. */
const compactAt = 8 * 1024 * 1024;

export interface JournalOptions {
  /** Hears, once each time, that writing fails (a full disk) and that it works again. */
  onProblem?: (problem: Error | undefined) => void;
}

export interface Journal {
  /** Writes what was committed until now. Throws when the disk refuses. */
  flush(): void;
  /** Writes everything anew, for changes that bypassed transactions (load, reset). */
  snapshot(): void;
  /** The last failure to write, until a write succeeds. */
  readonly problem: Error | undefined;
  /** What was found damaged when the state was loaded, and where it is kept. */
  readonly damage: string | undefined;
  /** Flushes, and gives the folder free. */
  close(): void;
}

const snapshotName = "state.jsonl";
const damagedSuffix = ".damaged";
const journalName = (generation: number): string => `journal-${generation}.jsonl`;

/** Writes the whole buffer, or throws. */
function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  return bytes.length;
}

/** Writes a snapshot beside the old one and renames it: there is always a whole one. Returns its size. */
function writeSnapshot(folder: string, generation: number, rows: Iterable<Change>): number {
  const path = join(folder, snapshotName);
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, "w", 0o600);
  let size = 0;
  try {
    let chunk = headerLine(generation);
    let count = 0;
    for (const change of rows) {
      chunk += changeLine(change);
      count += 1;
      if (chunk.length > 1_000_000) {
        size += writeAll(file, chunk);
        chunk = "";
      }
    }
    size += writeAll(file, chunk + endLine(count));
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
  return size;
}

/** A journal that is damaged before its end is kept whole beside the one that goes on. Says so. */
function keepDamaged(journal: string, whole: number): string {
  const copy = `${journal}${damagedSuffix}`;
  copyFileSync(journal, copy);
  return `${journal} was damaged from byte ${whole} on: what was written after that is left out, and kept in ${copy}`;
}

/** Loads what a folder holds into a store. */
function restore(
  folder: string,
  store: Store,
): { generation: number; journalLength: number; damage?: string | undefined } {
  const path = join(folder, snapshotName);
  let generation = 0;
  if (existsSync(path)) {
    const snapshot = readSnapshot(readFileSync(path, "utf8"), path);
    generation = snapshot.generation;
    store.load(snapshot.changes);
  }
  const journal = join(folder, journalName(generation));
  if (!existsSync(journal)) return { generation, journalLength: 0 };
  const { changes, length, damaged } = readJournal(readFileSync(journal));
  store.load(changes);
  return { generation, journalLength: length, damage: damaged ? keepDamaged(journal, length) : undefined };
}

/**
 * Loads the state of a folder into an empty store and keeps it up to date from then on.
 *
 * @throws LotseError `sandbox/state-in-use`, `sandbox/state-damaged` or `sandbox/state-version`
 */
export function openJournal(folder: string, store: Store, options: JournalOptions = {}): Journal {
  makeFolder(folder);
  const unlock = takeLock(folder);
  try {
    return new DiskJournal(folder, store, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

class DiskJournal implements Journal {
  problem: Error | undefined;
  readonly damage: string | undefined;
  readonly #folder: string;
  readonly #store: Store;
  readonly #options: JournalOptions;
  readonly #unlock: () => void;
  readonly #unlisten: () => void;
  #generation: number;
  #file: number;
  /** Length of what is whole in the journal's file. */
  #length: number;
  #snapshotSize: number;
  #pending: (readonly Change[])[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(folder: string, store: Store, options: JournalOptions, unlock: () => void) {
    this.#folder = folder;
    this.#store = store;
    this.#options = options;
    this.#unlock = unlock;
    const { generation, journalLength, damage } = restore(folder, store);
    this.damage = damage;
    this.#generation = generation;
    this.#length = journalLength;
    const snapshot = join(folder, snapshotName);
    this.#snapshotSize = existsSync(snapshot) ? statSync(snapshot).size : 0;
    this.#file = openSync(join(folder, journalName(generation)), "a+", 0o600);
    // A line that a crash cut off would spoil the next one.
    if (fstatSync(this.#file).size > journalLength) ftruncateSync(this.#file, journalLength);
    this.#removeOldJournals();
    this.#unlisten = store.onCommit((changes) => {
      this.#pending.push(changes);
      this.#wake(this.problem ? retryInterval : flushInterval);
    });
    process.on("exit", this.#atExit);
  }

  flush(): void {
    if (this.#closed || (this.#pending.length === 0 && !this.problem)) return;
    try {
      // After a failure lines are missing: only a whole snapshot is right again.
      if (this.problem || this.#length > Math.max(compactAt, this.#snapshotSize)) this.#writeSnapshot();
      else this.#append();
    } catch (error) {
      this.#pending = [];
      this.#fail(error as Error);
      throw error;
    }
    this.#recovered();
  }

  snapshot(): void {
    this.#pending = [];
    try {
      this.#writeSnapshot();
    } catch (error) {
      this.#fail(error as Error);
      this.#wake(retryInterval);
      throw error;
    }
    this.#recovered();
  }

  close(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    process.removeListener("exit", this.#atExit);
    try {
      this.flush();
    } finally {
      this.#closed = true;
      this.#unlisten();
      closeSync(this.#file);
      this.#unlock();
    }
  }

  /** A process that ends without closing (an uncaught error) still writes what it has. */
  readonly #atExit = (): void => this.close();

  #wake(after: number): void {
    if (this.#timer || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.flush();
      } catch {
        // Reported by #fail; tried again later.
        this.#wake(retryInterval);
      }
    }, after);
    this.#timer.unref();
  }

  /** Half a line that a full disk leaves is no harm: after a failure a snapshot follows, and readers stop there. */
  #append(): void {
    const text = this.#pending.map(transactionLine).join("");
    const written = writeAll(this.#file, text);
    this.#pending = [];
    this.#length += written;
  }

  #writeSnapshot(): void {
    const generation = this.#generation + 1;
    // The new journal first: when the disk refuses either file, all is as it was. One of an earlier try may hold lines.
    const file = openSync(join(this.#folder, journalName(generation)), "w+", 0o600);
    try {
      this.#snapshotSize = writeSnapshot(this.#folder, generation, this.#store.dump());
    } catch (error) {
      closeSync(file);
      throw error;
    }
    this.#pending = [];
    closeSync(this.#file);
    this.#generation = generation;
    this.#file = file;
    this.#length = 0;
    this.#removeOldJournals();
  }

  #removeOldJournals(): void {
    for (const name of readdirSync(this.#folder)) {
      if (/^journal-\d+\.jsonl$/.test(name) && name !== journalName(this.#generation)) {
        rmSync(join(this.#folder, name), { force: true });
      }
    }
  }

  #recovered(): void {
    if (!this.problem) return;
    this.problem = undefined;
    this.#options.onProblem?.(undefined);
  }

  #fail(error: Error): void {
    const first = this.problem === undefined;
    this.problem = error;
    if (first) this.#options.onProblem?.(error);
  }
}

/** The whole state as text, in the snapshot's format: `lotse sandbox save`. */
export function dumpState(store: Store): string {
  const lines: string[] = [headerLine(0)];
  for (const change of store.dump()) lines.push(changeLine(change));
  lines.push(endLine(lines.length - 1));
  return lines.join("");
}

/** Removes what a folder holds of saved state; the folder must not be in use. */
export function removeState(folder: string): void {
  if (!existsSync(folder)) return;
  const unlock = takeLock(folder);
  try {
    for (const name of readdirSync(folder)) {
      if (name === snapshotName || /^journal-\d+\.jsonl(\.damaged)?$/.test(name))
        rmSync(join(folder, name), { force: true });
    }
  } finally {
    unlock();
  }
}
