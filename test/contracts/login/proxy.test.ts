// The impersonating proxy before an API server that tells what reaches it: heads, bodies, upgrades, failures.
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { createServer, request } from "node:https";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, it } from "vitest";
import { eventually } from "../../helpers/kubernetes.ts";
import { standInAuthority, standInCertificate, testFolder } from "../../helpers/login/https-server.ts";
import type { LoginWebhook } from "../../helpers/login/webhook.ts";
import { startLoginWebhook } from "../../helpers/login/webhook.ts";

const folder = testFolder();
let api: Server;
let proxy: LoginWebhook;
let port = 0;
/** How the API server answers an upgrade. */
let refuseUpgrades = false;
const upgraded = new Set<Duplex>();

interface Echo {
  method: string;
  url: string;
  raw: string[];
  body: string;
}

const lines = ({ raw }: Echo, wanted: string): string[] =>
  raw.filter((_, i) => i % 2 === 1 && (raw[i - 1] as string).toLowerCase() === wanted);

beforeAll(async () => {
  const { certificate, privateKey } = standInCertificate();
  api = createServer({ cert: certificate, key: privateKey }, (incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.once("end", () => {
      const echo: Echo = { method: incoming.method ?? "", url: incoming.url ?? "", raw: incoming.rawHeaders, body };
      response.writeHead(200, {
        "content-type": "application/json",
        "x-answer": ["one", "two"],
        connection: "x-hop",
        "x-hop": "1",
      });
      response.end(JSON.stringify(echo));
    });
  });
  api.on("upgrade", (incoming: IncomingMessage, socket: Duplex) => {
    upgraded.add(socket);
    socket.on("error", () => undefined).once("close", () => upgraded.delete(socket));
    if (refuseUpgrades) {
      const text = '{"kind":"Status","message":"not emulated"}';
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
      return;
    }
    const user = String(incoming.headers["impersonate-user"]);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${incoming.headers.upgrade}\r\n`);
    socket.write(`sec-websocket-protocol: ${incoming.headers["sec-websocket-protocol"] ?? ""}\r\n\r\nhello ${user}\n`);
    socket.on("data", (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
  });
  await new Promise<void>((done) => api.listen(0, "127.0.0.1", done));
  const server = `https://127.0.0.1:${(api.address() as { port: number }).port}`;
  const kubeconfig = join(folder, "kubeconfig.json");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [
        {
          name: "c",
          cluster: { server, "certificate-authority-data": Buffer.from(standInAuthority).toString("base64") },
        },
      ],
      users: [{ name: "u", user: { token: "the-proxys-own" } }],
    }),
  );
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, 'tok-ann,ann,1,"dev,größe,system:masters"\ntok-one,"Jörg, der I.",2,single\n');
  proxy = await startLoginWebhook(
    [
      "--auth-providers=token-auth",
      `--token-auth-file=${tokens}`,
      `--kubeconfig=${kubeconfig}`,
      "--proxy-port=0",
      "--proxy-address=127.0.0.1",
    ],
    { folder, role: "login-proxy" },
  );
  const line = await eventually(
    () => Promise.resolve(proxy.log.find((each) => each.includes("the login proxy listens")) ?? ""),
    (found) => found !== "",
  );
  ({ port } = JSON.parse(line) as { port: number });
});

afterAll(async () => {
  await proxy.close();
  for (const socket of upgraded) socket.destroy();
  await new Promise((done) => {
    api.close(done);
    api.closeAllConnections();
  });
});

/** Writes bytes as they are, and reads until the text is as wanted or the connection ends. */
function speak(text: string, enough: (answer: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: "127.0.0.1", port, ca: readFileSync(join(folder, "pki/ca.crt")) });
    let answer = "";
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("error", reject).once("close", end);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      if (enough(answer)) end();
    });
    socket.write(text);
  });
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

