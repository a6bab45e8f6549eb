// A small HTTP listener on 127.0.0.1 that stands in for a node's link-local address while a command runs.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";

export interface Loopback {
  /** `http://127.0.0.1:PORT` */
  url: string;
  close(): void;
}

/** What is answered; undefined: nothing ever is, as when packets get lost. */
export interface LoopbackAnswer {
  status: number;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export type LoopbackHandler = (request: IncomingMessage) => Promise<LoopbackAnswer | undefined>;

/** Opens a listener. */
export async function openLoopback(handler: LoopbackHandler): Promise<Loopback> {
  const respond = (response: ServerResponse, answer: LoopbackAnswer | undefined): void => {
    if (!answer) return;
    const { status, contentType = "text/plain", headers = {}, body = "" } = answer;
    response.writeHead(status, { "content-type": contentType, ...headers }).end(body);
  };
  const server = createServer((request, response) => {
    // Nothing that is asked here comes with a body.
    request.resume();
    handler(request).then(
      (answer) => respond(response, answer),
      (error: unknown) => respond(response, { status: 500, body: `${(error as Error).message}\n` }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
