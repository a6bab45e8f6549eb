// The login webhook itself: who may ask, what may be asked, and the token file. Everything goes over real TLS.
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, it } from "vitest";
import { initAuthority, initClient, loginWebhookConfig } from "../../../src/controllers/index.ts";
import { eventually } from "../../helpers/kubernetes.ts";
import { testFolder } from "../../helpers/login/https-server.ts";
import type { LoginWebhook, Review } from "../../helpers/login/webhook.ts";
import { startLoginWebhook } from "../../helpers/login/webhook.ts";

const folder = testFolder();
const tokens = join(folder, "tokens.csv");
const own = { organization: "token-auth", name: "" };
let webhook: LoginWebhook;

beforeAll(async () => {
  writeFileSync(tokens, 'tok-ann,ann,1,"dev,ops"\ntok-bob,bob,2\n');
  webhook = await startLoginWebhook(["--auth-providers=token-auth", `--token-auth-file=${tokens}`, "--cache-ttl=0s"], {
    folder,
  });
});
afterAll(() => webhook.close());

describe("the token file", () => {
  it("lets people in, and is read again when it changes", async ({ expect }) => {
    const ann = { username: "ann", uid: "1", groups: ["dev", "ops"] };
    expect(await webhook.review("tok-ann", own)).toMatchObject({ status: 200, authenticated: true, user: ann });
    expect(await webhook.review("tok-eve", own)).toMatchObject({ status: 200, error: "Invalid token" });
    writeFileSync(tokens, "tok-ann,ann,1\ntok-eve,eve,3\n");
    const seen = await eventually(
      () => webhook.review("tok-eve", own),
      ({ authenticated }) => authenticated,
    );
    expect(seen.user).toMatchObject({ username: "eve" });
    expect(await webhook.review("tok-bob", own)).toMatchObject({ authenticated: false });
    // A broken file shuts nobody out, and is told of.
    writeFileSync(tokens, "tok-ann,ann\n");
    await eventually(
      async () => {
        await webhook.review("tok-ann", own);
        return webhook.log.join("");
      },
      (log) => log.includes("ill formatted"),
    );
    expect(await webhook.review("tok-eve", own)).toMatchObject({ authenticated: true });
    expect(webhook.log.join("")).not.toMatch(/tok-(ann|bob|eve)/);
  });
});

describe("whoever asks", () => {
  it("needs a certificate that chooses a provider in use, or hears guard's words", async ({ expect }) => {
    const asked = async (client: Parameters<LoginWebhook["review"]>[1]): Promise<Review> =>
      webhook.review("tok-ann", client);
    expect(await asked(null)).toMatchObject({ status: 400, authenticated: false, error: "Missing client certificate" });
    expect(await asked({ organization: "github", name: "acme" })).toMatchObject({
      status: 400,
      error: "guard does not provide service for github",
    });
  });

  it("with a certificate of another authority, or a server's, isn't heard", async ({ expect }) => {
    const foreign = { ...webhook.pki, folder: testFolder() };
    await initAuthority(foreign);
    const spoofed = await initClient(foreign, own);
    const server = { certificate: join(folder, "pki/server.crt"), key: join(folder, "pki/server.key") };
    for (const files of [spoofed, server]) {
      const status = await new Promise<string>((done) => {
        const sent = request(
          {
            host: "127.0.0.1",
            port: webhook.running.port("login"),
            path: "/tokenreviews",
            method: "POST",
            agent: false,
            ca: readFileSync(join(folder, "pki/ca.crt")),
            cert: readFileSync(files.certificate),
            key: readFileSync(files.key),
          },
          (response) => {
            let text = "";
            response.on("data", (chunk: Buffer) => (text += chunk.toString())).once("end", () => done(text));
          },
        );
        sent.once("error", (error) => done(error.message));
        sent.end(JSON.stringify({ spec: { token: "tok-ann" } }));
      });
      expect(status).toContain("not trusted");
      expect(status).not.toContain('"authenticated":true');
    }
  });
});

