// The node's own metadata service, of which pods see only what is allowed: by IMDSv2, with a token of the proxy's own.
import type { IncomingMessage } from "node:http";
import { Agent, request as httpRequest } from "node:http";

/** What the metadata service said. */
export interface MetadataAnswer {
  status: number;
  contentType: string;
  body: Buffer;
}

export interface MetadataService {
  /** @param path `/latest/meta-data/placement/region` @throws Error when it can't be reached */
  get(path: string): Promise<MetadataAnswer>;
  close(): void;
}

const patience = 2_000;
const largest = 1024 * 1024;
const tokenSeconds = 21_600;
/** A token is replaced before it ends. */
const tokenReserve = 300_000;

/** @param address `169.254.169.254`, `[fd00:ec2::254]`, or with a port where it is emulated */
export function openMetadataService(address: string): MetadataService {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let token: { text: Promise<string>; until: number } | undefined;

  const send = (method: string, path: string, headers: Record<string, string>): Promise<MetadataAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        `http://${address}${path}`,
        { method, headers, agent, timeout: patience },
        (answer: IncomingMessage) => {
          const chunks: Buffer[] = [];
          let size = 0;
          answer.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > largest) outgoing.destroy(new Error("the metadata service's answer is larger than 1 MiB"));
            else chunks.push(chunk);
          });
          answer.once("error", reject);
          answer.once("end", () =>
            resolve({
              status: answer.statusCode ?? 500,
              contentType: answer.headers["content-type"] ?? "text/plain",
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.once("timeout", () => outgoing.destroy(new Error(`the metadata service at ${address} says nothing`)));
      outgoing.once("error", reject);
      outgoing.end();
    });
  const newToken = async (): Promise<string> => {
    const { status, body } = await send("PUT", "/latest/api/token", {
      "x-aws-ec2-metadata-token-ttl-seconds": String(tokenSeconds),
      "content-length": "0",
    });
    if (status !== 200) throw new Error(`the metadata service at ${address} gives no token (${status})`);
    return body.toString();
  };
  const currentToken = (): Promise<string> => {
    if (!token || token.until < Date.now()) {
      const text = newToken();
      token = { text, until: Date.now() + tokenSeconds * 1000 - tokenReserve };
      // A failure isn't kept.
      text.catch(() => (token = undefined));
    }
    return token.text;
  };
  return {
    async get(path) {
      const answer = await send("GET", path, { "x-aws-ec2-metadata-token": await currentToken() });
      if (answer.status === 401) token = undefined;
      return answer;
    },
    close: () => agent.destroy(),
  };
}
