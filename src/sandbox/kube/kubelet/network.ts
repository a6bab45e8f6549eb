// What the API server reaches in an emulated cluster's network: the kubelets of its simulated nodes at their own
// addresses. It asks for each connection by CONNECT on a Unix socket (its egress selector), so no address leaves the
// machine; everything else there is nobody.
import { rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { kubeletPort } from "../nodes/node-object.ts";
import type { KubeletAnswer } from "./answers.ts";

export interface ClusterNetworkOptions {
  /** Where the API server asks, a Unix socket. */
  socket: string;
  /** Of the kubelets. */
  certificate: { certificate: string; key: string };
  /** True when a node has this address. */
  isNode(address: string): boolean;
  answer(method: string, url: string): KubeletAnswer;
}

export interface ClusterNetwork {
  close(): Promise<void>;
}

const nobody = (target: string): string =>
  `${target} is an address of a simulated network: lotse's nodes answer for their kubelets on port ${kubeletPort}, pods and services run nothing\n`;

function refuse(socket: Duplex, target: string): void {
  const text = nobody(target);
  socket.end(
    // The API server passes on the status line alone.
    `HTTP/1.1 502 Nothing runs in the simulated network of lotse's sandbox: webhooks and services in the cluster aren't emulated\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** Listens. It doesn't keep the process alive. */
export async function openClusterNetwork(options: ClusterNetworkOptions): Promise<ClusterNetwork> {
  const { certificate, key } = options.certificate;
  const open = new Set<Duplex>();
  const kubelet = createTlsServer({ cert: certificate, key }, (request, response) => {
    const { status, text } = options.answer(request.method ?? "GET", request.url ?? "/");
    response.writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  });
  // `kubectl exec` and its like ask for another protocol: they get the answer in this one.
  kubelet.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    const { status, text } = options.answer(request.method ?? "GET", request.url ?? "/");
    // As a Status: clients of `port-forward` read plain text with a colon in it as an empty one.
    const body = JSON.stringify({
      apiVersion: "v1",
      kind: "Status",
      status: "Failure",
      message: text.trim(),
      code: status,
    });
    socket.end(
      `HTTP/1.1 ${status} Not Emulated\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  const gate = createServer((_request, response) => {
    response.writeHead(405).end();
  });
  gate.on("connect", (request: IncomingMessage, socket: Duplex) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    const target = request.url ?? "";
    const [, address = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? [];
    if (Number(port) !== kubeletPort || !options.isNode(address)) return refuse(socket, target);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    kubelet.emit("connection", socket);
  });
  rmSync(options.socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    gate.once("error", reject);
    gate.listen(options.socket, resolve);
  });
  gate.unref();
  return {
    async close() {
      const closed = new Promise((resolve) => gate.close(resolve));
      for (const socket of open) socket.destroy();
      gate.closeAllConnections();
      await closed;
    },
  };
}
