// A stand-in for an API server of a cluster of any size, where what is judged is a program that lists and watches, not what a
// real one would say: lists in pages, watches that are held and stay silent, and objects taken as they come.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSignedCertificate } from "../../src/base/index.ts";

/** Of a node; the first pod's is that of whoever asks from this machine. */
const podAddress = (i: number): string => (i === 0 ? "127.0.0.1" : `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);

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
      podIP: podAddress(i),
      podIPs: [{ ip: podAddress(i) }],
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
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => response.writeHead(201).end(Buffer.concat(chunks)));
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
  response.end(page(plural, from, until, all));
}

/** Pages that were written before: whoever measures a program has no time to write them anew for each that asks. */
const pages = new Map<string, Buffer>();

function page(plural: string, from: number, until: number, all: number): Buffer {
  const key = `${plural} ${from} ${until} ${all}`;
  const known = pages.get(key);
  if (known) return known;
  const items = Array.from({ length: until - from }, (_, i) => objects[plural]?.(from + i));
  const metadata = { resourceVersion: "20000", ...(until < all ? { continue: String(until) } : {}) };
  const made = Buffer.from(JSON.stringify({ kind: "List", apiVersion: "v1", metadata, items }));
  pages.set(key, made);
  return made;
}

/** A stand-in that listens. */
export interface ApiStandIn {
  /** Lists are so long from now on, where the kind has no number of its own. */
  size: number;
  /** Writes a kubeconfig that leads here. */
  kubeconfig(path: string): string;
  close(): void;
}

/** Opens one. @param size how many of each kind there are */
export async function openApiStandIn(size: number): Promise<ApiStandIn> {
  const { certificate, privateKey } = selfSignedCertificate("api", ["127.0.0.1"], Date.now());
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) =>
    answer(standIn.size, request, response),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authority = Buffer.from(certificate).toString("base64");
  const standIn: ApiStandIn = {
    size,
    kubeconfig(path) {
      const text = JSON.stringify({
        "current-context": "c",
        clusters: [{ name: "c", cluster: { server: address, "certificate-authority-data": authority } }],
        users: [{ name: "u", user: { token: "t" } }],
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      });
      writeFileSync(path, text);
      return path;
    },
    close() {
      pages.clear();
      server.closeAllConnections();
      server.close();
    },
  };
  return standIn;
}
