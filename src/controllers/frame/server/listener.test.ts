import { createConnection } from "node:net";
import { Agent, request } from "node:https";
import { connect as tlsConnect } from "node:tls";
import { afterEach, describe, it } from "vitest";
import { selfSignedCertificate } from "../../../base/index.ts";
import { openLog } from "../log.ts";
import { openMetrics } from "../metrics.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { openListener } from "./listener.ts";
import type { RouteDefinition } from "./route.ts";

const certificate = (): { certificate: string; privateKey: string } =>
  selfSignedCertificate("listener", ["127.0.0.1"], Date.now());
const first = certificate();
const open: Listener[] = [];
const agents: Agent[] = [];

const routes: RouteDefinition[] = [
  { path: "/echo", methods: ["POST"], maxBytes: 1000, handle: ({ body }) => ({ status: 200, body }) },
  { path: "/below/*", handle: ({ path }) => ({ status: 200, body: path }) },
  {
    path: "/slow",
    handle: async () => {
      await new Promise((done) => setTimeout(done, 150));
      return { status: 200, body: "done" };
    },
  },
  {
    path: "/broken",
    handle: () => {
      throw new Error("inside");
    },
  },
];

async function start(limits: ListenerOptions["limits"] = {}): Promise<Listener> {
  const listener = await openListener({
    role: "test",
    host: "127.0.0.1",
    port: 0,
    certificate: first,
    routes,
    limits,
    log: openLog({ write: () => undefined }),
    metrics: openMetrics(),
  });
  open.push(listener);
  return listener;
}

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const listener of open.splice(0)) await listener.close(200);
});

function ask(
  { port }: Listener,
  path: string,
  options: { body?: string; method?: string; ca?: string; agent?: Agent } = {},
): Promise<{ status: number; text: string; connection: string | undefined }> {
  const agent = options.agent ?? new Agent({ keepAlive: true, ca: options.ca ?? first.certificate });
  agents.push(agent);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method: options.method ?? "POST", agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, text, connection: response.headers.connection }),
      );
    });
    sent.once("error", reject);
    sent.end(options.body ?? "");
  });
}

/** What a connection gets that sends some bytes and then nothing. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = tlsConnect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => socket.write(bytes));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.once("error", () => undefined);
    socket.once("close", () => resolve(text));
  });
}

describe("a listener", () => {
  it("answers by path, method and size", async ({ expect }) => {
    const listener = await start();
    expect(await ask(listener, "/echo", { body: "hello" })).toMatchObject({ status: 200, text: "hello" });
    expect(await ask(listener, "/echo", { body: "x".repeat(1001) })).toMatchObject({ status: 413 });
    expect(await ask(listener, "/echo", { method: "GET" })).toMatchObject({ status: 405 });
    expect(await ask(listener, "/below/a/b?c=d", { method: "GET" })).toMatchObject({ status: 200, text: "/below/a/b" });
    expect(await ask(listener, "/nowhere")).toMatchObject({ status: 404 });
    expect(await ask(listener, "/broken")).toMatchObject({ status: 500, text: "internal error\n" });
    expect(await ask(listener, "/echo", { body: "still there" })).toMatchObject({ status: 200 });
  });

  it("isn't hurt by what isn't TLS, isn't HTTP, or never ends", async ({ expect }) => {
    const listener = await start({ headers: 300, request: 600 });
    const plain = await new Promise<void>((done) => {
      const socket = createConnection({ port: listener.port, host: "127.0.0.1" }, () =>
        socket.write("GET / HTTP/1.1\r\n\r\n"),
      );
      socket.once("error", () => undefined);
      socket.once("close", () => done());
    });
    expect(plain).toBeUndefined();
    expect(await raw(listener.port, "\u0016\u0003 nonsense\r\n\r\n")).toContain("400 Bad Request");
    expect(await raw(listener.port, `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}\r\n\r\n`)).toContain("431");
    // A head, or a body, that never comes to its end is given up.
    expect(await raw(listener.port, "POST /echo HTTP/1.1\r\nhost: x\r\n")).toContain("408");
    expect(await raw(listener.port, "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf")).toContain(
      "408",
    );
    expect(await raw(listener.port, "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n")).toContain("400");
    expect(
      await raw(
        listener.port,
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n",
      ),
    ).toContain("400");
    expect(await ask(listener, "/echo", { body: "still there" })).toMatchObject({ status: 200 });
  });

  it("serves another certificate from the next connection on, and keeps the open ones", async ({ expect }) => {
    const listener = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: first.certificate });
    expect(await ask(listener, "/echo", { body: "a", agent })).toMatchObject({ status: 200 });
    const next = certificate();
    listener.reload(next);
    expect(await ask(listener, "/echo", { body: "b", agent })).toMatchObject({ status: 200, text: "b" });
    expect(await ask(listener, "/echo", { body: "c", ca: next.certificate })).toMatchObject({ status: 200 });
    await expect(ask(listener, "/echo", { body: "d" })).rejects.toThrow("self-signed certificate");
  });

  it("answers what is under way before it closes", async ({ expect }) => {
    const listener = await start();
    const agent = new Agent({ keepAlive: true, ca: first.certificate });
    await ask(listener, "/echo", { body: "warm", agent });
    const slow = ask(listener, "/slow", { agent });
    await new Promise((done) => setTimeout(done, 50));
    await listener.close(5_000);
    expect(await slow).toMatchObject({ status: 200, text: "done", connection: "close" });
    await expect(ask(listener, "/echo")).rejects.toThrow("ECONNREFUSED");
  });
});
