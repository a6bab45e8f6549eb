// The EKS Pod Identity agent as a role, asked by an SDK's own provider; EKS Auth is the sandbox's.
import { freePort } from "../helpers/free-port.ts";
import { createSign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHttp } from "@aws-sdk/credential-provider-http";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { RunningRoles } from "../../src/controllers/frame/run.ts";
import { runRoles } from "../../src/controllers/frame/run.ts";
import { podIdentityAgent } from "../../src/controllers/pod-identity-agent/role.ts";
import { servicePrincipal } from "../../src/sandbox/aws/core/index.ts";
import { oidcKey } from "../../src/sandbox/aws/services/eks/certificate.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { eventually } from "../helpers/kubernetes.ts";

describe("the pod identity agent", () => {
  let sandbox: Sandbox;
  let cluster: MadeCluster;
  let running: RunningRoles;
  let port: number;
  const stop = new AbortController();
  const log: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), "lotse-agent-"));

  /** A projected token, as the cluster's API server would sign it. */
  const token = (account: string, change: object = {}): string => {
    const { account: id, region } = sandbox;
    const ctx = sandbox.cloud.context({ account: id, region, principal: servicePrincipal("eks.amazonaws.com", id) });
    const { cluster: found } = cluster.send<{ cluster: { identity: { oidc: { issuer: string } } } }>(
      "eks",
      "DescribeCluster",
      { name: "prod" },
    );
    const { issuer } = found.identity.oidc;
    const key = sandbox.cloud.store.transaction(() => oidcKey(ctx, "prod", issuer));
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      sub: `system:serviceaccount:shop:${account}`,
      aud: ["pods.eks.amazonaws.com"],
      iat: now,
      exp: now + 3600,
      "kubernetes.io": { pod: { name: `${account}-0`, uid: "u-1" } },
      ...change,
    };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const content = `${part({ alg: "RS256", kid: key.kid })}.${part(claims)}`;
    return `${content}.${createSign("sha256").update(content).sign(key.privateKey).toString("base64url")}`;
  };
  const ask = async (authorization: string | undefined, path = "/v1/credentials"): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, authorization === undefined ? {} : { headers: { authorization } });

  beforeAll(async () => {
    sandbox = await createSandbox({ kubernetes: "off" });
    cluster = makeCluster(sandbox, "prod");
    const { send } = cluster;
    const role = send<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName: "cart",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
          },
        ],
      }),
    });
    send("eks", "CreatePodIdentityAssociation", {
      clusterName: "prod",
      namespace: "shop",
      serviceAccount: "cart",
      roleArn: role.Role.Arn,
    });
    const { accessKeyId, secretAccessKey } = sandbox.credentials;
    process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
    port = await freePort();
    const flags = { "cluster-name": "prod", "bind-hosts": "127.0.0.1", port: String(port), "health-port": "0" };
    running = await runRoles({
      roles: [podIdentityAgent],
      words: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      env: { AWS_ENDPOINT_URL: sandbox.endpoint, AWS_REGION: sandbox.region },
      write: (line) => void log.push(line),
      signal: stop.signal,
    });
    const probe = `http://127.0.0.1:${running.probePort}/readyz`;
    await eventually(
      async () => (await fetch(probe)).status,
      (status) => status === 200,
    );
  });

  afterAll(async () => {
    stop.abort();
    await running?.done;
    await sandbox?.close();
    delete process.env["AWS_ACCESS_KEY_ID"];
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    rmSync(folder, { recursive: true, force: true });
  });

  it("gives an SDK the credentials of the associated role", async ({ expect }) => {
    const file = join(folder, "token");
    writeFileSync(file, token("cart"));
    const provide = fromHttp({
      awsContainerCredentialsFullUri: `http://127.0.0.1:${port}/v1/credentials`,
      awsContainerAuthorizationTokenFile: file,
    });
    const { accessKeyId, expiration } = await provide();
    expect(accessKeyId).toMatch(/^ASIA/);
    expect(((expiration?.getTime() ?? 0) - Date.now()) / 3_600_000).toBeCloseTo(6, 1);
  });

  it("answers in the agent's words what isn't so", async ({ expect }) => {
    const said = async (authorization: string | undefined, path?: string): Promise<string> => {
      const response = await ask(authorization, path);
      return `${response.status} ${(await response.text()).trim()}`;
    };
    expect(await said(undefined)).toBe("400 Service account token cannot be empty");
    expect(await said("nonsense")).toMatch(/^400 Service account token cannot be parsed/);
    expect(await said(token("cart", { exp: 1000 }))).toMatch(
      /^400 Service account token failed basic claim validations/,
    );
    expect(await said(token("other"))).toMatch(
      /^404 \[[0-9a-f-]{36}\]: \(ResourceNotFoundException\): .* fault: client$/,
    );
    expect(await said(`${token("cart").slice(0, -6)}AAAAAA`)).toMatch(/^400 \[.*\(InvalidTokenException\)/);
    expect(await said(token("cart"), "/latest/meta-data")).toBe("404 404 page not found");
    expect(log.join("\n")).not.toContain(token("cart").split(".")[2]);
  });

  it("serves what it has while EKS Auth throttles or is broken, opens nothing, and recovers", async ({ expect }) => {
    const known = token("cart", { jti: "known" });
    expect((await ask(known)).status).toBe(200);
    for (const [effect, status] of [
      [{ kind: "throttle" }, 429],
      [{ kind: "error", code: "ServiceUnavailableException", status: 503 }, 503],
      [{ kind: "drop" }, 503],
    ] as const) {
      const { id } = sandbox.faults.add({ service: "eks-auth", effect });
      const fresh = token("cart", { jti: effect.kind });
      const refused = await ask(fresh);
      expect([refused.status, (await refused.text()).includes("AccessKeyId")]).toEqual([status, false]);
      expect((await ask(known)).status).toBe(200);
      sandbox.faults.remove(id);
      expect((await ask(fresh)).status).toBe(200);
    }
  });

  it("can't be called by another name, as web pages would", async ({ expect }) => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(
          `GET /v1/credentials HTTP/1.1\r\nhost: evil.example\r\nauthorization: ${token("cart")}\r\nconnection: close\r\n\r\n`,
        );
      });
      let got = "";
      socket.on("data", (chunk) => (got += chunk.toString()));
      socket.once("end", () => resolve(got));
      socket.once("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 403/);
    expect(text).toContain("Access Denied. Called agent through invalid address");
  });
});
