// The role `login` as a process would run it, asked over mutual TLS as API servers ask.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { initAuthority, initClient, initServer, roleNamed, runRoles } from "../../../src/controllers/index.ts";
import type { LoginClient, PkiOptions, RunningRoles } from "../../../src/controllers/index.ts";
import { testFolder } from "./https-server.ts";

export interface Review {
  /** Of the HTTP answer. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  apiVersion?: string;
  authenticated: boolean;
  error?: string;
  user?: { username: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  text: string;
}

export interface LoginWebhook {
  folder: string;
  pki: PkiOptions;
  running: RunningRoles;
  /** Lines of the log. */
  log: string[];
  /** Posts a TokenReview with the certificate of a client; `null` for none. */
  review(token: string, client: LoginClient | null): Promise<Review>;
  /** Posts anything. */
  post(body: string | Buffer, client: LoginClient | null, path?: string, method?: string): Promise<Review>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

const optionsIn = (folder: string): PkiOptions => ({
  folder,
  days: 1,
  now: Date.now(),
  overwrite: () => Promise.resolve(true),
});

export interface LoginWebhookOptions {
  env?: Record<string, string>;
  folder?: string;
  role?: string;
}

/** Starts the role with flags; certificates are made by `lotse login init`'s own functions. */
export async function startLoginWebhook(
  words: readonly string[],
  { env = {}, folder = testFolder(), role = "login" }: LoginWebhookOptions = {},
): Promise<LoginWebhook> {
  const pki = optionsIn(folder);
  await initAuthority(pki);
  const server = await initServer(pki, ["127.0.0.1", "localhost"]);
  const log: string[] = [];
  const stop = new AbortController();
  const definition = roleNamed(role);
  if (!definition) throw new Error(`no role ${role}`);
  const running = await runRoles({
    roles: [definition],
    words: [
      "--tls-cert-file",
      server.certificate,
      "--tls-private-key-file",
      server.key,
      ...(role === "login" ? ["--tls-ca-file", join(folder, "pki/ca.crt"), "--port", "0"] : []),
      "--health-port",
      "0",
      "--health-address",
      "127.0.0.1",
      "--grace-period",
      "1s",
      "--log-level",
      "debug",
      // A busy machine takes its time; tests of impatience say so themselves.
      "--login-timeout=30s",
      ...words,
    ],
    env,
    write: (line) => void log.push(line),
    signal: stop.signal,
  });
  const made = new Map<string, Promise<{ certificate: string; key: string }>>();
  const certificateOf = (client: LoginClient): Promise<{ certificate: string; key: string }> => {
    const name = `${client.name}@${client.organization}`;
    const found = made.get(name) ?? initClient(pki, client);
    made.set(name, found);
    return found;
  };
  const portOf = async (): Promise<number> => {
    let ended = false;
    void running.done.then(() => (ended = true));
    for (let i = 0; i < 2_400 && !ended; i += 1) {
      const port = running.port(role);
      if (port !== undefined) return port;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`the role doesn't listen: ${log.join("")}`);
  };
  const post = async (
    body: string | Buffer,
    client: LoginClient | null,
    path = "/tokenreviews",
    method = "POST",
  ): Promise<Review> => {
    const files = client && (await certificateOf(client));
    const tls = files ? { cert: readFileSync(files.certificate), key: readFileSync(files.key) } : {};
    const port = await portOf();
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...tls,
          host: "127.0.0.1",
          port,
          path,
          method,
          agent: false,
          ca: readFileSync(join(folder, "pki/ca.crt")),
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.once("end", () => {
            const { statusCode: status = 0, headers } = response;
            const json = (headers["content-type"] ?? "").includes("json");
            const review = (json ? JSON.parse(text) : {}) as { apiVersion?: string; status?: Partial<Review> };
            const apiVersion = review.apiVersion === undefined ? {} : { apiVersion: review.apiVersion };
            resolve({ ...apiVersion, authenticated: false, ...review.status, status, headers, text });
          });
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  };
  return {
    folder,
    pki,
    running,
    log,
    post,
    review: (token, client) =>
      post(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } }), client),
    metrics: async () => (await fetch(`http://127.0.0.1:${running.probePort}/metrics`)).text(),
    close: async () => {
      stop.abort();
      await running.done;
    },
  };
}
