// Token buckets: so many questions a second on average, and a few more at once.

/** A limit on something that happens for several sources. */
export interface RateLimit {
  /** Takes one from a source's bucket. @returns milliseconds to wait when it is empty, else 0 */
  take(source: string): number;
}

/** More sources than this at a time are somebody playing tricks; the bucket that was used longest ago goes. */
const mostSources = 10_000;

/** @param perSecond 0: no limit */
export function openRateLimit(perSecond: number, burst: number, now: () => number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(source) {
      if (perSecond <= 0) return 0;
      const time = now();
      const before = buckets.get(source) ?? { left: burst, at: time };
      const left = Math.min(burst, before.left + (Math.max(0, time - before.at) * perSecond) / 1000);
      buckets.delete(source);
      if (buckets.size >= mostSources) buckets.delete(buckets.keys().next().value as string);
      buckets.set(source, { left: left >= 1 ? left - 1 : left, at: time });
      return left >= 1 ? 0 : Math.ceil(((1 - left) * 1000) / perSecond);
    },
  };
}
