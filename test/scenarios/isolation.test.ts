// A person's own AWS settings are a trap here: whatever touches them leaves a trace. The sandbox and the demo leave none.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";

const executable = resolve(import.meta.dirname, "../../dist/lotse.js");
const example = resolve(import.meta.dirname, "../../examples/01-production.yaml");

const calls: string[] = [];
let listener: Server;
let folder = "";
let touched = "";
let environment: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lotse isolation "));
  touched = join(folder, "credentials-were-asked-for");
  listener = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  // A proxy is asked with CONNECT.
  listener.on("connect", (request, socket) => {
    calls.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((done) => void listener.listen(0, "127.0.0.1", done));
  const trap = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  mkdirSync(join(folder, ".aws"));
  const program = join(folder, "credentials.mjs");
  const answer = { Version: 1, AccessKeyId: "AKIAQ3EGRZ7XNOTREAL2", SecretAccessKey: "from-the-process" };
  writeFileSync(
    program,
    `import { writeFileSync } from "node:fs";
writeFileSync(${JSON.stringify(touched)}, "");
console.log(${JSON.stringify(JSON.stringify(answer))});
`,
  );
  writeFileSync(
    join(folder, ".aws/config"),
    `[default]
region = ap-southeast-2
endpoint_url = ${trap}
[profile work]
region = ap-southeast-2
endpoint_url = ${trap}
credential_process = "${process.execPath}" "${program}"
`,
  );
  writeFileSync(
    join(folder, ".aws/credentials"),
    "[default]\naws_access_key_id = AKIAQ3EGRZ7XNOTREAL1\naws_secret_access_key = from-the-file\n",
  );
  environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    LOTSE_SANDBOX_DIR: join(folder, "sandbox"),
    AWS_PROFILE: "work",
    AWS_REGION: "ap-southeast-2",
    AWS_DEFAULT_REGION: "ap-southeast-2",
    AWS_ENDPOINT_URL: trap,
    AWS_ENDPOINT_URL_STS: trap,
    AWS_ENDPOINT_URL_EKS: trap,
    AWS_ENDPOINT_URL_CLOUDFORMATION: trap,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: trap,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${trap}/credentials`,
    HTTP_PROXY: trap,
    HTTPS_PROXY: trap,
    http_proxy: trap,
    https_proxy: trap,
  };
});

afterAll(async () => {
  await lotse(["sandbox", "down"]);
  listener.closeAllConnections();
  listener.close();
  rmSync(folder, { recursive: true, force: true });
});

const withKeys = {
  AWS_ACCESS_KEY_ID: "AKIAQ3EGRZ7XNOTREAL3",
  AWS_SECRET_ACCESS_KEY: "from-the-environment",
  AWS_SESSION_TOKEN: "a-session",
};

async function lotse(
  words: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; text: string }> {
  const child = spawn(process.execPath, [executable, ...words], {
    env: { ...environment, ...extra },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => void (text += chunk));
  const status = await new Promise<number | null>((done) => void child.on("close", done));
  return { status, text };
}

const traces = (): string[] => [...calls, ...(existsSync(touched) ? ["credential_process"] : [])];

describe("what is meant for the sandbox", () => {
  it("never leaves it, through a cluster's whole life", async ({ expect }) => {
    const here = ["--sandbox"];
    const production = ["production", "--region", "eu-central-1", ...here];
    const life = [
      ["plan", "-f", example, ...here],
      ["apply", "-f", example, "--yes", ...here],
      ["get", "cluster", ...production],
      ["status", "--name", ...production],
      ["stacks", "--name", ...production, "--dir", join(folder, "stacks")],
      ["destroy", "--name", ...production, "--yes"],
    ];
    for (const words of life) {
      for (const extra of [{}, withKeys]) {
        const { status, text } = await lotse(words, extra);
        expect([status, text], words.join(" ")).toEqual([0, expect.not.stringContaining("ap-southeast-2")]);
      }
    }
    expect(traces()).toEqual([]);
  });

  it("never leaves the process of the demo", async ({ expect }) => {
    const { status, text } = await lotse(["demo"], withKeys);
    expect([status, text]).toEqual([0, expect.stringContaining("Every stage did what it should")]);
    expect(traces()).toEqual([]);
  });

  it("needs no account for files and the export", async ({ expect }) => {
    for (const words of [
      ["config", "validate", "-f", example],
      ["config", "show", "-f", example],
      ["stacks", "-f", example],
    ]) {
      expect((await lotse(words, withKeys)).status, words.join(" ")).toBe(0);
    }
    expect(traces()).toEqual([]);
  });
});

// The traps are none when they don't snap; last, because they leave their traces.
it("the same settings are used without --sandbox", async ({ expect }) => {
  const { status } = await lotse(["plan", "-f", example]);
  expect(status).toBe(1);
  expect(existsSync(touched)).toBe(true);
  expect(calls.length).toBeGreaterThan(0);
});
