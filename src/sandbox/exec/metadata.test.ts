// The metadata service by its published rules, asked over HTTP.
import { afterEach, describe, it } from "vitest";
import type { InstanceFacts } from "./answers.ts";
import type { Loopback } from "./loopback.ts";
import { openLoopback } from "./loopback.ts";
import { metadataService } from "./metadata.ts";

const facts: InstanceFacts = {
  id: "i-1",
  type: "m5.large",
  imageId: "ami-1",
  account: "123456789012",
  region: "eu-central-1",
  zone: "eu-central-1a",
  privateIp: "10.0.0.4",
  architecture: "x86_64",
  launchedAt: 0,
  tokens: "required",
  hopLimit: 2,
  endpoint: "enabled",
  role: {
    name: "node",
    profileArn: "arn:aws:iam::123456789012:instance-profile/node",
    profileId: "AIPA",
    credentials: { accessKeyId: "A", secretAccessKey: "S", sessionToken: "T", expires: 3_600_000 },
  },
};
const open: Loopback[] = [];

async function service(change: Partial<InstanceFacts> = {}, hops = 2, now: () => number = Date.now) {
  const loopback = await openLoopback(
    metadataService({ facts: () => Promise.resolve({ ...facts, ...change }), hops, now }),
  );
  open.push(loopback);
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${loopback.url}${path}`, { method, headers, signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };
  const token = async (seconds = "60"): Promise<Record<string, string>> => {
    const { body } = await ask("PUT", "/latest/api/token", { "X-aws-ec2-metadata-token-ttl-seconds": seconds });
    return { "X-aws-ec2-metadata-token": body };
  };
  return { ask, token, url: loopback.url };
}

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

describe("an instance's metadata service", () => {
  it("gives the role's name and credentials to whoever has a token", async ({ expect }) => {
    const { ask, token } = await service();
    const headers = await token();
    const base = "/latest/meta-data/iam/security-credentials";
    expect((await ask("GET", `${base}/`, headers)).body).toBe("node");
    expect(JSON.parse((await ask("GET", `${base}/node`, headers)).body)).toMatchObject({
      Code: "Success",
      AccessKeyId: "A",
      SecretAccessKey: "S",
      Token: "T",
      Expiration: "1970-01-01T01:00:00Z",
    });
    expect((await ask("GET", "/latest/meta-data/placement/region", headers)).body).toBe("eu-central-1");
    expect((await ask("GET", "/latest/meta-data/placement/", headers)).body).toBe("availability-zone\nregion");
    expect(JSON.parse((await ask("GET", "/latest/dynamic/instance-identity/document", headers)).body)).toMatchObject({
      instanceId: "i-1",
    });
    expect((await ask("GET", "/latest/user-data", headers)).status).toBe(404);
  });

  it("wants a token with a life, straight from the client", async ({ expect }) => {
    const { ask, token } = await service();
    const ttl = "X-aws-ec2-metadata-token-ttl-seconds";
    const put = async (headers: Record<string, string>) => (await ask("PUT", "/latest/api/token", headers)).status;
    expect(await put({})).toBe(400);
    expect(await put({ [ttl]: "0" })).toBe(400);
    expect(await put({ [ttl]: "21601" })).toBe(400);
    expect(await put({ [ttl]: "60", "X-Forwarded-For": "10.0.0.9" })).toBe(403);
    expect((await ask("GET", "/latest/meta-data/instance-id")).status).toBe(401);
    expect((await ask("GET", "/latest/meta-data/instance-id", { "X-aws-ec2-metadata-token": "mine" })).status).toBe(
      401,
    );
    expect((await ask("POST", "/latest/meta-data/instance-id", await token())).status).toBe(405);
  });

  it("forgets tokens when their time is over", async ({ expect }) => {
    let time = 0;
    const { ask, token } = await service({}, 2, () => time);
    const headers = await token("1");
    expect((await ask("GET", "/latest/meta-data/instance-id", headers)).status).toBe(200);
    time = 1_000;
    expect((await ask("GET", "/latest/meta-data/instance-id", headers)).status).toBe(401);
  });

  it("answers without a token where the instance's options say so, and nothing when it is switched off", async ({
    expect,
  }) => {
    const optional = await service({ tokens: "optional" });
    expect((await optional.ask("GET", "/latest/meta-data/instance-id")).body).toBe("i-1");
    const off = await service({ endpoint: "disabled", tokens: "optional" });
    expect((await off.ask("GET", "/latest/meta-data/instance-id")).status).toBe(403);
  });

  it("loses tokens on their way to pods beyond the hop limit; pods of the host's network get theirs", async ({
    expect,
  }) => {
    const ttl = { "X-aws-ec2-metadata-token-ttl-seconds": "60" };
    const beyond = await service({ hopLimit: 1 });
    await expect(
      fetch(`${beyond.url}/latest/api/token`, { method: "PUT", headers: ttl, signal: AbortSignal.timeout(300) }),
    ).rejects.toMatchObject({ name: "TimeoutError" });
    const host = await service({ hopLimit: 1 }, 1);
    expect((await host.ask("PUT", "/latest/api/token", ttl)).status).toBe(200);
  });

  it("says so when the role doesn't trust EC2, and knows no role without a profile", async ({ expect }) => {
    const { credentials: _, ...role } = facts.role as NonNullable<InstanceFacts["role"]>;
    const distrusted = await service({ role });
    const path = "/latest/meta-data/iam/security-credentials/node";
    const { body } = await distrusted.ask("GET", path, await distrusted.token());
    expect(JSON.parse(body)).toMatchObject({ Code: "AssumeRoleUnauthorizedAccess" });
    const { role: _role, ...bare } = facts;
    const loopback = await openLoopback(metadataService({ facts: () => Promise.resolve(bare), hops: 2 }));
    open.push(loopback);
    const put = await fetch(`${loopback.url}/latest/api/token`, {
      method: "PUT",
      headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" },
    });
    const headers = { "X-aws-ec2-metadata-token": await put.text() };
    expect((await fetch(`${loopback.url}/latest/meta-data/iam/security-credentials/`, { headers })).status).toBe(404);
  });
});
