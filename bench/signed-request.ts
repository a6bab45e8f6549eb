// One signed HTTP request as text, ready for a socket. Signed once and sent many times: the server checks each.
import { createHash, createHmac } from "node:crypto";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
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

/** Signature Version 4 over host, date and body. */
export function signedRequest(request: RequestToSign): string {
  const body = request.body ?? "";
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = date.slice(0, 8);
  const host = `127.0.0.1:${request.port}`;
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const canonical = [
    request.method,
    request.path,
    "",
    `host:${host}`,
    `x-amz-content-sha256:${hash(body)}`,
    `x-amz-date:${date}`,
    "",
    "host;x-amz-content-sha256;x-amz-date",
    hash(body),
  ].join("\n");
  const key = hmac(
    hmac(hmac(hmac(`AWS4${request.secretAccessKey}`, day), request.region), request.service),
    "aws4_request",
  );
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope, hash(canonical)].join("\n")).toString("hex");
  const head = [
    `${request.method} ${request.path} HTTP/1.1`,
    `host: ${host}`,
    `x-amz-date: ${date}`,
    `x-amz-content-sha256: ${hash(body)}`,
    `content-type: ${request.contentType ?? "application/x-www-form-urlencoded; charset=utf-8"}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: AWS4-HMAC-SHA256 Credential=${request.accessKeyId}/${scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
