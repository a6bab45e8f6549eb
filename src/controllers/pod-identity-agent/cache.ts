// Credentials by token. They are renewed before they end and kept while EKS can't be reached, but never once EKS has said
// that a token isn't good any more. https://github.com/aws/eks-pod-identity-agent (internal/cache)
import { isFinalError } from "../../identity/index.ts";
import type { PodIdentityAnswer } from "../../aws/index.ts";
import type { Metrics } from "../frame/index.ts";

type Given = Extract<PodIdentityAnswer, { credentials: object }>;
type Refused = Extract<PodIdentityAnswer, { code: string }>;

export interface CacheOptions {
  /** Asks EKS Auth. */
  ask(token: string): Promise<PodIdentityAnswer>;
  /** Credentials are renewed after so long, milliseconds; 0: when they end. */
  retention: number;
  /** Calls a second to EKS Auth. */
  rate: number;
  metrics: Metrics;
  now?: () => number;
}

export interface CredentialCache {
  /** @param expires of the token, epoch milliseconds */
  get(token: string, expires: number): Promise<PodIdentityAnswer>;
  readonly size: number;
}

interface Entry {
  given: Given;
  fetchedAt: number;
  /** After a failure the next try waits until then. */
  retryAt: number;
}

const mostEntries = 2_000;
/** Credentials that end sooner than this are of no use to anybody. */
const leastLife = 15_000;
const retryPause = 60_000;
/** So many callers wait for their turn; more of them are somebody's attempt to wear EKS Auth out. */
const mostWaiting = 500;

/** Lets so many through a second, after a burst as large; resolves to false when too many wait. */
function limiter(rate: number, now: () => number): () => Promise<boolean> {
  let free = now();
  let waiting = 0;
  const step = 1000 / rate;
  return async () => {
    const at = Math.max(free, now() - 1000);
    if (waiting >= mostWaiting) return false;
    free = at + step;
    const pause = at - now();
    if (pause <= 0) return true;
    waiting += 1;
    await new Promise((resolve) => setTimeout(resolve, pause));
    waiting -= 1;
    return true;
  };
}

const throttled: Refused = { code: "ThrottlingException", message: "too many pods ask at once", status: 429 };

/** Opens the cache. */
export function openCredentialCache(options: CacheOptions): CredentialCache {
  const { ask, retention, metrics, now = Date.now } = options;
  // A map remembers the order of insertion: the first is the one that wasn't used for longest.
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<PodIdentityAnswer>>();
  const turn = limiter(options.rate, now);
  const states = metrics.counter("pod_identity_cache_state", "Requests by how the cache answered them.");
  const errors = metrics.counter("pod_identity_cache_errors", "Failures of EKS Auth by code.");

  const fetch = async (token: string): Promise<PodIdentityAnswer> => {
    if (!(await turn())) return throttled;
    let answer: PodIdentityAnswer;
    try {
      answer = await ask(token);
    } catch (error) {
      answer = { code: "ServiceUnavailableException", message: (error as Error).message, status: 503 };
    }
    if ("code" in answer) {
      errors.inc({ code: answer.code });
      const known = entries.get(token);
      if (known) known.retryAt = now() + retryPause;
      if (isFinalError(answer.code)) entries.delete(token);
      return answer;
    }
    entries.delete(token);
    entries.set(token, { given: answer, fetchedAt: now(), retryAt: 0 });
    for (const first of entries.keys()) {
      if (entries.size <= mostEntries) break;
      entries.delete(first);
    }
    return answer;
  };
  const fetchOnce = (token: string): Promise<PodIdentityAnswer> => {
    const asked = pending.get(token) ?? fetch(token).finally(() => pending.delete(token));
    pending.set(token, asked);
    return asked;
  };

  return {
    async get(token, expires) {
      const entry = entries.get(token);
      const lives = entry && entry.given.credentials.expires - now() > leastLife && expires > now();
      if (!lives) {
        entries.delete(token);
        states.inc({ state: "miss" });
        return fetchOnce(token);
      }
      entries.delete(token);
      entries.set(token, entry);
      const stale = retention > 0 && now() - entry.fetchedAt >= retention && now() >= entry.retryAt;
      states.inc({ state: stale ? "renew" : "hit" });
      if (!stale) return entry.given;
      const answer = await fetchOnce(token);
      // What is at hand still counts while EKS Auth has decided nothing.
      return "code" in answer && !isFinalError(answer.code) ? entry.given : answer;
    },
    get size() {
      return entries.size;
    },
  };
}
