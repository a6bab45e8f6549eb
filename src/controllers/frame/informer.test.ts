import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, it } from "vitest";
import { newAuthority, issueCertificate } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { openKube, resources } from "../../kube/index.ts";
import { openInformer } from "./informer.ts";
import { openLog } from "./log.ts";
import { openMetrics } from "./metrics.ts";

const authority = newAuthority("test", Date.now());
const { certificate, privateKey } = issueCertificate(
  authority,
  { commonName: "api", names: ["127.0.0.1"], usage: "server" },
  Date.now(),
);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const closers: (() => Promise<void>)[] = [];

/** An API server that follows a script: one answer after another, the last one again and again. */
async function scripted(answers: readonly Answer[]): Promise<{ server: string; asked: string[] }> {
  const asked: string[] = [];
  const left = [...answers];
  const sockets = new Set<Socket>();
  const listener = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    asked.push(request.url ?? "");
    const answer = left.length > 1 ? left.shift() : left[0];
    answer?.(request, response);
  });
  listener.on("connection", (socket: Socket) => sockets.add(socket));
  await once(listener.listen(0, "127.0.0.1"), "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => listener.close(done));
  });
  return { server: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`, asked };
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const pod = (name: string, version: number, uid = name): object => ({
  metadata: { name, namespace: "shop", uid, resourceVersion: String(version), labels: { app: name.slice(0, 3) } },
});
const list =
  (version: number, ...items: object[]): Answer =>
  (_request, response) => {
    response.setHeader("content-type", "application/json");
    const metadata = { resourceVersion: String(version) };
    response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata, items }));
  };
const line = (type: string, object: object): string =>
  `${JSON.stringify({ type, object: { apiVersion: "v1", kind: "Pod", ...object } })}\n`;
/** Sends lines and then ends, breaks off or stays. */
const watch =
  (how: "ends" | "breaks" | "stays", ...lines: string[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(lines.join(""));
    if (how === "ends") response.end();
    if (how === "breaks") setTimeout(() => response.destroy(), 20);
  };
const gone = `${JSON.stringify({
  type: "ERROR",
  object: { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" },
})}\n`;
const status =
  (code: number, reason: string): Answer =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify({ kind: "Status", status: "Failure", code, reason, message: reason }));
  };

interface Followed {
  told: string[];
  asked: string[];
  informer: ReturnType<typeof openInformer>;
  until(text: string): Promise<void>;
  metrics: string;
}

/** Follows pods of a scripted server. */
async function follow(...answers: Answer[]): Promise<Followed> {
  const { server, asked } = await scripted(answers);
  const stop = new AbortController();
  const kube = openKube({ server, authority: authority.certificate, signal: stop.signal });
  const metrics = openMetrics();
  const told: string[] = [];
  const informer = openInformer<KubeObject>({
    kube,
    namespace: "own",
    watch: {
      name: "pods",
      resource: resources.pods,
      indexes: { app: ({ metadata }: KubeObject) => [metadata.labels?.["app"] ?? ""] },
    },
    log: openLog({ write: () => undefined }),
    metrics,
    signal: stop.signal,
  });
  informer.onChange(({ type, object }) => void told.push(`${type} ${object.metadata.name}`));
  closers.unshift(() => {
    stop.abort(new Error("over"));
    kube.close();
    return Promise.resolve();
  });
  const until = async (text: string): Promise<void> => {
    for (const end = Date.now() + 15_000; !told.includes(text);) {
      if (Date.now() > end) throw new Error(`never heard "${text}" of ${told.join(", ")}; asked ${asked.join(" ")}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  return {
    told,
    asked,
    informer,
    until,
    get metrics() {
      return metrics.text();
    },
  };
}

describe("an informer", () => {
  it("lists, follows, and finds by name and by index", async ({ expect }) => {
    const { informer, told, until } = await follow(
      list(10, pod("web-1", 3), pod("api-1", 4)),
      watch("stays", line("ADDED", pod("web-2", 11)), line("DELETED", pod("api-1", 12)), line("ADDED", pod("end", 13))),
    );
    await informer.waitForSync();
    await until("ADDED end");
    expect(told).toEqual(["ADDED web-1", "ADDED api-1", "ADDED web-2", "DELETED api-1", "ADDED end"]);
    expect(informer.get("shop", "web-2")?.kind).toBe("Pod");
    expect(informer.get("shop", "api-1")).toBeUndefined();
    expect(informer.byIndex("app", "web").map(({ metadata }) => metadata.name)).toEqual(["web-1", "web-2"]);
    expect(informer.byIndex("app", "api")).toEqual([]);
    expect(informer.size).toBe(3);
  });

  it("lists anew when its version is too old, and tells what it missed", async ({ expect }) => {
    const { told, until, asked } = await follow(
      list(10, pod("kept", 1), pod("changed", 2), pod("lost", 3), pod("reborn", 4, "first")),
      watch("ends", gone),
      list(50, pod("kept", 1), pod("changed", 41), pod("new", 42), pod("reborn", 43, "second")),
      watch("stays", line("ADDED", pod("end", 51))),
    );
    await until("ADDED end");
    expect(told.slice(4).toSorted()).toEqual([
      "ADDED end",
      "ADDED new",
      "ADDED reborn",
      "DELETED lost",
      "DELETED reborn",
      "MODIFIED changed",
    ]);
    expect(asked[3]).toContain("resourceVersion=50");
  });

  it("lists anew when the watch itself is refused as too old", async ({ expect }) => {
    const { until, asked } = await follow(list(10), status(410, "Expired"), list(20, pod("end", 19)), watch("stays"));
    await until("ADDED end");
    expect(asked.slice(0, 3).map((path) => path.includes("watch=1"))).toEqual([false, true, false]);
  });

  it("goes on where a broken connection left it", async ({ expect }) => {
    const { told, until, asked } = await follow(
      list(10),
      watch("breaks", line("ADDED", pod("one", 11)), line("BOOKMARK", { metadata: { resourceVersion: "15" } })),
      watch("ends", line("ADDED", pod("two", 16))),
      watch("stays", line("ADDED", pod("end", 17))),
    );
    await until("ADDED end");
    expect(told).toEqual(["ADDED one", "ADDED two", "ADDED end"]);
    expect(asked.slice(1).map((path) => /resourceVersion=(\d+)/.exec(path)?.[1])).toEqual(["10", "15", "16"]);
  });

  it("asks for a list when a server doesn't know the version any more", async ({ expect }) => {
    // As after a restore from a backup: the version is of the future, and stays so.
    const future = status(504, "Timeout");
    const followed = await follow(list(900), future, future, future, list(20, pod("end", 19)), watch("stays"));
    await followed.until("ADDED end");
    expect(followed.asked.filter((path) => path.includes("resourceVersion=900"))).toHaveLength(3);
    expect(followed.metrics).toMatch(/lotse_informer_lists_total\{watch="pods"\} 2/);
  });

  it("waits for rights that come late", async ({ expect }) => {
    const { until, informer } = await follow(status(403, "Forbidden"), list(5, pod("end", 4)), watch("stays"));
    expect(informer.synced).toBe(false);
    await until("ADDED end");
    expect(informer.synced).toBe(true);
  });
});
