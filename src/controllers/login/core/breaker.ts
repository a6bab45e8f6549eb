// A circuit breaker per provider: after several outages in a row nobody waits for it, until one request finds it well again.
// While it is open logins are refused at once; it never lets anybody in.

/** How often and how long. */
export interface BreakerOptions {
  /** Outages in a row that open it. */
  failures: number;
  /** Milliseconds until one request may try again. */
  pause: number;
  now(): number;
}

/** A breaker. */
export interface Breaker {
  /** Milliseconds until somebody may try; 0: now. Whoever gets 0 must report how it went. */
  enter(): number;
  /** The provider answered: yes or no, it works. */
  worked(): void;
  /** It didn't; `pause` when it said for how long. */
  failed(pause?: number): void;
  /** Nothing was learned of the provider. */
  unknown(): void;
  state(): "closed" | "open" | "half-open";
}

/** A provider that asks for more isn't waited for longer: operators would think lotse dead. */
const longestPause = 5 * 60_000;

/** A new breaker, closed. */
export function openBreaker({ failures, pause, now }: BreakerOptions): Breaker {
  let inARow = 0;
  let openUntil: number | undefined;
  let probing = false;
  return {
    enter() {
      if (openUntil === undefined) return 0;
      const rest = openUntil - now();
      if (rest > 0) return rest;
      // Half open: one request finds out, the others are refused as before.
      if (probing) return 1_000;
      probing = true;
      return 0;
    },
    worked() {
      [inARow, openUntil, probing] = [0, undefined, false];
    },
    failed(asked) {
      inARow += 1;
      if (!probing && asked === undefined && inARow < failures) return;
      probing = false;
      openUntil = now() + Math.max(pause, Math.min(asked ?? 0, longestPause));
    },
    unknown() {
      probing = false;
    },
    state: () => (openUntil === undefined ? "closed" : openUntil > now() || probing ? "open" : "half-open"),
  };
}
