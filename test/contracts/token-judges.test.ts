// aws-iam-authenticator judges the same tokens as our webhook: its `verify` says who somebody is in IAM, its server who that
// is in a cluster. It knows AWS's STS by name alone and meets the sandbox there, through the sandbox's proxy.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import type { Agent } from "node:https";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { BearerTokenInput } from "../../src/identity/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import { administratorKey, administratorOf } from "../../src/sandbox/aws/administrator.ts";
import { createDispatcher } from "../../src/sandbox/aws/dispatcher.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import type { WebhookServer } from "../../src/sandbox/kube/webhooks/index.ts";
import { createAuthenticator, openWebhookServer } from "../../src/sandbox/kube/webhooks/index.ts";
import type { AuthenticatorServer } from "../helpers/authenticator-server.ts";
import { startAuthenticatorServer } from "../helpers/authenticator-server.ts";
import { makeCluster, senderOf } from "../helpers/eks-by-api.ts";
import { python, pythonMissing, startAwsCli } from "../helpers/judges.ts";
import type { ToolResult } from "../helpers/tools.ts";
import { authenticator, authenticatorMissing, runTool } from "../helpers/tools.ts";

const region = "eu-central-1";
const account = "123456789012";
const key = { account, region, name: "shop" };

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

interface User {
  username: string;
  uid: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

const mapRoles = [
  {
    rolearn: `arn:aws:iam::${account}:role/dev`,
    username: "dev:{{SessionName}}",
    groups: ["developers", "{{AccountID}}"],
  },
];
const mapUsers = [
  { userarn: `arn:aws:iam::${account}:user/team/ann`, username: "ann", groups: ["people"] },
  { userarn: `arn:aws:iam::${account}:user/administrator`, username: "admin", groups: ["system:masters"] },
];

let sandbox: Sandbox;
let ours: WebhookServer;
let theirs: AuthenticatorServer;
let folder: string;
const keys: Record<string, Keys> = {};

beforeAll(async () => {
  sandbox = await createSandbox({ region, account, proxy: true, kubernetes: "off" });
  folder = mkdtempSync(join(tmpdir(), "lotse-judged-"));
  writeFileSync(join(folder, "authority.pem"), sandbox.proxyAuthority ?? "");
  makeCluster(sandbox, key.name, {
    accessConfig: { authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions: false },
  });
  const send = senderOf(sandbox);
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
  };
  send("iam", "CreateRole", { RoleName: "dev", Path: "/team/", AssumeRolePolicyDocument: JSON.stringify(trust) });
  const keyOf = (UserName: string, Path: string): Keys => {
    send("iam", "CreateUser", { UserName, Path });
    const { AccessKey } = send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      {
        UserName,
      },
    );
    return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  };
  interface Session {
    Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
  }
  const { Credentials } = send<Session>("sts", "AssumeRole", {
    RoleArn: `arn:aws:iam::${account}:role/team/dev`,
    RoleSessionName: "me@example.com",
  });
  keys["the administrator"] = { ...administratorKey };
  keys["a user with a path"] = keyOf("ann", "/team/");
  keys["a user who is not mapped"] = keyOf("bob", "/");
  keys["a session of a role with a path"] = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
  const administrator = { ...administratorKey, principal: administratorOf(account, "aws") };
  const { dispatch } = createDispatcher({ cloud: sandbox.cloud, account, region, administrator, anyKey: false });
  ours = await openWebhookServer(
    createAuthenticator({
      cloud: sandbox.cloud,
      dispatch,
      endpoints: () => [sandbox.endpoint],
      awsAuth: () => ({ mapRoles: JSON.stringify(mapRoles), mapUsers: JSON.stringify(mapUsers) }),
    }),
  );
  if (!authenticator) return;
  const { endpoint: proxy, proxyAuthority: authority = "" } = sandbox;
  theirs = await startAuthenticatorServer({ cluster: key.name, proxy, authority, region, mapRoles, mapUsers });
});

