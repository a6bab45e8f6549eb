// The role `authenticator` beside aws-iam-authenticator's own server: one configuration, the same tokens, the same answers.
// Both know AWS's STS by name alone and meet the sandbox there, through the sandbox's proxy.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect } from "node:tls";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bearerToken } from "../../src/identity/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import type { AuthenticatorServer } from "../helpers/authenticator-server.ts";
import { startAuthenticatorServer } from "../helpers/authenticator-server.ts";
import { senderOf } from "../helpers/eks-by-api.ts";
import { eventually } from "../helpers/kubernetes.ts";
import type { StartedRole } from "../helpers/roles.ts";
import { listening, startRole, temporaryFolder } from "../helpers/roles.ts";
import { authenticator, authenticatorMissing } from "../helpers/tools.ts";

const region = "eu-central-1";
const account = "123456789012";

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}
interface Review {
  apiVersion?: string;
  status: { authenticated?: boolean; error?: string; user?: { username?: string; groups?: string[] } };
}

const mapRoles = [
  {
    rolearn: `arn:aws:iam::${account}:role/dev`,
    username: "dev:{{SessionName}}:{{SessionNameRaw}}",
    groups: ["developers", "{{AccountID}}", "{{AccessKeyID}}"],
  },
  { rolearn: `arn:aws:sts::${account}:assumed-role/ops/somebody`, username: "ops", groups: ["first"] },
  { rolearn: `arn:aws:iam::${account}:role/OPS`, username: "ops:{{Unknown}}", groups: ["second"] },
];
const mapUsers = [{ userarn: `arn:aws:iam::${account}:user/team/Ann`, username: "ann", groups: ["people"] }];

let sandbox: Sandbox;
let ours: StartedRole;
let theirs: AuthenticatorServer | undefined;
let port: number;
let agent: Agent;
const folder = temporaryFolder();
const keys: Record<string, Keys> = {};
const file = (name: string): string => join(folder.path, name);

const environment = (): Record<string, string> => ({
  HTTPS_PROXY: sandbox.endpoint,
  SSL_CERT_FILE: file("authority.pem"),
  AWS_REGION: region,
});

beforeAll(async () => {
  sandbox = await createSandbox({ region, account, proxy: true, kubernetes: "off" });
  const authority = sandbox.proxyAuthority ?? "";
  writeFileSync(file("authority.pem"), authority);
  const send = senderOf(sandbox);
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
  };
  const session = (RoleName: string, RoleSessionName: string): Keys => {
    send("iam", "CreateRole", { RoleName, Path: "/team/", AssumeRolePolicyDocument: JSON.stringify(trust) });
    const { Credentials } = send<{
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    }>("sts", "AssumeRole", { RoleArn: `arn:aws:iam::${account}:role/team/${RoleName}`, RoleSessionName });
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    };
  };
  const user = (UserName: string, Path: string): Keys => {
    send("iam", "CreateUser", { UserName, Path });
    const { AccessKey } = send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName },
    );
    return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  };
  keys["a session whose name has an @"] = session("dev", "me@example.com");
  keys["a role that is mapped twice, in other letters"] = session("ops", "night");
  keys["a role that nobody mapped"] = session("stranger", "somebody");
  keys["a user with a path"] = user("Ann", "/team/");
  keys["a user that nobody mapped"] = user("bob", "/");

  const config = { clusterID: "shop", server: { port: 0, stateDir: folder.path, mapRoles, mapUsers } };
  writeFileSync(file("config.yaml"), JSON.stringify(config));
  ours = await startRole(
    "authenticator",
    ["-c", file("config.yaml"), "--generate-kubeconfig", file("kubeconfig.yaml")],
    { env: environment() },
  );
  port = await listening(ours, "authenticator");
  agent = new Agent({ keepAlive: true, ca: readFileSync(file("cert.pem")) });
  if (!authenticator) return;
  theirs = await startAuthenticatorServer({
    cluster: "shop",
    proxy: sandbox.endpoint,
    authority,
    region,
    mapRoles,
    mapUsers,
  });
}, 60_000);

afterAll(async () => {
  agent?.destroy();
  await ours?.stop();
  await theirs?.close();
  await sandbox?.close();
  folder.remove();
});

