// Whose access keys a sandbox takes: `credentials: "strict"` and `"any"`.
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import type { Sandbox, SandboxCredentials } from "./index.ts";
import { createSandbox } from "./index.ts";

const test = { accessKeyId: "test", secretAccessKey: "test" };

const whoIs = async (sandbox: Sandbox, credentials: SandboxCredentials): Promise<string | undefined> =>
  (await new STSClient(sandbox.clientConfig({ credentials })).send(new GetCallerIdentityCommand({}))).Arn;

async function userWithKey(sandbox: Sandbox): Promise<SandboxCredentials> {
  const iam = new IAMClient(sandbox.clientConfig());
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

describe("access keys", () => {
  it("that nobody has made are refused, as on AWS", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    await expect(whoIs(sandbox, test)).rejects.toMatchObject({ name: "InvalidClientTokenId" });
  });

  it("that nobody has made act as the administrator where any key will do", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, credentials: "any" });
    const administrator = `arn:aws:iam::${sandbox.account}:user/administrator`;
    expect(await whoIs(sandbox, test)).toBe(administrator);
    expect(await whoIs(sandbox, { ...test, sessionToken: "test" })).toBe(administrator);
    expect(await whoIs(sandbox, sandbox.credentials)).toBe(administrator);
    const [last] = sandbox.trail();
    expect(last?.principal).toMatchObject({ arn: administrator });
  });

  it("that were made keep their secret and their rights where any key will do", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, credentials: "any" });
    const ann = await userWithKey(sandbox);
    expect(await whoIs(sandbox, ann)).toMatch(/user\/ann$/);
    const asAnn = new IAMClient(sandbox.clientConfig({ credentials: ann }));
    await expect(asAnn.send(new ListUsersCommand({}))).rejects.toMatchObject({ name: "AccessDenied" });
    const guessed = { ...ann, secretAccessKey: "guessed" };
    await expect(whoIs(sandbox, guessed)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    const { accessKeyId: AccessKeyId } = ann;
    const iam = new IAMClient(sandbox.clientConfig());
    await iam.send(new UpdateAccessKeyCommand({ UserName: "ann", AccessKeyId, Status: "Inactive" }));
    await expect(whoIs(sandbox, ann)).rejects.toMatchObject({ name: "InvalidClientTokenId" });
  });

  it("of sessions still need their token where any key will do", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, credentials: "any" });
    const { Credentials } = await new STSClient(sandbox.clientConfig({ credentials: await userWithKey(sandbox) })).send(
      new GetSessionTokenCommand({}),
    );
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = Credentials ?? {};
    await expect(whoIs(sandbox, { accessKeyId, secretAccessKey })).rejects.toThrow();
    expect(
      await whoIs(sandbox, { accessKeyId, secretAccessKey, sessionToken: Credentials?.SessionToken ?? "" }),
    ).toMatch(/user\/ann$/);
  });
});
