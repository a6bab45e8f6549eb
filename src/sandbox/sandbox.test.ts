import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateUserCommand, CreateAccessKeyCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import { cloudTrailRecord, createSandbox, parseClock, sandboxCoverage, toolVariables } from "./index.ts";

describe("createSandbox", () => {
  it("is an account that SDK clients can use, with and without a socket", async ({ expect }) => {
    await using sandbox = await createSandbox({ account: "111122223333", region: "eu-west-1" });
    const { requestHandler: _inProcess, ...overSocket } = sandbox.clientConfig();
    for (const config of [sandbox.clientConfig(), overSocket]) {
      const identity = await new STSClient(config).send(new GetCallerIdentityCommand({}));
      expect(identity).toMatchObject({ Account: "111122223333", Arn: "arn:aws:iam::111122223333:user/administrator" });
    }
    await expect(createSandbox({ account: "12" })).rejects.toMatchObject({ code: "sandbox/bad-account" });
  });

  it("makes the same ids for the same seed, and others for another", async ({ expect }) => {
    const vpcId = async (seed: number): Promise<string | undefined> => {
      await using sandbox = await createSandbox({ listen: false, seed });
      const ec2 = new EC2Client(sandbox.clientConfig());
      return (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId;
    };
    expect(await vpcId(5)).toBe(await vpcId(5));
    expect(await vpcId(6)).not.toBe(await vpcId(5));
  });

  it("empties, saves and loads its state", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const ec2 = new EC2Client(sandbox.clientConfig());
    const cidrs = async (): Promise<(string | undefined)[]> =>
      ((await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? []).map(({ CidrBlock }) => CidrBlock);
    const fresh = await cidrs();
    await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const saved = sandbox.save();
    sandbox.reset();
    expect(await cidrs()).toEqual(fresh);
    sandbox.load(saved);
    expect(await cidrs()).toEqual([...fresh, "10.0.0.0/16"]);
    expect(() => sandbox.load("nonsense")).toThrow("damaged");
    expect(await cidrs()).toHaveLength(fresh.length + 1);
    await using copy = await createSandbox({ listen: false });
    copy.load(saved);
    expect(copy.save().split("\n").length).toBe(saved.split("\n").length);
  });

  it("keeps a trail in CloudTrail's form, without secrets", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, region: "us-east-1" });
    const iam = new IAMClient(sandbox.clientConfig());
    await iam.send(new CreateUserCommand({ UserName: "ann" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
    await expect(iam.send(new CreateUserCommand({ UserName: "ann" }))).rejects.toThrow();
    const [failed, made] = sandbox.trail().map(cloudTrailRecord);
    expect(failed).toMatchObject({
      eventName: "CreateUser",
      eventSource: "iam.amazonaws.com",
      errorCode: "EntityAlreadyExists",
      requestParameters: { userName: "ann" },
      responseElements: null,
      readOnly: false,
      userIdentity: { type: "IAMUser", userName: "administrator" },
    });
    expect(made).toMatchObject({ eventName: "CreateAccessKey", responseElements: { accessKey: { userName: "ann" } } });
    expect(JSON.stringify(made)).not.toContain(AccessKey?.SecretAccessKey);
  });

  it("has endpoints of its own for other languages", async ({ expect }) => {
    await using sandbox = await createSandbox({ start: 0 });
    const call = async (method: string, path: string, body?: string): Promise<[number, string]> => {
      const answer = await fetch(sandbox.endpoint + path, { method, ...(body === undefined ? {} : { body }) });
      return [answer.status, await answer.text()];
    };
    const [, status] = await call("GET", "/_lotse/status");
    expect(JSON.parse(status)).toMatchObject({
      account: "123456789012",
      clock: "poll",
      time: "1970-01-01T00:00:00.000Z",
    });
    await call("POST", "/_lotse/advance", '{"seconds": 90}');
    expect(sandbox.clock.now()).toBe(90_000);
    expect(await call("POST", "/_lotse/advance", '{"seconds": -1}')).toEqual([400, expect.stringContaining("seconds")]);
    expect((await call("POST", "/_lotse/faults", '{"effect":{"kind":"throttle"}}'))[0]).toBe(200);
    expect(await call("POST", "/_lotse/faults", '{"effect":{"kind":"boom"}}')).toEqual([
      400,
      expect.stringContaining("boom"),
    ]);
    expect((await call("POST", "/_lotse/faults", "{"))[0]).toBe(400);
    expect((await call("POST", "/moto-api/reset"))[0]).toBe(200);
    expect(sandbox.faults.list()).toEqual([]);
    expect((await call("POST", "/_lotse/stop"))[0]).toBe(400);
    expect((await call("GET", "/_lotse/nothing"))[0]).toBe(404);
  });

  it("tells tools where to go, and what not to believe", async ({ expect }) => {
    await using sandbox = await createSandbox();
    expect(sandbox.env()).toMatchObject({ AWS_ENDPOINT_URL: sandbox.endpoint, AWS_REGION: "eu-central-1" });
    expect("AWS_PROFILE" in sandbox.env()).toBe(true);
    const { set, unset } = toolVariables(sandbox, { AWS_ENDPOINT_URL_ROUTE_53: "http://x" });
    expect(set["AWS_ENDPOINT_URL"]).toBe(sandbox.endpoint);
    expect(unset).toEqual(expect.arrayContaining(["AWS_PROFILE", "AWS_ENDPOINT_URL_ROUTE_53", "AWS_ENDPOINT_URL_EC2"]));
  });

  it("knows what it emulates", ({ expect }) => {
    const sts = sandboxCoverage().find(({ id }) => id === "sts");
    expect(sts?.emulated).toContain("GetCallerIdentity");
    expect(sts?.missing).toContain("AssumeRoot");
    for (const { id, emulated } of sandboxCoverage()) expect(emulated.length, id).toBeGreaterThan(0);
  });

  it("reads clocks", ({ expect }) => {
    expect(parseClock("scaled:60")).toEqual({ kind: "scaled", factor: 60 });
    for (const wrong of ["scaled", "scaled:0", "scaled:-1", "fast", "scaled:1e9"])
      expect(parseClock(wrong)).toBeUndefined();
  });
});
