// A pod's view of AWS, judged by the AWS CLI: by its service account's role, by EKS Pod Identity, by its node's role, and
// by nothing. One cluster for all.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Kube } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { createSandbox, execAsPod, type Sandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { webIdentityTrust } from "../../src/identity/index.ts";
import { makeCluster, makeGroup, type MadeCluster } from "../helpers/eks-by-api.ts";
import { judgesFolder, python, pythonMissing } from "../helpers/judges.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { lotse } from "../helpers/tools.ts";

const kubernetes = await kubernetesOr("1.35");
const skip = kubernetes.skip ?? (python === undefined ? pythonMissing : undefined);
const account = "123456789012";
const aws = join(judgesFolder, "bin", "aws");

interface Result {
  exit: number;
  out: string;
  err: string;
}

const allow = (Action: string | readonly string[], Resource: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });

describe.skipIf(skip)(skip ?? "a command as a pod", () => {
  let sandbox: Sandbox;
  let cluster: MadeCluster;
  let kube: Kube;
  const folder = mkdtempSync(join(tmpdir(), "lotse-exec-test-"));
  const notes: string[] = [];

  /** The caller is somebody: none of it may get through. */
  const callers = {
    PATH: process.env["PATH"],
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_PROFILE: "caller",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/callers",
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
    AWS_PAGER: "",
    AWS_METADATA_SERVICE_TIMEOUT: "1",
    HTTP_PROXY: "",
  };

  const as = async (pod: string, ...command: string[]): Promise<Result> => {
    const texts = { out: "", err: "" };
    const exit = await execAsPod({
      endpoint: sandbox.endpoint,
      pod,
      command,
      env: callers,
      stdio: "pipe",
      onNote: (note) => notes.push(note),
      onStart: (child) => {
        child.stdout?.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
        child.stderr?.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
      },
    });
    return { exit, ...texts };
  };

  const role = (name: string, trust: unknown, policy: string): string => {
    const made = cluster.send<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(trust),
    });
    cluster.send("iam", "PutRolePolicy", { RoleName: name, PolicyName: "own", PolicyDocument: policy });
    return made.Role.Arn;
  };

  const pod = async (namespace: string, name: string, more: object = {}, container: object = {}): Promise<void> => {
    await kube.create(resources.pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace },
      spec: { containers: [{ name: "app", image: "app", ...container }], ...more },
    });
  };

  const serviceAccount = (
    namespace: string,
    name: string,
    annotations: Record<string, string> = {},
  ): Promise<unknown> =>
    kube.create(resources.serviceAccounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, annotations },
    });

  beforeAll(async () => {
    sandbox = await createSandbox();
    cluster = makeCluster(sandbox, "prod");
    makeGroup(sandbox, cluster, "ng", 1);
    const { send } = cluster;
    kube = kubeOf({ sandbox, send }, "prod");
    const { cluster: found } = send<{ cluster: { identity: { oidc: { issuer: string } } } }>("eks", "DescribeCluster", {
      name: "prod",
    });
    const { issuer } = found.identity.oidc;
    send("iam", "CreateOpenIDConnectProvider", { Url: issuer, ClientIDList: ["sts.amazonaws.com"] });
    for (const Bucket of ["orders", "secrets"])
      send("s3", "CreateBucket", { Bucket, CreateBucketConfiguration: { LocationConstraint: sandbox.region } });
    const reads = allow(["s3:ListBucket", "s3:GetObject"], "arn:aws:s3:::orders*");
    const trust = webIdentityTrust({ issuers: [{ issuer, account }], accounts: [{ namespace: "shop", name: "cart" }] });
    const irsa = role("irsa", trust.policy, reads);
    const podsTrust = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    };
    const tagged = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: "arn:aws:s3:::orders",
          Condition: { StringEquals: { "aws:PrincipalTag/kubernetes-namespace": "shop" } },
        },
      ],
    });
    const associated = role("associated", podsTrust, tagged);
    for (const namespace of ["shop", "back"]) {
      await kube.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      send("eks", "CreatePodIdentityAssociation", {
        clusterName: "prod",
        namespace,
        serviceAccount: "till",
        roleArn: associated,
      });
      await serviceAccount(namespace, "till");
    }
    await serviceAccount("shop", "cart", { "eks.amazonaws.com/role-arn": irsa });
    await serviceAccount("shop", "thief", { "eks.amazonaws.com/role-arn": irsa });
    await serviceAccount("shop", "plain");
    await pod("shop", "cart", { serviceAccountName: "cart" });
    await pod("shop", "thief", { serviceAccountName: "thief" });
    await pod("shop", "till", { serviceAccountName: "till" });
    await pod("back", "till", { serviceAccountName: "till" });
    await pod("shop", "plain", { serviceAccountName: "plain" });
    await eventually(
      () => kube.list(resources.pods, {}),
      (seen) =>
        ["shop", "back"].every((namespace) =>
          seen
            .filter(({ metadata }) => metadata.namespace === namespace)
            .every((each) => (each as { status?: { phase?: string } }).status?.phase === "Running"),
        ),
    );
  }, 120_000);

  afterAll(async () => {
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has the role of its service account, for what its policy allows", async ({ expect }) => {
    const who = await as("shop/cart", aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
    expect(who).toMatchObject({ exit: 0, out: expect.stringMatching(/assumed-role\/irsa\//) as string });
    expect(await as("shop/cart", aws, "s3", "ls", "s3://orders")).toMatchObject({ exit: 0, err: "" });
    const refused = await as("shop/cart", aws, "s3", "ls", "s3://secrets");
    expect(refused.exit).not.toBe(0);
    expect(refused.err).toMatch(/AccessDenied/);
  });

  it("has no role that doesn't trust its service account", async ({ expect }) => {
    const { exit, err } = await as("shop/thief", aws, "sts", "get-caller-identity");
    expect(exit).not.toBe(0);
    expect(err).toMatch(/AccessDenied.*AssumeRoleWithWebIdentity/);
  });

  it("has the associated role with its namespace as a tag, and is told about an agent that is missing", async ({
    expect,
  }) => {
    const who = await as("shop/till", aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
    expect(who.out).toMatch(/assumed-role\/associated\/eks-prod-till-/);
    expect(notes).toContainEqual(expect.stringContaining("eks-pod-identity-agent"));
    expect((await as("shop/till", aws, "s3", "ls", "s3://orders")).exit).toBe(0);
    const other = await as("back/till", aws, "s3", "ls", "s3://orders");
    expect([other.exit === 0, other.err]).toEqual([false, expect.stringMatching(/AccessDenied/)]);
  });

  it("has its node's role when it has none of its own, and only as far as the hop limit lets it", async ({
    expect,
  }) => {
    const who = (name: string): Promise<Result> =>
      as(name, aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
    expect((await who("shop/plain")).out).toMatch(/assumed-role\/prod-node\/i-/);
    const [instance] = (
      cluster.send<{ Reservations: { Instances: { InstanceId: string }[] }[] }>("ec2", "DescribeInstances", {})
        .Reservations[0]?.Instances ?? []
    ).map(({ InstanceId }) => InstanceId);
    cluster.send("ec2", "ModifyInstanceMetadataOptions", {
      InstanceId: instance,
      HttpPutResponseHopLimit: 1,
      HttpTokens: "required",
    });
    const lost = await who("shop/plain");
    expect(lost.exit).not.toBe(0);
    expect(lost.err).toMatch(/credentials/);
    cluster.send("ec2", "ModifyInstanceMetadataOptions", { InstanceId: instance, HttpPutResponseHopLimit: 2 });
  });

  it("sees the container's variables and none of the caller's", async ({ expect }) => {
    const { out } = await as("shop/cart", process.execPath, "-e", "console.log(JSON.stringify(process.env))");
    const env = JSON.parse(out) as Record<string, string>;
    expect(
      Object.keys(env)
        .filter((name) => name.startsWith("AWS_"))
        .toSorted(),
    ).toEqual([
      "AWS_CONFIG_FILE",
      "AWS_DEFAULT_REGION",
      "AWS_EC2_METADATA_SERVICE_ENDPOINT",
      "AWS_ENDPOINT_URL",
      "AWS_PAGER",
      "AWS_REGION",
      "AWS_ROLE_ARN",
      "AWS_SHARED_CREDENTIALS_FILE",
      "AWS_STS_REGIONAL_ENDPOINTS",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]);
    expect(env).toMatchObject({ AWS_ENDPOINT_URL: sandbox.endpoint, HOSTNAME: "cart" });
    expect(existsSync(env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "")).toBe(false);
  });

  it("finds private copies of its tokens while it runs, and nobody finds them later", async ({ expect }) => {
    const script = `const { statSync, readFileSync } = require("node:fs"); const { dirname } = require("node:path");
      const file = process.env.AWS_WEB_IDENTITY_TOKEN_FILE;
      const claims = JSON.parse(Buffer.from(readFileSync(file, "utf8").split(".")[1], "base64url"));
      console.log(JSON.stringify([file, statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777, claims["kubernetes.io"].pod.name]))`;
    const { out } = await as("shop/cart", process.execPath, "-e", script);
    const [file, ...rest] = JSON.parse(out) as [string, ...unknown[]];
    expect(rest).toEqual([0o600, 0o700, "cart"]);
    expect(existsSync(dirname(dirname(dirname(file))))).toBe(false);
  });

  it("ends with the command's exit code, or its signal's", async ({ expect }) => {
    expect((await as("shop/plain", process.execPath, "-e", "process.exit(42)")).exit).toBe(42);
    expect((await as("shop/plain", process.execPath, "-e", "process.kill(process.pid, 'SIGTERM')")).exit).toBe(143);
    await expect(as("shop/plain", "no-such-program")).rejects.toMatchObject({ code: "sandbox/no-command" });
    await expect(as("shop/nobody", "true")).rejects.toMatchObject({ code: "sandbox/no-pod" });
  });

  it.skipIf(!existsSync(lotse))("is `lotse sandbox exec`, to whom signals may be sent", async ({ expect }) => {
    writeFileSync(
      join(folder, "daemon.json"),
      JSON.stringify({ pid: process.pid, endpoint: sandbox.endpoint, version: "test" }),
    );
    const words = ["sandbox", "exec", "--state", folder, "--as-pod"];
    const run = (...more: string[]) =>
      new Promise<Result>((done) => {
        const child = execFile(process.execPath, [lotse, ...words, ...more], (error, out, err) =>
          done({ exit: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
        );
        child.stdout?.once("data", (text: Buffer | string) => {
          if (String(text).includes("waiting")) child.kill("SIGTERM");
        });
      });
    expect(await run("shop/cart", "--", aws, "s3", "ls", "s3://orders")).toMatchObject({ exit: 0 });
    const script = "process.on('SIGTERM', () => process.exit(7)); console.log('waiting'); setTimeout(() => {}, 60000)";
    expect(await run("shop/cart", "--", process.execPath, "-e", script)).toMatchObject({ exit: 7 });
    expect(await run("shop/cart", "--", "no-such-program")).toMatchObject({ exit: 127 });
    expect(await run("shop/cart", "-c", "other", "--", "true")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("It has app.") as string,
    });
  });
});
