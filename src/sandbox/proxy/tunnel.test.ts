// Whoever uses the sandbox as a proxy meets the emulated AWS under AWS's names, and nobody else's at all.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Sandbox } from "../sandbox.ts";
import { createSandbox } from "../sandbox.ts";
import { proxyAuthority } from "./authority.ts";
import { openTunnel } from "./tunnel.ts";

const folder = mkdtempSync(join(tmpdir(), "lotse-proxy-"));
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox({ proxy: true, kubernetes: "off" });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

interface Tunnel {
  status: number;
  socket: Socket;
  body: string;
}

/** Sends a CONNECT as proxies get it. */
function tunnel(target: string): Promise<Tunnel> {
  const { hostname, port } = new URL(sandbox.endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on("error", reject);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    let text = "";
    const heard = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", heard);
      resolve({ status: Number(text.split(" ")[1]), socket, body: text.slice(end + 4) });
    };
    socket.on("data", heard);
    socket.on("close", () => reject(new Error(`hung up after ${JSON.stringify(text)}`)));
  });
}

async function get(host: string, path: string): Promise<{ status: number; text: string }> {
  const { socket, status } = await tunnel(`${host}:443`);
  if (status !== 200) return { status, text: "" };
  const { proxyAuthority: ca = "" } = sandbox;
  return new Promise((resolve, reject) => {
    const secure = connectTls({ socket, servername: host, ca });
    secure.once("error", reject);
    const sent = request({ path, headers: { host }, createConnection: () => secure }, (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.once("error", reject);
    sent.end();
  });
}

describe("AWS's names", () => {
  it("lead to the sandbox, with certificates that its authority vouches for", async ({ expect }) => {
    const { status, text } = await get(
      "sts.eu-central-1.amazonaws.com",
      "/?Action=GetCallerIdentity&Version=2011-06-15",
    );
    expect(status).toBe(403);
    expect(text).toContain("MissingAuthenticationToken");
    expect(text).toContain("https://sts.amazonaws.com/doc/2011-06-15/");
  });

  it("of another partition, of buckets and in capitals do, too", async ({ expect }) => {
    for (const host of [
      "ec2.cn-north-1.amazonaws.com.cn",
      "bucket.s3.eu-west-1.amazonaws.com",
      "EKS.eu-west-1.api.aws",
    ]) {
      expect((await get(host, "/")).status).not.toBe(502);
    }
  });

  it("of OIDC issuers show their documents, and only those that there are", async ({ expect }) => {
    const { status } = await get("oidc.eks.eu-central-1.amazonaws.com", "/id/0123/.well-known/openid-configuration");
    expect(status).toBe(404);
    expect((await get("oidc.eks.eu-central-1.amazonaws.com", "/id/../../_lotse/status")).status).toBe(404);
  });

  it("are asked for by the client's TLS: no other name gets a certificate", async ({ expect }) => {
    const { socket } = await tunnel("sts.amazonaws.com:443");
    const failed = await new Promise((resolve) => {
      const secure = connectTls({ socket, servername: "example.com", rejectUnauthorized: false }, () =>
        resolve(undefined),
      );
      secure.once("error", resolve);
    });
    expect(failed).toBeInstanceOf(Error);
  });
});

describe("everybody else's names", () => {
  const targets = [
    "example.com:443",
    "127.0.0.1:22",
    "169.254.169.254:443",
    "[::1]:443",
    "[::ffff:127.0.0.1]:443",
    "localhost:443",
    "amazonaws.com.example.com:443",
    "sts.amazonaws.com.:443",
    "sts.amazonaws.com:80",
    "sts.amazonaws.com",
    "user@sts.amazonaws.com:443",
    `${"a".repeat(300)}.amazonaws.com:443`,
  ];
  for (const target of targets) {
    it(`are refused: ${target.slice(0, 60)}`, async ({ expect }) => {
      const { status, body } = await tunnel(target);
      expect(status).toBe(403);
      expect(body).toMatch(/forwards nothing|only port 443/);
    });
  }

  it("are refused as addresses of plain requests as well", async ({ expect }) => {
    const { hostname, port } = new URL(sandbox.endpoint);
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        { host: hostname, port, path: "http://example.com/", headers: { host: "example.com" } },
        (response) => resolve(response.resume().statusCode),
      );
      sent.once("error", reject);
      sent.end();
    });
    expect(status).toBe(403);
  });
});

describe("clients that misbehave", () => {
  const closed = (socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      socket.on("error", () => undefined).once("close", () => resolve());
      socket.resume();
    });

  it("and send no TLS are hung up on", async ({ expect }) => {
    const { socket } = await tunnel("sts.amazonaws.com:443");
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await closed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it("and send nothing are cut off", async ({ expect }) => {
    const asked = { url: "sts.amazonaws.com:443" } as IncomingMessage;
    const slow = openTunnel({ authority: proxyAuthority(undefined), serve: () => undefined, handshakeTimeout: 100 });
    const server = createServer((socket) => slow.accept(asked, socket, Buffer.alloc(0)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = connect({ host: "127.0.0.1", port: (server.address() as { port: number }).port });
    await closed(socket);
    expect(socket.destroyed).toBe(true);
    server.close();
  });

  it("and come by the thousand leave room for others", async ({ expect }) => {
    const tunnels = await Promise.all(Array.from({ length: 1000 }, () => tunnel("sts.amazonaws.com:443")));
    expect(tunnels.every(({ status }) => status === 200)).toBe(true);
    expect((await get("sts.amazonaws.com", "/")).status).toBeGreaterThan(0);
    for (const { socket } of tunnels) socket.removeAllListeners("close").destroy();
  });
});

it("closes with the sandbox, whatever hangs in its tunnels", async ({ expect }) => {
  await tunnel("sts.amazonaws.com:443").then(({ socket }) => socket.removeAllListeners("close"));
  const began = Date.now();
  await sandbox.close();
  expect(Date.now() - began).toBeLessThan(2_000);
});

describe("the authority", () => {
  const file = join(folder, "proxy-authority.json");

  it("stays the same from start to start, and is its owner's alone", ({ expect }) => {
    const { certificate } = proxyAuthority(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(proxyAuthority(file).certificate).toBe(certificate);
    expect(certificate).toContain("BEGIN CERTIFICATE");
    expect(certificate).not.toContain("PRIVATE");
  });

  it("is made anew when its file is damaged", ({ expect }) => {
    const { certificate } = proxyAuthority(file);
    for (const damage of ["{", "null", '{"certificate":"x"}', readFileSync(file, "utf8").replace("MIG", "MIH")]) {
      writeFileSync(file, damage);
      expect(proxyAuthority(file).certificate).not.toBe(certificate);
    }
  });
});
