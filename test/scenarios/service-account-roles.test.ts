// `create|delete iamserviceaccount` as parts of a plan: roles alone, on clusters of eksctl's making and of others'.
import { afterAll, beforeAll, describe, it } from "vitest";
import { loadCluster, planServiceAccounts, runSteps, workloadPolicies, type Cluster } from "../../src/lotse.ts";
import { makeCluster } from "../helpers/eks-by-api.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const account = "123456789012";

async function fileOf(name: string, serviceAccounts: readonly object[]): Promise<Cluster> {
  const metadata = { name, region: "eu-central-1" };
  const config = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata,
    iam: { withOIDC: true, serviceAccounts },
  };
  const { cluster, diagnostics } = await loadCluster(JSON.stringify(config));
  if (!cluster) throw new Error(diagnostics.map(({ title }) => title).join("; "));
  return cluster;
}

describe("service accounts' roles", () => {
  let world: World;
  const cart = {
    metadata: { namespace: "shop", name: "cart" },
    attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"],
  };

  beforeAll(async () => {
    world = await openWorld({ kubernetes: "off" });
    makeCluster(world.sandbox, "plain");
  });

  afterAll(async () => {
    await world?.close();
  });

  const make = async (accounts: readonly object[], options: Parameters<typeof planServiceAccounts>[2] = {}) => {
    const planned = await planServiceAccounts(await fileOf("plain", accounts), world.aws, {
      kubernetes: "never",
      ...options,
    });
    return { planned, run: () => runSteps(planned, world.aws, world.host, { kubernetes: "never" }) };
  };

  it("come with the provider that they trust, and nothing else of a file", async ({ expect }) => {
    const { planned, run } = await make([cart]);
    expect(stepsOf(planned)).toEqual(["create oidc-provider/plain", "create iamserviceaccount/shop/cart"]);
    expect((await run()).failed).toEqual([]);
    const { Stacks } = world.send<{ Stacks: { Outputs: { OutputKey: string; OutputValue: string }[] }[] }>(
      "cloudformation",
      "DescribeStacks",
      { StackName: "eksctl-plain-addon-iamserviceaccount-shop-cart" },
    );
    const role = Stacks[0]?.Outputs.find(({ OutputKey }) => OutputKey === "Role1")
      ?.OutputValue.split("/")
      .at(-1);
    const { Role } = world.send<{ Role: { AssumeRolePolicyDocument: string } }>("iam", "GetRole", { RoleName: role });
    const trust = decodeURIComponent(Role.AssumeRolePolicyDocument);
    expect(trust).toContain("system:serviceaccount:shop:cart");
    expect(trust).toContain(`arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/`);
    expect(stepsOf((await make([cart])).planned)).toEqual([]);
  });

  it("take the policy of a well-known workload", async ({ expect }) => {
    const { document } = await workloadPolicies.make("cert-manager", { hostedZones: ["Z1"] });
    const { planned, run } = await make([
      {
        metadata: { namespace: "cert-manager", name: "cert-manager" },
        attachPolicy: document,
        roleName: "cert-manager",
      },
    ]);
    expect(stepsOf(planned)).toEqual(["create iamserviceaccount/cert-manager/cert-manager"]);
    expect((await run()).failed).toEqual([]);
    const { PolicyNames } = world.send<{ PolicyNames: string[] }>("iam", "ListRolePolicies", {
      RoleName: "cert-manager",
    });
    expect(PolicyNames).toHaveLength(1);
  });

  it("go one by one, and leave those that weren't named", async ({ expect }) => {
    const { planned, run } = await make([], { names: ["shop/cart"], remove: true });
    expect(stepsOf(planned)).toEqual(["delete iamserviceaccount/shop/cart"]);
    expect((await run()).failed).toEqual([]);
    const left = await make([], { remove: true });
    expect(stepsOf(left.planned)).toEqual(["delete iamserviceaccount/cert-manager/cert-manager"]);
  });

  it("come by association as well, and go with it", async ({ expect }) => {
    const till = { namespace: "shop", serviceAccountName: "till", permissionPolicyARNs: cart.attachPolicyARNs };
    const file = async (items: readonly object[]): Promise<Cluster> => {
      const config = {
        apiVersion: "eksctl.io/v1alpha5",
        kind: "ClusterConfig",
        metadata: { name: "plain", region: "eu-central-1" },
        iam: { podIdentityAssociations: items },
        addons: [{ name: "eks-pod-identity-agent" }],
      };
      const { cluster } = await loadCluster(JSON.stringify(config));
      if (!cluster) throw new Error("no such file");
      return cluster;
    };
    const options = { by: "association", kubernetes: "never" } as const;
    const planned = await planServiceAccounts(await file([till]), world.aws, options);
    expect(stepsOf(planned)).toEqual([
      "create pod-identity-role/shop/till",
      "create pod-identity-association/shop/till",
    ]);
    expect((await runSteps(planned, world.aws, world.host, { kubernetes: "never" })).failed).toEqual([]);
    const listed = (): { serviceAccount: string }[] =>
      world.send<{ associations: { serviceAccount: string }[] }>("eks", "ListPodIdentityAssociations", {
        clusterName: "plain",
      }).associations;
    expect(listed().map(({ serviceAccount }) => serviceAccount)).toEqual(["till"]);
    const gone = await planServiceAccounts(await file([]), world.aws, { ...options, remove: true });
    expect((await runSteps(gone, world.aws, world.host, { kubernetes: "never" })).failed).toEqual([]);
    expect(listed()).toEqual([]);
  });

  it("are nothing without a cluster", async ({ expect }) => {
    await expect(
      planServiceAccounts(await fileOf("nowhere", [cart]), world.aws, { kubernetes: "never" }),
    ).rejects.toMatchObject({ code: "plan/no-cluster" });
  });
});
