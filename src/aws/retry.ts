// How often and how soon a call is tried again. Ours instead of the SDK's: its bucket of retries runs empty when three
// calls in ten are throttled for minutes, and its first throttling pause is half a second.
import { sleep } from "../base/index.ts";
import type { FailureKind } from "./codes.ts";
import { failureKind, isForeign } from "./errors.ts";

/** Tries per kind of failure, the first included. Kinds that aren't listed fail at once. */
const tries: Partial<Record<FailureKind, number>> = {
  // 0.3^14 < 1e-7: what is left of a call when three in ten are throttled.
  throttled: 14,
  transient: 9,
  unreachable: 8,
};

/** Before an endpoint has answered once, it more likely doesn't exist than it is away. */
const triesOfStrangers = 3;

const isStrange = (error: unknown): boolean =>
  failureKind(error) === "unreachable" ||
  isForeign(error) ||
  (error as { name?: string } | undefined)?.name === "TimeoutError";

const firstPause = 50;
const longestPause = 10_000;

/** Milliseconds before try number `attempt + 1`: "full jitter" of the AWS Architecture Blog, never below a quarter. */
function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(longestPause, firstPause * 2 ** (attempt - 1));
  return ceiling * (0.25 + 0.75 * random());
}

/**
 * Runs `attempt` until it succeeds, fails for good, or has been tried often enough.
 *
 * @param known whether the endpoint has ever answered
 * @throws what the last try threw; the signal's reason when it was aborted
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: {
    signal?: AbortSignal | undefined;
    known: () => boolean;
    random?: () => number;
    onRetry?: (error: unknown, attempt: number) => void;
  },
): Promise<T> {
  const random = options.random ?? Math.random;
  for (let count = 1; ; count += 1) {
    options.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      options.signal?.throwIfAborted();
      const kind = failureKind(error);
      const allowed = isStrange(error) && !options.known() ? triesOfStrangers : (tries[kind] ?? 1);
      if (count >= allowed) throw error;
      options.onRetry?.(error, count);
      await sleep(backoff(count, random), options.signal);
    }
  }
}
