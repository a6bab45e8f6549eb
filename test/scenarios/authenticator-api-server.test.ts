// A self-managed API server, started with the flags and the kubeconfig that the role `authenticator` prints and writes, lets
// people of IAM in: asked by kubectl, with tokens that kubectl gets as everywhere.
import { freePort } from "../helpers/free-port.ts";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { selfSignedCertificate } from "../../src/base/index.ts";
import { printRole } from "../../src/controllers/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { senderOf } from "../helpers/eks-by-api.ts";
import { eventually } from "../helpers/kubernetes.ts";
import type { StartedRole } from "../helpers/roles.ts";
import { listening, startRole, temporaryFolder } from "../helpers/roles.ts";
import { kubectlMissing, runTool } from "../helpers/tools.ts";

const kubernetes = await kubernetesOr("1.35");
const skip = kubernetes.skip ?? kubectlMissing;
const account = "123456789012";
const region = "eu-central-1";

describe.skipIf(skip)(skip ?? "an API server of one's own", () => {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder.path, name);
  const programs: ChildProcess[] = [];
  let said = "";
  let sandbox: Sandbox;
  let role: StartedRole;
  let server: string;

  const start = (command: string, args: readonly string[]): void => {
    const child = spawn(command, [...args], { stdio: ["ignore", "ignore", "pipe"], cwd: folder.path });
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-200_000)));
    programs.push(child);
  };

  beforeAll(async () => {
    const { paths } = kubernetes.assets ?? { paths: { etcd: "", apiserver: "" } };
    sandbox = await createSandbox({ region, account, kubernetes: "off" });
    const send = senderOf(sandbox);
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
    };
    send("iam", "CreateRole", { RoleName: "dev", AssumeRolePolicyDocument: JSON.stringify(trust) });
    const mapRoles = [
      { rolearn: `arn:aws:iam::${account}:role/dev`, username: "dev:{{SessionName}}", groups: ["system:masters"] },
    ];
    const config = {
      clusterID: "own",
      server: { port: await freePort(), stateDir: folder.path, generateKubeconfig: file("webhook.yaml"), mapRoles },
    };
    writeFileSync(file("config.yaml"), JSON.stringify(config));
    // As an installer does it: files first, then the API server, then (a static pod) the authenticator.
    printRole("authenticator", "init", { words: ["-c", file("config.yaml")], env: {} });
    const flags = printRole("authenticator", "api-server-flags", { words: ["-c", file("config.yaml")], env: {} });
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(file("sa.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(file("sa.pub"), publicKey.export({ type: "spki", format: "pem" }));
    const serving = selfSignedCertificate("kube-apiserver", ["127.0.0.1"], Date.now());
    writeFileSync(file("server.crt"), serving.certificate);
    writeFileSync(file("server.key"), serving.privateKey);
    const [etcd, peers, port] = [await freePort(), await freePort(), await freePort()];
    start(paths.etcd, [
      `--data-dir=${file("etcd")}`,
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peers}`,
      "--unsafe-no-fsync",
    ]);
    start(paths.apiserver, [
      `--etcd-servers=http://127.0.0.1:${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.100.0.0/24",
      `--tls-cert-file=${file("server.crt")}`,
      `--tls-private-key-file=${file("server.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${file("sa.key")}`,
      `--service-account-key-file=${file("sa.pub")}`,
      "--authorization-mode=RBAC",
      ...flags.trim().split("\n"),
    ]);
    server = `https://127.0.0.1:${port}`;
    role = await startRole("authenticator", ["-c", file("config.yaml"), `--sts-endpoint=${sandbox.endpoint}`]);
    await listening(role, "authenticator");
    const ready = (): Promise<number> =>
      new Promise((done) => {
        const sent = request(`${server}/readyz`, { ca: serving.certificate, agent: false }, (response) => {
          response.resume();
          done(response.statusCode ?? 0);
        });
        sent.once("error", () => done(0));
        sent.end();
      });
    // Anybody may ask for that: system:public-info-viewer.
    await eventually(ready, (status) => status === 200);
  }, 120_000);

  afterAll(async () => {
    for (const program of programs.toReversed()) {
      const ended = new Promise((done) => program.once("close", done));
      program.kill("SIGKILL");
      await ended;
    }
    await role?.stop();
    await sandbox?.close();
    folder.remove();
  });

  const kubectl = (token: string, ...words: string[]): ReturnType<typeof runTool> =>
    runTool(
      "kubectl",
      [`--server=${server}`, `--certificate-authority=${file("server.crt")}`, `--token=${token}`, ...words],
      { HOME: folder.path },
    );
  const tokenFor = (cluster: string): string => {
    const { Credentials } = senderOf(sandbox)<{
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    }>("sts", "AssumeRole", { RoleArn: `arn:aws:iam::${account}:role/dev`, RoleSessionName: "ann" });
    const credentials = {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    };
    return bearerToken({ cluster, region, credentials, at: Date.now(), endpoint: sandbox.endpoint }).token;
  };

  it("knows who comes, and lets them do what their groups may", async ({ expect }) => {
    const token = tokenFor("own");
    const who = await kubectl(token, "auth", "whoami", "-o", "json");
    expect(who.err).toBe("");
    const { status } = JSON.parse(who.out) as { status: { userInfo: { username: string; groups: string[] } } };
    expect(status.userInfo.username).toBe("dev:ann");
    expect(status.userInfo.groups).toEqual(["system:masters", "system:authenticated"]);
    expect((await kubectl(token, "create", "namespace", "shop")).out).toBe("namespace/shop created\n");
  });

  it("lets nobody in with a token for another cluster, and says why in its log", async ({ expect }) => {
    const refused = await kubectl(tokenFor("other"), "get", "namespaces");
    expect(refused.exit).not.toBe(0);
    expect(refused.err).toContain("You must be logged in to the server");
    await eventually(
      () => Promise.resolve(said),
      (text) => text.includes("sts getCallerIdentity failed"),
    );
  });
});
