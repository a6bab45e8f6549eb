// People log in to living clusters: by the proxy that impersonates, and by an identity provider of EKS; kubectl is the judge.
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { associateIdentityProvider, disassociateIdentityProvider } from "../../src/access/index.ts";
import { openAws } from "../../src/aws/index.ts";
import type { RunningRoles } from "../../src/controllers/index.ts";
import { initAuthority, initServer, roleNamed, runRoles } from "../../src/controllers/index.ts";
import { controllers } from "../../src/lotse.ts";
import type { Kube } from "../../src/kube/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import type { GithubServer } from "../helpers/login/github-server.ts";
import { startGithub } from "../helpers/login/github-server.ts";
import { standInAuthority, standInAuthorityFile, testFolder } from "../helpers/login/https-server.ts";
import type { OidcServer } from "../helpers/login/oidc-server.ts";
import { startOidc } from "../helpers/login/oidc-server.ts";
import { kubeconfigText } from "../helpers/role.ts";
import { kubectlMissing, runTool } from "../helpers/tools.ts";

const kubernetes = await kubernetesOr("1.35");
const skip = kubernetes.skip ?? kubectlMissing;

interface Ran {
  exit: number;
  out: string;
  err: string;
}

describe.skipIf(skip)(skip ?? "logging in to a cluster", () => {
  const folder = testFolder();
  let sandbox: Sandbox;
  let send: Send;
  let kube: Kube;
  let github: GithubServer;
  let issuer: OidcServer;
  let proxy: RunningRoles;
  const log: string[] = [];
  const stop = new AbortController();
  let place: { server: string; authority: string };

  const token = (name: string): string => `ghp_${name.padEnd(36, "0")}`;

  beforeAll(async () => {
    [github, issuer] = [await startGithub(), await startOidc()];
    sandbox = await createSandbox({ kubernetes: { issuerAuthority: standInAuthority } });
    ({ send } = makeCluster(sandbox, "shop", { version: "1.35" }));
    kube = kubeOf({ sandbox, send }, "shop");
    await setUp();
  }, 180_000);

  afterAll(async () => {
    stop.abort();
    await proxy?.done;
    kube?.close();
    await sandbox?.close();
    await Promise.all([github?.close(), issuer?.close()]);
  });

  const post = async (path: string, body: object): Promise<unknown> =>
    kube.connection.send({ method: "POST", path, body, what: "set up" });

  /** The proxy with the service account of its own manifests: it may do what the role asks for and nothing else. */
  async function setUp(): Promise<void> {
    const role = roleNamed("login-proxy");
    if (!role) throw new Error("no role login-proxy");
    const group = "/apis/rbac.authorization.k8s.io/v1";
    const binding = (name: string, roleName: string, subjects: object[]): object => ({
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
      subjects,
    });
    const manifests = join(folder, "manifests.yaml");
    const flags = { login: ["--auth-providers=github"], "login-proxy": ["--auth-providers=github"] };
    writeFileSync(manifests, await controllers.yaml(["login", "login-proxy"], { namespace: "kube-system", flags }));
    writeFileSync(join(folder, "admin.json"), kubeconfigText(sandbox, "shop"), { mode: 0o600 });
    const applied = await runTool("kubectl", ["apply", "-f", manifests], {
      KUBECONFIG: join(folder, "admin.json"),
      HOME: folder,
    });
    if (applied.exit !== 0) throw new Error(applied.err);
    const people = ["dev", "oidc:dev"].map((name) => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name }));
    await post(`${group}/clusterrolebindings`, binding("dev", "edit", people));
    const made = (await post("/api/v1/namespaces/kube-system/serviceaccounts/lotse-login-proxy/token", {
      spec: { expirationSeconds: 3600 },
    })) as { status: { token: string } };
    const { cluster } = send<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
      "eks",
      "DescribeCluster",
      { name: "shop" },
    );
    place = { server: cluster.endpoint, authority: cluster.certificateAuthority.data };
    const kubeconfig = join(folder, "proxy.json");
    writeFileSync(kubeconfig, config(place.server, place.authority, { token: made.status.token }));
    const pki = { folder, days: 1, now: Date.now(), overwrite: () => Promise.resolve(true) };
    await initAuthority(pki);
    const files = await initServer(pki, ["127.0.0.1"]);
    proxy = await runRoles({
      roles: [role],
      words: [
        "--auth-providers=github",
        "--proxy-organization=github:acme",
        `--github.base-url=${github.url}`,
        `--github.ca-file=${standInAuthorityFile(folder)}`,
        `--kubeconfig=${kubeconfig}`,
        `--tls-cert-file=${files.certificate}`,
        `--tls-private-key-file=${files.key}`,
        "--proxy-port=0",
        "--proxy-address=127.0.0.1",
        "--health-port=0",
        "--health-address=127.0.0.1",
        "--grace-period=1s",
        "--login-timeout=30s",
      ],
      env: {},
      write: (line) => void log.push(line),
      signal: stop.signal,
    });
    const team = { organization: "acme", name: "dev", slug: "dev" };
    const memberships = { acme: "active" } as const;
    github.users.set(token("ann"), { login: "ann", id: 7, memberships, teams: [team] });
    github.users.set(token("pat"), { login: "pat", id: 8, memberships: { acme: "pending" }, teams: [team] });
    github.users.set(token("guest"), { login: "guest", id: 9, memberships, teams: [] });
  }

  const config = (server: string, authority: string, user: object): string =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "u", user }],
    });

  const proxyPort = async (): Promise<number> => {
    const line = await eventually(
      () => Promise.resolve(log.find((each) => each.includes("the login proxy listens")) ?? ""),
      (found) => found !== "",
    );
    return (JSON.parse(line) as { port: number }).port;
  };
  const authority = (): string => readFileSync(join(folder, "pki/ca.crt"), "utf8");

  /** kubectl as somebody, through the proxy or to the cluster itself. */
  async function kubectl(bearer: string, args: readonly string[], way: "proxy" | "direct" = "proxy"): Promise<Ran> {
    const file = join(folder, `kubeconfig-${randomUUID()}.json`);
    const text =
      way === "direct"
        ? config(place.server, place.authority, { token: bearer })
        : config(`https://127.0.0.1:${await proxyPort()}`, Buffer.from(authority()).toString("base64"), {
            token: bearer,
          });
    writeFileSync(file, text, { mode: 0o600 });
    return runTool("kubectl", args, { KUBECONFIG: file, HOME: folder });
  }

  interface WhoAmI {
    status: { userInfo: { username: string; uid?: string; groups?: string[]; extra?: object } };
  }

  /** Asks the proxy itself, with headers as somebody chooses them. */
  async function ask(headers: Record<string, string | string[]>, path = "/api/v1/namespaces"): Promise<number> {
    const [port, ca] = [await proxyPort(), authority()];
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path, ca, headers, agent: false }, (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
      });
      sent.once("error", reject);
      sent.end();
    });
  }

  async function whoAmI(headers: Record<string, string | string[]>): Promise<WhoAmI["status"]["userInfo"]> {
    const [port, ca] = [await proxyPort(), authority()];
    const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const all = { "content-type": "application/json", "content-length": String(body.length), ...headers };
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port, path, ca, method: "POST", headers: all, agent: false },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.once("end", () => resolve((JSON.parse(text) as WhoAmI).status.userInfo));
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  }

  it("the proxy says to the API server who somebody is at GitHub, and RBAC does the rest", async ({ expect }) => {
    const who = await kubectl(token("ann"), ["auth", "whoami", "-o", "json"]);
    expect(who, `${who.err}\n${log.join("")}`).toMatchObject({ exit: 0 });
    expect(JSON.parse(who.out)).toMatchObject({
      status: { userInfo: { username: "ann", uid: "7", groups: ["dev", "system:authenticated"] } },
    });
    const made = await kubectl(token("ann"), ["create", "configmap", "notes", "--from-literal=a=b"]);
    expect(made, made.err).toMatchObject({ exit: 0 });
    const guest = await kubectl(token("guest"), ["get", "configmaps"]);
    expect(guest.err).toContain('User "guest" cannot list resource "configmaps"');
    const secret = await kubectl(token("ann"), ["get", "nodes"]);
    expect(secret.err).toContain('User "ann" cannot list resource "nodes"');
  });

  it("the proxy lets nobody in whom GitHub doesn't, and says why", async ({ expect }) => {
    expect((await kubectl(token("eve"), ["get", "pods"])).exit).toBe(1);
    const pending = await kubectl(token("pat"), ["get", "pods", "-v=8"]);
    expect(`${pending.out}${pending.err}`).toContain("the membership is pending, not active");
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: "Basic YW5uOnB3" })).toBe(401);
    expect(await ask({ authorization: `Bearer ${token("eve")}` })).toBe(401);
  });

  it("nobody becomes somebody else by headers", async ({ expect }) => {
    const authorization = `Bearer ${token("guest")}`;
    const tricks: Record<string, string | string[]>[] = [
      { "Impersonate-User": "admin", "Impersonate-Group": "system:masters" },
      { "iMpErSoNaTe-UsEr": "admin", "IMPERSONATE-GROUP": ["system:masters", "dev"] },
      { "Impersonate-Uid": "0", "Impersonate-Extra-Scopes": "all" },
      { "X-Remote-User": "admin", "X-Remote-Group": "system:masters" },
      { Connection: "impersonate-user, impersonate-group, authorization" },
    ];
    for (const trick of tricks)
      expect(await whoAmI({ authorization, ...trick }), JSON.stringify(trick)).toEqual({
        username: "guest",
        uid: "9",
        groups: ["system:authenticated"],
      });
    expect((await kubectl(token("guest"), ["--as=admin", "--as-group=system:masters", "get", "nodes"])).exit).toBe(1);
  });

  it("watches go on through the proxy while they have something to tell, and begin before that", async ({ expect }) => {
    const [port, ca] = [await proxyPort(), authority()];
    const headers = { authorization: `Bearer ${token("ann")}` };
    const watch = async (query: string): Promise<{ text: () => string; end: () => void }> => {
      const path = `/api/v1/namespaces/default/configmaps?watch=true&${query}`;
      let text = "";
      return new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path, ca, headers, agent: false }, (response) => {
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("error", () => undefined);
          resolve({ text: () => text, end: () => sent.destroy() });
        });
        sent.once("error", reject);
        sent.end();
      });
    };
    // Nothing matches: its head comes all the same.
    const silent = await watch("labelSelector=nobody%3Dhas-it");
    const busy = await watch("fieldSelector=metadata.name%3Dlater");
    const waiting = kubectl(token("ann"), ["wait", "--for=create", "configmap/later", "--timeout=60s"]);
    const made = await kubectl(token("ann"), ["create", "configmap", "later", "--from-literal=a=b"]);
    expect(made, made.err).toMatchObject({ exit: 0 });
    await eventually(
      () => Promise.resolve(busy.text()),
      (text) => text.includes('"ADDED"'),
    );
    expect(await waiting).toMatchObject({ exit: 0 });
    expect(silent.text()).toBe("");
    silent.end();
    busy.end();
  });

  it("the role's own rights are enough, and no more than impersonation", async ({ expect }) => {
    expect((await whoAmI({ authorization: `Bearer ${token("ann")}` })).username).toBe("ann");
    const rules = roleNamed("login-proxy")?.rbac ?? [];
    expect(rules.flatMap(({ verbs }) => verbs)).toEqual(["impersonate", "impersonate"]);
    expect(roleNamed("login")?.rbac).toEqual([]);
    // The secrets of everybody stay out of its log.
    expect(log.join("")).not.toContain(token("ann"));
  });

  it("an identity provider of EKS lets people in without any program of ours", async ({ expect }) => {
    const aws = openAws(sandbox.clientConfig());
    const provider = {
      name: "people",
      issuerURL: issuer.issuer,
      clientID: "kubernetes",
      usernameClaim: "email",
      groupsClaim: "groups",
      groupsPrefix: "oidc:",
    };
    const how = { wait: true, timeout: 60 };
    expect(await associateIdentityProvider(aws, "shop", provider, how)).toBe(true);
    expect(await associateIdentityProvider(aws, "shop", provider, how)).toBe(false);
    await expect(associateIdentityProvider(aws, "shop", { ...provider, name: "other" }, how)).rejects.toThrow(
      "already",
    );
    const idToken = issuer.token({ email: "ann@example.com", groups: ["dev"] });
    // The API server has been started anew, and asks its issuer when it finds the time.
    const who = await eventually(
      () => kubectl(idToken, ["auth", "whoami", "-o", "json"], "direct"),
      ({ exit }) => exit === 0,
    );
    expect(JSON.parse(who.out)).toMatchObject({
      status: { userInfo: { username: "ann@example.com", groups: ["oidc:dev", "system:authenticated"] } },
    });
    expect(await kubectl(idToken, ["get", "configmaps"], "direct")).toMatchObject({ exit: 0 });
    const forged = issuer.signer.byStranger(issuer.claims({ email: "ann@example.com" }));
    expect((await kubectl(forged, ["get", "configmaps"], "direct")).err).toMatch(/Unauthorized|logged in/);
    await disassociateIdentityProvider(aws, "shop", "people", how);
    await expect(disassociateIdentityProvider(aws, "shop", "people", how)).rejects.toThrow(
      "no identity provider people",
    );
    aws.close();
  });
});
