// Logins by GitHub and GitLab, through the webhook over mutual TLS; the two APIs are stand-ins that follow their publications.
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import type { GithubServer } from "../../helpers/login/github-server.ts";
import { startGithub } from "../../helpers/login/github-server.ts";
import type { GitlabServer } from "../../helpers/login/gitlab-server.ts";
import { startGitlab } from "../../helpers/login/gitlab-server.ts";
import { standInAuthorityFile, testFolder } from "../../helpers/login/https-server.ts";
import type { LoginWebhook, Review } from "../../helpers/login/webhook.ts";
import { startLoginWebhook } from "../../helpers/login/webhook.ts";

const acme = { organization: "github", name: "acme" };
const anyGitlab = { organization: "gitlab", name: "" };

let github: GithubServer;
let gitlab: GitlabServer;
let webhook: LoginWebhook;
const folder = testFolder();

beforeAll(async () => {
  [github, gitlab] = [await startGithub(), await startGitlab()];
  const authority = standInAuthorityFile(folder);
  webhook = await startLoginWebhook(
    [
      "--auth-providers=github,gitlab",
      `--github.base-url=${github.url}`,
      `--github.ca-file=${authority}`,
      `--gitlab.base-url=${gitlab.url}/api/v4`,
      `--gitlab.ca-file=${authority}`,
      "--cache-ttl=0s",
      "--login-timeout=30s",
      "--breaker-failures=1000",
    ],
    { folder },
  );
});

afterAll(async () => {
  await webhook.close();
  await Promise.all([github.close(), gitlab.close()]);
});

beforeEach(() => {
  github.trouble = undefined;
  github.asked.length = 0;
  gitlab.asked.length = 0;
});

const token = (name: string): string => `ghp_${name.padEnd(36, "0")}`;

