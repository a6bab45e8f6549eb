// One signed HTTP request as text, ready for a socket. Where requests are made one by one the client signs as fast as it
// can, so that it isn't the client that is measured.
import { createHmac, hash } from "node:crypto";

const sha256 = (text: string): string => hash("sha256", text);
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

export interface RequestToSign {
  method: "GET" | "POST";
  path: string;
  port: number;
  service: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  body?: string;
  contentType?: string;
}

const keys = new Map<string, Buffer>();

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const id = `${secret}/${day}/${region}/${service}`;
  const known = keys.get(id);
  if (known) return known;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), "aws4_request");
  keys.set(id, key);
  return key;
}

/** Signature Version 4 over host and date; the body's hash is part of it without a header of its own. */
export function signedRequest(request: RequestToSign): string {
  const { method, path, service, region, accessKeyId, secretAccessKey, body = "" } = request;
  const contentType = request.contentType ?? "application/x-www-form-urlencoded; charset=utf-8";
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = date.slice(0, 8);
  const host = `127.0.0.1:${request.port}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const canonical = `${method}\n${path}\n\nhost:${host}\nx-amz-date:${date}\n\nhost;x-amz-date\n${sha256(body)}`;
  const signature = createHmac("sha256", signingKey(secretAccessKey, day, region, service))
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
    .digest("hex");
  return (
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nx-amz-date: ${date}\r\ncontent-type: ${contentType}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nauthorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` +
    `SignedHeaders=host;x-amz-date, Signature=${signature}\r\n\r\n${body}`
  );
}