function send(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(join(folder, "pki/ca.crt"));
    const all = { authorization: "Bearer tok-ann", ...headers };
    const sent = request({ host: "127.0.0.1", port, path, ca, method, headers: all, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const echo = async (...args: Parameters<typeof send>): Promise<Echo> => JSON.parse((await send(...args)).text) as Echo;

describe("a request", () => {
  it("goes on as it is, with the proxy's own token and who asks", async ({ expect }) => {
    const seen = await echo(
      "POST",
      "/api/v1/x?a=%2F&b",
      { "content-type": "text/plain", "x-mine": ["1", "2"] },
      "body",
    );
    expect(seen).toMatchObject({ method: "POST", url: "/api/v1/x?a=%2F&b", body: "body" });
    expect(lines(seen, "authorization")).toEqual(["Bearer the-proxys-own"]);
    expect(lines(seen, "impersonate-user")).toEqual(["ann"]);
    expect(lines(seen, "impersonate-uid")).toEqual(["1"]);
    // Names go over as the bytes of UTF-8, as client-go sends them.
    const groups = lines(seen, "impersonate-group").map((each) => Buffer.from(each, "latin1").toString("utf8"));
    expect(groups).toEqual(["dev", "größe"]);
    expect(lines(seen, "x-mine")).toEqual(["1", "2"]);
    expect(lines(seen, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    const other = await echo("GET", "/", { authorization: "Bearer tok-one" });
    expect(Buffer.from(lines(other, "impersonate-user")[0] ?? "", "latin1").toString()).toBe("Jörg, der I.");
  });

  it("brings no identity of its own, however it is spelt", async ({ expect }) => {
    const seen = await echo("GET", "/", {
      "Impersonate-User": "root",
      "IMPERSONATE-group": ["system:masters"],
      "Impersonate-Extra-Scopes": "all",
      "impersonate-uid": "0",
      "X-Remote-User": "root",
      "x-remote-extra-a": "b",
      "X-Forwarded-For": "10.0.0.1",
      Forwarded: "for=10.0.0.1",
      "Proxy-Authorization": "Basic x",
      Connection: "x-secret, impersonate-user",
      "x-secret": "1",
      "Sec-WebSocket-Protocol": "v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.cm9vdA",
    });
    const names = new Set(seen.raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
    for (const gone of [
      "impersonate-extra-scopes",
      "x-remote-user",
      "x-remote-extra-a",
      "forwarded",
      "x-secret",
      "proxy-authorization",
    ])
      expect(names.has(gone), gone).toBe(false);
    expect(lines(seen, "impersonate-user")).toEqual(["ann"]);
    expect(lines(seen, "impersonate-uid")).toEqual(["1"]);
    expect(lines(seen, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(lines(seen, "sec-websocket-protocol")).toEqual(["v4.channel.k8s.io"]);
  });

  it("with a body of unknown length stays one request, whatever its method", async ({ expect }) => {
    const hidden = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    for (const method of ["DELETE", "GET", "OPTIONS", "PATCH"]) {
      const seen = await echo(method, "/one", { "transfer-encoding": "chunked" }, hidden);
      expect(seen, method).toMatchObject({ method, url: "/one", body: hidden });
    }
  });

  it("that isn't for a path, or carries two tokens or none, goes nowhere", async ({ expect }) => {
    const auth = "authorization: Bearer tok-ann\r\n";
    const absolute = await speak(`GET https://evil.example.com/ HTTP/1.1\r\nhost: x\r\n${auth}\r\n`, (all) =>
      all.includes("paths"),
    );
    expect(absolute).toMatch(/^HTTP\/1\.1 401/);
    const asked = async (headers: Record<string, string | string[]>): Promise<number> =>
      (await send("GET", "/", headers)).status;
    expect(await asked({ authorization: "" })).toBe(401);
    expect(await asked({ authorization: "Bearer" })).toBe(401);
    expect(await asked({ authorization: "Bearer tok-nobody" })).toBe(401);
    const twice = await speak(
      `GET / HTTP/1.1\r\nhost: x\r\n${auth}authorization: Bearer tok-one\r\nconnection: close\r\n\r\n`,
    );
    // Which of the two the API server would have believed isn't to be guessed.
    expect(twice).toMatch(/^HTTP\/1\.1 401/);
  });

  it("is answered as the API server answers, without what is of one connection only", async ({ expect }) => {
    const { status, headers, text } = await send("GET", "/", {});
    expect(status).toBe(200);
    expect(headers["x-answer"]).toBe("one, two");
    expect(headers["x-hop"]).toBeUndefined();
    expect(JSON.parse(text)).toMatchObject({ method: "GET" });
    const refused = await send("GET", "/", { authorization: "Bearer tok-nobody" });
    expect(JSON.parse(refused.text)).toMatchObject({
      kind: "Status",
      code: 401,
      reason: "Unauthorized",
      message: expect.stringContaining("Invalid token"),
    });
  });

  it("gets its own answer among hundreds", async ({ expect }) => {
    const seen = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const who = i % 2 === 0 ? "ann" : "one";
        const found = await echo("GET", `/${i}`, { authorization: `Bearer tok-${who}` });
        return `${found.url} ${lines(found, "impersonate-uid")[0]}`;
      }),
    );
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => `/${i} ${i % 2 === 0 ? 1 : 2}`));
  });
});

describe("an upgrade", () => {
  const head = (token: string, protocol = "SPDY/3.1"): string =>
    `POST /api/v1/namespaces/default/pods/a/exec?command=sh HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
    `connection: Upgrade\r\nupgrade: ${protocol}\r\nimpersonate-user: root\r\n` +
    "sec-websocket-protocol: base64url.bearer.authorization.k8s.io.cm9vdA, v5.channel.k8s.io\r\n\r\n";

  it("joins both sides, in both directions, as whoever asks", async ({ expect }) => {
    for (const protocol of ["SPDY/3.1", "websocket"]) {
      const text = await speak(`${head("tok-ann", protocol)}first`, (all) => all.includes("FIRST"));
      expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
      expect(text).toContain(`upgrade: ${protocol}`);
      expect(text).toContain("sec-websocket-protocol: v5.channel.k8s.io");
      expect(text).toContain("hello ann");
    }
  });

  it("ends on the other side as well when one side ends", async ({ expect }) => {
    await speak(head("tok-ann"), (all) => all.includes("hello"));
    await eventually(
      () => Promise.resolve(upgraded.size),
      (open) => open === 0,
    );
    expect(upgraded.size).toBe(0);
  });

  it("isn't begun for whoever isn't let in, and a refusal comes through", async ({ expect }) => {
    expect(await speak(head("tok-nobody"))).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    refuseUpgrades = true;
    const refused = await speak(head("tok-ann"));
    refuseUpgrades = false;
    expect(refused).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(refused).toContain("not emulated");
  });
});
