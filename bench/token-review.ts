// How many TokenReviews a second: our webhook beside the server of aws-iam-authenticator, both against the sandbox's STS. Ours
// asks it in its own process, the peer by TLS through the sandbox's proxy, as each of them does in use.
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { bearerToken } from "../src/identity/index.ts";
import { startAuthenticatorServer } from "../test/helpers/authenticator-server.ts";
import { authenticator, authenticatorMissing } from "../test/helpers/tools.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";

const region = "eu-central-1";
const cluster = "bench";
/** As many API servers of one cluster ask at once at most. */
const parallel = 32;
/** In turns: whatever else the machine does hits both. */
const rounds = 11;
/** A round ends after so long, s, or with its share of distinct tokens. */
const longest = 0.5;
const share = 1200;
/** Servers run for weeks: both are measured once they are warm (ours after two thousand or so, the peer at once). */
const warmUp = 2500;
/** What one leaves behind (connections to close, garbage) shall not fall into the other's round, ms. */
const rest = 150;

interface Webhook {
  url: string;
  /** PEM, where it speaks TLS. */
  authority?: string;
}

/** Of a round of reviews: how many a second, and how long the slowest hundredth took, ms. */
interface Speed {
  perSecond: number;
  p99: number;
}

interface SessionKeys {
  AccessKeyId: string;
  SecretAccessKey: string;
  SessionToken: string;
}

/** Distinct ones, presigned in the cluster's region as every client does: another second, another person. */
function* tokens(people: readonly SessionKeys[]): Generator<string> {
  const now = Date.now();
  for (let age = 0; age < 780; age += 1) {
    for (const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } of people) {
      const credentials = { accessKeyId, secretAccessKey, sessionToken };
      yield bearerToken({ cluster, region, credentials, at: now - age * 1000 }).token;
    }
  }
}

/** A request as bytes; the same client for both, on bare sockets, so that it costs as little as it can. */
function requestOf({ url }: Webhook, token: string): Buffer {
  const { host, pathname } = new URL(url);
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1beta1", kind: "TokenReview", spec: { token } });
  const head = [`POST ${pathname} HTTP/1.1`, `host: ${host}`, "content-type: application/json"];
  return Buffer.from(`${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function open({ url, authority }: Webhook): Promise<Socket> {
  const port = Number(new URL(url).port);
  return new Promise((resolve, reject) => {
    const ready = (): void => resolve(socket);
    const socket =
      authority === undefined
        ? connect({ port, host: "127.0.0.1", noDelay: true }, ready)
        : connectTls({ port, host: "127.0.0.1", ca: authority }, ready);
    socket.setNoDelay(true).once("error", reject);
  });
}

const headEnd = Buffer.from("\r\n\r\n");
const admission = Buffer.from('"authenticated":true');

/** Length of the answer at the beginning; undefined while it isn't all there. */
function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const body = Number(/content-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1]);
  const length = end + headEnd.length + body;
  return bytes.length < length ? undefined : length;
}

/** Sends one request after the other; `took` hears of each answer, in ms. */
function converse(socket: Socket, next: () => Buffer | undefined, took: (time: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Buffer | undefined;
    let sent = 0;
    const send = (): void => {
      const request = next();
      if (request === undefined) return resolve();
      sent = performance.now();
      socket.write(request);
    };
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      pending = pending ? Buffer.concat([pending, chunk]) : chunk;
      if (answerLength(pending) === undefined) return;
      if (!pending.includes(admission)) return reject(new Error(pending.toString()));
      pending = undefined;
      took(performance.now() - sent);
      send();
    });
    send();
  });
}

/** Sends what `next` gives until it gives no more, or for so many seconds. */
async function round(webhook: Webhook, next: () => Buffer | undefined, seconds = longest): Promise<Speed> {
  const sockets = await Promise.all(Array.from({ length: parallel }, () => open(webhook)));
  await sleep(rest);
  const times: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  const ask = (): Buffer | undefined => (performance.now() < until ? next() : undefined);
  await Promise.all(sockets.map((socket) => converse(socket, ask, (time) => times.push(time))));
  const took = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  return { perSecond: times.length / took, p99 };
}

/** Each request of a list once. */
const each = (webhook: Webhook, tokens: readonly string[]): (() => Buffer | undefined) => {
  const requests = tokens.map((token) => requestOf(webhook, token));
  let at = 0;
  return () => requests[at++];
};

/** One request again and again. */
const again = (webhook: Webhook, [token = ""]: readonly string[]): (() => Buffer) => {
  const request = requestOf(webhook, token);
  return () => request;
};

async function compare(
  name: string,
  ours: Webhook,
  theirs: Webhook,
  requests: (webhook: Webhook, tokens: readonly string[]) => () => Buffer | undefined,
  tokens: () => readonly string[],
  atLeast: number,
): Promise<Figure[]> {
  const speeds = { ours: [] as Speed[], theirs: [] as Speed[] };
  for (let i = 0; i < rounds; i += 1) {
    const list = tokens();
    // Each goes first every second time.
    const turns = [async () => void speeds.ours.push(await round(ours, requests(ours, list)))];
    turns[i % 2 === 0 ? "push" : "unshift"](
      async () => void speeds.theirs.push(await round(theirs, requests(theirs, list))),
    );
    for (const turn of turns) await turn();
  }
  const of = (who: keyof typeof speeds, what: keyof Speed): number => median(speeds[who].map((speed) => speed[what]));
  const peer = (what: keyof Speed): { name: string; value: number } => ({
    name: "aws-iam-authenticator",
    value: of("theirs", what),
  });
  return [
    { name, ours: of("ours", "perSecond"), unit: "reviews/s", peer: peer("perSecond"), bound: { atLeast } },
    { name: `${name}, p99`, ours: of("ours", "p99"), unit: "ms", peer: peer("p99"), bound: { atMost: 1 } },
  ];
}

interface Place {
  url: string;
  proxy: string;
  authority: string;
  /** That the people's sessions are of. */
  role: string;
  people: readonly SessionKeys[];
}

/** Starts review-server.ts. */
async function startOurs(): Promise<Place & { close(): void }> {
  const child = spawn(process.execPath, ["scripts/run.mjs", "bench/review-server.ts"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { ...(JSON.parse(line) as Place), close: () => void child.kill("SIGKILL") };
  }
  throw new Error("the sandbox of the benchmark ended");
}

async function* run(): AsyncGenerator<Figure> {
  if (!authenticator) {
    console.log(`  ${authenticatorMissing}`);
    return;
  }
  const place = await startOurs();
  const theirs = await startAuthenticatorServer({
    ...place,
    cluster,
    region,
    mapRoles: [{ rolearn: place.role, username: "developer:{{SessionName}}", groups: ["developers"] }],
  });
  const ours = { url: place.url };
  try {
    const fresh = tokens(place.people);
    const take = (count: number): string[] => Array.from({ length: count }, () => fresh.next().value as string);
    for (const webhook of [ours, theirs]) await round(webhook, each(webhook, take(warmUp)), 60);
    yield* await compare("TokenReviews, each token once", ours, theirs, each, () => take(share), 2);
    yield* await compare("TokenReviews, one token", ours, theirs, again, () => take(1), 10);
  } finally {
    await theirs.close();
    place.close();
  }
}

export const bench: Bench = { name: "token-review", run };
