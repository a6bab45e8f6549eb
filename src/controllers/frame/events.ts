// Events on the objects that a role is concerned with (events.k8s.io/v1). Repeated ones become a series, as client-go's
// recorder makes them, and a storm of them doesn't reach the API server.
import { createHash } from "node:crypto";
import type { Kube, KubeObject, Resource } from "../../kube/index.ts";
import { isNotFound, resources } from "../../kube/index.ts";
import type { Logger } from "./log.ts";

/** What an event is about. */
export type EventSubject = Pick<KubeObject, "apiVersion" | "kind"> & {
  metadata: { name: string; namespace?: string | undefined; uid?: string | undefined };
};

export interface EventInput {
  type: "Normal" | "Warning";
  /** In CamelCase: `RoleAssumed`. */
  reason: string;
  /** What was being done: `AssumeRole`; the reason by default. */
  action?: string;
  note: string;
}

export interface EventRecorder {
  /** Writes it when its turn comes; nobody waits for it. */
  record(about: EventSubject, event: EventInput): void;
  /** Waits until what is recorded has been written, and takes no more. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  kube: Kube;
  /** `lotse-pod-identity-webhook`. */
  controller: string;
  instance: string;
  log: Logger;
}

/** The kind in its new group; served by every version since 1.19. */
const eventKind: Resource = { ...resources.events, group: "events.k8s.io" };
/** client-go: a series ends when nothing was added to it for six minutes. */
const seriesLife = 6 * 60_000;
/** A series is written at most so often; what happens in between is counted. */
const seriesPause = 10_000;
/** client-go's limit for one object: 25 at once, then one every five minutes. */
const burst = 25;
const refill = 300_000;
const mostWaiting = 1_000;
const mostRemembered = 4_000;
/** What the API takes at most. */
const longestNote = 1024;

interface Series {
  name: string;
  namespace: string;
  count: number;
  writtenAt: number;
  seenAt: number;
  /** Runs while counted ones wait to be written. */
  timer?: NodeJS.Timeout | undefined;
}

/** `2026-11-21T20:40:00.123000Z`: MicroTime of the API. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, "$1000Z");

/** At most so many events about one object. */
function limiter(): (subject: string, now: number) => boolean {
  const left = new Map<string, { tokens: number; at: number }>();
  return (subject, now) => {
    const before = left.get(subject) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + (now - before.at) / refill);
    if (left.size >= mostRemembered && !left.has(subject)) left.delete(left.keys().next().value as string);
    left.set(subject, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  };
}

/** Opens a recorder. */
export function openEvents({ kube, controller, instance, log }: RecorderOptions): EventRecorder {
  const series = new Map<string, Series>();
  const allowed = limiter();
  const waiting: (() => Promise<void>)[] = [];
  let pumping: Promise<void> | undefined;
  let closed = false;

  const pump = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        await next();
      } catch (error) {
        // Its namespace is going, or the API server is: an event is worth no second try.
        log.debug("an event wasn't written", { error });
      }
    }
    pumping = undefined;
  };
  const later = (work: () => Promise<void>): void => {
    if (waiting.length >= mostWaiting) return;
    waiting.push(work);
    pumping ??= pump();
  };

  const create = async (key: string, known: Series, about: EventSubject, event: EventInput): Promise<void> => {
    const now = known.writtenAt;
    const { name, namespace = "default", uid } = about.metadata;
    const suffix = createHash("sha256").update(`${key} ${instance} ${now}`).digest("hex").slice(0, 16);
    const object = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name.slice(0, 200)}.${suffix}`, namespace },
      eventTime: microTime(now),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      action: event.action ?? event.reason,
      reason: event.reason,
      type: event.type,
      note: event.note.slice(0, longestNote),
      regarding: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(about.metadata.namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
      },
    };
    try {
      await kube.create(eventKind, object);
      Object.assign(known, { name: object.metadata.name, namespace });
    } catch (error) {
      series.delete(key);
      throw error;
    }
  };

  const countUp = async (key: string, known: Series): Promise<void> => {
    if (known.name === "") return;
    try {
      const { name, namespace, count, seenAt } = known;
      const body = { series: { count, lastObservedTime: microTime(seenAt) } };
      await kube.patch(eventKind, { name, namespace }, "merge", body);
    } catch (error) {
      // It has expired: the next one is a new event.
      if (isNotFound(error)) series.delete(key);
      else throw error;
    }
  };

  const flush = (key: string, known: Series): void => {
    clearTimeout(known.timer);
    known.timer = undefined;
    known.writtenAt = Date.now();
    later(() => countUp(key, known));
  };

  return {
    record(about, event) {
      if (closed) return;
      const now = Date.now();
      const subject = [about.kind, about.metadata.namespace, about.metadata.name, about.metadata.uid].join("/");
      const key = [subject, event.type, event.reason, event.action, event.note].join("\n");
      const known = series.get(key);
      if (known && now - known.seenAt < seriesLife) {
        known.count += 1;
        known.seenAt = now;
        known.timer ??= setTimeout(
          () => {
            flush(key, known);
          },
          Math.max(0, known.writtenAt + seriesPause - now),
        ).unref();
        return;
      }
      if (!allowed(subject, now)) return;
      // Remembered at once, so that the same thing a moment later counts up.
      const begun: Series = { name: "", namespace: "", count: 1, writtenAt: now, seenAt: now };
      if (series.size >= mostRemembered) series.delete(series.keys().next().value as string);
      series.set(key, begun);
      later(() => create(key, begun, about, event));
    },
    async close() {
      closed = true;
      for (const [key, known] of series) if (known.timer) flush(key, known);
      await pumping;
    },
  };
}
