// aws-auth of a living cluster, edited by several hands; nobody locked out; node roles watched over.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Aws, Change } from "../../src/lotse.ts";
import { accessEntries, connect, identityMappings, whoami } from "../../src/lotse.ts";
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { describeCluster, openCluster } from "../../src/access/index.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/index.ts";
import type { MadeCluster } from "../helpers/eks-by-api.ts";
import { makeCluster, makeGroup } from "../helpers/eks-by-api.ts";

const kubernetes = await kubernetesOr("1.35");
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const key = { namespace: "kube-system", name: "aws-auth" };
const dev = { arn: role("dev"), username: "dev", groups: ["developers"] };

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "aws-auth", () => {
  let sandbox: Sandbox;
  let cluster: MadeCluster;
  let aws: Aws;
  let kube: Kube;

  beforeAll(async () => {
    sandbox = await createSandbox({ region: "eu-central-1" });
    cluster = makeCluster(sandbox, "shared");
    const { endpoint, region, credentials } = sandbox.clientConfig();
    aws = await connect({ endpoint, region, credentials });
    kube = openCluster(aws, await describeCluster(aws, "shared"));
  }, 120_000);

  afterAll(async () => {
    kube?.close();
    aws?.close();
    await sandbox?.close();
  });

  const write = async (data: Record<string, string>): Promise<void> => {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: key, data };
    const found = await kube.find<ConfigMap>(resources.configMaps, key);
    await (found ? kube.replace(resources.configMaps, { ...found, data }) : kube.create(resources.configMaps, map));
  };
  const read = async (): Promise<Record<string, string>> =>
    (await kube.get<ConfigMap>(resources.configMaps, key)).data ?? {};

  /** Says yes, after somebody else has done something. */
  const meanwhile = (
    ...deeds: (() => Promise<void>)[]
  ): { asked: Change[]; confirm: (change: Change) => Promise<boolean> } => {
    const asked: Change[] = [];
    return {
      asked,
      confirm: async (change) => {
        asked.push(change);
        await deeds.shift()?.();
        return true;
      },
    };
  };

  it("keeps comments, and what it doesn't know", async ({ expect }) => {
    await write({
      mapRoles: `# ours\n- rolearn: ${role("ops")} # the old team\n  username: ops\n  groups: [ops]\n  note: keep\n`,
      other: "x",
    });
    const { written } = await identityMappings.create(aws, "shared", [dev], meanwhile().confirm);
    expect(written).toBe(true);
    const data = await read();
    expect(data["other"]).toBe("x");
    for (const part of ["# ours", "# the old team", "note: keep", dev.arn]) expect(data["mapRoles"]).toContain(part);
  });

  it("keeps what somebody else wrote meanwhile, and asks again only for another change", async ({ expect }) => {
    await write({ mapRoles: "" });
    const elsewhere = async (): Promise<void> => write({ ...(await read()), mapAccounts: '- "111122223333"\n' });
    const first = meanwhile(elsewhere);
    await identityMappings.create(aws, "shared", [dev], first.confirm);
    expect(first.asked).toHaveLength(1);
    expect(await read()).toEqual({ mapAccounts: '- "111122223333"\n', mapRoles: expect.stringContaining(dev.arn) });

    // Now the very item that is to go is changed in between.
    const same = async (): Promise<void> =>
      write({ ...(await read()), mapRoles: (await read())["mapRoles"]?.replace("developers", "nobody") ?? "" });
    const second = meanwhile(same);
    await identityMappings.delete(aws, "shared", { arn: dev.arn }, second.confirm);
    expect(second.asked.map(({ diff }) => diff.some((line) => line.includes("nobody")))).toEqual([false, true]);
    expect((await read())["mapRoles"]).not.toContain(dev.arn);
  });

  it("gives up where others never stop writing", async ({ expect }) => {
    let count = 0;
    const busy = async (): Promise<boolean> => {
      count += 1;
      await write({ mapRoles: `- {rolearn: "${dev.arn}", username: "u${count}"}\n` });
      return true;
    };
    await busy();
    const removal = identityMappings.delete(aws, "shared", { arn: dev.arn }, busy);
    await expect(removal).rejects.toMatchObject({ code: "access/map-contended" });
    expect((await read())["mapRoles"]).toContain(`u${count}`);
  });

  it("writes nothing when it is declined, or one of several is refused", async ({ expect }) => {
    await write({ mapRoles: "" });
    const declined = await identityMappings.create(aws, "shared", [dev], () => Promise.resolve(false));
    expect(declined).toMatchObject({ written: false, changed: true });
    const refused = identityMappings.create(
      aws,
      "shared",
      [dev, { arn: "arn:aws:iam::1:group/x", groups: ["y"] }],
      () => Promise.resolve(true),
    );
    await expect(refused).rejects.toMatchObject({ code: "identity/arn-kind" });
    expect(await read()).toEqual({ mapRoles: "" });
  });

  it("watches over the roles of nodes", async ({ expect }) => {
    makeGroup(sandbox, cluster, "workers", 1);
    const principalArn = cluster.nodeRole;
    const entry = accessEntries.delete(aws, "shared", { principalArn }, () => Promise.resolve(true));
    await expect(entry).rejects.toMatchObject({
      code: "access/removes-node-role",
      message: expect.stringContaining("node group workers"),
    });
    // Its access entry stands, so that its line in the map may go.
    await write({
      mapRoles: `- {rolearn: "${principalArn}", username: "system:node:{{EC2PrivateDNSName}}", groups: ["system:nodes"]}\n`,
    });
    const yes = (): Promise<boolean> => Promise.resolve(true);
    expect(await identityMappings.delete(aws, "shared", { arn: principalArn }, yes)).toMatchObject({ written: true });
    // Mapped besides, the entry may go too; without either only by force.
    expect(await accessEntries.delete(aws, "shared", { principalArn, force: true }, yes)).toBe(true);
    expect((await accessEntries.list(aws, "shared", principalArn)).length).toBe(0);
  });

  it("gives EMR its rights in a namespace with its mapping", async ({ expect }) => {
    const request = { serviceName: "emr-containers", namespace: "default" };
    await identityMappings.create(aws, "shared", [request], () => Promise.resolve(true));
    const binding = await kube.get<KubeObject & { subjects: object[] }>(resources.roleBindings, {
      namespace: "default",
      name: "emr-containers",
    });
    expect(binding.subjects).toEqual([{ kind: "User", name: "emr-containers", apiGroup: "rbac.authorization.k8s.io" }]);
    const again = await identityMappings.create(aws, "shared", [request], () =>
      Promise.reject(new Error("nothing to ask")),
    );
    expect(again).toMatchObject({ written: false, changed: false, notes: [{ code: "identity/unchanged" }] });
  });

  it("lets one see who one is", async ({ expect }) => {
    expect(await whoami(aws, "shared")).toMatchObject({
      arn: "arn:aws:iam::123456789012:user/administrator",
      cluster: {
        known: true,
        rule: expect.stringContaining("access entry"),
        policies: [{ name: "AmazonEKSClusterAdminPolicy" }],
      },
    });
  });
});

describe("a cluster that doesn't answer", () => {
  it("doesn't keep one from seeing who one is, and the rule that EKS knows", async ({ expect }) => {
    await using sandbox = await createSandbox({ region: "eu-central-1", kubernetes: "off" });
    makeCluster(sandbox, "quiet");
    const { endpoint, region, credentials } = sandbox.clientConfig();
    const aws = await connect({ endpoint, region, credentials });
    expect(await whoami(aws, "quiet")).toMatchObject({
      arn: "arn:aws:iam::123456789012:user/administrator",
      cluster: {
        reachable: false,
        known: false,
        rule: "access entry arn:aws:iam::123456789012:user/administrator",
        notes: [expect.stringContaining("can't be reached")],
      },
    });
    aws.close();
  });
});
