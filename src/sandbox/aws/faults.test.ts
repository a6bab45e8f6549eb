import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, it } from "vitest";
import type { FaultRule, Sandbox } from "../index.ts";
import { createSandbox } from "../index.ts";

const once = { maxAttempts: 1 };

async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "ok",
    (error: Error) => error.name,
  );
}

describe("faults", () => {
  it("throttle in each service's words, so often and no more", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const sts = new STSClient({ ...sandbox.clientConfig(), ...once });
    const ec2 = new EC2Client({ ...sandbox.clientConfig(), ...once });
    sandbox.faults.add({ effect: { kind: "throttle" }, times: 2 });
    expect(await outcome(sts.send(new GetCallerIdentityCommand({})))).toBe("Throttling");
    expect(await outcome(ec2.send(new DescribeVpcsCommand({})))).toBe("RequestLimitExceeded");
    expect(await outcome(sts.send(new GetCallerIdentityCommand({})))).toBe("ok");
    expect(sandbox.faults.list()).toMatchObject([{ id: "fault-1", seen: 3, hits: 2 }]);
  });

  it("strike the nth call that fits service, operation and input", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const ec2 = new EC2Client({ ...sandbox.clientConfig(), ...once });
    const effect = { kind: "error", code: "InsufficientSomething", message: "none left", status: 500 } as const;
    sandbox.faults.add({ service: "ec2", operation: "Create*", match: { CidrBlock: "10.*" }, nth: 2, effect });
    const create = (CidrBlock: string): Promise<string> => outcome(ec2.send(new CreateVpcCommand({ CidrBlock })));
    expect(await create("10.1.0.0/16")).toBe("ok");
    expect(await create("192.168.0.0/16")).toBe("ok");
    expect(await create("10.2.0.0/16")).toBe("InsufficientSomething");
    expect(await create("10.2.0.0/16")).toBe("ok");
  });

  it("come by chance, the same with the same seed", async ({ expect }) => {
    const run = async (seed: number): Promise<string> => {
      await using sandbox = await createSandbox({ listen: false, seed });
      const sts = new STSClient({ ...sandbox.clientConfig(), ...once });
      sandbox.faults.add({ probability: 0.5, effect: { kind: "throttle" } });
      let marks = "";
      for (let i = 0; i < 40; i += 1) {
        marks += (await outcome(sts.send(new GetCallerIdentityCommand({})))) === "ok" ? "." : "x";
      }
      return marks;
    };
    const marks = await run(7);
    expect(await run(7)).toBe(marks);
    expect(await run(8)).not.toBe(marks);
    expect(marks.split("x").length).toBeGreaterThan(8);
  });

  it("lose connections before the work is done, or after", async ({ expect }) => {
    await using sandbox = await createSandbox();
    const { requestHandler: _inProcess, ...overSocket } = sandbox.clientConfig();
    for (const config of [sandbox.clientConfig(), overSocket]) {
      const ec2 = new EC2Client({ ...config, ...once });
      const vpcs = async (): Promise<number> => (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length ?? 0;
      const before = await vpcs();
      for (const carriedOut of [false, true]) {
        const { id } = sandbox.faults.add({ operation: "CreateVpc", effect: { kind: "drop", carriedOut } });
        await expect(ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).rejects.toThrow(
          /hang up|ECONNRESET/,
        );
        expect(await vpcs()).toBe(carriedOut ? before + 1 : before);
        sandbox.faults.remove(id);
      }
    }
  });

  it("hold answers back, only in their window of virtual time", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false, start: 0 });
    const sts = new STSClient({ ...sandbox.clientConfig(), ...once });
    const timed = async (): Promise<number> => {
      const started = Date.now();
      await sts.send(new GetCallerIdentityCommand({}));
      return Date.now() - started;
    };
    await timed();
    sandbox.faults.add({ after: 60_000, before: 120_000, effect: { kind: "delay", milliseconds: 300 } });
    expect(await timed()).toBeLessThan(250);
    sandbox.advance(90);
    expect(await timed()).toBeGreaterThanOrEqual(299);
    sandbox.advance(90);
    expect(await timed()).toBeLessThan(250);
  });

  it("reach resources by what they say about themselves", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    sandbox.faults.add({ match: { zone: "*b" }, times: 1, effect: { kind: "capacity", message: "none in b" } });
    const ask = (zone: string): unknown => sandbox.cloud.guards.faultResource?.("capacity", { zone }, 0);
    expect(ask("eu-central-1a")).toBeUndefined();
    expect(ask("eu-central-1b")).toEqual({ id: "fault-1", message: "none in b" });
    expect(ask("eu-central-1b")).toBeUndefined();
  });

  it("are refused when they make no sense", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: false });
    const add = (rule: unknown): ReturnType<Sandbox["faults"]["add"]> => sandbox.faults.add(rule as FaultRule);
    expect(() => add({ effect: { kind: "explode" } })).toThrow('"explode" is no effect');
    expect(() => add({ efect: { kind: "throttle" } })).toThrow('no member "efect"');
    expect(() => add({ service: "lambda", effect: { kind: "throttle" } })).toThrow('"lambda" is no service');
    expect(() => add({ probability: 30, effect: { kind: "throttle" } })).toThrow("between 0 and 1");
    expect(add({ service: "autoscaling", effect: { kind: "throttle" } }).service).toBe("auto-scaling");
    expect(sandbox.faults.remove()).toBe(1);
  });
});
