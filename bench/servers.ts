// The servers that the emulator benchmark compares: ours, moto's, and a bare node:http that sends a body of the same size.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Server {
  name: string;
  port: number;
  accessKeyId: string;
  secretAccessKey: string;
  stop(): Promise<void>;
}

/** The peer that the figures are about. */
const motoVersion = "5.2.1";

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const up = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      // Not listening yet: what this loop waits for.
      () => false,
    );
    if (up) return;
    await sleep(50);
  }
  throw new Error(`nothing answers on port ${port}`);
}

async function launch(
  name: string,
  command: string,
  args: (port: number) => string[],
  keys: [string, string],
): Promise<Server> {
  const port = await freePort();
  // Nothing is read of what a server says: moto writes a line for each request.
  const child = spawn(command, args(port), { stdio: "ignore" });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  await answering(port, child);
  return {
    name,
    port,
    accessKeyId: keys[0],
    secretAccessKey: keys[1],
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The built sandbox in a process of its own, without state on disk, as `lotse/sandbox` exports it. */
export function ourServer(): Promise<Server> {
  const code = `
    const { createSandbox } = await import(${JSON.stringify(resolve("dist/sandbox.js"))});
    const sandbox = await createSandbox({ kubernetes: "off", listen: { port: Number(process.argv[1]) } });
    setInterval(() => sandbox.endpoint, 60_000); // the sandbox alone does not keep a process alive
  `;
  return launch("lotse", process.execPath, (port) => ["--input-type=module", "-e", code, String(port)], [
    "AKIALOTSESANDBOXROOT",
    "lotse/sandbox/only/on/this/machine/000000",
  ]);
}

/** A node:http server that does nothing but send `size` bytes. */
export function bareServer(size: number): Promise<Server> {
  const code = `
    const body = Buffer.alloc(${size}, 97);
    const server = require("node:http").createServer((request, response) => {
      request.on("data", () => {}).on("end", () => {
        response.writeHead(200, { "content-type": "text/xml", "content-length": body.length });
        response.end(body);
      });
    });
    server.on("connection", (socket) => socket.setNoDelay(true)).listen(Number(process.argv[1]), "127.0.0.1");
  `;
  return launch("bare node:http", process.execPath, (port) => ["-e", code, String(port)], [
    "AKIAIOSFODNN7EXAMPLE",
    "unused",
  ]);
}

/** moto_server from PyPI, installed once under .cache. */
export function motoServer(): Promise<Server> {
  const folder = resolve(".cache", `moto-${motoVersion}`);
  const executable = join(folder, "bin", "moto_server");
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    for (const [command, args] of [
      ["python3", ["-m", "venv", folder]],
      [join(folder, "bin", "pip"), ["install", "--quiet", `moto[server]==${motoVersion}`]],
    ] as const) {
      const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
    }
  }
  return launch(`moto ${motoVersion}`, executable, (port) => ["-H", "127.0.0.1", "-p", String(port)], [
    "AKIAIOSFODNN7EXAMPLE",
    "unused",
  ]);
}
