// Credentials of pods: one set a pod, role and session, got before they are asked for, renewed before they end. While STS can't
// be reached the ones at hand are served until they are over, and never anybody else's.
import type { Aws } from "../../aws/index.ts";
import { errorMessage, sleep } from "../../base/index.ts";
import type { PodRole } from "../../identity/index.ts";
import { credentialsDocument } from "../../identity/index.ts";
import type { Logger, Metrics } from "../frame/index.ts";

export interface CredentialsOptions {
  aws: Pick<Aws, "call">;
  /** How long credentials are served before new ones are got, milliseconds; they live twice as long (kube2iam). */
  life: number;
  log: Logger;
  metrics: Metrics;
  now?: () => number;
}

export interface PodCredentials {
  /** IMDS's document. @throws what STS refused, or Error when it takes its time; its answer is kept all the same */
  get(role: PodRole): Promise<string>;
  /** Gets them ahead of time; failures are logged. */
  prefetch(role: PodRole): void;
  /** Forgets what no pod uses any more. */
  keepOnly(roles: Iterable<PodRole>): void;
  readonly size: number;
}

interface Entry {
  document?: string;
  fetchedAt: number;
  expiresAt: number;
  pending?: Promise<string> | undefined;
  /** After a failure the next try waits until then. */
  retryAt: number;
  failures: number;
  error?: unknown;
}

/** Served no longer than until so long before their end: whoever gets them has to be able to use them. */
const reserve = 60_000;
const firstPause = 500;
const longestPause = 30_000;
/** A pod waits so long for STS, milliseconds: SDKs ask again, and STS is asked on meanwhile. */
const patience = 5_000;
/** kiam prefetches with eight at a time. */
const fetchers = 8;
/** STS: 15 minutes at least; an hour at most where the proxy's own credentials are a role's. */
const shortest = 900;
const longest = 3600;

const keyOf = ({ roleArn, externalId = "", sessionName }: PodRole): string =>
  JSON.stringify([roleArn, externalId, sessionName]);

/** Opens the store. */
export function openCredentials(options: CredentialsOptions): PodCredentials {
  const { aws, life, log, metrics, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const queue: PodRole[] = [];
  let fetching = 0;
  const hits = metrics.counter("lotse_metadata_proxy_cache_hits_total", "Answers from credentials at hand.");
  const durations = metrics.histogram("lotse_metadata_proxy_assume_role_seconds", "Calls of sts:AssumeRole by code.");
  metrics.collect("lotse_metadata_proxy_credentials", "Sets of credentials at hand.", () => entries.size);
  const DurationSeconds = Math.min(longest, Math.max(shortest, Math.round((2 * life) / 1000)));

  const entryOf = (role: PodRole): Entry => {
    const key = keyOf(role);
    const entry = entries.get(key) ?? { fetchedAt: 0, expiresAt: 0, retryAt: 0, failures: 0 };
    entries.set(key, entry);
    return entry;
  };
  const assume = async (role: PodRole, entry: Entry): Promise<string> => {
    const began = now();
    const { roleArn, externalId, sessionName } = role;
    let code = "Success";
    try {
      const { Credentials } = await aws.call("sts", "AssumeRole", {
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      });
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error("STS gave no credentials");
      const expiration = new Date(Expiration);
      entry.document = credentialsDocument(
        { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration },
        new Date(now()),
      );
      entry.fetchedAt = now();
      entry.expiresAt = expiration.getTime();
      entry.failures = 0;
      entry.error = undefined;
      return entry.document;
    } catch (error) {
      code = (error as { code?: string }).code ?? "UnknownError";
      entry.error = error;
      entry.retryAt = now() + Math.min(longestPause, firstPause * 2 ** entry.failures);
      entry.failures += 1;
      log.warn("a role can't be assumed", { roleArn, sessionName, error: errorMessage(error) });
      throw error;
    } finally {
      durations.observe((now() - began) / 1000, { code });
      entry.pending = undefined;
    }
  };
  const fetch = (role: PodRole, entry: Entry): Promise<string> => (entry.pending ??= assume(role, entry));
  const inTime = async (pending: Promise<string>): Promise<string> => {
    const answered = new AbortController();
    const late = sleep(patience, answered.signal).then(() => {
      throw new Error("STS hasn't answered yet");
    });
    try {
      return await Promise.race([pending, late]);
    } finally {
      answered.abort();
      // Whichever came second says nothing new: what STS refuses is logged where it happens.
      for (const each of [late, pending]) each.catch(() => undefined);
    }
  };
  const isServed = (entry: Entry): boolean => entry.document !== undefined && entry.expiresAt - reserve > now();
  const isFresh = (entry: Entry): boolean => isServed(entry) && now() - entry.fetchedAt < life;
  const mayTry = (entry: Entry): boolean => entry.pending === undefined && entry.retryAt <= now();
  const work = (): void => {
    for (let role = queue.shift(); role; role = fetching < fetchers ? queue.shift() : undefined) {
      const entry = entries.get(keyOf(role));
      // Its pod is gone by now, or somebody was quicker.
      if (!entry || isFresh(entry) || !mayTry(entry)) continue;
      fetching += 1;
      fetch(role, entry)
        .catch(() => undefined) // Logged where it happened; the pod's own question tries again.
        .finally(() => {
          fetching -= 1;
          work();
        });
    }
  };
  const prefetch = (role: PodRole): void => {
    const entry = entryOf(role);
    if (isFresh(entry) || !mayTry(entry)) return;
    queue.push(role);
    if (fetching < fetchers) work();
  };

  return {
    prefetch,
    async get(role) {
      const entry = entryOf(role);
      const { document } = entry;
      if (document !== undefined && isServed(entry)) {
        hits.inc();
        if (!isFresh(entry)) prefetch(role);
        return document;
      }
      if (entry.pending === undefined && entry.retryAt > now()) throw entry.error;
      return inTime(fetch(role, entry));
    },
    keepOnly(roles) {
      const used = new Set([...roles].map(keyOf));
      for (const [key, { pending }] of entries) if (!used.has(key) && pending === undefined) entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