/** Posts a body; the status and the text of the answer. */
function post(url: string, body: string, by: Agent, method = "POST"): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: by }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const ask = async (token: string, url: string, by: Agent, version = "v1"): Promise<Review> => {
  const body = JSON.stringify({ apiVersion: `authentication.k8s.io/${version}`, kind: "TokenReview", spec: { token } });
  return JSON.parse((await post(url, body, by)).text) as Review;
};
const oursUrl = (): string => `https://localhost:${port}/authenticate`;
const tokenOf = (credentials: Keys, cluster = "shop", at = Date.now()): string =>
  bearerToken({ cluster, region, credentials, at }).token;

describe.skipIf(!authenticator)(authenticator ? "beside aws-iam-authenticator's server" : authenticatorMissing, () => {
  it.for([
    "a session whose name has an @",
    "a role that is mapped twice, in other letters",
    "a role that nobody mapped",
    "a user with a path",
    "a user that nobody mapped",
  ])("%s is the same", async (who, { expect }) => {
    const token = tokenOf(keys[who] as Keys);
    const peer = theirs as AuthenticatorServer;
    const [mine, judge] = await Promise.all([ask(token, oursUrl(), agent), ask(token, peer.url, peer.agent)]);
    expect(mine.status.authenticated ?? false).toBe(judge.status.authenticated ?? false);
    // Newer ones than the judge say the principal's id under a second name as well.
    if (judge.status.authenticated) expect(mine.status.user).toMatchObject(judge.status.user ?? {});
    else expect(mine.status.error).toContain("identity is not mapped");
  });

  it.for([
    ["of another cluster", (): string => tokenOf(keys["a user with a path"] as Keys, "other")],
    ["of yesterday", (): string => tokenOf(keys["a user with a path"] as Keys, "shop", Date.now() - 86_400_000)],
    [
      "with a changed key",
      (): string => tokenOf({ ...(keys["a user with a path"] as Keys), secretAccessKey: "x".repeat(40) }),
    ],
    ["of nobody", (): string => "k8s-aws-v1.aHR0cHM6Ly9ldmlsLmV4YW1wbGUvP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl0eQ"],
    ["that is none", (): string => "x"],
  ] as [string, () => string][])("a token %s lets nobody in", async ([, make], { expect }) => {
    const token = make();
    const peer = theirs as AuthenticatorServer;
    const [mine, judge] = await Promise.all([ask(token, oursUrl(), agent), ask(token, peer.url, peer.agent)]);
    expect([mine.status.authenticated ?? false, judge.status.authenticated ?? false]).toEqual([false, false]);
    expect(mine.status.error).not.toBe("");
  });
});

describe("by itself", () => {
  it("writes the kubeconfig that an API server is given, and keeps its certificate", ({ expect }) => {
    const text = readFileSync(file("kubeconfig.yaml"), "utf8");
    expect(text).toContain("server: https://localhost:0/authenticate");
    expect(text).toContain(readFileSync(file("cert.pem")).toString("base64"));
  });

  it.for([
    ["nothing", "", 400],
    ["no JSON", "{", 400],
    ["a list", "[]", 400],
    ["a number for a token", '{"spec":{"token":5}}', 400],
    ["a token of a megabyte", JSON.stringify({ spec: { token: "x".repeat(1_000_000) } }), 413],
    ["deep nesting", `${"[".repeat(8000)}`, 400],
    ["a token of five KiB", JSON.stringify({ spec: { token: `k8s-aws-v1.${"a".repeat(5000)}` } }), 200],
  ] as const)("answers %s and goes on", async ([, body, status], { expect }) => {
    expect((await post(oursUrl(), body, agent)).status).toBe(status);
    expect((await post(`https://localhost:${port}/healthz`, "", agent, "GET")).text).toBe("ok");
  });

  it.for([
    [1, { kind: "throttle" }],
    [2, { kind: "error", code: "ServiceUnavailable", status: 503 }],
    [3, { kind: "drop" }],
  ] as const)(
    "lets nobody in while STS is away (%#), and everybody as soon as it is back",
    async ([minutes, effect], { expect }) => {
      // One that nobody has shown before: who was let in is remembered for a moment.
      const token = tokenOf(keys["a user with a path"] as Keys, "shop", Date.now() - minutes * 60_000);
      const { id } = sandbox.faults.add({ service: "sts", operation: "GetCallerIdentity", effect });
      const { status } = await ask(token, oursUrl(), agent);
      sandbox.faults.remove(id);
      expect([status.authenticated ?? false, status.user]).toEqual([false, undefined]);
      expect((await ask(token, oursUrl(), agent)).status.authenticated).toBe(true);
    },
  );

  it("answers in the version that it is asked in", async ({ expect }) => {
    const token = tokenOf(keys["a user with a path"] as Keys);
    for (const version of ["v1", "v1beta1"])
      expect((await ask(token, oursUrl(), agent, version)).apiVersion).toBe(`authentication.k8s.io/${version}`);
  });

  it("cuts off what isn't HTTP, and isn't hurt by who sends nothing", async ({ expect }) => {
    const open = (): ReturnType<typeof connect> => connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    const garbage = open();
    const said = await new Promise<string>((done) => {
      let text = "";
      garbage.on("data", (chunk: Buffer) => (text += chunk.toString()));
      garbage.once("close", () => done(text));
      garbage.write("\u0000\u0001 this is no request\r\n\r\n");
    });
    expect(said).toContain("400 Bad Request");
    const silent = open();
    await new Promise((done) => silent.once("secureConnect", done));
    expect((await post(`https://localhost:${port}/healthz`, "", agent, "GET")).status).toBe(200);
    silent.destroy();
  });

  it("counts under the names that dashboards know, and says no secret", async ({ expect }) => {
    const token = tokenOf(keys["a user with a path"] as Keys);
    await ask(token, oursUrl(), agent);
    const { text } = await ours.probe("metrics");
    expect(text).toContain('aws_iam_authenticator_authenticate_latency_seconds_count{result="success"}');
    expect(text).toContain(`aws_iam_authenticator_sts_responses_total{ResponseCode="200",StsRegion="${region}"}`);
    const log = JSON.stringify(ours.log);
    expect(log).toContain('"username":"ann"');
    for (const secret of [token, keys["a user with a path"]?.secretAccessKey ?? "-"]) expect(log).not.toContain(secret);
  });
});

