// CONNECT as a proxy answers it, with the emulated AWS at the other end of every tunnel. Nothing is ever forwarded.
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:https";
import type { Duplex } from "node:stream";
import type { ProxyAuthority } from "./authority.ts";
import { isAwsHost } from "./hosts.ts";

export interface TunnelOptions {
  authority: ProxyAuthority;
  /** Answers requests that come out of a tunnel, as the gateway answers those that come straight. */
  serve: RequestListener;
  /** A client that begins no TLS for so long is cut off, ms; default ten seconds. */
  handshakeTimeout?: number;
}

/** Takes connections that ask for a tunnel. */
export interface Tunnel {
  accept(message: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

const defaultHandshakeTimeout = 10_000;
const idleTimeout = 120_000;
const closingPatience = 200;

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

/** Makes the other end of all tunnels. */
export function openTunnel(options: TunnelOptions): Tunnel {
  const { authority, handshakeTimeout = defaultHandshakeTimeout } = options;
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
  const open = new Set<Duplex>();
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
      // The gateway has let it go, and the server below knows it from the end of its handshake on.
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) socket.unshift(head);
      server.emit("connection", socket);
    },
    close: () => {
      server.closeIdleConnections();
      // What is in the middle of an answer gets the moment that the gateway gives everybody.
      setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, closingPatience).unref();
    },
  };
}
