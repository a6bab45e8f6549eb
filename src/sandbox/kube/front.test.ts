import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { it } from "vitest";
import { openFront, openFrontLater } from "./front.ts";

async function echoServer(): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => socket.pipe(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

async function said(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return text;
}

it("wakes what is behind it at the first connection and passes bytes on both ways", async ({ expect }) => {
  const echo = await echoServer();
  const front = await openFront();
  let woken = 0;
  front.serve({
    wake: async () => {
      woken += 1;
      return Promise.resolve(echo.port);
    },
    closed: () => undefined,
  });
  expect(woken).toBe(0);
  const socket = connect({ port: front.port, host: "127.0.0.1" });
  socket.end("hello");
  expect(await said(socket)).toBe("hello");
  expect(woken).toBe(1);
  await front.close();
  echo.close();
});

it("hangs up when the endpoint is closed, when nobody can be woken, and before it is anybody's", async ({ expect }) => {
  const front = await openFront();
  const call = async (): Promise<string> => said(connect({ port: front.port, host: "127.0.0.1" }));
  expect(await call()).toBe("");
  front.serve({ wake: () => Promise.reject(new Error("no binaries")), closed: () => undefined });
  expect(await call()).toBe("");
  front.serve({ wake: () => Promise.reject(new Error("never asked")), closed: () => "public access is off" });
  expect(await call()).toBe("");
  await front.close();
});

it("cuts open connections when it closes", async ({ expect }) => {
  const echo = await echoServer();
  const front = await openFront();
  front.serve({ wake: () => Promise.resolve(echo.port), closed: () => undefined });
  const socket = connect({ port: front.port, host: "127.0.0.1" });
  socket.write("x");
  await once(socket, "data");
  const end = once(socket, "close");
  await front.close();
  await end;
  expect(socket.destroyed).toBe(true);
  echo.close();
});

it("has a port at once, and another one when that is someone's by the time it listens", async ({ expect }) => {
  const echo = await echoServer();
  const other = await echoServer();
  other.close();
  const ports = [echo.port, echo.port, other.port];
  const moved = await new Promise<number>((resolve, reject) => {
    const front = openFrontLater({ moved: () => resolve(front.port), failed: reject }, () => ports.shift() ?? 0);
    expect(front.port).toBe(echo.port);
    front.serve({ wake: () => Promise.resolve(echo.port), closed: () => undefined });
  });
  expect(moved).not.toBe(echo.port);
  const socket = connect({ port: moved, host: "127.0.0.1" });
  socket.end("hello");
  expect(await said(socket)).toBe("hello");
  echo.close();
});