describe("with a dynamic file and accounts", () => {
  it("goes by what the file says now, in the order of the backends", async ({ expect }) => {
    const dynamic = file("dynamic.json");
    const replace = (content: object): void => {
      // As it is done on control-plane nodes: in one step.
      writeFileSync(`${dynamic}.new`, JSON.stringify(content));
      renameSync(`${dynamic}.new`, dynamic);
    };
    const userarn = `arn:aws:iam::${account}:user/team/Ann`;
    replace({ mapUsers: [{ userarn, username: "ann:dynamic", groups: ["one"] }] });
    writeFileSync(
      file("second.yaml"),
      [
        "clusterid: shop",
        "server:",
        "  PORT: 0",
        `  stateDir: ${folder.path}`,
        "  kubeconfigPregenerated: true",
        "  backendMode: [DynamicFile, File]",
        `  dynamicfilepath: ${dynamic}`,
        "  scrubbedAccounts: []",
        "  mapAccounts:",
        `  - ${account}`,
        "  reservedPrefixConfig:",
        "  - backendmode: DynamicFile",
        "    usernamePrefixReserveList: ['system:', 'aws:']",
      ].join("\n"),
    );
    const second = await startRole("authenticator", ["-c", file("second.yaml")], { env: environment() });
    try {
      const url = `https://localhost:${await listening(second, "authenticator")}/authenticate`;
      const whoIs = async (who: string): Promise<Review["status"]> =>
        (await ask(tokenOf(keys[who] as Keys), url, agent)).status;
      expect((await whoIs("a user with a path")).user).toMatchObject({ username: "ann:dynamic", groups: ["one"] });
      // Nobody mapped him; his account may come, under his ARN and without groups.
      expect((await whoIs("a user that nobody mapped")).user).toMatchObject({
        username: `arn:aws:iam::${account}:user/bob`,
        groups: [],
      });
      replace({ mapUsers: [{ userarn, username: "system:admin", groups: ["one"] }] });
      const refused = await eventually(
        () => whoIs("a user with a path"),
        (status) => !status.authenticated,
      );
      expect(refused.error).toContain("username must not begin with with the following prefixes: [system: aws:]");
      // Half a file is no file: what was read last stays.
      writeFileSync(dynamic, '{"mapUsers": [');
      await eventually(
        () => second.probe("metrics"),
        ({ text }) => text.includes("aws_iam_authenticator_dynamicfile_failures_total 1"),
      );
      expect((await whoIs("a user with a path")).authenticated).toBe(false);
    } finally {
      expect(await second.stop()).toBe(0);
    }
  });
});
