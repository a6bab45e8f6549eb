// The file that the container image runs, alone in a folder: roles, with AWS's clients unpacked when one is needed.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bearerToken } from "../../src/identity/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { senderOf } from "../helpers/eks-by-api.ts";

const built = resolve(import.meta.dirname, "../../dist/lotse-image.cjs");
const region = "eu-central-1";
const account = "123456789012";

describe.skipIf(!existsSync(built))(existsSync(built) ? "the image's file" : "skipped: dist/ isn't built", () => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-image-"));
  const file = join(folder, "app", "lotse.cjs");
  let sandbox: Sandbox;

  beforeAll(async () => {
    mkdirSync(join(folder, "app"));
    copyFileSync(built, file);
    sandbox = await createSandbox({ region, account, kubernetes: "off" });
  });
  afterAll(async () => {
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says what is wrong as a line of its log, and by its exit code", ({ expect }) => {
    const run = (...words: string[]): { status: number | null; stdout: string } =>
      spawnSync(process.execPath, [file, ...words], { encoding: "utf8", env: {}, cwd: folder });
    expect(run("controller", "nobody")).toMatchObject({ status: 2 });
    expect(JSON.parse(run("controller", "nobody").stdout)).toMatchObject({ code: "controllers/unknown-role" });
    expect(run("controller")).toMatchObject({ status: 2 });
    expect(JSON.parse(run("controller", "login-proxy").stdout)).toMatchObject({ level: "error" });
  });

  it("runs a role within 90 MB, asks AWS, and stops when it is told to", async ({ expect }) => {
    const send = senderOf(sandbox);
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
    };
    send("iam", "CreateRole", { RoleName: "node", AssumeRolePolicyDocument: JSON.stringify(trust) });
    const rolearn = `arn:aws:iam::${account}:role/node`;
    const mapRoles = [{ rolearn, username: "system:node:{{EC2PrivateDNSName}}", groups: ["system:nodes"] }];
    const server = { port: 0, stateDir: folder, kubeconfigPregenerated: true, mapRoles };
    writeFileSync(join(folder, "config.yaml"), JSON.stringify({ clusterID: "own", server }));
    const { credentials, endpoint } = sandbox;
    const words = ["controller", "authenticator", "-c", join(folder, "config.yaml"), "--health-port=0"];
    const child = spawn(process.execPath, [file, ...words, `--sts-endpoint=${endpoint}`], {
      cwd: folder,
      env: {
        AWS_REGION: region,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const heard = new Promise<number>((done, fail) => {
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const port = /"message":"listens".*"port":(\d+)/.exec(said)?.[1];
        if (port !== undefined) done(Number(port));
      });
      child.once("close", () => fail(new Error(`it ended: ${said}`)));
    });
    const closed = new Promise<number | null>((done) => child.once("close", done));
    try {
      const port = await heard;
      if (existsSync(`/proc/${child.pid}/status`)) {
        const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
        expect(Number(resident) / 1024).toBeLessThan(90);
      }
      const { Credentials } = send<{
        Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
      }>("sts", "AssumeRole", { RoleArn: rolearn, RoleSessionName: "i-00000000000000001" });
      const session = {
        accessKeyId: Credentials.AccessKeyId,
        secretAccessKey: Credentials.SecretAccessKey,
        sessionToken: Credentials.SessionToken,
      };
      const { token } = bearerToken({ cluster: "own", region, credentials: session, at: Date.now(), endpoint });
      const agent = new Agent({ ca: readFileSync(join(folder, "cert.pem")) });
      const text = await new Promise<string>((done, fail) => {
        const sent = request(`https://localhost:${port}/authenticate`, { method: "POST", agent }, (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
          response.once("end", () => done(body));
        });
        sent.once("error", fail);
        sent.end(JSON.stringify({ spec: { token } }));
      });
      // EC2 was asked, and knows no such instance.
      expect(text).toContain("instance i-00000000000000001 has no private DNS name");
    } finally {
      child.kill("SIGTERM");
    }
    expect(await closed).toBe(0);
    for (const line of said.trimEnd().split("\n")) expect(JSON.parse(line)).toHaveProperty("level");
  });
});