afterAll(async () => {
  await theirs?.close();
  await ours?.close();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Who a webhook says it is; undefined when it lets nobody in. */
function review(url: string, token: string, agent?: Agent): Promise<User | undefined> {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1beta1", kind: "TokenReview", spec: { token } });
  return new Promise((resolve, reject) => {
    const request = agent ? secureRequest : plainRequest;
    const sent = request(url, { method: "POST", ...(agent ? { agent } : {}) }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => {
        const { status } = JSON.parse(text) as { status: { authenticated?: boolean; user?: User } };
        resolve(status.authenticated ? status.user : undefined);
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const proxied = (): Record<string, string> => ({
  HTTPS_PROXY: sandbox.endpoint,
  NO_PROXY: "127.0.0.1,localhost,::1",
  SSL_CERT_FILE: join(folder, "authority.pem"),
  AWS_CA_BUNDLE: join(folder, "authority.pem"),
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: "true",
  HOME: folder,
});

const tokenOf = (credentials: Keys | undefined, change: Partial<BearerTokenInput> = {}): string =>
  bearerToken({ cluster: key.name, region, credentials: credentials as Keys, at: Date.now(), ...change }).token;

describe.skipIf(!authenticator)(`aws-iam-authenticator${authenticator ? "" : ` (${authenticatorMissing})`}`, () => {
  const people = [
    "the administrator",
    "a user with a path",
    "a user who is not mapped",
    "a session of a role with a path",
  ];

  it.for(people)("and our webhook say the same of %s", async (who, { expect }) => {
    const token = tokenOf(keys[who]);
    const [one, other] = await Promise.all([
      review(ours.url(key, "authenticate"), token),
      review(theirs.url, token, theirs.agent),
    ]);
    // A principal's id has a new name since v0.7; older servers don't tell it.
    if (one?.extra) delete one.extra["sigs.k8s.io/aws-iam-authenticator/principalId"];
    if (other?.extra) delete other.extra["sigs.k8s.io/aws-iam-authenticator/principalId"];
    expect(one).toEqual(other);
    expect(one === undefined).toBe(who === "a user who is not mapped");
  });

  it.for(people)("verifies tokens of %s as the sandbox's STS knows it", async (who, { expect }) => {
    const { out }: ToolResult = await runTool(
      authenticator as string,
      ["verify", "-i", key.name, "-t", tokenOf(keys[who]), "-o", "json"],
      proxied(),
    );
    // It begins with a warning when nobody tells it where it runs.
    const said = JSON.parse(out.slice(out.indexOf("{"))) as {
      AccountID: string;
      AccessKeyID: string;
      CanonicalARN: string;
    };
    expect(said).toMatchObject({ AccountID: account, AccessKeyID: keys[who]?.accessKeyId });
    const mine = await review(ours.url(key, "authenticate"), tokenOf(keys[who]));
    if (mine) expect(mine.extra?.["canonicalArn"]).toEqual([said.CanonicalARN]);
  });

  const admin: Keys = { ...administratorKey };
  it.for([
    ["for another cluster", (): string => tokenOf(admin, { cluster: "other" })],
    ["by a wrong key", (): string => tokenOf({ ...admin, secretAccessKey: "guessed" })],
    ["by nobody's key", (): string => tokenOf({ ...admin, accessKeyId: "AKIAIOSFODNN7EXAMPLE" })],
    ["of sixteen minutes ago", (): string => tokenOf(admin, { at: Date.now() - 16 * 60_000 })],
    ["signed for a host that isn't AWS's", (): string => tokenOf(admin, { endpoint: "https://sts.example.com" })],
    ["signed for this machine", (): string => tokenOf(admin, { endpoint: "https://127.0.0.1" })],
    ["without its prefix", (): string => tokenOf(admin).slice("k8s-aws-v1.".length)],
    ["cut short", (): string => tokenOf(admin).slice(0, -9)],
    ["that is nothing", (): string => "k8s-aws-v1."],
    ["of five kilobytes", (): string => `k8s-aws-v1.${"a".repeat(5000)}`],
    [
      "that asks for something else",
      (): string => {
        const url = Buffer.from(tokenOf(admin).slice("k8s-aws-v1.".length), "base64url").toString();
        return `k8s-aws-v1.${Buffer.from(url.replace("GetCallerIdentity", "GetSessionToken")).toString("base64url")}`;
      },
    ],
  ] as const)("and our webhook refuse a token %s", async ([, make], { expect }) => {
    const token = make();
    expect(await review(theirs.url, token, theirs.agent)).toBeUndefined();
    expect(await review(ours.url(key, "authenticate"), token)).toBeUndefined();
  });

  it("signs tokens that its own server and our webhook take", async ({ expect }) => {
    const environment = {
      ...proxied(),
      AWS_ACCESS_KEY_ID: administratorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administratorKey.secretAccessKey,
    };
    const { out }: ToolResult = await runTool(
      authenticator as string,
      ["token", "-i", key.name, "--token-only"],
      environment,
    );
    expect(await review(theirs.url, out.trim(), theirs.agent)).toMatchObject({ username: "admin" });
    expect(await review(ours.url(key, "authenticate"), out.trim())).toMatchObject({ username: "admin" });
  });
});

it.skipIf(!python)(
  `the AWS CLI works through the proxy alone${python ? "" : ` (${pythonMissing})`}`,
  async ({ expect }) => {
    const cli = startAwsCli({
      ...proxied(),
      AWS_ACCESS_KEY_ID: administratorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administratorKey.secretAccessKey,
    });
    const { out, err } = await cli.run(["eks", "describe-cluster", "--name", key.name, "--query", "cluster.arn"]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toBe(`arn:aws:eks:${region}:${account}:cluster/${key.name}`);
    cli.close();
  },
);
