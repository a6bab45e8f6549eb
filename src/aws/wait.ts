// Waiting for AWS: the same against any endpoint. A look at once, then pauses from 50 ms that grow to 15 s.
import { LotseError, sleep } from "../base/index.ts";

const firstPause = 50;
const longestPause = 15_000;
const growth = 1.5;

/** How long is waited, and for what. */
export interface WaitOptions {
  /** What is awaited, as it goes into "Gave up waiting for …". */
  what: string;
  /** Seconds after which waiting is given up; what AWS has under way goes on without us. */
  timeout: number;
  signal?: AbortSignal | undefined;
}

/** The pauses of {@link waitFor} in milliseconds: 50, 75, 113 … 15 000, 15 000 … */
export function* pauses(): Generator<number, never> {
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * growth)) yield Math.round(pause);
}

/**
 * Calls `look` until it gives something other than undefined.
 *
 * @throws LotseError `aws/timeout`; the signal's reason when it is aborted
 */
export async function waitFor<T>(look: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeout * 1000;
  for (const pause of pauses()) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) break;
    await sleep(pause, options.signal);
  }
  throw new LotseError("aws/timeout", {
    title: `Gave up waiting for ${options.what} after ${Math.round(options.timeout / 60)} min`,
    detail: "AWS goes on with what is under way",
    remedy: "Run the command again; it goes on where it stopped",
    blame: "aws",
  });
}
