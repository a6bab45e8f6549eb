// Logins by id tokens: any OpenID Connect provider, Google and Entra, through the webhook over mutual TLS.
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { browserLogin } from "../../../src/controllers/index.ts";
import type { AzureServer } from "../../helpers/login/azure-server.ts";
import { application, groupId, startAzure, tenant } from "../../helpers/login/azure-server.ts";
import type { GoogleServer } from "../../helpers/login/google-server.ts";
import { startGoogle } from "../../helpers/login/google-server.ts";
import { standInAuthority, standInAuthorityFile, testFolder } from "../../helpers/login/https-server.ts";
import type { OidcServer } from "../../helpers/login/oidc-server.ts";
import { startOidc } from "../../helpers/login/oidc-server.ts";
import type { LoginWebhook, Review } from "../../helpers/login/webhook.ts";
import { startLoginWebhook } from "../../helpers/login/webhook.ts";

const folder = testFolder();
const authority = standInAuthorityFile(folder);
const now = (): number => Math.floor(Date.now() / 1000);

describe("an OpenID Connect provider", () => {
  let issuer: OidcServer;
  let webhook: LoginWebhook;
  const review = async (token: string): Promise<Review> => webhook.review(token, { organization: "oidc", name: "" });

  beforeAll(async () => {
    issuer = await startOidc();
    webhook = await startLoginWebhook([
      "--auth-providers=oidc",
      `--oidc.issuer-url=${issuer.issuer}`,
      "--oidc.client-id=kubernetes",
      `--oidc.ca-file=${authority}`,
      "--oidc.username-claim=email",
      "--oidc.groups-claim=groups",
      "--oidc.groups-prefix=login:",
      "--oidc.required-claim=team=shop",
    ]);
  });
  afterAll(async () => {
    await webhook.close();
    await issuer.close();
  });

  const ann = { email: "ann@example.com", groups: ["dev", "ops"], team: "shop" };

  it("says who somebody is by its claims, as kube-apiserver reads them", async ({ expect }) => {
    expect(await review(issuer.token(ann))).toMatchObject({
      authenticated: true,
      user: { username: "ann@example.com", uid: "ann", groups: ["login:dev", "login:ops"] },
    });
    expect((await review(issuer.token({ ...ann, groups: "dev" }))).user?.groups).toEqual(["login:dev"]);
    expect((await review(issuer.token({ ...ann, groups: undefined }))).user?.groups).toEqual([]);
  });

  it("isn't believed in what it doesn't vouch for", async ({ expect }) => {
    const error = async (change: object): Promise<string | undefined> =>
      (await review(issuer.token({ ...ann, ...change }))).error;
    expect(await error({ email_verified: false })).toContain("isn't verified");
    expect(await error({ email: undefined })).toContain("no claim email");
    expect(await error({ team: "other" })).toContain("claim team isn't shop");
    expect(await error({ groups: [{ name: "dev" }] })).toContain("isn't a list of names");
    expect(await error({ email: "system:admin" })).toContain("reserved");
    expect(await error({ aud: "other" })).toContain("for somebody else");
    expect(await error({ exp: now() - 60 })).toContain("expired");
    expect(await error({ nbf: now() + 120 })).toContain("future");
  });

  it("is the only one who can sign", async ({ expect }) => {
    const claims = issuer.claims(ann);
    for (const forged of [
      issuer.signer.unsigned(claims),
      issuer.signer.byPassword(claims),
      issuer.signer.byStranger(claims),
    ])
      expect(await review(forged)).toMatchObject({ status: 200, authenticated: false });
  });

  it("logs people in by the browser, and only the one who began", async ({ expect }) => {
    const abort = new AbortController();
    issuer.person = ann;
    const login = await browserLogin({
      issuer: issuer.issuer,
      clientId: "kubernetes",
      scopes: ["openid", "email"],
      port: 0,
      authority: standInAuthority,
      signal: abort.signal,
      now: Date.now,
      show: (address) => {
        // A browser with somebody in it who is logged in: the page sends it back at once.
        request(address, { ca: standInAuthority }, (page) => {
          const back = page.resume().headers.location ?? "";
          const forged = new URL(back);
          forged.searchParams.set("state", "guessed");
          void fetch(forged)
            .then((answer) => expect(answer.status).toBe(400))
            .then(async () => fetch(back));
        }).end();
      },
    });
    expect(login.expires).toBeGreaterThan(Date.now());
    expect(await review(login.token)).toMatchObject({ authenticated: true, user: { username: "ann@example.com" } });
  });
});

