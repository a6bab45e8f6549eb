// HTTPS servers of tests that stand for somebody else's, with an authority of their own.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificate, newAuthority } from "../../../src/base/index.ts";

/** A folder for a test's files; the operating system clears it away. */
export const testFolder = (): string => mkdtempSync(join(tmpdir(), "lotse-login-"));

const authority = newAuthority("stand-ins", Date.now());

/** PEM of the authority of all stand-ins, and a file with it. */
export const standInAuthority: string = authority.certificate;
export function standInAuthorityFile(folder: string): string {
  const file = join(folder, "stand-ins.crt");
  writeFileSync(file, authority.certificate);
  return file;
}

export const standInCertificate = (): { certificate: string; privateKey: string } =>
  issueCertificate(
    authority,
    { commonName: "stand-in", names: ["127.0.0.1", "localhost"], usage: "server" },
    Date.now(),
  );

/** A request with its body. */
export interface StandInRequest {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  form: URLSearchParams;
  json: unknown;
}

/** An answer; `never` leaves the client waiting. */
export type StandInAnswer =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | "never";

export interface StandIn {
  url: string;
  /** Everything that was asked, `GET /user/teams?page=2`. */
  asked: string[];
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += (chunk as Buffer).toString();
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A form, or nothing.
    return undefined;
  }
}

/** Starts one. */
export async function startStandIn(
  answer: (request: StandInRequest) => StandInAnswer | Promise<StandInAnswer>,
): Promise<StandIn> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const method = request.method ?? "GET";
    asked.push(`${method} ${request.url}`);
    const url = new URL(request.url ?? "/", `https://${request.headers.host}`);
    const form = new URLSearchParams(body);
    const said = await answer({ method, url, headers: request.headers, form, json: parsed(body) });
    if (said === "never") return;
    const { status = 200, headers = {}, json, text = JSON.stringify(json ?? {}) } = said;
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(text);
  };
  const { certificate: cert, privateKey: key } = standInCertificate();
  const server = createServer({ cert, key }, (request, response) => void handle(request, response));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `https://127.0.0.1:${(server.address() as { port: number }).port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
