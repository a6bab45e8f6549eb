// The metadata proxy's answers from credentials at hand, beside a node:http proxy that only passes requests on to a server
// with the same body: both in processes of their own, asked by the same client in turns.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../src/kube/index.ts";
import { resources } from "../src/kube/index.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import { findAssets } from "../src/sandbox/kube/assets/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../test/helpers/kubernetes.ts";
import { kubeconfigText } from "../test/helpers/role.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";
import { requestsPerSecond } from "./raw-client.ts";

const version = "1.36";
const node = "node-1";
const rounds = 7;
const seconds = 1;
const connections = 8;
const path = "/latest/meta-data/iam/security-credentials/web";

interface Running {
  port: number;
  child: ChildProcess;
}

/** Starts a program that says its port in a line of JSON. */
function started(words: readonly string[], env: Record<string, string | undefined> = {}): Promise<Running> {
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((done, fail) => {
    let text = "";
    child.once("exit", (code) => fail(new Error(`${words.join(" ")} ended with ${code}: ${text}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, port] = /"listens".*"port":(\d+)/.exec(text) ?? [];
      if (port) done({ port: Number(port), child });
    });
  });
}

/** A server that sends so many bytes, or a proxy to one. */
const bare = (size: number): string => `
  require("node:http").createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": ${size} });
    response.end(Buffer.alloc(${size}, 97));
  }).listen(0, "127.0.0.1", function () { console.log(JSON.stringify({ message: "listens", port: this.address().port })); });`;
const passing = (port: number): string => `
  const http = require("node:http");
  const agent = new http.Agent({ keepAlive: true });
  http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    request.pipe(http.request({ host: "127.0.0.1", port: ${port}, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }));
  }).listen(0, "127.0.0.1", function () { console.log(JSON.stringify({ message: "listens", port: this.address().port })); });`;

/** 99 of 100 answers came sooner, milliseconds; one connection asks 200 times a second. */
async function p99(port: number, headers: Record<string, string>): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < 1000; i += 1) {
    const begun = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${answer.status}`);
    took.push(performance.now() - begun);
    await sleep(4);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN;
}

async function* run(): AsyncGenerator<Figure> {
  if (!(await findAssets(version))) {
    console.log(`  skipped: no binaries of Kubernetes ${version}; lotse sandbox kubernetes install ${version}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-proxy-"));
  const sandbox = await createSandbox();
  const children: ChildProcess[] = [];
  try {
    const made = makeCluster(sandbox, "proxied", { version });
    const kube = kubeOf({ sandbox, send: made.send }, "proxied");
    const account = { namespace: "default", name: "default" };
    await eventually(
      () => kube.find(resources.serviceAccounts, account),
      (found) => found !== undefined,
    );
    await kube.create(resources.nodes, { apiVersion: "v1", kind: "Node", metadata: { name: node } });
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "*" } };
    made.send("iam", "CreateRole", {
      RoleName: "web",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    const metadata = { name: "web", namespace: "default", annotations: { "iam.amazonaws.com/role": "web" } };
    const containers = [{ name: "main", image: "app" }];
    await kube.create(resources.pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: { nodeName: node, containers },
    } as KubeObject);
    await kube.connection.send({
      method: "PATCH",
      path: "/api/v1/namespaces/default/pods/web/status",
      patch: "merge",
      body: { status: { phase: "Running", podIP: "127.0.0.1", podIPs: [{ ip: "127.0.0.1" }] } },
      what: "patch status",
    });
    kube.close();
    writeFileSync(join(folder, "kubeconfig"), kubeconfigText(sandbox, "proxied"));
    const flags = {
      kubeconfig: join(folder, "kubeconfig"),
      node,
      firewall: "none",
      port: "0",
      address: "127.0.0.1",
      "health-port": "0",
      "base-role-arn": `arn:aws:iam::${sandbox.account}:role/`,
      "namespace-restrictions": "false",
      "startup-taint": "",
    };
    const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const ours = await started([resolve("dist/lotse.js"), "controller", "metadata-proxy", ...words], sandbox.env());
    children.push(ours.child);
    const life = { "x-aws-ec2-metadata-token-ttl-seconds": "3600" };
    const given = await fetch(`http://127.0.0.1:${ours.port}/latest/api/token`, { method: "PUT", headers: life });
    const headers = { "x-aws-ec2-metadata-token": await given.text() };
    const document = await (await fetch(`http://127.0.0.1:${ours.port}${path}`, { headers })).text();
    if (!document.includes('"Code":"Success"')) throw new Error(document);

    const upstream = await started(["-e", bare(document.length)]);
    const peer = await started(["-e", passing(upstream.port)]);
    children.push(upstream.child, peer.child);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET ${path} HTTP/1.1\r\nhost: 169.254.169.254\r\n${lines.join("")}\r\n`;
    const measure = (port: number): Promise<number> =>
      requestsPerSecond(port, { next: () => request }, seconds, connections);
    const results: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (const { port } of [ours, peer]) await measure(port);
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(await measure(ours.port));
      results.peer.push(await measure(peer.port));
    }
    yield {
      name: "cached credentials",
      ours: median(results.ours),
      unit: "requests/s",
      peer: { name: "bare node:http proxy", value: median(results.peer) },
      bound: { atLeast: 0.6 },
    };
    yield {
      name: "cached credentials, p99",
      ours: await p99(ours.port, headers),
      unit: "ms",
      peer: { name: "bare node:http proxy", value: await p99(peer.port, headers) },
      bound: {},
    };
  } finally {
    for (const child of children) {
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
    }
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "metadata-proxy", run };