describe("Google", () => {
  const admin = "admin@example.com";
  let google: GoogleServer;
  let webhook: LoginWebhook;
  const review = async (token: string, name = "example.com"): Promise<Review> =>
    webhook.review(token, { organization: "google", name });
  const ann = { hd: "example.com", email: "ann@example.com", email_verified: true, sub: "1077" };

  beforeAll(async () => {
    google = await startGoogle(admin);
    const key = join(folder, "sa.json");
    writeFileSync(key, google.keyFile);
    webhook = await startLoginWebhook([
      "--auth-providers=google",
      `--google.ca-file=${authority}`,
      "--google.client-id=kubernetes",
      `--google.issuer-url=${google.issuer}`,
      `--google.directory-url=${google.url}`,
      `--google.sa-json-file=${key}`,
      `--google.admin-email=${admin}`,
    ]);
  });
  afterAll(async () => {
    await webhook.close();
    await google.close();
  });

  it("says who belongs to a domain, and to which of its groups, from all pages", async ({ expect }) => {
    const groups = Array.from({ length: 450 }, (_, i) => `group-${i}@example.com`);
    google.groups.set("ann@example.com", groups);
    const { user, status } = await review(google.token(ann));
    expect(status).toBe(200);
    expect(user).toMatchObject({ username: "ann@example.com", uid: "1077" });
    expect(user?.groups).toEqual(groups);
    expect(await review(google.token({ ...ann, email: "new@example.com" }))).toMatchObject({ user: { groups: [] } });
    // The service account's token serves both.
    expect(google.tokensGiven).toBe(1);
  });

  it("that withdraws the service account's token is asked for another one", async ({ expect }) => {
    await review(google.token({ ...ann, nonce: "1" }));
    google.tokensGiven += 1;
    const refused = await review(google.token({ ...ann, nonce: "2" }));
    expect(refused).toMatchObject({ status: 503, authenticated: false });
    expect(await review(google.token({ ...ann, nonce: "3" }))).toMatchObject({ status: 200, authenticated: true });
  });

  it("lets nobody in from another domain, or from none", async ({ expect }) => {
    const refusal = { status: 200, authenticated: false, error: "user is not a member of domain example.com" };
    expect(await review(google.token({ ...ann, hd: "evil.example" }))).toMatchObject(refusal);
    expect(await review(google.token({ ...ann, hd: undefined }))).toMatchObject(refusal);
    expect((await review(google.token(ann), "other.example")).error).toBe(
      "user is not a member of domain other.example",
    );
    expect((await review(google.token({ ...ann, email_verified: "true" }))).error).toContain("isn't verified");
    expect((await review(google.token({ ...ann, aud: "other" }))).error).toContain("for somebody else");
  });
});

