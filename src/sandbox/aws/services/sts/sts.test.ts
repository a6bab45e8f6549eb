import { createSign, generateKeyPairSync } from "node:crypto";
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  ListUsersCommand,
  TagUserCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import type { Credentials } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import type { Sandbox, SandboxCredentials } from "../../../index.ts";
import { createSandbox } from "../../../index.ts";
import { everywhere, oidcKeys } from "../iam/state.ts";
import { sdkRefusal } from "../../testing.ts";

const account = "123456789012";
const region = "eu-central-1";
const issuer = "oidc.example.com/id/ABC";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

function token(claims: object, kid = "k1"): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const content = `${part({ alg: "RS256", kid })}.${part({
    iss: `https://${issuer}`,
    aud: ["sts.amazonaws.com"],
    sub: "system:serviceaccount:kube-system:aws-node",
    iat: now,
    exp: now + 600,
    ...claims,
  })}`;
  return `${content}.${createSign("sha256").update(content).sign(privateKey).toString("base64url")}`;
}

function keysOf(credentials: Credentials | undefined): SandboxCredentials {
  return {
    accessKeyId: credentials?.AccessKeyId ?? "",
    secretAccessKey: credentials?.SecretAccessKey ?? "",
    sessionToken: credentials?.SessionToken ?? "",
  };
}

const trust = (statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

/** An issuer, its provider, and a role for one of its service accounts. */
async function irsa(sandbox: Sandbox): Promise<(claims?: object, kid?: string) => Promise<unknown>> {
  const iam = new IAMClient(sandbox.clientConfig());
  const principal = sandbox.cloud.context({ account, region, principal: { type: "Anonymous" } as never });
  const jwk = { ...(publicKey.export({ format: "jwk" }) as Record<string, string>), kid: "k1" };
  principal.table(oidcKeys, everywhere).put(issuer, { issuer, keys: [jwk] });
  const Federated = `arn:aws:iam::${account}:oidc-provider/${issuer}`;
  await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ["sts.amazonaws.com"] }),
  );
  const StringEquals = {
    [`${issuer}:aud`]: "sts.amazonaws.com",
    [`${issuer}:sub`]: "system:serviceaccount:kube-system:aws-node",
  };
  const AssumeRolePolicyDocument = trust({
    Principal: { Federated },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringEquals },
  });
  await iam.send(new CreateRoleCommand({ RoleName: "cni", AssumeRolePolicyDocument }));
  const sts = new STSClient(sandbox.clientConfig());
  return (claims = {}, kid = "k1") =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: `arn:aws:iam::${account}:role/cni`,
        RoleSessionName: "pod",
        WebIdentityToken: token(claims, kid),
      }),
    );
}

describe("AssumeRoleWithWebIdentity", () => {
  it("gives a service account its role", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const assume = await irsa(sandbox);
    expect(await assume()).toMatchObject({
      SubjectFromWebIdentityToken: "system:serviceaccount:kube-system:aws-node",
      Audience: "sts.amazonaws.com",
      Provider: `arn:aws:iam::${account}:oidc-provider/${issuer}`,
      AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/cni/pod` },
    });
  });

  it("refuses what doesn't fit, each with AWS's code", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const assume = await irsa(sandbox);
    const past = Math.floor(Date.now() / 1000) - 60;
    expect(await sdkRefusal(assume({ sub: "system:serviceaccount:default:thief" }))).toBe(
      "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    );
    expect(await sdkRefusal(assume({ aud: "other" }))).toBe("InvalidIdentityTokenException: Incorrect token audience");
    expect(await sdkRefusal(assume({ exp: past }))).toMatch(
      /^ExpiredTokenException: Token expired: current date\/time \d+ must/,
    );
    expect(await sdkRefusal(assume({ iss: "https://nobody.example.com" }))).toBe(
      "InvalidIdentityTokenException: No OpenIDConnect provider found in your account for https://nobody.example.com",
    );
    expect(await sdkRefusal(assume({}, "unknown"))).toMatch(
      /^InvalidIdentityTokenException: Couldn't retrieve verification key/,
    );
  });
});

