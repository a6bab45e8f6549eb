// The login webhook before a real API server that is given its flags, as one's own control planes are.
import { freePort } from "../helpers/free-port.ts";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newAuthority } from "../../src/base/index.ts";
import { initClient, loginWebhookConfig } from "../../src/controllers/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { KubeClient } from "../../src/sandbox/kube/client.ts";
import { openKubeClient } from "../../src/sandbox/kube/client.ts";
import { apiserverArguments, etcdArguments } from "../../src/sandbox/kube/control-plane/arguments.ts";
import { clientCertificate, writeFiles } from "../../src/sandbox/kube/control-plane/files.ts";
import type { Program } from "../../src/sandbox/kube/control-plane/process.ts";
import { startProgram } from "../../src/sandbox/kube/control-plane/process.ts";
import { eventually } from "../helpers/kubernetes.ts";
import type { GithubServer } from "../helpers/login/github-server.ts";
import { startGithub } from "../helpers/login/github-server.ts";
import { standInAuthorityFile, testFolder } from "../helpers/login/https-server.ts";
import type { LoginWebhook } from "../helpers/login/webhook.ts";
import { startLoginWebhook } from "../helpers/login/webhook.ts";
import { kubectlMissing, runTool } from "../helpers/tools.ts";

const kubernetes = await kubernetesOr("1.35");
const skip = kubernetes.skip ?? kubectlMissing;

describe.skipIf(skip)(skip ?? "an API server with the webhook's flags", () => {
  const folder = testFolder();
  const programs: Program[] = [];
  const token = (name: string): string => `ghp_${name.padEnd(36, "0")}`;
  let github: GithubServer;
  let webhook: LoginWebhook;
  let client: KubeClient;
  let apiserverLog = "";
  let place: { server: string; authority: string };

  beforeAll(async () => {
    github = await startGithub();
    const team = { organization: "acme", name: "dev", slug: "dev" };
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { acme: "active" }, teams: [team] });
    github.users.set(token("pat"), { login: "pat", id: 8, memberships: { acme: "pending" }, teams: [team] });
    webhook = await startLoginWebhook(
      [
        "--auth-providers=github",
        `--github.base-url=${github.url}`,
        `--github.ca-file=${standInAuthorityFile(folder)}`,
        "--login-timeout=30s",
      ],
      { folder },
    );
    const acme = { organization: "github", name: "acme" };
    await initClient(webhook.pki, acme);
    const listening = await eventually(
      () => Promise.resolve(webhook.running.port("login")),
      (port) => port !== undefined,
    );
    const webhookFile = join(folder, "webhook.json");
    const address = `127.0.0.1:${listening}`;
    writeFileSync(webhookFile, JSON.stringify(loginWebhookConfig({ folder, client: acme, address })));
    await startApiServer(webhookFile);
  }, 120_000);

  /** etcd and an API server, as the sandbox starts them, with two flags of one's own. */
  async function startApiServer(webhookFile: string): Promise<void> {
    const { assets } = kubernetes;
    if (!assets) throw new Error(kubernetes.skip);
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const identity = {
      cluster: "own",
      authority: newAuthority("kubernetes", Date.now()),
      serviceAccountKey: {
        privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
      },
      serviceAddress: "10.96.0.1",
      hostNames: [],
    };
    const port = await freePort();
    const cluster = join(folder, "cluster");
    mkdirSync(cluster);
    const files = writeFiles(cluster, identity, port);
    const issuer = "https://issuer.example.com";
    const settings = { files, port, serviceCidr: "10.96.0.0/16", issuer, jwksUri: `${issuer}/keys`, webhooks: false };
    const start = (name: string, path: string, list: readonly string[]): void =>
      void programs.push(startProgram({ name, path, arguments: list, logFile: files.log(name) }));
    apiserverLog = files.log("kube-apiserver");
    start("etcd", assets.paths.etcd, etcdArguments(settings));
    start("kube-apiserver", assets.paths.apiserver, [
      ...apiserverArguments({ ...settings, ...(assets.emulated ? { emulate: assets.minor } : {}) }),
      `--authentication-token-webhook-config-file=${webhookFile}`,
      "--authentication-token-webhook-version=v1",
    ]);
    const admin = clientCertificate(identity, "admin", ["system:masters"]);
    client = openKubeClient({ port, ...admin });
    place = { server: `https://127.0.0.1:${port}`, authority: identity.authority.certificate };
    await eventually(
      () => client.answers("/readyz"),
      (ready) => ready,
    );
  }

  afterAll(async () => {
    client?.close();
    for (const program of programs.toReversed()) await program.stop();
    await webhook?.close();
    await github?.close();
  });

  async function kubectl(bearer: string, ...args: string[]): Promise<{ exit: number; out: string; err: string }> {
    const file = join(folder, "kubeconfig.json");
    const { server, authority } = place;
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        clusters: [
          { name: "c", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } },
        ],
        users: [{ name: "u", user: { token: bearer } }],
      }),
      { mode: 0o600 },
    );
    return runTool("kubectl", args, { KUBECONFIG: file, HOME: folder });
  }

  it("knows members of the organisation by name, id and teams", async ({ expect }) => {
    const who = await kubectl(token("ann"), "auth", "whoami", "-o", "json");
    expect(who, who.err).toMatchObject({ exit: 0 });
    expect(JSON.parse(who.out)).toMatchObject({
      status: { userInfo: { username: "ann", uid: "7", groups: ["dev", "system:authenticated"] } },
    });
    const forbidden = await kubectl(token("ann"), "get", "nodes");
    expect(forbidden.err).toContain('User "ann" cannot list resource "nodes"');
  });

  it("knows nobody else, and has heard why", async ({ expect }) => {
    for (const who of ["pat", "eve"]) expect((await kubectl(token(who), "auth", "whoami")).exit, who).toBe(1);
    const reason = "the membership is pending, not active";
    expect(webhook.log.join("")).toContain(reason);
    // What a 401 would have lost.
    await eventually(
      () => Promise.resolve(readFileSync(apiserverLog, "utf8")),
      (text) => text.includes(reason),
    );
  });
});
