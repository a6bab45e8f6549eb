// What roles hold in memory, each a process of the image's file: idle, and where the API server knows 10,000 pods, service
// accounts and mappings. A stand-in lists them: what a real one costs isn't the question.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { selfSignedCertificate } from "../src/base/index.ts";
import { residentMegabytes } from "./daemon.ts";
import type { Bench, Figure } from "./figure.ts";

const many = 10_000;

/** A pod of usual size, and what else roles look at. */
const objects: Readonly<Record<string, (i: number) => object>> = {
  pods: (i) => ({
    metadata: {
      name: `web-${i}`,
      namespace: `team-${i % 50}`,
      uid: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
      resourceVersion: String(i + 1),
      labels: { app: "web", "pod-template-hash": "5d4f8c7b9" },
      annotations: { "iam.amazonaws.com/role": `role-${i % 100}`, "kubernetes.io/config.seen": "2026-11-21T20:00:00Z" },
      managedFields: Array.from({ length: 3 }, (_, n) => ({
        manager: `manager-${n}`,
        fieldsV1: { "f:spec": "x".repeat(600) },
      })),
    },
    spec: {
      nodeName: "node-1",
      serviceAccountName: "default",
      containers: [
        { name: "web", image: "registry.example.com/shop/web:1.2.3", env: [{ name: "A", value: "b".repeat(200) }] },
      ],
    },
    status: {
      phase: "Running",
      podIP: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      podIPs: [{ ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }],
    },
  }),
  namespaces: (i) => ({ metadata: { name: `team-${i}`, resourceVersion: String(i + 1) } }),
  serviceaccounts: (i) => ({
    metadata: {
      name: `account-${i}`,
      namespace: `team-${i % 50}`,
      resourceVersion: String(i + 1),
      annotations: { "eks.amazonaws.com/role-arn": `arn:aws:iam::123456789012:role/role-${i % 100}` },
    },
  }),
  iamidentitymappings: (i) => ({
    metadata: { name: `mapping-${i}`, resourceVersion: String(i + 1) },
    spec: { arn: `arn:aws:iam::123456789012:role/role-${i}`, username: `user-${i}`, groups: ["people"] },
    status: { canonicalARN: `arn:aws:iam::123456789012:role/role-${i}`, userID: "" },
  }),
};
const counts: Readonly<Record<string, number>> = { namespaces: 50 };

/** Lists and held watches; everything else is not found, or taken as it comes. */
function answer(size: number, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://x");
  const plural = url.pathname.split("/").at(-1) ?? "";
  response.setHeader("content-type", "application/json");
  if (url.searchParams.has("watch")) {
    response.writeHead(200);
    response.flushHeaders();
    return;
  }
  if (request.method === "POST" || request.method === "PUT") {
    response.statusCode = 201;
    request.pipe(response);
    return;
  }
  if (url.pathname.endsWith("/nodes/node-1")) {
    return void response.end(
      JSON.stringify({ kind: "Node", apiVersion: "v1", metadata: { name: "node-1" }, spec: {} }),
    );
  }
  const make = objects[plural];
  if (request.method !== "GET" || (!make && plural !== "configmaps")) {
    response.statusCode = 404;
    response.end(JSON.stringify({ kind: "Status", code: 404, reason: "NotFound", message: "not found" }));
    return;
  }
  const all = make ? Math.min(size, counts[plural] ?? size) : 0;
  const from = Number(url.searchParams.get("continue") ?? 0);
  const until = Math.min(all, from + Number(url.searchParams.get("limit") ?? all));
  const items = Array.from({ length: until - from }, (_, i) => make?.(from + i));
  const metadata = { resourceVersion: "20000", ...(until < all ? { continue: String(until) } : {}) };
  response.end(JSON.stringify({ kind: "List", apiVersion: "v1", metadata, items }));
}

const roles: Readonly<Record<string, readonly string[]>> = {
  authenticator: ["--cluster-id=own", "--port=0", "--backend-mode=CRD,EKSConfigMap", "--kubeconfig-pregenerated"],
  "metadata-proxy": ["--node=node-1", "--firewall=none", "--port=0"],
  "pod-identity-webhook": ["--port=0", "--namespace=kube-system"],
};

/** Memory of a role once it is ready. */
async function measure(name: string, flags: readonly string[], kubeconfig: string, folder: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      resolve("dist/lotse-image.cjs"),
      "controller",
      name,
      ...flags,
      ...(name === "authenticator" ? [`--state-dir=${folder}`] : []),
      `--kubeconfig=${kubeconfig}`,
      "--health-port=0",
    ],
    { env: { AWS_REGION: "eu-central-1", HOME: folder }, stdio: ["ignore", "pipe", "inherit"] },
  );
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  try {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
      const port = /"message":"started".*"health":(\d+)/.exec(said)?.[1];
      const ready = port && (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined));
      if (!ready || !ready.ok) continue;
      await sleep(3_000);
      return residentMegabytes(child.pid ?? 0);
    }
    throw new Error(`${name} isn't ready: ${said}`);
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

async function* run(): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "lotse-bench-roles-"));
  const { certificate, privateKey } = selfSignedCertificate("api", ["127.0.0.1"], Date.now());
  let size = 0;
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) =>
    answer(size, request, response),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, "kubeconfig");
  const authority = Buffer.from(certificate).toString("base64");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server: address, "certificate-authority-data": authority } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    }),
  );
  try {
    for (const [name, flags] of Object.entries(roles)) {
      for (const [at, what, atMost] of [
        [0, "idle", 90],
        [many, "10,000 pods", 160],
      ] as const) {
        size = at;
        const ours = await measure(name, flags, kubeconfig, folder);
        yield { name: `${name}, ${what}`, ours, unit: "MB", bound: { atMost } };
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bench: Bench = { name: "controllers", run };