describe("AssumeRole", () => {
  const RoleArn = `arn:aws:iam::${account}:role/r`;
  const open = trust({
    Principal: { AWS: account },
    Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
  });

  it("hands transitive tags on through a chain, for an hour at most", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const iam = new IAMClient(sandbox.clientConfig());
    for (const RoleName of ["r", "next"]) {
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: open, MaxSessionDuration: 43_200 }));
      const rule = { Effect: "Allow", Action: ["sts:*", "iam:ListUsers"], Resource: "*" };
      const guarded = { ...rule, Condition: { StringEquals: { "aws:PrincipalTag/team": "blue" } } };
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [guarded] });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument }));
    }
    const sts = new STSClient(sandbox.clientConfig());
    const first = await sts.send(
      new AssumeRoleCommand({
        RoleArn,
        RoleSessionName: "one",
        Tags: [
          { Key: "team", Value: "blue" },
          { Key: "private", Value: "x" },
        ],
        TransitiveTagKeys: ["team"],
        SourceIdentity: "ann",
      }),
    );
    const chained = new STSClient(sandbox.clientConfig({ credentials: keysOf(first.Credentials) }));
    const next = { RoleArn: `arn:aws:iam::${account}:role/next`, RoleSessionName: "two" };
    expect(await sdkRefusal(chained.send(new AssumeRoleCommand({ ...next, DurationSeconds: 7200 })))).toBe(
      "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
    const second = await chained.send(new AssumeRoleCommand(next));
    expect(second.SourceIdentity).toBe("ann");
    const end = new IAMClient(sandbox.clientConfig({ credentials: keysOf(second.Credentials) }));
    expect(await sdkRefusal(end.send(new ListUsersCommand({})))).toBe("nothing");
  });

  it("checks durations, names and policies", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    await new IAMClient(sandbox.clientConfig()).send(
      new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: open }),
    );
    const sts = new STSClient(sandbox.clientConfig());
    const assume = (change: object) =>
      sdkRefusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "one", ...change })));
    expect(await assume({ DurationSeconds: 7200 })).toBe(
      "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
    expect(await assume({ DurationSeconds: 60 })).toMatch(/^ValidationError: .*greater than or equal to 900/);
    expect(await assume({ RoleSessionName: "a b" })).toMatch(/^ValidationError: .*'roleSessionName' failed to satisfy/);
    expect(await assume({ Policy: "{" })).toBe("MalformedPolicyDocumentException: Syntax errors in policy.");
    expect(await assume({ RoleArn: `arn:aws:iam::${account}:role/absent` })).toMatch(
      /^AccessDenied: .*sts:AssumeRole on/,
    );
  });
});

describe("sessions of users", () => {
  it("are refused after their time and with a wrong token", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const sts = new STSClient(sandbox.clientConfig());
    const { Credentials } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(890_000);
    const credentials = keysOf(Credentials);
    const wrong = new STSClient(sandbox.clientConfig({ credentials: { ...credentials, sessionToken: "wrong" } }));
    expect(await sdkRefusal(wrong.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
    const again = new STSClient(sandbox.clientConfig({ credentials }));
    expect(await sdkRefusal(again.send(new GetSessionTokenCommand({})))).toBe(
      "AccessDenied: Cannot call GetSessionToken with session credentials",
    );
  });

  it("of federated users may do only what their policy says", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const iam = new IAMClient(sandbox.clientConfig());
    await iam.send(new CreateUserCommand({ UserName: "ann" }));
    const sts = new STSClient(sandbox.clientConfig());
    const Policy = trust({ Action: "iam:ListUsers", Resource: "*" });
    const { Credentials, FederatedUser } = await sts.send(new GetFederationTokenCommand({ Name: "bob", Policy }));
    expect(FederatedUser).toEqual({
      FederatedUserId: `${account}:bob`,
      Arn: `arn:aws:sts::${account}:federated-user/bob`,
    });
    const bob = new IAMClient(sandbox.clientConfig({ credentials: keysOf(Credentials) }));
    expect(await sdkRefusal(bob.send(new ListUsersCommand({})))).toBe("nothing");
    expect(await sdkRefusal(bob.send(new TagUserCommand({ UserName: "ann", Tags: [] })))).toMatch(
      /because no session policy allows the iam:TagUser action$/,
    );
  });
});
