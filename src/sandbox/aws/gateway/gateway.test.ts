import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { EKSClient, ListClustersCommand } from "@aws-sdk/client-eks";
import { describe, it } from "vitest";
import type { Sandbox } from "../../index.ts";
import { createSandbox } from "../../index.ts";
import type { WireRequest, WireResponse } from "../wire/index.ts";
import { openGateway } from "./server.ts";

/** Sends raw bytes and returns everything that comes back until the connection ends or is quiet for a moment. */
function raw(
  sandbox: Pick<Sandbox, "endpoint">,
  bytes: string | Uint8Array,
  quiet = 150,
  longest = 2000,
): Promise<string> {
  const { port } = new URL(sandbox.endpoint);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(bytes));
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    let timer = setTimeout(done, longest);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(done, quiet);
    });
    socket.on("close", done);
    socket.on("error", done);
  });
}

const status = (answer: string): string => answer.split("\r\n")[0] ?? "";
const anonymous = "Action=GetCallerIdentity&Version=2011-06-15";
const post = (body: string, headers = ""): string =>
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe("the gateway", () => {
  it("answers pipelined requests in order", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const answer = await raw(sandbox, post(anonymous) + post("Action=Nonsense&Version=2011-06-15") + post(anonymous));
    const codes = [...answer.matchAll(/<Code>(\w+)<\/Code>/g)].map(([, code]) => code);
    expect(codes).toEqual(["MissingAuthenticationToken", "InvalidAction", "MissingAuthenticationToken"]);
  });

  it("serves a connection the same way whatever comes over it, and in whatever pieces", async ({ expect }) => {
    const handle = ({ body, headers }: WireRequest): WireResponse => ({
      status: 200,
      headers: {},
      body: `[${body.byteLength} ${headers["x-twice"] ?? ""}]`,
    });
    const gateway = await openGateway({ handle });
    const head = "POST / HTTP/1.1\r\nHost: localhost\r\n";
    const small = `${head}Content-Length: 3\r\n\r\nabc`;
    const requests = [
      small,
      `${head}Content-Length: 100000\r\n\r\n${"x".repeat(100_000)}`,
      small,
      `${head}X-Twice: a\r\nX-Twice: b\r\nContent-Length: 0\r\n\r\n`,
      `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n`,
      `GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ].join("");
    const bodies = (answer: string): (string | undefined)[] => [...answer.matchAll(/\[(.*?)\]/g)].map(([, one]) => one);
    const expected = ["3 ", "100000 ", "3 ", "0 a, b", "2 ", "0 "];
    expect(bodies(await raw(gateway, requests))).toEqual(expected);
    for (const cut of [1, 20, 60, small.length - 1, small.length + 70, small.length + 50_000]) {
      const socket = connect(gateway.port, "127.0.0.1");
      let text = "";
      socket.on("data", (data) => (text += data.toString("latin1")));
      socket.write(requests.slice(0, cut));
      await sleep(20);
      socket.write(requests.slice(cut));
      await sleep(80);
      expect(bodies(text)).toEqual(expected);
      socket.destroy();
    }
    await gateway.close();
  });

  it("answers a caller that has hung up its side, then closes", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const socket = connect({ port: Number(new URL(sandbox.endpoint).port), host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    socket.on("data", (data) => (text += data.toString("latin1")));
    socket.end(post(anonymous));
    await new Promise((resolve) => socket.once("end", resolve));
    expect(text).toContain("MissingAuthenticationToken");
  });

  it("keeps answers that are held back before those of later requests", async ({ expect }) => {
    let calls = 0;
    const handle = (): WireResponse => {
      calls += 1;
      return { status: 200, headers: {}, body: `[${calls}]`, ...(calls === 1 ? { delay: 60 } : {}) };
    };
    const gateway = await openGateway({ handle });
    expect([...(await raw(gateway, post("") + post(""))).matchAll(/\[\d\]/g)].join("")).toBe("[1][2]");
    await gateway.close();
  });

  it("says 100 to who expects it, before the body", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const answer = await raw(sandbox, post(anonymous, "Expect: 100-continue\r\n"));
    expect(status(answer)).toBe("HTTP/1.1 100 Continue");
    expect(answer).toContain("MissingAuthenticationToken");
  });

  it("refuses hosts that a browser was led to, and web pages", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const get = (headers: string): Promise<string> => raw(sandbox, `GET / HTTP/1.1\r\n${headers}\r\n\r\n`);
    expect(status(await get("Host: evil.example"))).toContain("403");
    expect(status(await get("Host: 127.0.0.1.evil.example:80"))).toContain("403");
    expect(status(await get("Host: 127.0.0.1\r\nOrigin: https://evil.example"))).toContain("403");
    expect(status(await get("Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site"))).toContain("403");
    expect(await get("Host: sts.eu-central-1.amazonaws.com")).toContain("AccessDenied");
    expect(await raw(sandbox, "POST /_lotse/reset HTTP/1.1\r\nHost: evil.example\r\n\r\n")).toContain("403");
  });

  it("stops bodies that are too large, stated or not", async ({ expect }) => {
    const handle = (): { status: number; headers: Record<string, string>; body: string } => ({
      status: 200,
      headers: {},
      body: "",
    });
    const gateway = await openGateway({ handle, bodyLimit: 1000 });
    const head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    expect(status(await raw(gateway, `${head}Content-Length: 1001\r\n\r\n`))).toContain("413");
    expect(status(await raw(gateway, `${head}Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n`))).toContain("413");
    const chunk = `800\r\n${"x".repeat(2048)}\r\n`;
    expect(status(await raw(gateway, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`))).toContain("413");
    const whole = `${head}Content-Length: 1000\r\n\r\n${"x".repeat(1000)}`;
    expect(status(await raw(gateway, whole))).toContain("200");
    // Two that hold 900 bytes each leave room for small ones alone, until they are gone.
    const slow = [1, 2].map(() => connect(gateway.port, "127.0.0.1"));
    for (const socket of slow) socket.write(`${head}Content-Length: 1000\r\n\r\n${"x".repeat(900)}`);
    await sleep(50);
    expect(status(await raw(gateway, whole))).toContain("503");
    expect(status(await raw(gateway, `${head}Content-Length: 9\r\n\r\n${"x".repeat(9)}`))).toContain("200");
    for (const socket of slow) socket.destroy();
    await sleep(50);
    expect(status(await raw(gateway, whole))).toContain("200");
    await gateway.close();
  });

  it("states the length of an answer once, whoever else states it", async ({ expect }) => {
    const handle = ({
      method,
    }: {
      method: string;
    }): { status: number; headers: Record<string, string>; body: string } => ({
      status: 200,
      headers: { "content-length": "5" },
      body: method === "HEAD" ? "" : "hello",
    });
    const gateway = await openGateway({ handle });
    for (const method of ["GET", "HEAD"]) {
      const answer = await raw(gateway, `${method} / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      expect(answer.toLowerCase().split("content-length: 5\r\n")).toHaveLength(2);
      expect(answer.endsWith("\r\n\r\nhello")).toBe(method === "GET");
    }
    await gateway.close();
  });

  it("survives requests cut in the middle, header floods and noise", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const hostile = [
      post(anonymous).slice(0, -5),
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le",
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${"X-Flood: y\r\n".repeat(5000)}\r\n`,
      `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      new Uint8Array([0, 255, 22, 3, 1, 0, 200, 1]),
      "GET http:// HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      "GET /%zz/%c0%af/../../etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for (const bytes of hostile) expect(await raw(sandbox, bytes, 50, 200)).not.toContain("HTTP/1.1 2");
    expect(await raw(sandbox, post(anonymous))).toContain("MissingAuthenticationToken");
  });

  it("listens on the loopback address only, and says when a port is taken", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const port = Number(new URL(sandbox.endpoint).port);
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(createSandbox({ listen: { port } })).rejects.toMatchObject({ code: "sandbox/cannot-listen" });
  });

  it("outlives an injected error whose code no header can carry", async ({ expect }) => {
    await using sandbox = await createSandbox();
    sandbox.faults.add({ effect: { kind: "error", code: "split\r\nSet-Cookie: x" } });
    const { requestHandler: _inProcess, ...overSocket } = sandbox.clientConfig();
    const eks = new EKSClient({ ...overSocket, maxAttempts: 1 });
    await expect(eks.send(new ListClustersCommand({}))).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await raw(sandbox, post(anonymous))).toContain("MissingAuthenticationToken");
  });

  it("closes while clients hold idle connections", async ({ expect }) => {
    const sandbox = await createSandbox();
    const idle = connect(Number(new URL(sandbox.endpoint).port), "127.0.0.1");
    idle.on("error", () => undefined);
    await new Promise((resolve) => idle.once("connect", resolve));
    const started = Date.now();
    await sandbox.close();
    expect(Date.now() - started).toBeLessThan(2000);
    expect(() => sandbox.endpoint).toThrow("no HTTP endpoint");
    idle.destroy();
  });
});
