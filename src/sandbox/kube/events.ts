// Events, as kubelets and controllers write them: repeated ones count up, and a large cluster's don't drown its API server.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient, KubeObject } from "./client.ts";
import { KubeRefusal } from "./client.ts";

export interface EventInput {
  /** What it is about. */
  about: { apiVersion: string; kind: string; namespace?: string; name: string; uid?: string; fieldPath?: string };
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  /** `kubelet`. */
  component: string;
  host?: string;
}

export interface EventWriter {
  /** Writes it when its turn comes; nobody waits for it. */
  write(event: EventInput): void;
  close(): void;
}

/** Together, by second and at once: a kubelet alone may do 50 and 100, a thousand of them share one API server here. */
const perSecond = 40;
const burst = 400;
/** Beyond this many waiting ones, those that say that all is well are left out, and beyond twenty times as many all are. */
const longQueue = 60;
/** Repeated within so long it is one event with a higher count. */
const sameFor = 600_000;
const mostRemembered = 4_000;

interface Remembered {
  name: string;
  count: number;
  first: string;
  at: number;
}

/** An event of the core API about an object. */
function eventObject(event: EventInput, name: string, namespace: string, now: string): KubeObject & object {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace },
    involvedObject: event.about,
    type: event.type,
    reason: event.reason,
    message: event.message.slice(0, 1024),
    source: { component: event.component, ...(event.host ? { host: event.host } : {}) },
    reportingComponent: event.component,
    reportingInstance: event.host ?? "",
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  } as KubeObject & object;
}

/** Opens a writer; it sends one event after another. */
export function openEventWriter(client: KubeClient): EventWriter {
  const waiting: EventInput[] = [];
  const known = new Map<string, Remembered>();
  let serial = Date.now();
  let running = false;
  let closed = false;
  let tokens = burst;
  let filledAt = Date.now();

  const send = async (event: EventInput): Promise<void> => {
    const namespace = event.about.namespace ?? "default";
    const root = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const key = createHash("sha256").update(JSON.stringify(event)).digest("base64");
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const before = known.get(key);
    if (before && Date.now() - before.at < sameFor) {
      before.count += 1;
      before.at = Date.now();
      const change = { count: before.count, lastTimestamp: now };
      await client.patch(`${root}/${encodeURIComponent(before.name)}`, "merge", change);
      return;
    }
    serial += 1;
    const name = `${event.about.name}.${serial.toString(16)}`;
    await client.create(root, eventObject(event, name, namespace, now));
    if (known.size >= mostRemembered) known.delete(known.keys().next().value as string);
    known.set(key, { name, count: 1, first: now, at: Date.now() });
  };

  const allowed = async (): Promise<void> => {
    const now = Date.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
    if (tokens < 1) await sleep(1000 / perSecond, undefined, { ref: false });
    tokens = Math.max(tokens - 1, 0);
  };

  const pump = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let event = waiting.shift(); event && !closed; event = waiting.shift()) {
      await allowed();
      try {
        await send(event);
      } catch (error) {
        // Its namespace is being deleted, the event has expired, or the server restarts: an event is worth no second try.
        if (!(error instanceof KubeRefusal) && !closed) await sleep(200, undefined, { ref: false });
      }
    }
    running = false;
  };

  return {
    write(event) {
      if (closed) return;
      if (waiting.length >= longQueue * (event.type === "Warning" ? 20 : 1)) return;
      waiting.push(event);
      void pump();
    },
    close() {
      closed = true;
      waiting.length = 0;
    },
  };
}