describe("Entra", () => {
  let azure: AzureServer;
  let webhook: LoginWebhook;
  const client = { organization: "azure", name: "" };
  const oid = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  const flags = (...more: string[]): string[] => [
    "--auth-providers=azure",
    `--azure.tenant-id=${tenant}`,
    `--azure.client-id=${application}`,
    `--azure.authority-url=${azure.url}/`,
    `--azure.graph-url=${azure.url}/`,
    `--azure.ca-file=${authority}`,
    "--cache-ttl=0s",
    "--breaker-failures=1000",
    ...more,
  ];
  const env = { AZURE_CLIENT_SECRET: "s3cret" };

  beforeAll(async () => {
    azure = await startAzure();
    webhook = await startLoginWebhook(flags("--azure.graph-call-on-overage-claim"), { env });
  });
  afterAll(async () => {
    await webhook.close();
    await azure.close();
  });

  it("says who somebody is by tokens of both forms", async ({ expect }) => {
    for (const form of ["old", "new"] as const) {
      const token = azure.token(form, { oid, upn: "ann@example.com", groups: [groupId(1)] });
      expect(await webhook.review(token, client), form).toMatchObject({
        authenticated: true,
        user: { username: "ann@example.com", uid: oid, groups: [groupId(1)], extra: { oid: [oid] } },
      });
    }
    expect((await webhook.review(azure.token("new", { oid, groups: [] }), client)).user?.username).toBe(oid);
  });

  it("that doesn't know somebody any more refuses, and is no worse for it", async ({ expect }) => {
    const gone = "dddddddd-bbbb-cccc-dddd-eeeeeeeeeeee";
    expect(await webhook.review(azure.token("new", { oid: gone }), client)).toMatchObject({
      status: 200,
      authenticated: false,
      error: "the user isn't in the directory any more",
    });
  });

  it("is asked for groups where the token leaves them out, all pages of them", async ({ expect }) => {
    const all = Array.from({ length: 250 }, (_, i) => groupId(i));
    azure.groups.set(oid, all);
    const overage = {
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://evil.example.com/x" } },
    };
    for (const claims of [overage, { hasgroups: true }, {}]) {
      const found = await webhook.review(azure.token("new", { oid, ...claims }), client);
      expect(found.user?.groups).toEqual(all);
    }
    azure.graphTrouble = { status: 503 };
    expect(await webhook.review(azure.token("new", { oid, ...overage }), client)).toMatchObject({
      status: 503,
      authenticated: false,
    });
    azure.graphTrouble = { status: 429, headers: { "retry-after": "9" } };
    const busy = await webhook.review(azure.token("new", { oid, ...overage, nonce: "2" }), client);
    expect(busy).toMatchObject({ status: 429, headers: { "retry-after": "9" } });
    azure.graphTrouble = undefined;
  });

  it("gives groups by display name, and on behalf of the user, where it is told to", async ({ expect }) => {
    const named = await startLoginWebhook(flags("--azure.use-group-uid=false", "--azure.auth-mode=obo"), { env });
    azure.groups.set(oid, [groupId(1), groupId(2)]);
    azure.grants.length = 0;
    const { user } = await named.review(azure.token("new", { oid }), client);
    expect(user?.groups).toEqual(["Group 1", "Group 2"]);
    expect(azure.grants).toEqual(["urn:ietf:params:oauth:grant-type:jwt-bearer"]);
    await named.close();
  });

  it("lets nobody in of another tenant, for another application, or without a whole list of groups", async ({
    expect,
  }) => {
    const passing = await startLoginWebhook(flags("--azure.auth-mode=passthrough"));
    const error = async (token: string): Promise<string | undefined> => (await passing.review(token, client)).error;
    expect(await error(azure.token("new", { oid, hasgroups: true }))).toContain("too many");
    expect(await error(azure.token("new", { oid, aud: "other" }))).toContain("for somebody else");
    expect(await error(azure.token("new", { oid, iss: `${azure.url}/other/v2.0` }))).toContain("isn't from tenant");
    expect(await error(azure.token("new", { oid: "../users/boss" }))).toContain("no claim oid");
    expect((await passing.review(azure.token("new", { oid, groups: ["g"] }), client)).user?.groups).toEqual(["g"]);
    await passing.close();
  });

  it("refuses modes and tenants that can't be meant, by name", async ({ expect }) => {
    const start = async (...more: string[]): Promise<string> => {
      const started = await startLoginWebhook(flags(...more), { env });
      return (await started.running.done) === 1 ? started.log.join("") : "started";
    };
    expect(await start("--azure.auth-mode=arc")).toContain("arc isn't supported");
    expect(await start("--azure.tenant-id=common")).toContain("would let everybody in");
  });
});
