// What anybody on this machine may send to the webhooks, and what they make of tokens.
import { request } from "node:http";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { BearerTokenInput } from "../../../identity/index.ts";
import { bearerToken } from "../../../identity/index.ts";
import { administratorKey, administratorOf } from "../../aws/administrator.ts";
import { createDispatcher } from "../../aws/dispatcher.ts";
import type { World } from "../../aws/services/eks/testing.ts";
import { clusterRequest, worldWithCluster } from "../../aws/services/eks/testing.ts";
import type { WebhookServer } from "./server.ts";
import { openWebhookServer } from "./server.ts";
import { createAuthenticator } from "./authenticator.ts";

const key = { account: "123456789012", region: "eu-central-1", name: "prod" };

let world: World;
let server: WebhookServer;
let asked = 0;

beforeAll(async () => {
  world = worldWithCluster();
  const { dispatch } = createDispatcher({
    cloud: world.cloud,
    account: key.account,
    region: key.region,
    administrator: { ...administratorKey, principal: administratorOf(key.account, "aws") },
  });
  server = await openWebhookServer(
    createAuthenticator({
      cloud: world.cloud,
      dispatch: (request) => {
        asked += 1;
        return dispatch(request);
      },
      endpoints: () => ["http://127.0.0.1:4566"],
      awsAuth: () => undefined,
    }),
  );
});

afterAll(async () => {
  await server.close();
});

const tokenOf = (change: Partial<BearerTokenInput> = {}): string =>
  bearerToken({
    cluster: "prod",
    region: key.region,
    credentials: administratorKey,
    at: Date.now(),
    ...change,
  }).token;

interface Review {
  status: { authenticated: boolean; error?: string; user?: { username: string } };
}

/** By node:http: a thousand connections of fetch take ten seconds of their own. */
function review(token: string, of: typeof key = key): Promise<Review["status"]> {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } });
  return new Promise((resolve, reject) => {
    const sent = request(server.url(of, "authenticate"), { method: "POST", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => resolve((JSON.parse(text) as Review).status));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const postTo = async (url: string, body: string): Promise<number> =>
  (await fetch(url, { method: "POST", body })).status;

describe("tokens", () => {
  it("are taken from AWS's own STS hosts and from this sandbox's endpoint", async ({ expect }) => {
    expect(await review(tokenOf())).toMatchObject({ authenticated: true });
    expect(await review(tokenOf({ endpoint: "http://127.0.0.1:4566" }))).toMatchObject({ authenticated: true });
  });

  it("for another cluster, from another host, too old or by another key are refused with the reason", async ({
    expect,
  }) => {
    const refused = async (change: Partial<BearerTokenInput>): Promise<string | undefined> => {
      const { authenticated, error } = await review(tokenOf(change));
      expect(authenticated).toBe(false);
      return error;
    };
    expect(await refused({ cluster: "other" })).toContain("SignatureDoesNotMatch");
    expect(await refused({ endpoint: "http://127.0.0.1:4567" })).toContain("unexpected scheme");
    expect(await refused({ endpoint: "https://sts.example.com" })).toContain("hostname");
    expect(await refused({ at: Date.now() - 16 * 60_000 })).toContain("expired");
    expect(await refused({ credentials: { ...administratorKey, secretAccessKey: "guessed" } })).toContain(
      "SignatureDoesNotMatch",
    );
    expect(await refused({ credentials: { ...administratorKey, accessKeyId: "AKIAIOSFODNN7EXAMPLE" } })).toContain(
      "InvalidClientTokenId",
    );
  });

  it("of a cluster's creator let nobody in where the cluster was made so", async ({ expect }) => {
    for (const bootstrapClusterCreatorAdminPermissions of [true, false]) {
      const name = bootstrapClusterCreatorAdminPermissions ? "open" : "closed";
      const accessConfig = { authenticationMode: "API_AND_CONFIG_MAP", bootstrapClusterCreatorAdminPermissions };
      world.eks("CreateCluster", clusterRequest(world, { name, accessConfig }));
      world.cloud.clock.settle();
      const { authenticated } = await review(tokenOf({ cluster: name }), { ...key, name });
      expect([name, authenticated]).toEqual([name, bootstrapClusterCreatorAdminPermissions]);
    }
  });

  it("that are seen again aren't asked about again", async ({ expect }) => {
    const token = tokenOf();
    await review(token);
    const before = asked;
    await review(token);
    expect(asked).toBe(before);
  });

  it("never leave the process: no redirect, no foreign host is followed", async ({ expect }) => {
    const before = asked;
    await review(`k8s-aws-v1.${Buffer.from("https://169.254.169.254/latest/meta-data/").toString("base64url")}`);
    await review(`k8s-aws-v1.${Buffer.from("file:///etc/passwd").toString("base64url")}`);
    expect(asked).toBe(before);
  });
});

describe("requests", () => {
  it("without the secret in their path find nothing", async ({ expect }) => {
    const { origin } = new URL(server.url(key, "authenticate"));
    for (const path of ["/", "/x/123456789012/eu-central-1/prod/authenticate", "//", "/%"]) {
      expect(await postTo(origin + path, "{}")).toBe(404);
    }
  });

  it("that are no reviews are refused", async ({ expect }) => {
    const url = server.url(key, "authenticate");
    expect(await postTo(url, "{")).toBe(400);
    expect(await postTo(url, "[]")).toBe(400);
    expect(await postTo(url, '{"spec":{"token":7}}')).toBe(400);
    expect(await postTo(url, "x".repeat(300 * 1024))).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    expect(await postTo(server.url(key, "authorize"), "null")).toBe(400);
    expect(await postTo(server.url({ ...key, name: "%00%" }, "authenticate"), "{}")).toBe(200);
  });

  it("that come broken or stop half-way do no harm", async ({ expect }) => {
    const port = Number(new URL(server.url(key, "authenticate")).port);
    const sockets = ["\u0000\u0001\u0002\r\n\r\n", "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n", "GET "].map(
      (text) => {
        const socket = createConnection({ port, host: "127.0.0.1" });
        socket.on("error", () => undefined);
        socket.write(text);
        return socket;
      },
    );
    expect(await review(tokenOf())).toMatchObject({ authenticated: true });
    for (const socket of sockets) socket.destroy();
  });

  it("a thousand at once get their own answers", async ({ expect }) => {
    const good = tokenOf();
    const bad = tokenOf({ cluster: "other" });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => (await review(i % 2 === 0 ? good : bad)).authenticated),
    );
    expect(answers.every((authenticated, i) => authenticated === (i % 2 === 0))).toBe(true);
  });
});
