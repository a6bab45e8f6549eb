// Who gets into a living cluster, while what decides it changes: modes, the aws-auth map, access entries, keys.
import { request } from "node:https";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bearerToken } from "../../src/identity/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { eventually } from "../helpers/kubernetes.ts";

const kubernetes = await kubernetesOr("1.36");
const account = "123456789012";
const user = (name: string): string => `arn:aws:iam::${account}:user/${name}`;

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

interface Answer {
  status: number;
  body: Record<string, never> & { message?: string };
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "access to a living cluster", () => {
  let sandbox: Sandbox;
  let send: Send;
  let place: { endpoint: string; ca: string; issuer: string };
  const keys: Record<string, Keys> = {};

  beforeAll(async () => {
    sandbox = await createSandbox({ account });
    ({ send } = makeCluster(sandbox, "shop", {
      version: "1.36",
      accessConfig: { authenticationMode: "CONFIG_MAP" },
      logging: { clusterLogging: [{ enabled: true, types: ["api", "controllerManager", "scheduler"] }] },
    }));
    const { cluster } = send<{
      cluster: { endpoint: string; certificateAuthority: { data: string }; identity: { oidc: { issuer: string } } };
    }>("eks", "DescribeCluster", { name: "shop" });
    const ca = Buffer.from(cluster.certificateAuthority.data, "base64").toString();
    place = { endpoint: cluster.endpoint, ca, issuer: cluster.identity.oidc.issuer };
    for (const UserName of ["ann", "bob"]) {
      send("iam", "CreateUser", { UserName });
      interface Made {
        AccessKey: { AccessKeyId: string; SecretAccessKey: string };
      }
      const { AccessKey } = send<Made>("iam", "CreateAccessKey", { UserName });
      keys[UserName] = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
    }
    keys["creator"] = sandbox.credentials;
  }, 120_000);
  afterAll(() => sandbox?.close());

  /** Asks the API server as somebody with a token of now. */
  const ask = (
    who: string,
    method: string,
    path: string,
    more: { body?: object; headers?: Record<string, string>; token?: string } = {},
  ): Promise<Answer> => {
    const { region } = sandbox;
    const input = { cluster: "shop", region, credentials: keys[who] as Keys, at: Date.now() };
    const payload = more.body && JSON.stringify(more.body);
    const headers = {
      authorization: `Bearer ${more.token ?? bearerToken(input).token}`,
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      ...more.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${place.endpoint}${path}`, { method, headers, ca: place.ca }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => {
          const isJson = (response.headers["content-type"] ?? "").includes("json");
          const body = isJson ? (JSON.parse(text) as Answer["body"]) : ({} as Answer["body"]);
          resolve({ status: response.statusCode ?? 0, body });
        });
      });
      sent.once("error", reject);
      sent.end(payload);
    });
  };
  const pods = "/api/v1/namespaces/default/pods";
  const maps = "/api/v1/namespaces/kube-system/configmaps";
  const status = async (who: string, path = pods): Promise<number> => (await ask(who, "GET", path)).status;
  /** Changes are seen within five seconds; a busy machine adds a little. */
  const soon = (who: string, wanted: number, path = pods): Promise<number> =>
    eventually(
      () => status(who, path),
      (seen) => seen === wanted,
    );
  const mode = (authenticationMode: string): void => {
    send("eks", "UpdateClusterConfig", { name: "shop", accessConfig: { authenticationMode } });
    sandbox.clock.settle();
  };

  it("is its creator's from the first moment, and nobody else's", async ({ expect }) => {
    expect(await status("creator")).toBe(200);
    expect(await status("ann")).toBe(401);
  });

  it("follows the aws-auth map within seconds", async ({ expect }) => {
    const data = { mapUsers: JSON.stringify([{ userarn: user("ann"), username: "ann", groups: ["system:masters"] }]) };
    const metadata = { namespace: "kube-system", name: "aws-auth" };
    const made = await ask("creator", "POST", maps, { body: { apiVersion: "v1", kind: "ConfigMap", metadata, data } });
    expect(made.status).toBe(201);
    expect(await soon("ann", 200)).toBe(200);
    await ask("creator", "PATCH", `${maps}/aws-auth`, { body: { data: { mapUsers: "[]" } } });
    expect(await soon("ann", 401)).toBe(401);
    await ask("creator", "PATCH", `${maps}/aws-auth`, { body: { data } });
    expect(await soon("ann", 200)).toBe(200);
  });

  it("follows access entries as soon as the mode allows them, with policies by namespace", async ({ expect }) => {
    expect(() => send("eks", "CreateAccessEntry", { clusterName: "shop", principalArn: user("bob") })).toThrow();
    mode("API_AND_CONFIG_MAP");
    send("eks", "CreateAccessEntry", { clusterName: "shop", principalArn: user("bob") });
    // Let in, without any rights yet.
    expect(await soon("bob", 403)).toBe(403);
    send("eks", "AssociateAccessPolicy", {
      clusterName: "shop",
      principalArn: user("bob"),
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
      accessScope: { type: "namespace", namespaces: ["default", "team-*"] },
    });
    expect(await soon("bob", 200)).toBe(200);
    expect(await status("bob", "/api/v1/namespaces/team-a/pods")).toBe(200);
    expect(await status("bob", "/api/v1/namespaces/kube-system/pods")).toBe(403);
    expect(await status("bob", "/api/v1/nodes")).toBe(403);
    expect(await status("ann")).toBe(200);
  });

  it("loses policies' rights by impersonation", async ({ expect }) => {
    const self = { "impersonate-user": user("bob") };
    const { status: refused } = await ask("creator", "GET", pods, { headers: self });
    expect(refused).toBe(403);
  });

  it("can say what somebody may, as far as RBAC knows it", async ({ expect }) => {
    const review = async (who: string, resource: string): Promise<unknown> => {
      const spec = { resourceAttributes: { namespace: "default", verb: "list", resource } };
      const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec };
      const answer = await ask(who, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { body });
      return (answer.body as unknown as { status: { allowed: boolean } }).status.allowed;
    };
    expect([await review("bob", "pods"), await review("bob", "nodes")]).toEqual([true, false]);
    const rules = await ask("bob", "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace: "default" },
      },
    });
    // `kubectl auth can-i --list` doesn't show the rights of access policies, on EKS neither.
    expect(rules.status).toBe(201);
    expect(rules.body).toMatchObject({ status: { incomplete: true } });
  });

  it("ends for those of the map in the mode API, and of a deleted key or entry", async ({ expect }) => {
    mode("API");
    expect(await soon("ann", 401)).toBe(401);
    expect(await soon("bob", 200)).toBe(200);
    send("iam", "UpdateAccessKey", { UserName: "bob", AccessKeyId: keys["bob"]?.accessKeyId, Status: "Inactive" });
    expect(await soon("bob", 401)).toBe(401);
    send("iam", "UpdateAccessKey", { UserName: "bob", AccessKeyId: keys["bob"]?.accessKeyId, Status: "Active" });
    expect(await soon("bob", 200)).toBe(200);
    send("eks", "DeleteAccessEntry", { clusterName: "shop", principalArn: user("bob") });
    expect(await soon("bob", 401)).toBe(401);
  });

  it("knows its service accounts by the cluster's issuer, and takes tokens for itself alone", async ({ expect }) => {
    const documents = await ask("creator", "GET", "/.well-known/openid-configuration");
    expect(documents.body).toMatchObject({ issuer: place.issuer, jwks_uri: `${place.issuer}/keys` });
    const tokenFor = async (audiences: string[]): Promise<string> => {
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences } };
      const made = await ask("creator", "POST", "/api/v1/namespaces/default/serviceaccounts/default/token", { body });
      return (made.body as unknown as { status: { token: string } }).status.token;
    };
    const own = await tokenFor([]);
    const claims = JSON.parse(Buffer.from(own.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ iss: place.issuer, aud: ["https://kubernetes.default.svc", place.issuer] });
    expect((await ask("creator", "GET", pods, { token: own })).status).toBe(403);
    expect((await ask("creator", "GET", pods, { token: await tokenFor(["sts.amazonaws.com"]) })).status).toBe(401);
    // The same keys, from the sandbox's own address.
    const id = place.issuer.split("/id/")[1] ?? "";
    const root = `${sandbox.endpoint}/_lotse/oidc/${sandbox.region}/${id}`;
    const discovery = (await (await fetch(`${root}/.well-known/openid-configuration`)).json()) as object;
    expect(discovery).toMatchObject({ issuer: place.issuer, jwks_uri: `${place.issuer}/keys` });
    const { keys: jwks } = (await (await fetch(`${root}/keys`)).json()) as { keys: { kid: string }[] };
    const header = JSON.parse(Buffer.from(own.split(".")[0] ?? "", "base64url").toString()) as { kid: string };
    expect(jwks.map(({ kid }) => kid)).toEqual([header.kid]);
  });

  it("has in its log group what its programs say, from their first line on", async ({ expect }) => {
    const lines = (prefix: string): string[] => {
      const logGroupName = "/aws/eks/shop/cluster";
      const { logStreams } = send<{ logStreams: { logStreamName: string }[] }>(
        "cloudwatch-logs",
        "DescribeLogStreams",
        {
          logGroupName,
          logStreamNamePrefix: prefix,
        },
      );
      return logStreams
        .filter(({ logStreamName }) => /^[0-9a-f]+$/.test(logStreamName.slice(prefix.length)))
        .flatMap(({ logStreamName }) => {
          const asked = { logGroupName, logStreamName, startFromHead: true };
          const found = send<{ events: { message: string }[] }>("cloudwatch-logs", "GetLogEvents", asked);
          return found.events.map(({ message }) => message);
        });
    };
    await eventually(
      () =>
        Promise.resolve(
          ["kube-apiserver-", "kube-controller-manager-", "kube-scheduler-"].map((each) => lines(each)[0]),
        ),
      (firsts) => firsts.every((first) => first !== undefined),
    );
    expect(lines("kube-apiserver-").slice(0, 10).join("\n")).toContain("options.go");
    expect(lines("kube-apiserver-audit-")).toEqual([]);
    expect(lines("authenticator-")).toEqual([]);
  });
});
