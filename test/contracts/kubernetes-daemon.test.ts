// Clusters of the sandbox's own process, as a person has them: they go and come with it, and nothing of them outlives it.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateClusterCommand, DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bearerToken } from "../../src/identity/index.ts";
import { openKube, resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";

const entry = resolve("dist/lotse.js");
const kubernetes = await kubernetesOr("1.36");
const skip = existsSync(entry) ? kubernetes.skip : "skipped: dist/lotse.js is not built: npm run build";
const region = "eu-central-1";

interface Result {
  exit: number;
  out: string;
  err: string;
}

describe.skipIf(skip)(skip ?? "lotse sandbox with Kubernetes", () => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-kubernetes-daemon-"));
  let cluster: { endpoint: string; ca: string };

  const lotse = (...words: string[]): Promise<Result> =>
    new Promise((done) => {
      const env = { ...process.env, LOTSE_SANDBOX_DIR: folder };
      execFile(process.execPath, [entry, "sandbox", ...words], { env }, (error, out, err) => {
        done({ exit: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err });
      });
    });
  const variables = async (...words: string[]): Promise<Record<string, string>> => {
    const { out } = await lotse("env", ...words);
    return Object.fromEntries(
      [...out.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
  };
  const daemon = (): { pid: number; endpoint: string } =>
    JSON.parse(readFileSync(join(folder, "daemon.json"), "utf8")) as { pid: number; endpoint: string };
  const programs = (): string[] =>
    execFileSync("ps", ["-eo", "stat,args"], { encoding: "utf8", maxBuffer: 1 << 26 })
      .split("\n")
      .filter((line) => !line.startsWith("Z") && line.includes(join(folder, "kubernetes")));
  const credentials = (env: Record<string, string>): { accessKeyId: string; secretAccessKey: string } => ({
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
  });
  /** Names of ConfigMaps that aren't Kubernetes' own; `write` makes one first. */
  const maps = async (write?: string, retries = 5): Promise<string[]> => {
    const env = await variables();
    const kube = openKube({
      server: cluster.endpoint,
      retries,
      authority: Buffer.from(cluster.ca, "base64").toString(),
      token: () => {
        const { token, expiresAt } = bearerToken({
          cluster: "shop",
          region,
          credentials: credentials(env),
          at: Date.now(),
        });
        return Promise.resolve({ token, expires: expiresAt });
      },
    });
    try {
      const metadata = { namespace: "default", name: write ?? "" };
      if (write) await kube.create(resources.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
      const found = await kube.list(resources.configMaps, { namespace: "default" });
      return found.map(({ metadata: { name } }) => name).filter((name) => name !== "kube-root-ca.crt");
    } finally {
      kube.close();
    }
  };

  beforeAll(async () => {
    await lotse("up", "--clock", "instant", "--proxy");
    const env = await variables();
    const config = { endpoint: env["AWS_ENDPOINT_URL"] ?? "", region, credentials: credentials(env) };
    const [ec2, iam, eks] = [new EC2Client(config), new IAMClient(config), new EKSClient(config)];
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const subnetIds: string[] = [];
    for (const [i, zone] of ["a", "b"].entries()) {
      const input = { VpcId: Vpc?.VpcId, CidrBlock: `10.0.${i}.0/24`, AvailabilityZone: `${region}${zone}` };
      const { Subnet } = await ec2.send(new CreateSubnetCommand(input));
      subnetIds.push(Subnet?.SubnetId ?? "");
    }
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
    };
    const document = { RoleName: "shop", AssumeRolePolicyDocument: JSON.stringify(trust) };
    const { Role } = await iam.send(new CreateRoleCommand(document));
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
    await iam.send(new AttachRolePolicyCommand({ RoleName: "shop", PolicyArn }));
    const roleArn = Role?.Arn ?? "";
    await eks.send(
      new CreateClusterCommand({ name: "shop", version: "1.36", roleArn, resourcesVpcConfig: { subnetIds } }),
    );
    const { cluster: made } = await eks.send(new DescribeClusterCommand({ name: "shop" }));
    cluster = { endpoint: made?.endpoint ?? "", ca: made?.certificateAuthority?.data ?? "" };
  }, 60_000);

  afterAll(async () => {
    await lotse("down");
    rmSync(folder, { recursive: true, force: true });
  });

  it("starts a control plane when somebody comes, and says so", async ({ expect }) => {
    expect((await lotse("status")).out).toMatch(/cluster +shop {2}asleep {2}https:/);
    expect(await maps("kept")).toEqual(["kept"]);
    expect((await lotse("status")).out).toMatch(/cluster +shop {2}running {2}v1\.36\.\d+ {2}https:/);
    expect(programs().length).toBeGreaterThanOrEqual(4);
  });

  it("takes it down with it, and brings it back at the same address with what it held", async ({ expect }) => {
    const { endpoint } = daemon();
    expect(await lotse("down")).toMatchObject({ exit: 0 });
    expect(programs()).toEqual([]);
    await lotse("up", "--clock", "instant", "--proxy");
    expect(daemon().endpoint).toBe(endpoint);
    expect(await maps()).toEqual(["kept"]);
  });

  it("leaves nothing behind when it is killed", async ({ expect }) => {
    expect(programs().length).toBeGreaterThanOrEqual(4);
    process.kill(daemon().pid, "SIGKILL");
    for (let i = 0; i < 100 && programs().length > 0; i += 1) await sleep(50);
    expect(programs()).toEqual([]);
    await lotse("up", "--clock", "instant", "--proxy");
    expect(await maps()).toEqual(["kept"]);
  });

  it("gives tools a proxy and the authority that it believes in, in every shell's words", async ({ expect }) => {
    const env = await variables("--proxy");
    const authority = join(folder, "proxy-authority.pem");
    expect(env).toMatchObject({
      HTTPS_PROXY: daemon().endpoint,
      NO_PROXY: "127.0.0.1,localhost,::1",
      AWS_CA_BUNDLE: authority,
      SSL_CERT_FILE: authority,
      NODE_EXTRA_CA_CERTS: authority,
    });
    expect(readFileSync(authority, "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(readFileSync(authority, "utf8")).not.toContain("PRIVATE");
    expect(statSync(join(folder, "proxy-authority.json")).mode & 0o777).toBe(0o600);
    expect((await lotse("env", "--proxy", "--shell", "fish")).out).toContain(`set -gx SSL_CERT_FILE '${authority}'\n`);
    expect((await lotse("env", "--proxy", "--shell", "powershell")).out).toContain(
      `$Env:SSL_CERT_FILE = '${authority}'\n`,
    );
  });

  it("refuses connections, and starts nothing, when Kubernetes is off", async ({ expect }) => {
    await lotse("down");
    await lotse("up", "--kubernetes", "off");
    expect((await lotse("status")).out).toMatch(/kubernetes +off/);
    await expect(maps(undefined, 1)).rejects.toMatchObject({ code: "kube/unreachable" });
    expect(await lotse("env", "--proxy")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("no proxy") as string,
    });
    await lotse("down");
  });

  it("names the cluster for which there is no memory", async ({ expect }) => {
    await lotse("up", "--kubernetes-memory", "100");
    await expect(maps(undefined, 1)).rejects.toMatchObject({ code: "kube/unreachable" });
    const { out } = await lotse("status");
    expect(out).toContain("There is no memory for the control plane of cluster shop");
    expect(out).toContain("--kubernetes-memory");
  });
});
