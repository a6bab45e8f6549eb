// Asking STS who somebody is: a GET that somebody else has signed. Nothing of the answer is believed that doesn't come over
// TLS from a host that the token was allowed to name; redirects aren't followed.
import type { IncomingMessage } from "node:http";
import { request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect as tlsConnect, rootCertificates } from "node:tls";
import type { IdentityQuestion, StsAnswer } from "../../identity/index.ts";

/** How STS is reached. */
export interface StsOptions {
  /** PEM; the system's authorities without it. */
  authority?: string;
  /** `http://proxy:3128`. */
  proxy?: string;
  /** Hosts that are reached without the proxy: names, suffixes with a dot, `*`. */
  noProxy?: readonly string[];
}

/** Milliseconds that STS gets for an answer, in all. */
const patience = 10_000;
/** GetCallerIdentity's answer has half a KiB. */
const longestAnswer = 64 * 1024;

/** True for hosts that the list excepts from the proxy. */
export function isDirect(host: string, noProxy: readonly string[]): boolean {
  return noProxy.some((entry) => {
    const name = entry.replace(/^\*?\.?/, "").toLowerCase();
    return entry === "*" || (name !== "" && (host === name || host.endsWith(`.${name}`)));
  });
}

/** An agent whose connections go through a proxy (RFC 9110 §9.3.6, CONNECT). */
function tunnelAgent(proxy: string, authority: string | undefined): Agent {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port, username, password } = new URL(proxy);
  const login = username === "" ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const open = (
    options: { host?: string; port?: number | string },
    done: (error: Error | null, socket?: TLSSocket) => void,
  ): undefined => {
    const { host = "", port: to = 443 } = options;
    const asked = plainRequest({
      host: hostname,
      port: port || 80,
      method: "CONNECT",
      path: `${host}:${to}`,
      timeout: patience,
      headers: {
        host: `${host}:${to}`,
        ...(login === undefined ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
      },
    });
    asked.once("connect", (answer: IncomingMessage, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        return done(new Error(`the proxy answered ${answer.statusCode} to CONNECT ${host}`));
      }
      const secure = tlsConnect({
        socket,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(authority === undefined ? {} : { ca: [authority] }),
      });
      done(null, secure);
    });
    asked.once("timeout", () => asked.destroy(new Error("the proxy doesn't answer")));
    asked.once("error", (error) => done(error));
    asked.end();
    return undefined;
  };
  return Object.assign(agent, { createConnection: open });
}

/** Asks; rejects when no whole answer came. */
export type AskSts = (question: IdentityQuestion) => Promise<StsAnswer>;

/** Opens a way to STS. */
export function openSts(options: StsOptions = {}): AskSts {
  const { authority, proxy, noProxy = [] } = options;
  // An authority of one's own is believed besides the public ones.
  const direct = new Agent({
    keepAlive: true,
    ...(authority === undefined ? {} : { ca: [...rootCertificates, authority] }),
  });
  const tunnel = proxy === undefined ? undefined : tunnelAgent(proxy, authority);
  return (question) => {
    const url = new URL(question.url);
    const secure = url.protocol === "https:";
    const agent = tunnel && secure && !isDirect(url.hostname, noProxy) ? tunnel : direct;
    return new Promise((resolve, reject) => {
      const sent = (secure ? request : plainRequest)(
        url,
        {
          method: "GET",
          headers: { ...question.headers },
          ...(secure ? { agent } : {}),
          signal: AbortSignal.timeout(patience),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > longestAnswer) return void response.destroy(new Error("the answer is too large"));
            chunks.push(chunk);
          });
          response.once("error", reject);
          response.once("end", () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      sent.once("error", reject);
      sent.end();
    });
  };
}

/** How the environment says STS is reached, in the variables that Go programs read. */
export function stsOptionsOf(
  env: Readonly<Record<string, string | undefined>>,
  read: (file: string) => string,
): StsOptions {
  const proxy = env["HTTPS_PROXY"] || env["https_proxy"];
  const noProxy = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((each) => each.trim());
  const file = env["SSL_CERT_FILE"];
  return {
    ...(file ? { authority: read(file) } : {}),
    ...(proxy ? { proxy } : {}),
    noProxy: noProxy.filter((each) => each !== ""),
  };
}
