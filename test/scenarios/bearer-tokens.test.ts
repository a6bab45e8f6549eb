// Bearer tokens against the sandbox's STS: made, verified, asked about over HTTP, and turned into somebody.
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Identity, Refusal, SigningCredentials } from "../../src/identity/index.ts";
import { bearerToken, isRefusal, readAnswer, readToken } from "../../src/identity/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";

const region = "eu-central-1";

describe("bearer tokens and the sandbox's STS", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ listen: true, kubernetes: "off" });
  });
  afterAll(async () => sandbox.close());

  /** What an authenticator of `cluster` makes of a token. */
  async function judge(token: string, cluster: string): Promise<Identity | Refusal> {
    const question = readToken(token, { cluster, extraEndpoints: [sandbox.endpoint] }, Date.now());
    if (isRefusal(question)) return question;
    const answer = await fetch(question.url, { headers: question.headers, redirect: "manual" });
    return readAnswer({ status: answer.status, body: await answer.text() }, question);
  }

  const make = (cluster: string, credentials: SigningCredentials = sandbox.credentials, at = Date.now()): string =>
    bearerToken({ cluster, region, credentials, at, endpoint: sandbox.endpoint }).token;

  it("say who a user is", async ({ expect }) => {
    const identity = (await judge(make("prod"), "prod")) as Identity;
    expect(identity).toMatchObject({ type: "user", sessionName: "", accessKeyId: sandbox.credentials.accessKeyId });
    expect(identity.arn).toBe(identity.canonicalArn);
  });

  it("say which role a session is of, without its path", async ({ expect }) => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: sandbox.account }, Action: "sts:AssumeRole" }],
    });
    await new IAMClient(sandbox.clientConfig()).send(
      new CreateRoleCommand({ RoleName: "Dev", Path: "/team/", AssumeRolePolicyDocument }),
    );
    const RoleArn = `arn:aws:iam::${sandbox.account}:role/team/Dev`;
    const { Credentials } = await new STSClient(sandbox.clientConfig()).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "me@example.com" }),
    );
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    };
    expect(await judge(make("prod", session), "prod")).toMatchObject({
      type: "assumed-role",
      arn: `arn:aws:sts::${sandbox.account}:assumed-role/Dev/me@example.com`,
      canonicalArn: `arn:aws:iam::${sandbox.account}:role/Dev`,
      sessionName: "me@example.com",
      principalId: expect.stringMatching(/^AROA/),
    });
  });

  it("are for one cluster only", async ({ expect }) => {
    expect(await judge(make("prod"), "other")).toMatchObject({
      refused: "sts",
      retryable: false,
      text: expect.stringMatching(/expected 200, got 403.*SignatureDoesNotMatch/s),
    });
  });

  it("need the right key, and are refused without asking once they are old", async ({ expect }) => {
    const wrong = { ...sandbox.credentials, secretAccessKey: "wrong" };
    expect(await judge(make("prod", wrong), "prod")).toMatchObject({ refused: "sts" });
    expect(await judge(make("prod", sandbox.credentials, Date.now() - 16 * 60_000), "prod")).toMatchObject({
      refused: "format",
      text: expect.stringContaining("is expired (15 minute expiration)"),
    });
  });

  it("never hold their signature in what is said about them", async ({ expect }) => {
    const refusal = (await judge(make("prod"), "other")) as Refusal;
    expect(refusal.text).not.toMatch(/X-Amz-Signature=[0-9a-f]{8}/);
  });
});
