// kubectl through kubeconfigs of three programs, as somebody else each time: who gets into an emulated cluster, and who
// doesn't, in both ways of saying so.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { bearerToken } from "../../src/identity/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import type { Send } from "../helpers/eks-by-api.ts";
import { makeCluster, senderOf } from "../helpers/eks-by-api.ts";
import { python, pythonMissing } from "../helpers/judges.ts";
import type { ToolResult } from "../helpers/tools.ts";
import { authenticator, authenticatorMissing, kubectlMissing, lotse, runTool } from "../helpers/tools.ts";

// Each test starts up to a dozen programs; with others on the machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const kubernetes = await kubernetesOr("1.35");
const skip = kubernetes.skip ?? kubectlMissing;
const region = "eu-central-1";
const account = "123456789012";
const user = (name: string): string => `arn:aws:iam::${account}:user/${name}`;
const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

describe.skipIf(skip)(skip ?? "kubectl", () => {
  let sandbox: Sandbox;
  let send: Send;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "lotse-access-"));
    // aws-iam-authenticator asks AWS's own STS for roles, whatever the environment says: it needs the proxy.
    sandbox = await createSandbox({ region, account, proxy: true });
    writeFileSync(join(home, "authority.pem"), sandbox.proxyAuthority ?? "");
    send = senderOf(sandbox);
    makeCluster(sandbox, "entries");
    makeCluster(sandbox, "map", { accessConfig: { authenticationMode: "CONFIG_MAP" } });
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }],
    });
    for (const RoleName of ["dev", "ops"])
      send("iam", "CreateRole", { RoleName, Path: "/team/", AssumeRolePolicyDocument });
    for (const UserName of ["alice", "eve"]) send("iam", "CreateUser", { UserName });
    // The control planes wake up together.
    const waking = ["entries", "map"].map(async (name) => {
      await kubeconfig(name, name);
      return kubectl(name, ["get", "--raw", "/readyz"]);
    });
    for (const { out, err } of await Promise.all(waking)) if (out !== "ok") throw new Error(err);
  }, 120_000);

  afterAll(async () => {
    await sandbox?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const file = (name: string): string => join(home, `${name}.kubeconfig`);

  /** The environment of somebody who works here; the account's administrator by default. */
  function environment(keys: Keys = sandbox.credentials): Record<string, string | undefined> {
    return {
      HOME: home,
      ...sandbox.env(),
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    };
  }

  const throughProxy = (keys?: Keys): Record<string, string | undefined> => ({
    ...environment(keys),
    HTTPS_PROXY: sandbox.endpoint,
    NO_PROXY: "127.0.0.1",
    SSL_CERT_FILE: join(home, "authority.pem"),
  });

  const run = async (args: readonly string[], keys?: Keys): Promise<ToolResult> =>
    runTool(process.execPath, [lotse, ...args], environment(keys));

  /** A kubeconfig of its own, named `name`. */
  async function kubeconfig(cluster: string, name: string, ...more: string[]): Promise<void> {
    const { exit, err } = await run(["kubeconfig", "--cluster", cluster, "--kubeconfig", file(name), ...more]);
    if (exit !== 0) throw new Error(err);
  }

  const kubectl = async (name: string, args: readonly string[], keys?: Keys): Promise<ToolResult> =>
    runTool("kubectl", ["--kubeconfig", file(name), ...args], throughProxy(keys));

  /** Name and groups that a cluster gives somebody; what it says instead. */
  async function known(name: string, keys?: Keys): Promise<{ username: string; groups: string[] } | string> {
    const { exit, out, err } = await kubectl(name, ["auth", "whoami", "-o", "json"], keys);
    if (exit !== 0) return err;
    return (JSON.parse(out) as { status: { userInfo: { username: string; groups: string[] } } }).status.userInfo;
  }

  function keysOf(UserName: string): Keys {
    const { AccessKey } = send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName },
    );
    return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  }

  function sessionOf(name: string, RoleSessionName: string): Keys {
    const { Credentials } = send<{
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    }>("sts", "AssumeRole", { RoleArn: role(`team/${name}`), RoleSessionName });
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  }

  describe("with a kubeconfig", () => {
    const updateKubeconfig = async (...more: string[]): Promise<void> => {
      const args = ["eks", "update-kubeconfig", "--name", "entries", "--kubeconfig", file("cli"), ...more];
      const { exit, err } = await runTool("aws", args, environment());
      if (exit !== 0) throw new Error(err);
    };

    it.skipIf(!python)(
      `of \`aws eks update-kubeconfig\` works${python ? "" : ` (${pythonMissing})`}`,
      async ({ expect }) => {
        await updateKubeconfig();
        expect(await known("cli")).toMatchObject({ username: user("administrator") });
      },
    );

    it.skipIf(!python)(
      `of the AWS CLI and one of lotse are the same entry${python ? "" : ` (${pythonMissing})`}`,
      async ({ expect }) => {
        await updateKubeconfig("--alias", "both");
        await kubeconfig("entries", "ours", "--exec", "aws", "--alias", "both");
        const [theirs, ours] = ["cli", "ours"].map(
          (name) => parse(readFileSync(file(name), "utf8")) as { users: { user: { exec: { env: unknown } } }[] },
        );
        // Ours says where STS is, too: a sandbox's address is in no other place.
        delete (ours as { users: { user: { exec: { env?: unknown } } }[] }).users[0]?.user.exec.env;
        expect(ours).toEqual({ ...theirs, contexts: expect.anything() });
        // Either finds the other's entry again.
        await updateKubeconfig("--alias", "both");
        const again = await run([
          "kubeconfig",
          "--cluster",
          "entries",
          "--kubeconfig",
          file("cli"),
          "--exec",
          "aws",
          "--alias",
          "both",
        ]);
        expect(again.out).toBe(`Updated context both in ${file("cli")}\n`);
        expect((parse(readFileSync(file("cli"), "utf8")) as { clusters: unknown[] }).clusters).toHaveLength(1);
      },
    );

    it.for([
      ["lotse", undefined],
      ["aws", python ? undefined : pythonMissing],
      ["aws-iam-authenticator", authenticator ? undefined : authenticatorMissing],
    ] as const)(
      "of lotse and tokens by %s works, also as a role",
      async ([program, missing], { expect, skip: leave }) => {
        if (missing) return leave(missing);
        await kubeconfig("entries", program, "--exec", program);
        expect(await known(program)).toMatchObject({ username: user("administrator") });
        send("eks", "CreateAccessEntry", {
          clusterName: "entries",
          principalArn: role("team/dev"),
          kubernetesGroups: [`by-${program}`],
        });
        await kubeconfig("entries", `${program}-dev`, "--exec", program, "--role-arn", role("team/dev"));
        expect(await known(`${program}-dev`)).toMatchObject({
          username: expect.stringMatching(`^arn:aws:sts::${account}:assumed-role/dev/.`),
          groups: [`by-${program}`, "system:authenticated"],
        });
        send("eks", "DeleteAccessEntry", { clusterName: "entries", principalArn: role("team/dev") });
      },
    );

    it("under eksctl's names works as well, in a file of its own", async ({ expect }) => {
      const args = [
        "utils",
        "write-kubeconfig",
        "--cluster",
        "entries",
        "--auto-kubeconfig",
        "--set-kubeconfig-context=false",
      ];
      const { out } = await run(args);
      const path = join(home, ".kube", "eksctl", "clusters", "entries");
      expect(out).toBe(`Added new context administrator@entries.${region}.eksctl.io to ${path}\n`);
      const context = ["--kubeconfig", path, "--context", `administrator@entries.${region}.eksctl.io`];
      expect((await runTool("kubectl", [...context, "get", "--raw", "/readyz"], environment())).out).toBe("ok");
    });

    it("is made through a role of the cluster's account, and tokens are the caller's own", async ({ expect }) => {
      const looks = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "eks:DescribeCluster", Resource: "*" }],
      };
      send("iam", "PutRolePolicy", { RoleName: "dev", PolicyName: "look", PolicyDocument: JSON.stringify(looks) });
      await kubeconfig("entries", "looked", "--assume-role-arn", role("team/dev"));
      expect(await known("looked")).toMatchObject({ username: user("administrator") });
    });

    it("needs a cluster that is there", async ({ expect }) => {
      const { exit, out, err } = await run(["kubeconfig", "--cluster", "none", "--kubeconfig", file("none")]);
      expect([exit, out, err]).toEqual([1, "", expect.stringContaining(`There is no cluster none in ${region}`)]);
    });
  });

  describe("by access entries", () => {
    it("lets nobody in who has none, and lotse says why", async ({ expect }) => {
      const eve = keysOf("eve");
      expect(await known("entries", eve)).toMatch(/Unauthorized|must be logged in/);
      send("iam", "PutUserPolicy", {
        UserName: "eve",
        PolicyName: "look",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: ["eks:Describe*", "eks:List*"], Resource: "*" }],
        }),
      });
      const { exit, out } = await run(["whoami", "--cluster", "entries"], eve);
      expect(exit).toBe(1);
      expect(out).toContain("unknown: the cluster refuses you");
      expect(out).toContain(`identity is not mapped: ${user("eve")}`);
    });

    it("gives a user what its policy says, there and nowhere else", async ({ expect }) => {
      const create = ["create", "accessentry", "--cluster", "entries", "--principal-arn", user("alice")];
      const policy = ["--access-policy", "AmazonEKSViewPolicy=namespace:default", "--kubernetes-groups", "viewers"];
      expect((await run([...create, ...policy, "--yes"])).out).toBe(`Created access entry ${user("alice")}\n`);
      expect((await run([...create, ...policy, "--yes"])).out).toBe(`Left as it is: access entry ${user("alice")}\n`);
      const alice = keysOf("alice");
      expect(await known("entries", alice)).toEqual(
        expect.objectContaining({ username: user("alice"), groups: ["viewers", "system:authenticated"] }),
      );
      expect((await kubectl("entries", ["get", "pods"], alice)).exit).toBe(0);
      const elsewhere = await kubectl("entries", ["get", "pods", "-n", "kube-system"], alice);
      expect([elsewhere.exit, elsewhere.err]).toEqual([1, expect.stringContaining("Forbidden")]);
      const { out } = await run([
        "get",
        "accessentry",
        "--cluster",
        "entries",
        "--principal-arn",
        user("alice"),
        "-o",
        "json",
      ]);
      expect(JSON.parse(out)).toMatchObject([
        {
          principalARN: user("alice"),
          kubernetesGroups: ["viewers"],
          accessPolicies: [{ accessScope: { type: "namespace", namespaces: ["default"] } }],
        },
      ]);
    });

    it("knows sessions of a role by their names", async ({ expect }) => {
      send("eks", "CreateAccessEntry", { clusterName: "entries", principalArn: role("team/ops") });
      const jane = sessionOf("ops", "jane@example.com");
      expect(await known("entries", jane)).toMatchObject({
        // An @ becomes a hyphen: EKS does so.
        username: `arn:aws:sts::${account}:assumed-role/ops/jane-example.com`,
      });
      const { out } = await run(["whoami", "--cluster", "entries", "-o", "json"]);
      expect(JSON.parse(out)).toMatchObject({
        arn: user("administrator"),
        cluster: {
          known: true,
          username: user("administrator"),
          rule: `access entry ${user("administrator")}`,
          policies: [{ name: "AmazonEKSClusterAdminPolicy" }],
        },
      });
    });

    it("keeps you from locking yourself out", async ({ expect }) => {
      const own = ["delete", "accessentry", "--cluster", "entries", "--principal-arn", user("administrator"), "--yes"];
      const { exit, err } = await run(own);
      expect([exit, err]).toEqual([1, expect.stringContaining("without its entry entries refuses you")]);
      const alice = ["delete", "accessentry", "--cluster", "entries", "--principal-arn", user("alice")];
      expect((await run(alice)).exit).toBe(4);
      expect((await run([...alice, "--yes"])).out).toBe(`Deleted access entry ${user("alice")}\n`);
    });
  });

  describe("by aws-auth", () => {
    it("knows the cluster's creator, and says so", async ({ expect }) => {
      expect(await known("map")).toMatchObject({
        username: "kubernetes-admin",
        groups: expect.arrayContaining(["system:masters"]),
      });
      expect((await run(["whoami", "--cluster", "map"])).out).toContain(
        `creator of the cluster, ${user("administrator")}`,
      );
    });

    it("lets in whom lotse maps, and nobody else any more", async ({ expect }) => {
      const map = (...args: string[]): Promise<ToolResult> =>
        run(["create", "iamidentitymapping", "--cluster", "map", ...args]);
      const dev = ["--arn", role("dev"), "--username", "dev:{{SessionName}}", "--group", "developers"];
      const asked = await map(...dev);
      expect([asked.exit, asked.err]).toEqual([4, expect.stringContaining("+     - developers")]);
      expect((await map(...dev, "--yes")).exit).toBe(0);
      const jane = sessionOf("dev", "jane");
      expect(await known("map", jane)).toMatchObject({
        username: "dev:jane",
        groups: ["developers", "system:authenticated"],
      });
      const { out } = await run(["get", "iamidentitymapping", "--cluster", "map", "-o", "json"]);
      expect(JSON.parse(out)).toEqual([
        { rolearn: role("dev"), username: "dev:{{SessionName}}", groups: ["developers"] },
      ]);
      await run(["delete", "iamidentitymapping", "--cluster", "map", "--arn", role("dev"), "--yes"]);
      // The API server remembers a token's answer for some seconds; another session has another token.
      expect(await known("map", sessionOf("dev", "john"))).toMatch(/Unauthorized|must be logged in/);
    });

    /** One line for the role `ops`, and no other. */
    async function mapOps(): Promise<void> {
      const ops = ["iamidentitymapping", "--cluster", "map", "--arn", role("ops"), "--yes"];
      await run(["delete", ...ops, "--all"]);
      await run(["create", ...ops, "--username", "ops", "--group", "system:masters"]);
    }

    it("says which line of the map lets somebody in", async ({ expect }) => {
      await mapOps();
      send("iam", "PutRolePolicy", {
        RoleName: "ops",
        PolicyName: "look",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "eks:*", Resource: "*" }],
        }),
      });
      const { out } = await run(["whoami", "--cluster", "map", "-o", "json"], sessionOf("ops", "jane"));
      expect(JSON.parse(out)).toMatchObject({
        role: role("ops"),
        cluster: { username: "ops", rule: "aws-auth mapRoles[0]", groups: ["system:masters", "system:authenticated"] },
      });
    });

    it("goes over to access entries by a plan, and the same people get in", async ({ expect }) => {
      await mapOps();
      const migrate = ["utils", "migrate-to-access-entry", "--cluster", "map", "--target-authentication-mode", "API"];
      const planned = await run(migrate);
      expect([planned.exit, planned.out]).toEqual([4, ""]);
      expect(planned.err).toContain(`access entry ${role("team/ops")}`);
      expect(await known("map", sessionOf("ops", "before"))).toMatchObject({ username: "ops" });
      const keep = join(home, "aws-auth.yaml");
      const done = await run([...migrate, "--keep", keep, "--yes"]);
      expect([done.exit, done.out]).toEqual([0, "map is in mode API\n"]);
      expect(parse(readFileSync(keep, "utf8"))).toMatchObject({
        kind: "ConfigMap",
        data: { mapRoles: expect.stringContaining(role("ops")) },
      });
      expect((await kubectl("map", ["get", "configmap", "aws-auth", "-n", "kube-system"])).err).toContain("NotFound");
      const jane = sessionOf("ops", "after");
      expect(await known("map", jane)).toMatchObject({ username: "ops", groups: ["system:authenticated"] });
      expect((await kubectl("map", ["auth", "can-i", "delete", "nodes"], jane)).out).toContain("yes");
    });
  });

  describe("tokens", () => {
    const withToken = async (token: string): Promise<ToolResult> => {
      const config = parse(readFileSync(file("entries"), "utf8")) as { users: { user: object }[] };
      for (const each of config.users) each.user = { token };
      writeFileSync(file("token"), stringify(config), { mode: 0o600 });
      return kubectl("token", ["get", "--raw", "/readyz"]);
    };
    const signed = (at: number, cluster = "entries"): string =>
      bearerToken({ cluster, region, at, credentials: sandbox.credentials, endpoint: sandbox.endpoint }).token;

    it("are good for a quarter of an hour, to the second that STS gives them", async ({ expect }) => {
      expect((await withToken(signed(Date.now() - 14 * 60_000))).out).toBe("ok");
      expect((await withToken(signed(Date.now() - 15 * 60_000 - 2000))).err).toMatch(/Unauthorized|must be logged in/);
    });

    it("of another cluster are good for nothing", async ({ expect }) => {
      expect((await withToken(signed(Date.now(), "map"))).err).toMatch(/Unauthorized|must be logged in/);
      const { out } = await run(["token", "--cluster", "entrie", "--token-only"]);
      expect((await withToken(out.trim())).err).toMatch(/Unauthorized|must be logged in/);
    });

    it("may be signed for AWS's own STS, which only the sandbox answers", async ({ expect }) => {
      const token = bearerToken({ cluster: "entries", region, at: Date.now(), credentials: sandbox.credentials }).token;
      expect((await withToken(token)).out).toBe("ok");
    });

    it.skipIf(!authenticator)(
      `of aws-iam-authenticator are accepted${authenticator ? "" : ` (${authenticatorMissing})`}`,
      async ({ expect }) => {
        const args = ["token", "-i", "entries", "--token-only", "--region", region];
        const { out } = await runTool(authenticator as string, args, environment());
        expect((await withToken(out.trim())).out).toBe("ok");
      },
    );

    it.skipIf(!authenticator)(
      `are somebody's to aws-iam-authenticator as they are to the cluster${authenticator ? "" : ` (${authenticatorMissing})`}`,
      async ({ expect }) => {
        const verify = async (keys: Keys, cluster = "entries"): Promise<ToolResult> => {
          // Signed for AWS's own STS, which it reaches through the sandbox's proxy.
          const { token } = bearerToken({ cluster, region, at: Date.now(), credentials: keys });
          return runTool(
            authenticator as string,
            ["verify", "-t", token, "-i", "entries", "-o", "json"],
            throughProxy(),
          );
        };
        send("eks", "CreateAccessEntry", { clusterName: "entries", principalArn: role("team/dev") });
        const people: [Keys, string | undefined][] = [
          [sandbox.credentials, undefined],
          [keysOf("eve"), undefined],
          [sessionOf("dev", "jane@example.com"), "jane@example.com"],
        ];
        for (const [keys, session] of people) {
          const { out, err } = await verify(keys);
          // Before its answer it may say that it found no region.
          const theirs = JSON.parse(out.slice(out.indexOf("{")) || JSON.stringify(err)) as Record<string, string>;
          const { out: ours } = await run(["whoami", "-o", "json"], keys);
          const me = JSON.parse(ours) as { arn: string; account: string; userId: string; role?: string };
          expect(theirs).toMatchObject({
            ARN: me.arn,
            CanonicalARN: me.role ?? me.arn,
            AccountID: me.account,
            UserID: me.userId.split(":")[0],
            SessionName: session ?? "",
          });
        }
        expect((await verify(sandbox.credentials, "map")).exit).not.toBe(0);
      },
    );

    it("are made with profiles: keys, a role, a program that gives keys for a while", async ({ expect }) => {
      const { accessKeyId, secretAccessKey } = sandbox.credentials;
      const ends = new Date(Date.now() + 5 * 60_000).toISOString();
      const given = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration: ends };
      writeFileSync(join(home, "given.json"), JSON.stringify(given));
      mkdirSync(join(home, ".aws"), { recursive: true });
      writeFileSync(
        join(home, ".aws", "credentials"),
        `[base]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
      );
      writeFileSync(
        join(home, ".aws", "config"),
        [
          `[profile base]\nregion = ${region}`,
          `[profile dev]\nregion = ${region}\nsource_profile = base\nrole_arn = ${role("team/dev")}`,
          `[profile program]\nregion = ${region}\ncredential_process = cat ${join(home, "given.json")}`,
        ].join("\n"),
      );
      const env = { HOME: home, AWS_ENDPOINT_URL: sandbox.endpoint };
      const keyIdOf = async (profile: string, ...more: string[]): Promise<{ id: string; minutes: number }> => {
        const args = [lotse, "token", "--cluster", "entries", "--profile", profile, ...more];
        const { out, err } = await runTool(process.execPath, args, env);
        if (out === "") throw new Error(err);
        const { status } = JSON.parse(out) as { status: { token: string; expirationTimestamp: string } };
        const url = new URL(Buffer.from(status.token.slice("k8s-aws-v1.".length), "base64url").toString());
        const minutes = Math.round((Date.parse(status.expirationTimestamp) - Date.now()) / 60_000);
        return { id: url.searchParams.get("X-Amz-Credential")?.split("/")[0] ?? "", minutes };
      };
      expect(await keyIdOf("base")).toEqual({ id: accessKeyId, minutes: 14 });
      expect(await keyIdOf("dev")).toEqual({ id: expect.stringMatching(/^ASIA/), minutes: 14 });
      expect(await keyIdOf("program")).toEqual({ id: accessKeyId, minutes: 4 });
      // Kept, the role isn't assumed again; another person's keys in the file are seen at once.
      expect((await keyIdOf("dev")).id).toBe((await keyIdOf("dev")).id);
      expect((await keyIdOf("dev")).id).not.toBe((await keyIdOf("dev", "--no-cache")).id);
      await expect(keyIdOf("nobody", "--region", region)).rejects.toThrow("aws/bad-credentials");
    });

    it("are one token when many ask at once", async ({ expect }) => {
      const ask = async (): Promise<ToolResult> => run(["token", "--cluster", "crowd"]);
      const all = await Promise.all(Array.from({ length: 12 }, ask));
      expect(all.filter(({ exit, err }) => exit !== 0 || err !== "")).toEqual([]);
      const last = await ask();
      expect(all.map(({ out }) => out)).toContain(last.out);
    });

    it("are kept by lotse between two calls", async ({ expect }) => {
      const twice = [await run(["token", "--cluster", "entries"]), await run(["token", "--cluster-name", "entries"])];
      expect(twice[1]?.out).toBe(twice[0]?.out);
      expect((await run(["token", "--cluster", "entries", "--no-cache"])).out).not.toBe("");
    });
  });
});
