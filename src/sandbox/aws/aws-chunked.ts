// The `aws-chunked` framing of uploads: chunks with sizes (and signatures), then trailers such as checksums.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { AwsError } from "./core/index.ts";
import type { WireRequest } from "./wire/index.ts";

const incomplete = (): AwsError =>
  new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    {
      status: 400,
    },
  );

function lineEnd(body: Buffer, from: number): number {
  const end = body.indexOf("\r\n", from);
  if (end < 0 || end - from > 8192) throw incomplete();
  return end;
}

/** Takes the framing off a request; requests without it come back as they are. */
export function unframe(request: WireRequest): WireRequest {
  const encoding = request.headers["content-encoding"] ?? "";
  const framed = encoding.includes("aws-chunked") || request.headers["x-amz-content-sha256"]?.startsWith("STREAMING-");
  if (!framed) return request;
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength);
  const chunks: { data: Buffer; signature: string | undefined }[] = [];
  const trailers: [name: string, value: string][] = [];
  let trailerSignature: string | undefined;
  let at = 0;
  for (;;) {
    const end = lineEnd(body, at);
    const [sizeText = "", extension = ""] = body.toString("latin1", at, end).split(";");
    const signature = /^chunk-signature=(\S+)$/.exec(extension)?.[1];
    if (!/^[0-9a-f]{1,8}$/i.test(sizeText)) throw incomplete();
    const size = Number.parseInt(sizeText, 16);
    at = end + 2;
    if (size > 0 && at + size + 2 > body.length) throw incomplete();
    chunks.push({ data: body.subarray(at, at + size), signature });
    if (size === 0) break;
    at += size + 2;
  }
  while (at < body.length) {
    const end = lineEnd(body, at);
    const line = body.toString("latin1", at, end);
    at = end + 2;
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "x-amz-trailer-signature") trailerSignature = value;
    else trailers.push([name, value]);
  }
  const content = Buffer.concat(chunks.map(({ data }) => data));
  const stated = request.headers["x-amz-decoded-content-length"];
  if (stated !== undefined && Number(stated) !== content.length) throw incomplete();
  const rest = encoding
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "aws-chunked")
    .join(",");
  // Trailers bring checksums and nothing else: whatever may steer a request stands before its body, under the signature.
  const sums = trailers.filter(([name]) => name.startsWith("x-amz-checksum-"));
  const headers = { ...Object.fromEntries(sums), ...request.headers, "content-length": String(content.length) };
  // What S3 stores is the encoding that is left; the headers as sent stay in the framing, for the signature.
  return {
    ...request,
    headers: { ...headers, "content-encoding": rest === "" ? undefined : rest },
    body: content,
    framing: { sent: request, chunks, trailers, trailerSignature },
  };
}
