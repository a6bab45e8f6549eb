// How many TokenReviews a second: our webhook beside the server of aws-iam-authenticator, both against the sandbox's STS. Ours
// asks it in its own process, the peer by TLS through the sandbox's proxy, as each of them does in use.
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { bearerToken } from "../src/identity/index.ts";
import { administratorKey } from "../src/sandbox/aws/administrator.ts";
import { startAuthenticatorServer } from "../test/helpers/authenticator-server.ts";
import { authenticator, authenticatorMissing } from "../test/helpers/tools.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";
import { parseAnswer } from "./raw-client.ts";

const region = "eu-central-1";
const cluster = "bench";
/** As many API servers of one cluster ask at once at most. */
const parallel = 32;
const rounds = 7;
const reviews = 600;
const warmUp = 200;

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

/** Distinct ones: another second, another region. */
function* tokens(): Generator<string> {
  const now = Date.now();
  const regions = ["eu-central-1", "eu-west-1", "eu-north-1", "us-east-1", "us-east-2", "us-west-2", "ap-south-1"];
  for (let age = 0; age < 840; age += 1) {
    for (const each of regions) {
      const input = { cluster, region: each, credentials: administratorKey, at: now - age * 1000 };
      yield bearerToken(input).token;
    }
  }
}

/** A request as bytes; the same client for both, on bare sockets, so that it costs as little as it can. */
function requestOf({ url }: Webhook, token: string): string {
  const { host, pathname } = new URL(url);
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1beta1", kind: "TokenReview", spec: { token } });
  const head = [`POST ${pathname} HTTP/1.1`, `host: ${host}`, "content-type: application/json"];
  return `${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
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

/** Sends one request after the other; `took` hears of each answer, in ms. */
function converse(socket: Socket, next: () => string | undefined, took: (time: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Buffer = Buffer.alloc(0);
    let sent = 0;
    const send = (): void => {
      const request = next();
      if (request === undefined) return resolve();
      sent = performance.now();
      socket.write(request);
    };
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const answer = parseAnswer(pending);
      if (!answer) return;
      pending = pending.subarray(answer.end);
      if (!answer.body.includes('"authenticated":true')) return reject(new Error(answer.body));
      took(performance.now() - sent);
      send();
    });
    send();
  });
}

async function round(webhook: Webhook, list: readonly string[]): Promise<Speed> {
  const sockets = await Promise.all(Array.from({ length: parallel }, () => open(webhook)));
  const requests = list.map((token) => requestOf(webhook, token));
  const times: number[] = [];
  let at = 0;
  const began = performance.now();
  const each = sockets.map((socket) =>
    converse(
      socket,
      () => requests[at++],
      (time) => times.push(time),
    ),
  );
  await Promise.all(each);
  const seconds = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  return { perSecond: list.length / seconds, p99 };
}

async function compare(
  name: string,
  ours: Webhook,
  theirs: Webhook,
  lists: () => readonly string[],
  atLeast: number,
): Promise<Figure[]> {
  const speeds = { ours: [] as Speed[], theirs: [] as Speed[] };
  for (let i = 0; i < rounds; i += 1) {
    const list = lists();
    speeds.ours.push(await round(ours, list));
    speeds.theirs.push(await round(theirs, list));
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
    mapUsers: [
      { userarn: "arn:aws:iam::123456789012:user/administrator", username: "admin", groups: ["system:masters"] },
    ],
  });
  const ours = { url: place.url };
  try {
    const fresh = tokens();
    const take = (count: number): string[] => Array.from({ length: count }, () => fresh.next().value as string);
    for (const webhook of [ours, theirs]) await round(webhook, take(warmUp));
    yield* await compare("TokenReviews, each token once", ours, theirs, () => take(reviews), 2);
    const [token = ""] = take(1);
    yield* await compare("TokenReviews, one token", ours, theirs, () => Array<string>(reviews).fill(token), 10);
  } finally {
    await theirs.close();
    place.close();
  }
}

export const bench: Bench = { name: "token-review", run };