describe("GitHub", () => {
  const teams = (count: number, organization = "acme"): { organization: string; name: string; slug: string }[] =>
    Array.from({ length: count }, (_, i) => ({ organization, name: `Team ${i}`, slug: `team-${i}` }));

  it("lets an active member in, with the teams of that organisation alone, from all pages", async ({ expect }) => {
    const own = [
      ...teams(120),
      ...teams(60, "other"),
      ...teams(35).map((team) => ({ ...team, name: `Late ${team.name}` })),
    ];
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { Acme: "active" }, teams: own });
    const { status, authenticated, user, apiVersion } = await webhook.review(token("ann"), acme);
    expect({ status, authenticated, apiVersion }).toEqual({
      status: 200,
      authenticated: true,
      apiVersion: "authentication.k8s.io/v1",
    });
    expect(user).toMatchObject({ username: "ann", uid: "7" });
    expect(user?.groups).toHaveLength(155);
    expect(user?.groups).toContain("Late Team 34");
    expect(github.asked).toEqual([
      "GET /api/v3/user/memberships/orgs/acme",
      "GET /api/v3/user/teams?per_page=100",
      "GET /api/v3/user/teams?per_page=100&page=2",
      "GET /api/v3/user/teams?per_page=100&page=3",
    ]);
  });

  it("calls teams by name, by slug or by both", async ({ expect }) => {
    const own = [{ organization: "acme", name: "Platform & Ops", slug: "platform-ops" }];
    github.users.set(token("sam"), { login: "sam", id: 11, memberships: { acme: "active" }, teams: own });
    const groups = { slug: ["platform-ops"], both: ["Platform & Ops", "platform-ops"] };
    for (const [form, wanted] of Object.entries(groups)) {
      const other = await startLoginWebhook([
        "--auth-providers=github",
        `--github.base-url=${github.url}`,
        `--github.ca-file=${standInAuthorityFile(folder)}`,
        `--github.team-names=${form}`,
      ]);
      expect((await other.review(token("sam"), acme)).user?.groups, form).toEqual(wanted);
      await other.close();
    }
  });

  it("refuses whoever is only invited, in another organisation, or unknown, and says why with 200", async ({
    expect,
  }) => {
    github.users.set(token("pat"), { login: "pat", id: 8, memberships: { acme: "pending" }, teams: teams(1) });
    github.users.set(token("bob"), { login: "bob", id: 9, memberships: { other: "active" }, teams: teams(1) });
    const refused = async (who: string): Promise<Review> => webhook.review(token(who), acme);
    const what = "failed to check user's membership in Org acme";
    expect(await refused("pat")).toMatchObject({
      status: 200,
      authenticated: false,
      error: `${what}: the membership is pending, not active`,
    });
    expect(await refused("bob")).toMatchObject({
      status: 200,
      authenticated: false,
      error: `${what}: HTTP 404: Not Found`,
    });
    expect(await refused("eve")).toMatchObject({
      status: 200,
      authenticated: false,
      error: `${what}: HTTP 401: Bad credentials`,
    });
    // Nobody's teams were asked for.
    expect(github.asked.every((each) => each.includes("memberships"))).toBe(true);
  });

  it("lets the certificate choose the organisation", async ({ expect }) => {
    github.users.set(token("two"), {
      login: "two",
      id: 10,
      memberships: { acme: "active", other: "active" },
      teams: [...teams(1), ...teams(2, "other")],
    });
    expect((await webhook.review(token("two"), acme)).user?.groups).toEqual(["Team 0"]);
    const other = await webhook.review(token("two"), { organization: "GitHub", name: "other" });
    expect(other.user?.groups).toEqual(["Team 0", "Team 1"]);
  });

  it("that answers slowly, wrongly or not at all lets nobody in, and is worth another try", async ({ expect }) => {
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { acme: "active" }, teams: [] });
    const answerWith = async (answer: ReturnType<NonNullable<GithubServer["trouble"]>>): Promise<Review> => {
      github.trouble = () => answer;
      return webhook.review(token("ann"), acme);
    };
    for (const status of [500, 502, 503])
      expect(await answerWith({ status })).toMatchObject({ status: 503, authenticated: false });
    expect(await answerWith({ text: "<html>" })).toMatchObject({
      status: 503,
      error: expect.stringContaining("isn't JSON"),
    });
    expect(await answerWith({ json: [] })).toMatchObject({ status: 503, error: expect.stringContaining("no object") });
    const elsewhere = { status: 302, headers: { location: "https://evil.example.com/" } };
    expect(await answerWith(elsewhere)).toMatchObject({ status: 503, authenticated: false });
    expect(await answerWith({ text: "x".repeat(5 * 1024 * 1024) })).toMatchObject({ status: 503 });
  });

  it("that never answers is given up in time", async ({ expect }) => {
    const impatient = await startLoginWebhook([
      "--auth-providers=github",
      `--github.base-url=${github.url}`,
      `--github.ca-file=${standInAuthorityFile(folder)}`,
      "--login-timeout=200ms",
    ]);
    github.trouble = () => "never";
    const answer = await impatient.review(token("ann"), acme);
    expect(answer).toMatchObject({ status: 503, authenticated: false, error: expect.stringContaining("in time") });
    await impatient.close();
  });

  it("that is down isn't asked again and again, nor flooded, and who was let in stays in meanwhile", async ({
    expect,
  }) => {
    const careful = await startLoginWebhook([
      "--auth-providers=github",
      `--github.base-url=${github.url}`,
      `--github.ca-file=${standInAuthorityFile(folder)}`,
      "--breaker-failures=2",
      "--breaker-pause=10m",
      "--cache-ttl=10m",
      "--provider-qps=1",
    ]);
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { acme: "active" }, teams: [] });
    expect(await careful.review(token("ann"), acme)).toMatchObject({ authenticated: true });
    github.trouble = () => ({ status: 502 });
    for (const who of ["one", "two"]) expect(await careful.review(token(who), acme)).toMatchObject({ status: 503 });
    const before = github.asked.length;
    const refused = await careful.review(token("three"), acme);
    expect(refused).toMatchObject({ status: 503, error: expect.stringContaining("isn't asked for") });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(500);
    expect(await careful.review(token("ann"), acme)).toMatchObject({ status: 200, authenticated: true });
    // Made-up tokens: four at once, then one a second.
    const flood = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => careful.review(token(`flood${i}`), acme)),
    );
    expect(flood.some(({ status }) => status === 429)).toBe(true);
    expect(flood.every(({ authenticated }) => !authenticated)).toBe(true);
    expect(github.asked.length).toBe(before);
    expect(await careful.metrics()).toContain('lotse_login_breaker{provider="github"} 2');
    await careful.close();
  });

  it("that has had enough of a token's requests is told on, with the time to wait", async ({ expect }) => {
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { acme: "active" }, teams: [] });
    github.trouble = () => ({ status: 429, headers: { "retry-after": "17" }, json: { message: "slow down" } });
    expect(await webhook.review(token("ann"), acme)).toMatchObject({ status: 429, headers: { "retry-after": "17" } });
    // GitHub's primary limit is a 403 with nothing left.
    const reset = String(Math.floor(Date.now() / 1000) + 60);
    github.trouble = () => ({ status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } });
    expect(await webhook.review(token("ann"), acme)).toMatchObject({ status: 429, authenticated: false });
    github.trouble = undefined;
    expect(await webhook.review(token("ann"), acme)).toMatchObject({ status: 200, authenticated: true });
  });

  it("whose pages lead in a circle or elsewhere lets nobody in", async ({ expect }) => {
    github.users.set(token("ann"), { login: "ann", id: 7, memberships: { acme: "active" }, teams: [] });
    const pages = (link: string) => {
      github.trouble = ({ url }) => (url.pathname.endsWith("/teams") ? { json: [], headers: { link } } : undefined);
      return webhook.review(token("ann"), acme);
    };
    const same = `<${github.url}/api/v3/user/teams?per_page=100>; rel="next"`;
    expect(await pages(same)).toMatchObject({ status: 503, error: expect.stringContaining("back to an earlier one") });
    const other = '<https://evil.example.com/teams>; rel="next"';
    expect(await pages(other)).toMatchObject({ status: 503, error: expect.stringContaining("another host") });
  });

  it("never sees tokens that can't be its own, nor does the log see any", async ({ expect }) => {
    for (const wrong of ["a b", "x\r\nHost: evil", "töken"]) {
      expect(await webhook.review(wrong, acme)).toMatchObject({ status: 200, authenticated: false });
    }
    expect(github.asked).toEqual([]);
    expect(webhook.log.join("")).not.toContain(token("ann"));
    expect(webhook.log.join("")).toContain("a login was refused");
  });
});

