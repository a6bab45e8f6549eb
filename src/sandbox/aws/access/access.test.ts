import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetUserCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, it } from "vitest";
import type { Sandbox, SandboxCredentials } from "../../index.ts";
import { createSandbox } from "../../index.ts";
import { sdkRefusal } from "../testing.ts";

const account = "123456789012";
const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (action: string | string[], resource = "*", condition?: object): object => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
  ...(condition ? { Condition: condition } : {}),
});

/** A user with one inline policy, and its keys. */
async function withUser(sandbox: Sandbox, name: string, document: string): Promise<SandboxCredentials> {
  const iam = new IAMClient(sandbox.clientConfig());
  await iam.send(new CreateUserCommand({ UserName: name, Tags: [{ Key: "team", Value: "blue" }] }));
  await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: document }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

describe("a user", () => {
  it("may do what a policy allows, and is refused the rest in AWS's words", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const credentials = await withUser(sandbox, "ann", policy(allow("iam:ListUsers")));
    const iam = new IAMClient(sandbox.clientConfig({ credentials }));
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
    expect(await sdkRefusal(iam.send(new GetUserCommand({ UserName: "ann" })))).toBe(
      `AccessDenied: User: arn:aws:iam::${account}:user/ann is not authorized to perform: iam:GetUser on resource: ` +
        `arn:aws:iam::${account}:user/ann because no identity-based policy allows the iam:GetUser action`,
    );
  });

  it("is stopped by an explicit deny and by the permissions boundary", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const deny = { Effect: "Deny", Action: "iam:GetUser", Resource: `arn:aws:iam::${account}:user/boss` };
    const credentials = await withUser(sandbox, "ann", policy(allow("iam:*"), deny));
    const root = new IAMClient(sandbox.clientConfig());
    await root.send(new CreateUserCommand({ UserName: "boss" }));
    const iam = new IAMClient(sandbox.clientConfig({ credentials }));
    expect(await sdkRefusal(iam.send(new GetUserCommand({ UserName: "boss" })))).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
    const PermissionsBoundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    await root.send(new PutUserPermissionsBoundaryCommand({ UserName: "ann", PermissionsBoundary }));
    expect(await sdkRefusal(iam.send(new ListUsersCommand({})))).toMatch(
      /because no permissions boundary allows the iam:ListUsers action$/,
    );
  });

  it("is known by policy variables and by its tags", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const own = allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}");
    const tagged = allow("iam:ListUsers", "*", { StringEquals: { "aws:PrincipalTag/team": "blue" } });
    const credentials = await withUser(sandbox, "ann", policy(own, tagged));
    const iam = new IAMClient(sandbox.clientConfig({ credentials }));
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).toBe("ann");
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
  });

  it("loses access with its key", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const credentials = await withUser(sandbox, "ann", policy(allow("*")));
    const root = new IAMClient(sandbox.clientConfig());
    await root.send(
      new UpdateAccessKeyCommand({ UserName: "ann", AccessKeyId: credentials.accessKeyId, Status: "Inactive" }),
    );
    const sts = new STSClient(sandbox.clientConfig({ credentials }));
    expect(await sdkRefusal(sts.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
  });
});

