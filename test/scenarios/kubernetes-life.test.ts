// A control plane from its start to its end: other versions, crashes, deletions in the middle, and nothing left behind.
import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { LotseError } from "../../src/base/index.ts";
import type { Kube, KubeObject, Resource } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { makeNetwork, makeRole } from "../helpers/eks-by-api.ts";
import { eventually, kubeOf } from "../helpers/kubernetes.ts";
import { openOidcIssuer } from "../helpers/oidc-issuer.ts";
import type { World } from "../helpers/world.ts";
import { openWorld } from "../helpers/world.ts";

const needed = await Promise.all(["1.34", "1.35", "1.36"].map(kubernetesOr));
const skip = needed.find((each) => each.skip)?.skip;

/** Command lines of programs that work in a folder. */
function programsIn(folder: string): string[] {
  return execFileSync("ps", ["-eo", "stat,args"], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .filter((line) => !line.startsWith("Z") && line.includes(folder));
}

const secrets: Resource = { ...resources.configMaps, kind: "Secret", plural: "secrets" };
type Secret = KubeObject & { data: { word: string } };

const settings = { apiVersion: "v1", kind: "ConfigMap" } as const;

function write(kube: Kube, name: string): Promise<unknown> {
  return kube.create(resources.configMaps, {
    ...settings,
    metadata: { namespace: "default", name },
    data: { say: name },
  });
}

async function namesIn(kube: Kube): Promise<string[]> {
  const found = await kube.list(resources.configMaps, { namespace: "default" });
  return found.map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt");
}

describe.skipIf(skip)(skip ?? "a control plane", () => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-life-"));
  let world: World;
  let subnetIds: string[] = [];

  const open = async (): Promise<void> => {
    world = await openWorld({ folder });
  };
  beforeAll(open);
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const status = (name: string) => world.sandbox.kubernetes?.status().find((each) => each.name === name);
  const asked = async <T>(name: string, ask: (kube: Kube) => Promise<T>): Promise<T> => {
    const kube = kubeOf(world, name);
    try {
      return await ask(kube);
    } finally {
      kube.close();
    }
  };
  /** A cluster in the network and with the role of the test, made when the account hasn't got them. */
  const make = (name: string, version = "1.36"): void => {
    const { send, sandbox } = world;
    const { Roles } = send<{ Roles: { RoleName: string; Arn: string }[] }>("iam", "ListRoles", {});
    const known = Roles.find(({ RoleName }) => RoleName === "clusters")?.Arn;
    const roleArn = known ?? makeRole(send, "clusters", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
    if (!known) subnetIds = makeNetwork(send, sandbox.region).publicSubnets;
    send("eks", "CreateCluster", { name, version, roleArn, resourcesVpcConfig: { subnetIds } });
    sandbox.clock.settle();
  };
  const update = (version: string): void => {
    world.send("eks", "UpdateClusterVersion", { name: "shop", version });
    world.sandbox.clock.settle();
  };

  it("moves from version to version on the same data, awake and asleep, and back within seven days", async ({
    expect,
  }) => {
    const lives = (version: string, hasPolicies: boolean): Promise<void> =>
      asked("shop", async (kube) => {
        expect((await kube.version()).gitVersion).toContain(`v${version}.`);
        expect(await namesIn(kube)).toContain("of-1-34");
        const served = await kube.connection.send<{ resources: { name: string }[] }>({
          method: "GET",
          path: "/apis/admissionregistration.k8s.io/v1",
          what: "list kinds",
        });
        expect(served.resources.some(({ name }) => name === "mutatingadmissionpolicies")).toBe(hasPolicies);
      });

    make("shop", "1.34");
    await asked("shop", (kube) => write(kube, "of-1-34"));
    update("1.35");
    await lives("1.35", false);
    // Nobody is there when it moves again: the next one who comes meets the new version.
    await world.close();
    await open();
    expect(status("shop")?.state).toBe("asleep");
    update("1.36");
    expect(status("shop")?.state).toBe("asleep");
    await lives("1.36", true);
    update("1.35");
    await lives("1.35", false);
  });

  it("says so when a version is out of reach, and comes back when it isn't", async ({ expect }) => {
    make("old", "1.32");
    const old = kubeOf(world, "old", world.sandbox.credentials, 0);
    await expect(old.version()).rejects.toMatchObject({ code: "kube/unreachable" });
    old.close();
    await eventually(
      () => Promise.resolve(status("old")),
      (seen) => seen?.state === "failed",
    );
    expect(status("old")?.problem).toContain("There are no programs of Kubernetes 1.32 on this machine");
    expect(status("old")?.problem).toContain("1.32 can only be downloaded");
    world.send("eks", "DeleteCluster", { name: "old" });
    world.sandbox.clock.settle();
  });

  it("starts again at the next connection when one of its programs has ended", async ({ expect }) => {
    const before = status("shop")?.pids ?? [];
    for (const pid of before) process.kill(-pid, "SIGKILL");
    const seen = await eventually(
      () => asked("shop", (kube) => namesIn(kube)).catch(() => []),
      (names) => names.length > 0,
    );
    expect(seen).toContain("of-1-34");
    expect(status("shop")?.pids?.some((pid) => before.includes(pid))).toBe(false);
  });

  it("is another one when a cluster of the same name is made anew", async ({ expect }) => {
    world.send("eks", "DeleteCluster", { name: "shop" });
    world.sandbox.clock.settle();
    expect(world.send("eks", "ListClusters", {})).toEqual({ clusters: [] });
    // The old one's programs may still be ending.
    make("shop");
    expect(await asked("shop", namesIn)).toEqual([]);
  });

  it("keeps no secret in plain text once a KMS key encrypts them", async ({ expect }) => {
    const secret = (name: string): Promise<unknown> =>
      asked("shop", (kube) =>
        kube.create(secrets, {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { namespace: "default", name },
          stringData: { word: `the-word-of-${name}` },
        }),
      );
    await secret("before");
    const { KeyMetadata } = world.send<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", {});
    world.send("eks", "AssociateEncryptionConfig", {
      clusterName: "shop",
      encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: KeyMetadata.Arn } }],
    });
    world.sandbox.clock.settle();
    await secret("after");
    // What was written before stays as it is until it is written again, as on EKS.
    const word = await asked("shop", (kube) => kube.get<Secret>(secrets, { namespace: "default", name: "before" }));
    expect(Buffer.from(word?.data.word ?? "", "base64").toString()).toBe("the-word-of-before");
    const root = join(folder, "kubernetes");
    await world.close();
    const stored = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && join(entry.parentPath ?? entry.path, "").includes("etcd"))
      .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), "latin1"))
      .join("");
    expect(stored).toContain("the-word-of-before");
    expect(stored).not.toContain("the-word-of-after");
    expect(stored).toContain("k8s:enc:aesgcm:v1:cluster-key:");
    await open();
    const read = await asked("shop", (kube) => kube.get<Secret>(secrets, { namespace: "default", name: "after" }));
    expect(Buffer.from(read?.data.word ?? "", "base64").toString()).toBe("the-word-of-after");
  });

  it("lets people in whom their own OIDC provider names, and nobody else with a token of it", async ({ expect }) => {
    const issuer = await openOidcIssuer();
    const trusted = join(folder, "people.pem");
    writeFileSync(trusted, issuer.authority);
    // As the user of a provider on his own machine sets it: the API server believes whom he believes.
    const before = process.env["SSL_CERT_FILE"];
    process.env["SSL_CERT_FILE"] = trusted;
    try {
      world.send("eks", "AssociateIdentityProviderConfig", {
        clusterName: "shop",
        oidc: {
          identityProviderConfigName: "people",
          issuerUrl: issuer.url,
          clientId: "kubernetes",
          usernameClaim: "email",
          groupsClaim: "groups",
          groupsPrefix: "people:",
          requiredClaims: { tenant: "shop" },
        },
      });
      world.sandbox.clock.settle();
      // Starts it anew, or waits until it has started anew.
      await asked("shop", (kube) => kube.version());
      const claims = {
        aud: "kubernetes",
        email: "ada@example.com",
        email_verified: true,
        groups: ["dev"],
        tenant: "shop",
      };
      const asker = (token: string): Kube => kubeOf(world, "shop", () => token);
      const whoIs = async (token: string): Promise<unknown> => {
        const kube = asker(token);
        try {
          const { status } = await kube.connection.send<{ status: { userInfo: object } }>({
            method: "POST",
            path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
            what: "ask who I am",
          });
          return status.userInfo;
        } catch (error) {
          return (error as LotseError).code;
        } finally {
          kube.close();
        }
      };
      // The API server fetches the provider's keys after its own start, and asks again 10 s later when it couldn't.
      const ada = await eventually(
        () => whoIs(issuer.token(claims)),
        (seen) => typeof seen === "object",
      );
      expect(ada).toMatchObject({
        username: "ada@example.com",
        groups: ["people:dev", "system:authenticated"],
      });
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
      for (const token of [
        issuer.token({ ...claims, aud: "another" }),
        issuer.token({ ...claims, tenant: "bank" }),
        issuer.token({ ...claims, email_verified: false }),
        issuer.token({ ...claims, iss: `${issuer.url}/others` }),
        issuer.token({ ...claims, exp: 1 }),
        issuer.token(claims, stranger),
      ])
        expect(await whoIs(token)).toBe("kube/unauthorized");
      // Known isn't allowed: RBAC says what they may.
      const kube = asker(issuer.token(claims));
      await expect(kube.list(resources.configMaps, { namespace: "default" })).rejects.toMatchObject({
        code: "kube/denied",
      });
      kube.close();
    } finally {
      if (before === undefined) delete process.env["SSL_CERT_FILE"];
      else process.env["SSL_CERT_FILE"] = before;
      await issuer.close();
    }
  });

  it("is gone with the account's state, whatever it was doing", async ({ expect }) => {
    const kube = kubeOf(world, "shop");
    world.sandbox.reset();
    await eventually(
      () => Promise.resolve(programsIn(folder)),
      (found) => found.length === 0,
    );
    kube.close();
    expect(world.sandbox.kubernetes?.status()).toEqual([]);
    await eventually(
      () => Promise.resolve(readdirSync(join(folder, "kubernetes"))),
      (found) => found.length === 0,
    );
  });

  it("leaves nothing when it is deleted, or its sandbox closed, in the middle of its start", async ({ expect }) => {
    make("brief");
    const coming = asked("brief", (kube) => kube.version()).catch((error: unknown) => error);
    await eventually(
      () => Promise.resolve(programsIn(folder)),
      (found) => found.length > 0,
    );
    world.send("eks", "DeleteCluster", { name: "brief" });
    world.sandbox.clock.settle();
    expect(await coming).toMatchObject({ code: "kube/unreachable" });
    await eventually(
      () => Promise.resolve(programsIn(folder)),
      (found) => found.length === 0,
    );

    make("late");
    const other = asked("late", (kube) => kube.version()).catch((error: unknown) => error);
    await eventually(
      () => Promise.resolve(programsIn(folder)),
      (found) => found.length > 0,
    );
    const began = Date.now();
    await world.close();
    expect(await other).toMatchObject({ code: "kube/unreachable" });
    expect(programsIn(folder)).toEqual([]);
    expect(Date.now() - began).toBeLessThan(8_000);
    await open();
  });

  it("is ended by the next start when everything that kept it was killed", async ({ expect }) => {
    const source = `
      import { createSandbox } from ${JSON.stringify(join(import.meta.dirname, "../../src/sandbox/index.ts"))};
      const sandbox = await createSandbox({ folder: ${JSON.stringify(folder)}, kubernetes: "on" });
      sandbox.ref();
    `;
    await world.close();
    const script = join(folder, "owner.ts");
    writeFileSync(script, source);
    const owner = spawn(process.execPath, ["scripts/run.mjs", script], { stdio: "ignore" });
    await eventually(
      () => Promise.resolve(programsIn(folder).filter((line) => line.includes("kube-scheduler"))),
      (found) => found.length > 0,
    );
    // Keepers first: then nobody is left who would end their programs.
    const keepers = execFileSync("pgrep", ["-f", `lotse-keeper .*${folder}`], { encoding: "utf8" })
      .trim()
      .split("\n");
    owner.kill("SIGSTOP");
    for (const pid of keepers) process.kill(Number(pid), "SIGKILL");
    owner.kill("SIGKILL");
    await sleep(200);
    expect(programsIn(folder).length).toBeGreaterThan(0);
    await open();
    expect(programsIn(folder)).toEqual([]);
    expect(existsSync(join(folder, "kubernetes"))).toBe(true);
  });
});
