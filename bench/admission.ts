// The pod identity webhook under load: 500 admissions a second over TLS connections that are kept, each sent when its time has
// come whether or not earlier ones were answered, and timed from that moment.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { issueCertificate, newAuthority } from "../src/base/index.ts";
import type { KubeObject } from "../src/kube/index.ts";
import { resources } from "../src/kube/index.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import { findAssets } from "../src/sandbox/kube/assets/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../test/helpers/kubernetes.ts";
import { kubeconfigText } from "../test/helpers/role.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";
import { parseAnswer } from "./raw-client.ts";

const version = "1.36";
const perSecond = 500;
const seconds = 4;
const rounds = 5;
/** As many connections as three API servers keep. */
const connections = 12;
const accounts = 100;

/** A pod of usual size. */
function review(account: string): string {
  const variables = Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}`.repeat(4) }));
  const container = (name: string): object => ({
    name,
    image: `registry.example.com/shop/${name}:1.2.3`,
    env: variables,
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
    volumeMounts: [{ name: "kube-api-access", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }],
    readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
  });
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "7f0b2891-916f-4ed6-b7cd-27bff1815a8c",
      kind: { group: "", version: "v1", kind: "Pod" },
      namespace: "default",
      operation: "CREATE",
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { generateName: `${account}-`, labels: { app: account } },
        spec: {
          serviceAccountName: account,
          containers: [container("app"), container("sidecar")],
          initContainers: [container("prepare")],
          volumes: [{ name: "kube-api-access", projected: { sources: [] } }],
        },
      },
    },
  });
}

/** A connection that answers are read from in the order of requests. */
class Line {
  readonly #socket: TLSSocket;
  readonly #waiting: ((body: string) => void)[] = [];
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      for (let answer = parseAnswer(this.#pending); answer; answer = parseAnswer(this.#pending)) {
        this.#pending = this.#pending.subarray(answer.end);
        this.#waiting.shift()?.(answer.body || `HTTP ${answer.status}`);
      }
    });
  }

  ask(request: string): Promise<string> {
    return new Promise((done) => {
      this.#waiting.push(done);
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The slowest hundredth of a round, ms. */
async function round(port: number, ca: string): Promise<number> {
  const lines = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<Line>((done, fail) => {
          const socket = connect({ host: "127.0.0.1", port, ca }, () => done(new Line(socket.setNoDelay(true))));
          socket.once("error", fail);
        }),
    ),
  );
  const requests = Array.from({ length: accounts }, (_, i) => {
    const body = review(`app-${i}`);
    const head = "POST /mutate HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ";
    return `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`;
  });
  const times: number[] = [];
  const all: Promise<void>[] = [];
  // API servers send one request after the other on a connection: what finds none free waits, and its time runs.
  const free = [...lines];
  const waiting: ((line: Line) => void)[] = [];
  const take = (): Promise<Line> => {
    const line = free.pop();
    return line ? Promise.resolve(line) : new Promise((done) => waiting.push(done));
  };
  const giveBack = (line: Line): void => {
    const next = waiting.shift();
    if (next) next(line);
    else free.push(line);
  };
  const admit = async (request: string, due: number): Promise<void> => {
    const line = await take();
    const body = await line.ask(request);
    times.push(performance.now() - due);
    giveBack(line);
    if (!body.includes('"patchType":"JSONPatch"')) throw new Error(`no patch: ${body}`);
  };
  const began = performance.now();
  for (let i = 0; i < perSecond * seconds; i += 1) {
    const due = began + (i * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    all.push(admit(requests[i % accounts] as string, due));
  }
  await Promise.all(all);
  for (const line of lines) line.close();
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

async function* run(): AsyncGenerator<Figure> {
  if (!(await findAssets(version))) {
    console.log(`  skipped: no binaries of Kubernetes ${version}; lotse sandbox kubernetes install ${version}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-admission-"));
  const sandbox = await createSandbox();
  const { send } = makeCluster(sandbox, "admission", { version });
  const kube = kubeOf({ sandbox, send }, "admission");
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const authority = newAuthority("bench", Date.now());
  const leaf = issueCertificate(authority, { commonName: "w", names: ["127.0.0.1"], usage: "server" }, Date.now());
  const at = { namespace: "default", name: "default" };
  await eventually(
    () => kube.find(resources.serviceAccounts, at),
    (found) => found !== undefined,
  );
  for (let i = 0; i < accounts; i += 1)
    await kube.create(resources.serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: `app-${i}`,
        namespace: "default",
        annotations: { "eks.amazonaws.com/role-arn": `arn:aws:iam::123456789012:role/app-${i}` },
      },
    } as KubeObject);
  const words = [
    resolve("dist/lotse.js"),
    "controller",
    "pod-identity-webhook",
    `--kubeconfig=${write("kubeconfig", kubeconfigText(sandbox, "admission"))}`,
    "--port=0",
    "--address=127.0.0.1",
    "--health-port=0",
    "--aws-default-region=eu-central-1",
    "--sts-regional-endpoint",
    `--tls-cert-file=${write("tls.crt", leaf.certificate)}`,
    `--tls-private-key-file=${write("tls.key", leaf.privateKey)}`,
  ];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await new Promise<number>((done, fail) => {
      let text = "";
      child.once("exit", (code) => fail(new Error(`the webhook ended with ${code}: ${text}`)));
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /"listens".*"port":(\d+)/.exec(text) ?? [];
        if (found) done(Number(found));
      });
    });
    await round(port, authority.certificate);
    const p99: number[] = [];
    for (let i = 0; i < rounds; i += 1) p99.push(await round(port, authority.certificate));
    yield { name: `admission at ${perSecond}/s over TLS, p99`, ours: median(p99), unit: "ms", bound: { atMost: 5 } };
  } finally {
    child.removeAllListeners("exit");
    child.kill();
    kube.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "admission", run };
