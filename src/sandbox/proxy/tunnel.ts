// CONNECT as a proxy answers it, with the emulated AWS at the other end of every tunnel. Nothing is ever forwarded.
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:https";
import type { Duplex } from "node:stream";
import { connect } from "node:net";
import type { ProxyAuthority } from "./authority.ts";
import { clusterEndpointId, isAwsHost } from "./hosts.ts";

export interface TunnelOptions {
  authority: ProxyAuthority;
  /** Answers requests that come out of a tunnel, as the gateway answers those that come straight. */
  serve: RequestListener;
  /** Port of the API server of the cluster with this endpoint id; undefined when there is none. */
  clusterPort(endpointId: string): number | undefined;
}

/** Takes connections that ask for a tunnel. */
export interface Tunnel {
  accept(message: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** A client that begins no TLS for so long is cut off. */
const handshakeTimeout = 10_000;
const idleTimeout = 120_000;

function refuse(socket: Duplex, status: string, text: string): void {
  const body = `lotse sandbox: ${text}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** `host:443` of a CONNECT request. */
function target(url: string | undefined): { host: string; port: number } | undefined {
  const match = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(url ?? "");
  return match ? { host: (match[1] ?? "").toLowerCase(), port: Number(match[2]) } : undefined;
}

function passOn(socket: Duplex, head: Buffer, port: number): void {
  const cluster = connect({ host: "127.0.0.1", port, noDelay: true });
  const end = (): void => {
    socket.destroy();
    cluster.destroy();
  };
  socket.on("error", end).on("close", end);
  cluster.on("error", end).on("close", end);
  cluster.once("connect", () => {
    cluster.write(head);
    socket.pipe(cluster).pipe(socket);
  });
}

/** Makes the other end of all tunnels. */
export function openTunnel(options: TunnelOptions): Tunnel {
  const { authority } = options;
  const server = createServer(
    {
      handshakeTimeout,
      requestTimeout: idleTimeout,
      // The name that TLS asks for decides, not the one of CONNECT: clients check the certificate against it.
      SNICallback: (name, done) => {
        if (!isAwsHost(name)) return done(new Error(`no certificate for ${name}`));
        return done(null, authority.contextFor(name.toLowerCase()));
      },
      ALPNProtocols: ["http/1.1"],
    },
    options.serve,
  );
  // A client that doesn't believe the authority hangs up in the middle of the handshake: its own affair.
  server.on("tlsClientError", () => undefined);
  return {
    accept(message, socket, head) {
      socket.on("error", () => socket.destroy());
      const to = target(message.url);
      if (!to || !isAwsHost(to.host)) {
        return refuse(socket, "403 Forbidden", `${message.url ?? ""} is not AWS; this proxy forwards nothing`);
      }
      if (to.port !== 443) return refuse(socket, "403 Forbidden", "only port 443 is answered");
      const id = clusterEndpointId(to.host);
      const port = id === undefined ? undefined : options.clusterPort(id);
      if (id !== undefined && port === undefined) return refuse(socket, "502 Bad Gateway", `no cluster at ${to.host}`);
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (port !== undefined) return passOn(socket, head, port);
      if (head.length > 0) socket.unshift(head);
      server.emit("connection", socket);
    },
    close: () => server.closeAllConnections(),
  };
}
