// What nobody means well with: smuggled requests, slow clients, bodies made to burst a parser. Each is answered or cut
// off by itself, and the next caller is served.
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { describe, it } from "vitest";
import { createSandbox } from "../../index.ts";
import { openGateway } from "./server.ts";
import { cpuTime } from "../../../base/testing.ts";

/** A gateway that writes down which paths it was asked for. */
async function gateway(options: { headersTimeout?: number } = {}): Promise<{
  port: number;
  asked: string[];
  [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const asked: string[] = [];
  const { port, close } = await openGateway({
    ...options,
    handle: ({ method, path }) => {
      asked.push(`${method} ${path}`);
      // Long enough that the system's buffers don't hold a hundred thousand of them.
      return { status: 200, headers: {}, body: "ok".repeat(1000) };
    },
  });
  return { port, asked, [Symbol.asyncDispose]: close };
}

/** Everything that comes back until the other side closes. */
async function until(socket: Socket): Promise<string> {
  let answer = "";
  socket.on("data", (data: Buffer) => (answer += data.toString("latin1")));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return answer;
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
const lengths: Readonly<Record<string, string>> = {
  "length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked",
  "chunks and length": "Transfer-Encoding: chunked\r\nContent-Length: 5",
  "a space before the colon": "Content-Length: 5\r\nTransfer-Encoding : chunked",
  "an unknown coding": "Transfer-Encoding: xchunked",
  "chunks that aren't last": "Transfer-Encoding: chunked, identity",
  "two lengths": `Content-Length: 0\r\nContent-Length: ${smuggled.length}`,
  "a list of lengths": `Content-Length: 0, ${smuggled.length}`,
  "a signed length": "Content-Length: +0",
  "a hexadecimal length": "Content-Length: 0x0",
  "a length beyond numbers": "Content-Length: 99999999999999999999",
  "a folded header": "X: a\r\n Content-Length: 0",
  "a bare CR": "X: a\rContent-Length: 0",
  "a NUL": "X: a\0b\r\nContent-Length: 0",
};

describe("hostile requests", () => {
  it.for(Object.entries(lengths))("don't smuggle another behind %s", async ([, headers], { expect }) => {
    await using here = await gateway();
    const socket = connect(here.port, "127.0.0.1");
    socket.write(`POST /first HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n0\r\n\r\n${smuggled}`);
    expect(await until(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(here.asked).toEqual([]);
  });

  it("that never end their headers are cut off, and hold nobody up", async ({ expect }) => {
    await using here = await gateway({ headersTimeout: 400 });
    const slow = ["G", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "].flatMap((start) =>
      Array.from({ length: 300 }, () => {
        const socket = connect(here.port, "127.0.0.1");
        socket.write(start);
        const drip = setInterval(() => socket.write("x"), 100);
        return until(socket).finally(() => clearInterval(drip));
      }),
    );
    expect((await fetch(`http://127.0.0.1:${here.port}/other`)).status).toBe(200);
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(here.asked).toEqual(["GET /other"]);
  });

  it("on connections of which nobody reads the answers stop being served", async ({ expect }) => {
    await using here = await gateway();
    const socket = connect(here.port, "127.0.0.1");
    socket.pause();
    socket.on("error", () => undefined);
    for (let i = 0; i < 200; i += 1) socket.write("GET /deaf HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(500));
    expect((await fetch(`http://127.0.0.1:${here.port}/other`)).status).toBe(200);
    socket.destroy();
    expect(here.asked).toContain("GET /other");
    expect(here.asked.length).toBeLessThan(100_000);
  });
});

const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i || ""};`.repeat(10)}">`).join("");
const xml = { service: "s3", method: "PUT", path: "/bucket?tagging" };
const json = { service: "eks", path: "/clusters" };
const form = { service: "ec2", headers: { "content-type": "application/x-www-form-urlencoded" } };
const vpcs = "Action=DescribeVpcs&Version=2016-11-15";

interface Bomb {
  service: string;
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
  body: string | Buffer;
}

const bombs: Readonly<Record<string, Bomb>> = {
  "XML entities": { ...xml, body: `<!DOCTYPE x [<!ENTITY e "ha">${entities}]><Tagging>&e9;</Tagging>` },
  "an external XML entity": {
    ...xml,
    body: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Tagging>&e;</Tagging>',
  },
  "deep XML": { ...xml, body: "<a>".repeat(100_000) + "</a>".repeat(100_000) },
  "XML that never closes": { ...xml, body: "<".repeat(500_000) },
  "XML sections that never close": { ...xml, body: `<Tagging>${"<![CDATA[".repeat(50_000)}` },
  "XML characters that don't exist": { ...xml, body: "<Tagging>&#x110000;&#xD800;</Tagging>" },
  "XML that isn't UTF-8": { ...xml, body: Buffer.from([0x3c, 0xff, 0xfe, 0x3e]) },
  "deep JSON arrays": { ...json, body: `{"name":${"[".repeat(200_000)}${"]".repeat(200_000)}}` },
  "deep JSON objects": { ...json, body: `${'{"name":'.repeat(100_000)}1${"}".repeat(100_000)}` },
  "JSON that isn't UTF-8": { ...json, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
  "JSON for another prototype": { ...json, body: '{"__proto__":{"name":"x"},"constructor":{"prototype":{"y":1}}}' },
  "CBOR where there is JSON": {
    service: "ssm",
    headers: { "content-type": "application/cbor", "x-amz-target": "AmazonSSM.GetParameters" },
    body: Buffer.alloc(100_000, 0x81),
  },
  "a deep form": { ...form, body: `${vpcs}&Filter${".1".repeat(50_000)}=x` },
  "a form with a far index": { ...form, body: `${vpcs}&VpcId.4294967295=vpc-1` },
  "a form of too many fields": { ...form, body: `${vpcs}${"&VpcId.1=vpc-1".repeat(100_000)}` },
  "a form for another prototype": { ...form, body: `${vpcs}&__proto__.Name=x` },
  "a deep template": {
    ...form,
    service: "cloudformation",
    body: `Action=ValidateTemplate&Version=2010-05-15&TemplateBody=${"[".repeat(20_000)}`,
  },
  "a deep policy": {
    ...form,
    service: "iam",
    body: `Action=CreatePolicy&Version=2010-05-08&PolicyName=p&PolicyDocument=${"[".repeat(50_000)}`,
  },
};

describe("bodies made to burst a parser", () => {
  it.for(Object.entries(bombs))("%s: refused, and nothing else happens", async ([, bomb], { expect }) => {
    await using sandbox = await createSandbox({ credentials: "any" });
    const scope = `test/20260101/eu-central-1/${bomb.service}/aws4_request`;
    const began = cpuTime();
    const answer = await fetch(sandbox.endpoint + (bomb.path ?? "/"), {
      method: bomb.method ?? "POST",
      headers: {
        ...bomb.headers,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${"0".repeat(64)}`,
        "x-amz-date": "20260101T000000Z",
      },
      body: bomb.body,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(cpuTime() - began).toBeLessThan(3000);
    expect(({} as { name?: string }).name).toBeUndefined();
    expect((await fetch(`${sandbox.endpoint}/_lotse/status`)).status).toBe(200);
  });
});
