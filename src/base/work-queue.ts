// Work by key: each key is done by one worker at a time, again when it was asked for meanwhile, later when it failed.

/** How work is done, and how often what failed is tried again. */
export interface WorkQueueOptions {
  /** Keys under way at once. */
  workers: number;
  /** Does the work for a key; what it throws is tried again. */
  work(key: string): Promise<void>;
  /** Hears of failures; after so many in a row the key is given up when this returns false. */
  onFailure?(key: string, error: unknown, failures: number): boolean | void;
  /** Milliseconds until the first try again, doubled with each failure; default 100. */
  firstRetry?: number;
  /** Milliseconds at most between two tries; default 30 s. */
  lastRetry?: number;
  /** Tries again, over all keys: so many at once, then so many a second. Without it only keys have limits. */
  retryRate?: { burst: number; perSecond: number };
}

const defaults = { firstRetry: 100, lastRetry: 30_000 };

/** Milliseconds until the next one is let through. */
function pace({ burst, perSecond }: { burst: number; perSecond: number }): () => number {
  let tokens = burst;
  let at = Date.now();
  return () => {
    const now = Date.now();
    tokens = Math.min(burst, tokens + ((now - at) * perSecond) / 1000) - 1;
    at = now;
    return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
  };
}

/** A queue of keys with workers. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting: Set<string> = new Set();
  readonly #running: Set<string> = new Set();
  readonly #again: Set<string> = new Set();
  readonly #failures: Map<string, number> = new Map();
  readonly #timers: Map<string, { timer: NodeJS.Timeout; at: number }> = new Map();
  readonly #wait: () => number;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#wait = options.retryRate ? pace(options.retryRate) : () => 0;
  }

  /** Keys that wait or run. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Asks for the work of a key, now or after so many milliseconds. */
  add(key: string, delay = 0): void {
    if (this.#closed) return;
    if (delay > 0) {
      // The earlier of two counts.
      const at = Date.now() + delay;
      const set = this.#timers.get(key);
      if (set && set.at <= at) return;
      clearTimeout(set?.timer);
      const timer = setTimeout(() => {
        this.#timers.delete(key);
        this.add(key);
      }, delay);
      timer.unref();
      this.#timers.set(key, { timer, at });
      return;
    }
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Takes no more work, and forgets what waits. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Closes, and resolves when what is under way has ended. */
  async drain(): Promise<void> {
    this.close();
    if (this.#running.size > 0) await new Promise<void>((done) => this.#idle.push(done));
  }

  #pump(): void {
    while (this.#running.size < this.#options.workers) {
      const next = this.#waiting.values().next();
      if (next.done) return;
      this.#waiting.delete(next.value);
      this.#running.add(next.value);
      void this.#run(next.value);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      const more = !this.#closed && this.#options.onFailure?.(key, error, failures) !== false;
      const { firstRetry = defaults.firstRetry, lastRetry = defaults.lastRetry } = this.#options;
      if (more) this.add(key, Math.min(firstRetry * 2 ** (failures - 1), lastRetry) + this.#wait());
      else this.#failures.delete(key);
    } finally {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.#waiting.add(key);
      if (!this.#closed) this.#pump();
      if (this.#running.size === 0) for (const done of this.#idle.splice(0)) done();
    }
  }
}