describe("GitLab", () => {
  it("lets a user in with the groups he is a member of, not those he can see", async ({ expect }) => {
    gitlab.visible = ["public/everything"];
    gitlab.doomed = new Set(["acme/old"]);
    const groups = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`acme/team-${i}`, 30]));
    gitlab.users.set("glpat-ann-000000000000", {
      username: "ann",
      id: 7,
      groups: { ...groups, "acme/old": 50, guests: 10 },
    });
    const { user, status } = await webhook.review("glpat-ann-000000000000", anyGitlab);
    expect(status).toBe(200);
    expect(user).toMatchObject({ username: "ann", uid: "7" });
    expect(user?.groups).toHaveLength(131);
    expect(user?.groups).toContain("guests");
    expect(user?.groups).not.toContain("acme/old");
    expect(user?.groups).not.toContain("public/everything");
    expect(gitlab.asked.filter((each) => each.includes("min_access_level=10"))).toHaveLength(2);
  });

  it("refuses blocked users and unknown tokens", async ({ expect }) => {
    gitlab.users.set("glpat-bob-000000000000", { username: "bob", id: 8, state: "blocked", groups: {} });
    expect(await webhook.review("glpat-bob-000000000000", anyGitlab)).toMatchObject({
      authenticated: false,
      error: "failed to load user: the user is blocked, not active",
    });
    expect(await webhook.review("glpat-eve-000000000000", anyGitlab)).toMatchObject({
      status: 200,
      error: "failed to load user: HTTP 401: 401 Unauthorized",
    });
  });

  it("counts groups from a level on, and by id, where it is told to", async ({ expect }) => {
    const authority = standInAuthorityFile(folder);
    const strict = await startLoginWebhook([
      "--auth-providers=gitlab",
      `--gitlab.base-url=${gitlab.url}/api/v4`,
      `--gitlab.ca-file=${authority}`,
      "--gitlab.min-access-level=maintainer",
      "--gitlab.use-group-id",
    ]);
    gitlab.visible = [];
    gitlab.users.set("glpat-mia-000000000000", { username: "mia", id: 9, groups: { a: 30, b: 40, c: 50 } });
    expect((await strict.review("glpat-mia-000000000000", anyGitlab)).user?.groups).toEqual(["1001", "1002"]);
    await strict.close();
  });
});
