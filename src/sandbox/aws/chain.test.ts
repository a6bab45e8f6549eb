import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, it } from "vitest";
import type { SandboxCredentials } from "../index.ts";
import { createSandbox } from "../index.ts";
import { administratorKey, administratorOf } from "./administrator.ts";
import { AwsError, Cloud, operation } from "./core/index.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { WireRequest, WireResponse } from "./wire/index.ts";

/** What the SDK's signer wants of a hash. */
class Sha256 {
  readonly #parts: Uint8Array[] = [];
  readonly #key: Uint8Array | undefined;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined ? undefined : Buffer.from(key as Uint8Array);
  }

  update(data: Uint8Array | string): void {
    this.#parts.push(Buffer.from(data));
  }

  digest(): Promise<Uint8Array> {
    const hash = this.#key ? createHmac("sha256", this.#key) : createHash("sha256");
    return Promise.resolve(hash.update(Buffer.concat(this.#parts)).digest());
  }

  reset(): void {
    this.#parts.length = 0;
  }
}

interface Request {
  service: string;
  method?: string;
  path?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
  credentials?: SandboxCredentials;
  date?: Date;
  region?: string;
}

function signerOf(request: Request): SignatureV4 {
  return new SignatureV4({
    service: request.service,
    region: request.region ?? "eu-central-1",
    credentials: request.credentials ?? administratorKey,
    sha256: Sha256,
    uriEscapePath: request.service !== "s3",
  });
}

function toWire(request: Request, headers: Record<string, string>, query: Record<string, unknown>): WireRequest {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const parts = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return {
    method: request.method ?? "POST",
    path: request.path ?? "/",
    query: parts.join("&"),
    headers: lower,
    body: Buffer.from(request.body ?? ""),
    sourceIp: "127.0.0.1",
  };
}

interface HttpRequest {
  method: string;
  hostname: string;
  protocol: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

function unsigned(request: Request): HttpRequest {
  return {
    method: request.method ?? "POST",
    hostname: "127.0.0.1",
    protocol: "http:",
    path: request.path ?? "/",
    query: request.query ?? {},
    headers: { host: "127.0.0.1", ...request.headers },
    body: request.body ?? "",
  };
}

async function signed(request: Request): Promise<WireRequest> {
  const options = request.date ? { signingDate: request.date } : {};
  const { headers, query } = await signerOf(request).sign(unsigned(request), options);
  return toWire(request, headers, query ?? {});
}

async function presigned(request: Request, expiresIn: number): Promise<WireRequest> {
  const options = { expiresIn, ...(request.date ? { signingDate: request.date } : {}) };
  const { query } = await signerOf(request).presign(unsigned(request), options);
  return toWire(request, { host: "127.0.0.1", ...request.headers }, query ?? {});
}

/** Services that answer what their input says: `fail:CODE` in any name makes an error. */
function world(): (request: WireRequest) => WireResponse {
  const echo = operation<Record<string, unknown>, unknown>({
    permissions: () => [],
    run: (input) => {
      const text = JSON.stringify(input);
      const code = /fail:([\w.]+)/.exec(text)?.[1];
      if (code) throw new AwsError(code, `as you wish: ${code} <&>`);
      return {};
    },
  });
  const every = (id: string, names: string[]): ConstructorParameters<typeof Cloud>[0]["services"][number] => ({
    id,
    iamPrefix: id,
    operations: Object.fromEntries(names.map((name) => [name, echo])),
  });
  const cloud = new Cloud({
    services: [
      every("ec2", ["DescribeVpcs", "CreateVpc", "DeleteVpc", "CreateTags", "DescribeInstances"]),
      every("eks", ["DescribeCluster", "CreateCluster", "TagResource", "ListClusters"]),
      every("iam", ["GetRole", "CreateRole"]),
      every("ssm", ["GetParameter", "PutParameter"]),
      every("s3", ["PutObject", "GetObject", "HeadObject", "CreateBucket", "PutBucketTagging", "ListObjectsV2"]),
      every("sts", ["GetCallerIdentity"]),
    ],
  });
  const account = "123456789012";
  const administrator = { ...administratorKey, principal: administratorOf(account, "aws") };
  return createDispatcher({ cloud, account, region: "eu-central-1", administrator }).dispatch;
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/x-amz-json-1.1" };
const sts = (change: Partial<Request> = {}): Request => ({
  service: "sts",
  headers: form,
  body: "Action=GetCallerIdentity&Version=2011-06-15",
  ...change,
});
const text = ({ body }: WireResponse): string => (typeof body === "string" ? body : Buffer.from(body).toString());

describe("signatures", () => {
  it("are checked as every service words it", async ({ expect }) => {
    const dispatch = world();
    const wrong = { ...administratorKey, secretAccessKey: "wrong" };
    const unknown = { ...administratorKey, accessKeyId: "AKIAUNKNOWN000000000" };
    const ask = async (service: string, credentials: SandboxCredentials): Promise<[number, string | undefined]> => {
      const requests: Record<string, Request> = {
        sts: sts(),
        ec2: { service, headers: form, body: "Action=DescribeVpcs&Version=2016-11-15" },
        eks: { service, method: "GET", path: "/clusters" },
        ssm: { service, headers: { ...json, "x-amz-target": "AmazonSSM.GetParameter" }, body: '{"Name":"x"}' },
        s3: { service, method: "GET", path: "/bucket", query: { "list-type": "2" } },
      };
      const answer = dispatch(await signed({ ...(requests[service] as Request), credentials }));
      const code = /<Code>(\w+)/.exec(text(answer))?.[1] ?? answer.headers["x-amzn-errortype"];
      return [answer.status, code ?? /"__type":"(\w+)"/.exec(text(answer))?.[1]];
    };
    expect(await ask("sts", administratorKey)).toEqual([200, undefined]);
    expect(await ask("s3", administratorKey)).toEqual([200, undefined]);
    expect(await ask("sts", wrong)).toEqual([403, "SignatureDoesNotMatch"]);
    expect(await ask("sts", unknown)).toEqual([403, "InvalidClientTokenId"]);
    expect(await ask("ec2", unknown)).toEqual([401, "AuthFailure"]);
    expect(await ask("ec2", wrong)).toEqual([401, "AuthFailure"]);
    expect(await ask("eks", unknown)).toEqual([403, "UnrecognizedClientException"]);
    expect(await ask("ssm", unknown)).toEqual([400, "UnrecognizedClientException"]);
    expect(await ask("s3", unknown)).toEqual([403, "InvalidAccessKeyId"]);
    expect(await ask("s3", wrong)).toEqual([403, "SignatureDoesNotMatch"]);
  });

  it("cover the body, the query and the path", async ({ expect }) => {
    const dispatch = world();
    const good = await signed(sts());
    expect(dispatch(good).status).toBe(200);
    expect(dispatch({ ...good, body: Buffer.from(`${text({ ...dispatch(good), body: good.body })}&X=1`) }).status).toBe(
      403,
    );
    expect(dispatch({ ...good, query: "a=b" }).status).toBe(403);
    expect(dispatch({ ...good, path: "/x" }).status).toBe(403);
  });

  it("hold for names with spaces, slashes and signs in the path", async ({ expect }) => {
    const dispatch = world();
    for (const name of ["a b", "a/b", "ä+ö=ü", "(x)!*'", "a%2Fb", "50%"]) {
      const path = `/clusters/${encodeURIComponent(name)}`;
      expect(dispatch(await signed({ service: "eks", method: "GET", path })).status, name).toBe(200);
      const key = `/bucket/${encodeURIComponent(name)}`;
      expect(dispatch(await signed({ service: "s3", method: "GET", path: key })).status, name).toBe(200);
    }
  });

  it("expire, in headers and in presigned URLs", async ({ expect }) => {
    const dispatch = world();
    const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    expect(dispatch(await signed(sts({ date: ago(14) }))).status).toBe(200);
    expect(text(dispatch(await signed(sts({ date: ago(20) }))))).toContain("Signature expired");
    expect(dispatch(await signed(sts({ date: ago(-20) }))).status).toBe(403);
    const url: Request = {
      service: "sts",
      method: "GET",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    };
    expect(dispatch(await presigned(url, 60)).status).toBe(200);
    // X-Amz-Expires says a minute; STS gives every presigned address a quarter of an hour.
    expect(dispatch(await presigned({ ...url, date: ago(14) }, 60)).status).toBe(200);
    expect(dispatch(await presigned({ ...url, date: ago(16) }, 60)).status).toBe(403);
    expect(dispatch(await presigned(url, 60)).headers["content-type"]).toBe("text/xml");
  });

  it("answer authenticators, which presign GetCallerIdentity and want JSON", async ({ expect }) => {
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const headers = { "x-k8s-aws-id": "prod" };
    const request = await presigned({ service: "sts", method: "GET", query, headers }, 60);
    await using sandbox = await createSandbox();
    const url = `${sandbox.endpoint}/?${request.query}`;
    const answer = await fetch(url, { headers: { accept: "application/json", ...headers } });
    // The host was signed as 127.0.0.1 without the port: a token for another endpoint is refused.
    expect(answer.status).toBe(403);
    expect(
      JSON.parse(text(world()({ ...request, headers: { ...request.headers, accept: "application/json" } }))),
    ).toEqual({
      GetCallerIdentityResponse: { GetCallerIdentityResult: {}, ResponseMetadata: { RequestId: expect.any(String) } },
    });
  });

  it("need session tokens to be the right ones", async ({ expect }) => {
    const dispatch = world();
    const credentials = { ...administratorKey, sessionToken: "made-up" };
    expect(text(dispatch(await signed(sts({ credentials }))))).toContain("InvalidClientTokenId");
  });

  it("are missing or broken in ways of their own", ({ expect }) => {
    const dispatch = world();
    const bare = toWire(sts(), { host: "127.0.0.1", ...form }, {});
    const broken = (authorization: string): string =>
      text(dispatch({ ...bare, headers: { ...bare.headers, authorization } }));
    expect(text(dispatch(bare))).toContain("MissingAuthenticationToken");
    expect(broken("AWS4-HMAC-SHA256 nonsense")).toContain("IncompleteSignature");
    expect(broken("Bearer abc")).toContain("IncompleteSignature");
  });
});

describe("requests that are wrong", () => {
  const say = async (request: Request): Promise<[number, string]> => {
    const answer = world()(await signed(request));
    return [answer.status, text(answer)];
  };
  const ec2 = (body: string): Promise<[number, string]> =>
    say({ service: "ec2", headers: form, body: `Version=2016-11-15&${body}` });

  it("lack required members", async ({ expect }) => {
    expect((await ec2("Action=DeleteVpc"))[1]).toContain(
      "<Code>MissingParameter</Code><Message>The request must contain the parameter VpcId</Message>",
    );
    const iam = await say({
      service: "iam",
      region: "us-east-1",
      headers: form,
      body: "Action=CreateRole&Version=2010-05-08",
    });
    expect(iam[1]).toContain(
      "2 validation errors detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null; Value null at 'assumeRolePolicyDocument'",
    );
    const ssm = await say({
      service: "ssm",
      headers: { ...json, "x-amz-target": "AmazonSSM.GetParameter" },
      body: "{}",
    });
    expect(ssm).toEqual([400, expect.stringContaining('"__type":"ValidationException"')]);
    const eks = await say({ service: "eks", path: "/clusters", body: '{"name":"x"}' });
    expect(eks).toEqual([400, expect.stringContaining("Value null at 'roleArn'")]);
  });

  it("have members of the wrong type", async ({ expect }) => {
    expect(await ec2("Action=DescribeInstances&MaxResults=many")).toEqual([
      400,
      expect.stringContaining("InvalidParameterValue"),
    ]);
    expect(await ec2("Action=DescribeInstances&Filter.x.Name=a")).toEqual([
      400,
      expect.stringContaining("InvalidParameterValue"),
    ]);
    expect(await ec2("Action=DescribeInstances&Filtre.1.Name=a")).toEqual([
      400,
      expect.stringContaining("UnknownParameter"),
    ]);
    const eks = await say({ service: "eks", path: "/clusters", body: '{"name":7}' });
    expect(eks).toEqual([400, expect.stringContaining("7 at 'name' can not be converted to String")]);
    expect((await say({ service: "eks", path: "/clusters", body: '{"name":' }))[1]).toContain("not valid JSON");
  });

  it("name operations that don't exist, or that aren't emulated", async ({ expect }) => {
    expect(await ec2("Action=MakeVpc")).toEqual([400, expect.stringContaining("InvalidAction")]);
    expect(await ec2("Action=CreateSubnet&VpcId=vpc-1")).toEqual([
      501,
      expect.stringContaining("ec2 CreateSubnet is not emulated"),
    ]);
    expect(
      (
        await say({
          service: "dynamodb",
          headers: { ...json, "x-amz-target": "DynamoDB_20120810.ListTables" },
          body: "{}",
        })
      )[0],
    ).toBe(501);
    expect((await say({ service: "eks", method: "GET", path: "/nothing/here" }))[0]).toBe(404);
  });

  it("try to reach prototypes, or to exhaust the parser", async ({ expect }) => {
    const tags = await say({ service: "eks", path: "/tags/arn", body: '{"tags":{"__proto__":"x","constructor":"y"}}' });
    expect(tags[0]).toBe(200);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    const deep = `Action=DescribeInstances&${Array.from({ length: 100 }, () => "a").join(".")}=1`;
    expect((await ec2(deep))[0]).toBe(400);
    expect((await ec2(`Action=DescribeInstances&Filter.999999999.Name=a`))[0]).toBe(200);
    expect((await ec2(`Action=DescribeInstances&${"a=1&".repeat(30_000)}`))[0]).toBe(400);
    const nested = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    expect((await say({ service: "eks", path: "/clusters", body: `{"name":${nested}}` }))[0]).toBe(400);
    const xml = `${"<a>".repeat(50_000)}${"</a>".repeat(50_000)}`;
    const tagging: Request = { service: "s3", method: "PUT", path: "/bucket", query: { tagging: "" } };
    expect(await say({ ...tagging, body: xml })).toEqual([400, expect.stringContaining("MalformedXML")]);
    const entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Tagging>&e;</Tagging>';
    expect(await say({ ...tagging, body: entity })).toEqual([400, expect.stringContaining("MalformedXML")]);
  });

  it("get errors with the code that the API gives them, escaped", async ({ expect }) => {
    const iam = await say({
      service: "iam",
      headers: form,
      body: "Action=GetRole&Version=2010-05-08&RoleName=fail:NoSuchEntityException",
    });
    expect(iam).toEqual([
      404,
      expect.stringContaining("<Code>NoSuchEntity</Code><Message>as you wish: NoSuchEntityException &lt;&amp;&gt;"),
    ]);
    expect(await ec2("Action=DeleteVpc&VpcId=fail:InvalidVpcID.NotFound")).toEqual([
      400,
      expect.stringContaining("<Code>InvalidVpcID.NotFound</Code>"),
    ]);
    const eks = world()(
      await signed({ service: "eks", method: "GET", path: "/clusters/fail:ResourceNotFoundException" }),
    );
    expect([eks.status, eks.headers["x-amzn-errortype"]]).toEqual([404, "ResourceNotFoundException"]);
    const ssm = await say({
      service: "ssm",
      headers: { ...json, "x-amz-target": "AmazonSSM.GetParameter" },
      body: '{"Name":"fail:ParameterNotFound"}',
    });
    expect(ssm).toEqual([400, expect.stringContaining('"__type":"ParameterNotFound"')]);
    const head = world()(await signed({ service: "s3", method: "HEAD", path: "/bucket/fail:NotFound" }));
    expect([head.status, head.body]).toEqual([404, ""]);
  });
});
