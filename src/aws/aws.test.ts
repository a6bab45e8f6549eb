import { describe, it } from "vitest";
import { allPages, failureKind, isGone, openAws, pauses, waitFor, type Aws, type OpenOptions } from "./index.ts";

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** An AWS endpoint that answers from a list, in order; the last answer stays. An `Error` breaks the connection. */
function endpoint(...answers: (Answer | Error)[]): {
  requests: { body: string; path: string }[];
  requestHandler: object;
} {
  const requests: { body: string; path: string }[] = [];
  const handle = async (request: { body?: unknown; path: string }): Promise<unknown> => {
    requests.push({
      body: typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body as Uint8Array),
      path: request.path,
    });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (!answer || answer instanceof Error) throw answer ?? new Error("no answer");
    const response = {
      statusCode: answer.status,
      headers: answer.headers,
      body: new TextEncoder().encode(answer.body),
    };
    return Promise.resolve({ response });
  };
  return { requests, requestHandler: { handle, metadata: { handlerProtocol: "http/1.1" } } };
}

const json = (status: number, body: object, type?: string): Answer => ({
  status,
  headers: { "content-type": "application/json", ...(type && { "x-amzn-errortype": type }), "x-amzn-requestid": "r-1" },
  body: JSON.stringify(body),
});
const xmlError = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`,
});
const open = (to: { requestHandler: object }, more: Partial<OpenOptions> = {}): Aws =>
  openAws({
    region: "eu-central-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
    requestHandler: to.requestHandler,
    ...more,
  });
const networkError = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const active = json(200, { cluster: { name: "prod", status: "ACTIVE" } });

describe("a call", () => {
  it("survives throttling, a broken connection and a server's bad moment", async ({ expect }) => {
    const aws = endpoint(
      json(429, { message: "slow down" }, "ThrottlingException"),
      networkError("ECONNRESET"),
      json(503, { message: "try later" }, "ServiceUnavailableException"),
      active,
    );
    const { cluster } = await open(aws).call("eks", "DescribeCluster", { name: "prod" });
    expect(cluster?.status).toBe("ACTIVE");
    expect(aws.requests).toHaveLength(4);
  });

  it("sends the same idempotency token with every try", async ({ expect }) => {
    const lost = endpoint(networkError("ECONNRESET"), json(200, { addon: {} }));
    await open(lost).call("eks", "CreateAddon", { clusterName: "prod", addonName: "coredns" });
    const tokens = lost.requests.map(
      ({ body }) => (JSON.parse(body) as { clientRequestToken: string }).clientRequestToken,
    );
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
  });

  it("doesn't repeat what AWS has refused", async ({ expect }) => {
    const aws = endpoint(json(404, { message: "No cluster found for name: prod." }, "ResourceNotFoundException"));
    const error: unknown = await open(aws)
      .call("eks", "DescribeCluster", { name: "prod" })
      .catch((error: unknown) => error);
    expect(isGone(error)).toBe(true);
    expect(error).toMatchObject({
      code: "aws/not-found",
      message: "eks:DescribeCluster failed: ResourceNotFoundException: No cluster found for name: prod.",
      diagnostic: { data: { awsCode: "ResourceNotFoundException", requestId: "r-1", status: 404 } },
    });
    expect(aws.requests).toHaveLength(1);
  });

  it("names the missing action and who lacks it", async ({ expect }) => {
    const message =
      "User: arn:aws:iam::1:user/eve is not authorized to perform: cloudformation:CreateStack on resource: arn:x because no identity-based policy allows it";
    const aws = endpoint(xmlError(403, "AccessDenied", message));
    await expect(open(aws).call("cloudformation", "CreateStack", { StackName: "x" })).rejects.toMatchObject({
      code: "aws/denied",
      diagnostic: {
        remedy: expect.stringContaining("Allow cloudformation:CreateStack to arn:aws:iam::1:user/eve"),
        data: { principal: "arn:aws:iam::1:user/eve", action: "cloudformation:CreateStack", resource: "arn:x" },
      },
    });
  });

  it("gives up soon on an endpoint that never answered, and says what to do", async ({ expect }) => {
    const nobody = endpoint(networkError("ECONNREFUSED"));
    await expect(open(nobody).call("sts", "GetCallerIdentity", {})).rejects.toMatchObject({
      code: "aws/unreachable",
      diagnostic: { remedy: expect.stringContaining("lotse sandbox up") },
    });
    expect(nobody.requests).toHaveLength(3);
    const silent = endpoint(Object.assign(new Error("no answer"), { name: "TimeoutError" }));
    await expect(open(silent).call("sts", "GetCallerIdentity", {})).rejects.toMatchObject({ code: "aws/unavailable" });
    expect(silent.requests).toHaveLength(3);
  });

  it("ends when it is interrupted", async ({ expect }) => {
    const stop = new AbortController();
    const aws = open(endpoint(json(429, {}, "ThrottlingException")), { signal: stop.signal });
    const call = aws.call("eks", "ListClusters", {});
    stop.abort(new Error("Ctrl-C"));
    await expect(call).rejects.toMatchObject({ code: "aws/interrupted" });
  });
});

describe("kinds of failure", () => {
  it.for([
    ["ValidationError", "Stack with id x does not exist", "gone"],
    ["ValidationError", "No updates are to be performed.", "invalid"],
    ["NoSuchEntityException", "", "gone"],
    ["AlreadyExistsException", "Stack [x] already exists", "exists"],
    ["ResourceInUseException", "Cluster already exists with name: x", "exists"],
    ["ResourceInUseException", "The specified access entry resource is already in use on this cluster.", "exists"],
    ["ResourceInUseException", "Cluster has nodegroups attached", "busy"],
    ["EntityAlreadyExistsException", "", "exists"],
    ["ExpiredToken", "", "expired"],
    ["UnrecognizedClientException", "", "credentials"],
    ["RequestLimitExceeded", "", "throttled"],
    ["Throttling", "Rate exceeded", "throttled"],
    ["InternalFailure", "", "transient"],
    ["InvalidKeyPair.Duplicate", "", "exists"],
    ["InvalidGroup.NotFound", "", "gone"],
  ] as const)("%s %s is %s", ([name, message, kind], { expect }) => {
    expect(failureKind(Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } }))).toBe(kind);
  });
});

describe("waiting", () => {
  it("starts at 50 ms and grows to 15 s", ({ expect }) => {
    const first = pauses();
    const all = Array.from({ length: 20 }, () => first.next().value);
    expect(all.slice(0, 3)).toEqual([50, 75, 113]);
    expect(all.at(-1)).toBe(15_000);
    expect(all.toSorted((a, b) => a - b)).toEqual(all);
  });

  it("looks at once, and says what it gave up on", async ({ expect }) => {
    expect(await waitFor(async () => Promise.resolve("there"), { what: "it", timeout: 0 })).toBe("there");
    const never = waitFor(async () => Promise.resolve(undefined), { what: "stack x", timeout: -1 });
    await expect(never).rejects.toMatchObject({ code: "aws/timeout", message: expect.stringContaining("stack x") });
  });

  it("reads lists to their end", async ({ expect }) => {
    const pages = [
      { items: [1, 2], next: "b" },
      { items: [3], next: "" },
    ];
    expect(await allPages(async (token) => Promise.resolve(pages[token === "b" ? 1 : 0] as never))).toEqual([1, 2, 3]);
  });
});

describe("what answers isn't AWS", () => {
  const page = (status: number): Answer => ({
    status,
    headers: { "content-type": "text/html", server: "nginx" },
    body: "<html><body>Hello<br></body></html>",
  });
  it.for([200, 404, 502])("a web server that says %i is named after three tries", async (status, { expect }) => {
    const server = endpoint(page(status));
    const failed = await open(server)
      .identity()
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: "aws/not-aws",
      message: `sts:GetCallerIdentity failed: what answers at http://127.0.0.1:1 isn't AWS (HTTP ${status}, text/html, from nginx)`,
    });
    expect(server.requests.length).toBe(3);
  });

  it("something that doesn't even speak HTTP", async ({ expect }) => {
    const parse = Object.assign(new Error("Parse Error: Expected HTTP/"), { code: "HPE_INVALID_CONSTANT" });
    await expect(open(endpoint(parse)).identity()).rejects.toMatchObject({ code: "aws/not-aws" });
  });

  it("but AWS that has answered before was cut off, and is asked again", async ({ expect }) => {
    const aws = open(endpoint(active, page(200), active));
    await aws.call("eks", "DescribeCluster", { name: "prod" });
    await expect(aws.call("eks", "DescribeCluster", { name: "prod" })).resolves.toMatchObject({
      cluster: { name: "prod" },
    });
  });
});