describe("a role", () => {
  const trusting = (principal: object, condition?: object): string =>
    policy({
      Effect: "Allow",
      Principal: principal,
      Action: "sts:AssumeRole",
      ...(condition ? { Condition: condition } : {}),
    });
  const RoleArn = `arn:aws:iam::${account}:role/r`;

  it("can be assumed by whom it trusts, limited by session policies", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const credentials = await withUser(sandbox, "ann", policy(allow("sts:*")));
    const root = new IAMClient(sandbox.clientConfig());
    const sts = new STSClient(sandbox.clientConfig({ credentials }));
    const assume = (rest: object = {}) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "s1", ...rest }));
    const refused = `AccessDenied: User: arn:aws:iam::${account}:user/ann is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
    expect(await sdkRefusal(assume())).toBe(refused);
    const condition = { StringEquals: { "sts:ExternalId": "secret" } };
    const trust = trusting({ AWS: `arn:aws:iam::${account}:root` }, condition);
    await root.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trust }));
    await root.send(
      new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument: policy(allow("iam:*")) }),
    );
    expect(await sdkRefusal(assume())).toBe(refused);
    const Policy = policy(allow("iam:ListUsers"));
    const { Credentials, AssumedRoleUser } = await assume({ ExternalId: "secret", Policy });
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${account}:assumed-role/r/s1`);
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const iam = new IAMClient(sandbox.clientConfig({ credentials: session }));
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
    expect(await sdkRefusal(iam.send(new GetUserCommand({ UserName: "ann" })))).toMatch(
      /because no session policy allows the iam:GetUser action$/,
    );
    const identity = await new STSClient(sandbox.clientConfig({ credentials: session })).send(
      new GetCallerIdentityCommand({}),
    );
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:s1$/);
  });

  it("that trusts the account needs an identity policy too; that trusts the user does not", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const credentials = await withUser(sandbox, "ann", policy(allow("s3:ListAllMyBuckets")));
    const root = new IAMClient(sandbox.clientConfig());
    const sts = new STSClient(sandbox.clientConfig({ credentials }));
    const make = (RoleName: string, principal: string) =>
      root.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting({ AWS: principal }) }));
    const assume = (name: string) =>
      sdkRefusal(
        sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${name}`, RoleSessionName: "s1" })),
      );
    await make("account", account);
    await make("user", `arn:aws:iam::${account}:user/ann`);
    expect(await assume("account")).toMatch(/because no identity-based policy allows the sts:AssumeRole action$/);
    expect(await assume("user")).toBe("nothing");
  });

  it("isn't assumable at once when roles spread slowly", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, slowRoles: true });
    const root = new IAMClient(sandbox.clientConfig());
    const sts = new STSClient(sandbox.clientConfig());
    await root.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trusting({ AWS: account }) }));
    const assume = () => sdkRefusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "s1" })));
    expect(await assume()).toMatch(/^AccessDenied/);
    sandbox.advance(11);
    expect(await assume()).toBe("nothing");
  });
});

describe("a bucket policy", () => {
  it("denies even the administrator, and lets a user in whom nothing else allows", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const credentials = await withUser(sandbox, "ann", policy(allow("sts:GetCallerIdentity")));
    const root = new S3Client(sandbox.clientConfig());
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" as const };
    await root.send(new CreateBucketCommand({ Bucket: "open", CreateBucketConfiguration }));
    const Policy = policy(
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:user/ann` },
        Action: "s3:ListBucket",
        Resource: "arn:aws:s3:::open",
      },
      { Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::open" },
    );
    await root.send(new PutBucketPolicyCommand({ Bucket: "open", Policy }));
    expect(await sdkRefusal(root.send(new DeleteBucketCommand({ Bucket: "open" })))).toMatch(
      /^AccessDenied: .*s3:DeleteBucket on resource: arn:aws:s3:::open with an explicit deny in a resource-based policy$/,
    );
    const ann = new S3Client(sandbox.clientConfig({ credentials }));
    expect(await sdkRefusal(ann.send(new ListObjectsV2Command({ Bucket: "open" })))).toBe("nothing");
    expect(await sdkRefusal(ann.send(new GetBucketPolicyCommand({ Bucket: "open" })))).toMatch(/^AccessDenied/);
  });
});

describe("the guard", () => {
  it("records what is needed and makes the least policy of it", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, access: "record" });
    const credentials = await withUser(sandbox, "ann", policy(allow("sts:GetCallerIdentity")));
    sandbox.access.forget();
    const iam = new IAMClient(sandbox.clientConfig({ credentials }));
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    await iam.send(new ListUsersCommand({}));
    await iam.send(new GetUserCommand({ UserName: "ann" }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "ann", PolicyArn }));
    const user = `arn:aws:iam::${account}:user/ann`;
    expect(sandbox.access.recordedPolicy(user)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Sid: "Iam", Effect: "Allow", Action: ["iam:AttachUserPolicy", "iam:GetUser"], Resource: [user] },
        { Sid: "Iam2", Effect: "Allow", Action: ["iam:ListUsers"], Resource: ["*"] },
      ],
    });
  });

  it("says why, statement by statement, and that the administrator needs no policy", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const deny = { Sid: "NoVpc", Effect: "Deny", Action: "ec2:CreateVpc", Resource: "*" };
    const credentials = await withUser(sandbox, "ann", policy(allow("ec2:*"), deny));
    const found = sandbox.access.credential?.(
      credentials.accessKeyId,
      sandbox.cloud.context({ account, region: "eu-central-1", principal: { type: "Anonymous" } as never }),
    );
    if (!found) throw new Error("no credential");
    const ctx = sandbox.cloud.context({ account, region: "eu-central-1", principal: found.principal });
    const permission = { action: "ec2:CreateVpc", resource: "*" };
    expect(sandbox.access.explain(ctx, permission).lines).toEqual([
      `explicitDeny: identity-based policy arn:aws:iam::${account}:user/ann (inline p), statement NoVpc (Deny) applies`,
      `identity-based policy arn:aws:iam::${account}:user/ann (inline p), statement 1 (Allow) applies`,
    ]);
    const admin = { ...found.principal, administrator: true };
    const plain = sandbox.cloud.context({ account, region: "eu-central-1", principal: admin });
    expect(sandbox.access.explain(plain, permission)).toMatchObject({ allowed: true, decision: "administrator" });
  });
});
