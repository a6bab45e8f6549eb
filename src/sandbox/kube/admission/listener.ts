// Where a cluster's API server sends its admission reviews: HTTPS on 127.0.0.1 with a certificate of the cluster's
// authority, under paths that nobody can guess.
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";

/** Answers a review's body with the answer's. */
export type ReviewHandler = (body: string) => string | Promise<string>;

export interface AdmissionListener {
  /** Serves a webhook from now on; returns what its configuration needs to find it. */
  serve(name: string, handler: ReviewHandler): { url: string; caBundle: string };
  close(): void;
}

export interface AdmissionListenerOptions {
  certificate: { certificate: string; key: string };
  /** PEM of whoever signed it. */
  authority: string;
}

/** An object of 3 MiB, escaped, and another one beside it. */
const bodyLimit = 8 * 1024 * 1024;

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new RangeError("the review is too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Opens the listener. It doesn't keep the process alive. */
export async function openAdmissionListener(options: AdmissionListenerOptions): Promise<AdmissionListener> {
  const { certificate, authority } = options;
  const handlers = new Map<string, ReviewHandler>();
  const secret = randomBytes(18).toString("base64url");
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    const answer = async (): Promise<string> => {
      const handler = handlers.get(request.url?.replace(/\?.*$/, "") ?? "");
      if (!handler) throw new RangeError("not found");
      return handler(await bodyOf(request));
    };
    answer().then(
      (text) => response.writeHead(200, { "content-type": "application/json" }).end(text),
      // Whoever asks like this isn't the API server.
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const { port } = server.address() as { port: number };
  return {
    serve(name, handler) {
      const path = `/${secret}/${name}`;
      handlers.set(path, handler);
      return { url: `https://127.0.0.1:${port}${path}`, caBundle: Buffer.from(authority).toString("base64") };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