describe("what is asked", () => {
  const post = async (body: string | Buffer): Promise<Review> => webhook.post(body, own);

  it("may be a TokenReview of both versions, and is answered in its own", async ({ expect }) => {
    for (const version of ["v1", "v1beta1"]) {
      const apiVersion = `authentication.k8s.io/${version}`;
      const answer = await post(JSON.stringify({ apiVersion, kind: "TokenReview", spec: { token: "tok-ann" } }));
      expect(answer).toMatchObject({ status: 200, apiVersion, authenticated: true });
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  it("is refused when it is anything else, without a word on why inside", async ({ expect }) => {
    const broken = [
      "",
      "{",
      "[]",
      "null",
      "7",
      '{"spec":{"token":7}}',
      '{"spec":{"token":{"a":1}}}',
      "\u0000",
      "x".repeat(1000),
    ];
    for (const body of broken)
      expect(await post(body), body.slice(0, 20)).toMatchObject({ status: 400, authenticated: false });
    expect(await post('{"spec":{}}')).toMatchObject({ status: 200, authenticated: false, error: "no token" });
    expect(await post('{"spec":null}')).toMatchObject({ status: 200, authenticated: false });
    const deep = `${'{"spec":'.repeat(3_000)}{}${"}".repeat(3_000)}`;
    expect(await post(deep)).toMatchObject({ authenticated: false });
    expect(await webhook.post("", own, "/tokenreviews", "GET")).toMatchObject({ status: 405 });
    expect(await webhook.post("{}", own, "/subjectaccessreviews")).toMatchObject({ status: 404 });
  });

  it("is refused when it is huge, and the next one is answered", async ({ expect }) => {
    const huge = JSON.stringify({ spec: { token: "x".repeat(1024 * 1024) } });
    const answer = await post(huge).catch((error: Error) => error);
    // The connection may be cut while the body is still on its way.
    if (answer instanceof Error) expect(answer.message).toMatch(/EPIPE|ECONNRESET|socket hang up/);
    else expect(answer).toMatchObject({ status: 413 });
    expect(await webhook.review("tok-ann", own)).toMatchObject({ authenticated: true });
  });

  it("slowly, or not to its end, keeps nobody else waiting", async ({ expect }) => {
    const files = await initClient(webhook.pki, { organization: "ldap", name: "slow" });
    const slow = Array.from({ length: 20 }, () => {
      const socket = connect({
        host: "127.0.0.1",
        port: webhook.running.port("login") as number,
        ca: readFileSync(join(folder, "pki/ca.crt")),
        cert: readFileSync(files.certificate),
        key: readFileSync(files.key),
      });
      socket.on("error", () => undefined);
      socket.write("POST /tokenreviews HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
      return socket;
    });
    await sleep(50);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => webhook.review("tok-ann", own)));
    expect(answers.every(({ authenticated }) => authenticated)).toBe(true);
    for (const socket of slow) socket.destroy();
  });

  it("is counted, without names", async ({ expect }) => {
    const metrics = await webhook.metrics();
    expect(metrics).toMatch(/lotse_login_total\{from="provider",provider="token-auth",result="success"\} \d+/);
    expect(metrics).toContain('lotse_login_breaker{provider="token-auth"} 0');
    expect(metrics).not.toContain("ann");
  });
});

describe("guard's own habits", () => {
  it("statuses of guard are there for whoever counts on them", async ({ expect }) => {
    writeFileSync(tokens, "tok-ann,ann,1\n");
    const peer = await startLoginWebhook([
      "--auth-providers=token-auth",
      `--token-auth-file=${tokens}`,
      "--peer-status-codes",
    ]);
    expect(await peer.review("wrong", own)).toMatchObject({
      status: 401,
      authenticated: false,
      error: "Invalid token",
    });
    await peer.close();
  });

  it("the API server's file names cluster, user and context as guard does", async ({ expect }) => {
    await initClient(webhook.pki, { organization: "GitHub", name: "acme" });
    const config = loginWebhookConfig({
      folder,
      client: { organization: "GitHub", name: "acme" },
      address: "10.96.10.96:443",
    });
    expect(config).toMatchObject({
      "current-context": "webhook",
      clusters: [{ name: "guard-server", cluster: { server: "https://10.96.10.96:443/tokenreviews" } }],
      users: [{ name: "acme@github" }],
    });
  });
});
