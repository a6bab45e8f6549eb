// Ways around the guard that people try with real requests; `src/iam/loopholes.test.ts` has those within policies.
import { createHmac, hash } from "node:crypto";
import { describe, it } from "vitest";
import type { Sandbox } from "../../index.ts";
import { createSandbox } from "../../index.ts";
import type { Principal } from "../core/index.ts";
import { administratorKey, administratorOf } from "../administrator.ts";
import { refusal } from "../testing.ts";

const account = "123456789012";
const region = "us-east-1";
type Answer = Record<string, unknown>;
type Keys = { AccessKeyId: string; SecretAccessKey: string; SessionToken?: string };

const statement = (Effect: string, Action: string | string[], rest: object = {}): object => ({
  Effect,
  Action,
  Resource: "*",
  ...rest,
});
const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const trusting = (Action: string | string[], Condition?: object): string =>
  policy({ Effect: "Allow", Principal: { AWS: account }, Action, ...(Condition ? { Condition } : {}) });

async function world() {
  const sandbox = await createSandbox({ region, listen: false });
  const as = (principal: Principal, service: string, operation: string, input: object = {}): Answer =>
    sandbox.cloud.invoke<Answer>({ service, operation, input, account: principal.account, region, principal });
  const root = (service: string, operation: string, input: object = {}): Answer =>
    as(administratorOf(account, "aws"), service, operation, input);
  const principalOf = (keys: Keys): Principal => {
    const ctx = sandbox.cloud.context({ account, region, principal: administratorOf(account, "aws") });
    const found = sandbox.cloud.guards.credential?.(keys.AccessKeyId, ctx);
    if (!found) throw new Error("no credential");
    return found.principal;
  };
  const user = (UserName: string, PolicyDocument: string): Keys => {
    root("iam", "CreateUser", { UserName });
    root("iam", "PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument });
    return root("iam", "CreateAccessKey", { UserName })["AccessKey"] as Keys;
  };
  const role = (RoleName: string, trust: string, allowed: string, more: object = {}): string => {
    root("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: trust, ...more });
    root("iam", "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument: allowed });
    return `arn:aws:iam::${account}:role/${RoleName}`;
  };
  const assume = (principal: Principal, RoleArn: string, more: object = {}): Keys =>
    as(principal, "sts", "AssumeRole", { RoleArn, RoleSessionName: "one", ...more })["Credentials"] as Keys;
  return { sandbox, as, root, principalOf, user, role, assume };
}

const everything = policy(statement("Allow", "*"));

describe("delegated rights", () => {
  it("end at the boundary that the target has, not at one that the request names", async ({ expect }) => {
    const { as, root, principalOf, user, role } = await world();
    const boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const only = { StringEquals: { "iam:PermissionsBoundary": boundary } };
    const ann = principalOf(user("ann", policy(statement("Allow", "iam:*RolePolicy", { Condition: only }))));
    role("free", trusting("sts:AssumeRole"), policy(statement("Allow", "s3:ListBucket")));
    role("bound", trusting("sts:AssumeRole"), policy(statement("Allow", "s3:ListBucket")), {
      PermissionsBoundary: boundary,
    });
    const put = (RoleName: string): string =>
      refusal(() => as(ann, "iam", "PutRolePolicy", { RoleName, PolicyName: "q", PolicyDocument: everything }));
    expect(put("bound")).toBe("nothing");
    expect(put("free")).toMatch(/^AccessDenied: .*iam:PutRolePolicy/);
    const claimed = { RoleName: "free", PolicyName: "q", PolicyDocument: everything, PermissionsBoundary: boundary };
    expect(refusal(() => as(ann, "iam", "PutRolePolicy", claimed))).toMatch(/^AccessDenied/);
    root("iam", "DeleteRolePermissionsBoundary", { RoleName: "bound" });
    expect(put("bound")).toMatch(/^AccessDenied/);
  });
});

describe("who is gone", () => {
  it("leaves nothing to the next one of that name: no rights, no tags, no trust", async ({ expect }) => {
    const { as, root, principalOf, user, role, assume } = await world();
    const tagged = policy(
      statement("Allow", ["iam:ListRoles", "sts:*"], {
        Condition: { StringEquals: { "aws:PrincipalTag/team": "blue" } },
      }),
    );
    const first = principalOf(user("ann", tagged));
    root("iam", "TagUser", { UserName: "ann", Tags: [{ Key: "team", Value: "blue" }] });
    const arn = role("r", trusting("sts:AssumeRole").replace(`"${account}"`, `"${first.arn}"`), everything);
    const session = principalOf(as(first, "sts", "GetSessionToken")["Credentials"] as Keys);
    const federated = principalOf(
      as(first, "sts", "GetFederationToken", { Name: "guest", Policy: everything })["Credentials"] as Keys,
    );
    for (const who of [first, session, federated]) expect(refusal(() => as(who, "iam", "ListRoles"))).toBe("nothing");
    root("iam", "DeleteAccessKey", { UserName: "ann", AccessKeyId: first.accessKeyId });
    root("iam", "DeleteUserPolicy", { UserName: "ann", PolicyName: "p" });
    root("iam", "DeleteUser", { UserName: "ann" });
    const second = principalOf(user("ann", everything));
    root("iam", "TagUser", { UserName: "ann", Tags: [{ Key: "team", Value: "blue" }] });
    for (const who of [first, session, federated]) {
      expect(refusal(() => as(who, "iam", "ListRoles"))).toMatch(/^AccessDenied/);
    }
    expect(refusal(() => assume(second, arn))).toMatch(/^AccessDenied: .*sts:AssumeRole on resource/);
  });
});

describe("chains of roles", () => {
  it("last an hour, hand on transitive tags that nobody overwrites, and keep the source identity", async ({
    expect,
  }) => {
    const { as, principalOf, user, role, assume } = await world();
    const ann = principalOf(user("ann", policy(statement("Allow", "sts:*"))));
    const all = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
    const [first, second] = ["first", "second"].map((name) =>
      role(name, trusting(all), everything, { MaxSessionDuration: 43_200 }),
    );
    const plain = role("plain", trusting("sts:AssumeRole"), everything);
    const given = { Tags: [{ Key: "team", Value: "blue" }], TransitiveTagKeys: ["team"], SourceIdentity: "ann" };
    const one = principalOf(assume(ann, first as string, given));
    const to = (RoleArn: string | undefined, more: object = {}) => refusal(() => assume(one, RoleArn as string, more));
    expect(to(second, { DurationSeconds: 3601 })).toBe(
      "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
    expect(to(second, { Tags: [{ Key: "TEAM", Value: "red" }] })).toMatch(
      /^InvalidParameterValue: .*transitive tag key/,
    );
    expect(to(second, { SourceIdentity: "bob" })).toMatch(/^AccessDenied: .*sts:SetSourceIdentity/);
    // A source identity must be let through by every role on the way, also when the call doesn't mention it.
    expect(to(plain)).toMatch(/^AccessDenied: .*sts:SetSourceIdentity/);
    const two = principalOf(assume(one, second as string));
    expect(two.sessionTags).toEqual({ team: "blue" });
    expect(as(two, "sts", "GetCallerIdentity")["Arn"]).toBe(`arn:aws:sts::${account}:assumed-role/second/one`);
  });

  it("take no code of a device that isn't there for a second factor", async ({ expect }) => {
    const { as, principalOf, user, role, assume } = await world();
    const ann = principalOf(user("ann", policy(statement("Allow", "sts:*"))));
    const code = { SerialNumber: `arn:aws:iam::${account}:mfa/ann`, TokenCode: "123456" };
    const mfa = role("mfa", trusting("sts:AssumeRole", { Bool: { "aws:MultiFactorAuthPresent": "true" } }), everything);
    expect(refusal(() => assume(ann, mfa))).toMatch(/^AccessDenied/);
    expect(refusal(() => assume(ann, mfa, code))).toMatch(/^AccessDenied/);
    expect(refusal(() => as(ann, "sts", "GetSessionToken", code))).toMatch(
      /^AccessDenied: MultiFactorAuthentication failed/,
    );
  });
});

describe("resources", () => {
  it("a key whose policy leaves out the account is closed even to the administrator; a grant opens what it names", async ({
    expect,
  }) => {
    const { as, root, principalOf, user } = await world();
    const ann = principalOf(user("ann", everything));
    const bob = principalOf(user("bob", policy(statement("Allow", "sts:GetCallerIdentity"))));
    const Policy = policy(statement("Allow", "kms:*", { Principal: { AWS: ann.arn } }));
    const { KeyId } = as(ann, "kms", "CreateKey", { Policy })["KeyMetadata"] as { KeyId: string };
    const encrypt = (who: Principal, EncryptionContext?: object): string =>
      refusal(() => as(who, "kms", "Encrypt", { KeyId, Plaintext: Buffer.from("x"), EncryptionContext }));
    expect(encrypt(ann)).toBe("nothing");
    expect(refusal(() => root("kms", "DescribeKey", { KeyId }))).toMatch(/^AccessDeniedException/);
    expect(encrypt(bob)).toMatch(/^AccessDeniedException/);
    as(ann, "kms", "CreateGrant", { KeyId, GranteePrincipal: bob.arn, Operations: ["Encrypt"] });
    expect(encrypt(bob)).toBe("nothing");
    expect(refusal(() => as(bob, "kms", "DescribeKey", { KeyId }))).toMatch(/^AccessDeniedException/);
  });

  it("one deletion of many keys is judged for each of them", async ({ expect }) => {
    const { as, root, principalOf, user } = await world();
    root("s3", "CreateBucket", { Bucket: "vault" });
    for (const Key of ["keep/1", "tmp/1"]) root("s3", "PutObject", { Bucket: "vault", Key, Body: Buffer.from("x") });
    const keep = statement("Deny", "s3:DeleteObject", { Resource: "arn:aws:s3:::vault/keep/*" });
    const ann = principalOf(user("ann", policy(statement("Allow", "s3:*"), keep)));
    const Objects = [{ Key: "keep/1" }, { Key: "tmp/1" }];
    expect(as(ann, "s3", "DeleteObjects", { Bucket: "vault", Delete: { Objects } })).toMatchObject({
      Deleted: [{ Key: "tmp/1" }],
      Errors: [{ Key: "keep/1", Code: "AccessDenied" }],
    });
    expect(refusal(() => root("s3", "HeadObject", { Bucket: "vault", Key: "keep/1" }))).toBe("nothing");
  });

  it("an upload is finished in the bucket it was begun in, whose policy judged it", async ({ expect }) => {
    const { as, root, principalOf, user } = await world();
    for (const Bucket of ["vault", "public-bucket"]) root("s3", "CreateBucket", { Bucket });
    const { UploadId } = root("s3", "CreateMultipartUpload", { Bucket: "vault", Key: "k" });
    const mine = statement("Allow", "s3:*", { Resource: "arn:aws:s3:::public-bucket/*" });
    const ann = principalOf(user("ann", policy(mine)));
    const part = { Bucket: "public-bucket", Key: "k", UploadId, PartNumber: 1, Body: Buffer.from("x") };
    expect(refusal(() => as(ann, "s3", "UploadPart", part))).toMatch(/^NoSuchUpload/);
  });
});

interface Raw {
  method?: string;
  path: string;
  query?: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** Sent beside what is signed. */
  extra?: Record<string, string>;
  service?: string;
  secret?: string;
  time?: string;
  payload?: string;
}

const sha = (text: string | Buffer): string => hash("sha256", text);
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const now = (): string => new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
const keyOf = (secret: string, date: string, service: string): Buffer =>
  [region, service, "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date));

/** Signs a request as any client would, and sends it with what is added afterwards. */
async function send(sandbox: Sandbox, raw: Raw): Promise<string> {
  const { method = "GET", path, query = "", body = Buffer.alloc(0), service = "s3", time = now() } = raw;
  const { secret = administratorKey.secretAccessKey, payload = sha(body) } = raw;
  const signed: Record<string, string> = {
    host: new URL(sandbox.endpoint).host,
    "x-amz-content-sha256": payload,
    "x-amz-date": time,
    ...raw.headers,
  };
  const names = Object.keys(signed).toSorted();
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${signed[name]}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const date = time.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const signature = hmac(
    keyOf(secret, date, service),
    `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha(canonical)}`,
  ).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${administratorKey.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...headers } = signed;
  const response = await fetch(`${sandbox.endpoint}${path}${query === "" ? "" : `?${query}`}`, {
    method,
    headers: { ...headers, authorization, ...raw.extra },
    ...(body.length === 0 ? {} : { body }),
  });
  const text = await response.text();
  return response.ok
    ? `${response.status}`
    : (/<Code>(\w+)</.exec(text)?.[1] ?? /"__type":"(?:[\w.]+#)?(\w+)"/.exec(text)?.[1] ?? text);
}

describe("signed requests", () => {
  const listening = async (): Promise<Sandbox> => {
    const sandbox = await createSandbox({ region });
    await send(sandbox, { method: "PUT", path: "/vault" });
    return sandbox;
  };

  it("hold for what was signed: body, headers, address, time", async ({ expect }) => {
    await using sandbox = await listening();
    const put = { method: "PUT", path: "/vault/k" };
    expect(await send(sandbox, { ...put, body: Buffer.from("ahoy") })).toBe("200");
    expect(await send(sandbox, { ...put, body: Buffer.from("ahoy"), payload: sha("other") })).toBe(
      "SignatureDoesNotMatch",
    );
    expect(await send(sandbox, { ...put, secret: "wrong" })).toBe("SignatureDoesNotMatch");
    expect(await send(sandbox, { ...put, extra: { "x-amz-copy-source": "vault/k" } })).toBe("AccessDenied");
    expect(await send(sandbox, { ...put, time: "20200101T000000Z" })).toBe("RequestTimeTooSkewed");
    expect(await send(sandbox, { ...put, query: "X-Amz-Signature=x" })).toBe("InvalidArgument");
  });

  it("leave the body unsigned to S3 alone", async ({ expect }) => {
    await using sandbox = await listening();
    const free = { method: "POST", path: "/", payload: "UNSIGNED-PAYLOAD" };
    expect(await send(sandbox, { ...free, method: "PUT", path: "/vault/k" })).toBe("200");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = Buffer.from("Action=GetCallerIdentity&Version=2011-06-15");
    expect(await send(sandbox, { ...free, body, headers: form, service: "sts" })).toBe("SignatureDoesNotMatch");
  });

  it("say which operation is meant under the signature", async ({ expect }) => {
    await using sandbox = await listening();
    const json = { method: "POST", path: "/", service: "kms", body: Buffer.from("{}") };
    const type = { "content-type": "application/x-amz-json-1.1" };
    const target = { "x-amz-target": "TrentService.ListKeys" };
    expect(await send(sandbox, { ...json, headers: { ...type, ...target } })).toBe("200");
    expect(await send(sandbox, { ...json, headers: type, extra: target })).toBe("InvalidSignatureException");
  });

  it("that stream their body have every chunk signed", async ({ expect }) => {
    await using sandbox = await listening();
    const time = now();
    const date = time.slice(0, 8);
    const payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    const headers = { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "4" };
    const names = ["content-encoding", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-decoded-content-length"];
    const canonical = `PUT\n/vault/k\n\n${names
      .map((name) => {
        const known: Record<string, string> = {
          ...headers,
          host: new URL(sandbox.endpoint).host,
          "x-amz-content-sha256": payload,
          "x-amz-date": time,
        };
        return `${name}:${known[name]}\n`;
      })
      .join("")}\n${names.join(";")}\n${payload}`;
    const scope = `${date}/${region}/s3/aws4_request`;
    const key = keyOf(administratorKey.secretAccessKey, date, "s3");
    const seed = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha(canonical)}`).toString("hex");
    const chunk = (last: string, data: string): string =>
      hmac(key, `AWS4-HMAC-SHA256-PAYLOAD\n${time}\n${scope}\n${last}\n${sha("")}\n${sha(data)}`).toString("hex");
    const first = chunk(seed, "ahoy");
    const frame = (data: string): Buffer =>
      Buffer.from(`4;chunk-signature=${first}\r\n${data}\r\n0;chunk-signature=${chunk(first, "")}\r\n\r\n`);
    const stream = { method: "PUT", path: "/vault/k", headers, payload, time };
    expect(await send(sandbox, { ...stream, body: frame("ahoy") })).toBe("200");
    expect(await send(sandbox, { ...stream, body: frame("evil") })).toBe("SignatureDoesNotMatch");
  });

  it("can't break a header of the answer", async ({ expect }) => {
    await using sandbox = await listening();
    await send(sandbox, { method: "PUT", path: "/vault/k", body: Buffer.from("ahoy") });
    const ask = (type: string) => send(sandbox, { path: "/vault/k", query: `response-content-type=${type}` });
    expect(await ask("text%2Fplain")).toBe("200");
    expect(await ask("a%0D%0Aset-cookie%3A%20x")).toBe("InvalidArgument");
  });
});
