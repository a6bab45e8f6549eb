// `create|delete iamserviceaccount` as parts of a plan: roles alone, on clusters of eksctl's making and of others'.
import { afterAll, beforeAll, describe, it } from "vitest";
import { loadCluster, planServiceAccounts, runSteps, workloadPolicies, type Cluster } from "../../src/lotse.ts";
import type { Outcome } from "../../src/cli/actions/testing.ts";
import { runLotseIn } from "../../src/cli/actions/testing.ts";
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

describe("the commands", () => {
  let world: World;
  const policy = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";

  beforeAll(async () => {
    world = await openWorld({ kubernetes: "off", listen: true });
    makeCluster(world.sandbox, "plain");
  });

  afterAll(async () => {
    await world?.close();
  });

  const lotse = async (line: string, ...more: string[]): Promise<Outcome> =>
    // A profile's name makes lotse take the keys beside it instead of asking the SDK, which would look at this process.
    runLotseIn(
      { ...world.sandbox.env(), AWS_PROFILE: "nobody" },
      "",
      ...line.split(" "),
      "--cluster",
      "plain",
      ...more,
    );

  it("give IAM the cluster's provider once", async ({ expect }) => {
    const associate = "utils associate-iam-oidc-provider";
    const asked = await lotse(associate);
    expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining("oidc-provider plain")]);
    expect(world.send("iam", "ListOpenIDConnectProviders", {})).toEqual({ OpenIDConnectProviderList: [] });
    expect((await lotse(associate, "--approve")).code).toBe(0);
    const { OpenIDConnectProviderList: providers } = world.send<{ OpenIDConnectProviderList: { Arn: string }[] }>(
      "iam",
      "ListOpenIDConnectProviders",
      {},
    );
    expect(providers.map(({ Arn }) => Arn)).toEqual([expect.stringContaining("oidc-provider/oidc.eks.eu-central-1")]);
    expect((await lotse(associate, "--approve")).stdout).toBe(
      'IAM Open ID Connect provider is already associated with cluster "plain" in "eu-central-1"\n',
    );
  });

  it("change a service account's role, and none that isn't there", async ({ expect }) => {
    const which = ["--name", "cart", "--namespace", "shop", "--aws-only", "--approve", "--attach-policy-arn"];
    const early = await lotse("update iamserviceaccount", ...which, policy);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("plan/no-pod-role")]);
    expect((await lotse("create iamserviceaccount", ...which, policy)).code).toBe(0);
    const other = policy.replace("ReadOnly", "PowerUser");
    expect((await lotse("update iamserviceaccount", ...which, other)).code).toBe(0);
    const { RoleName } = world
      .send<{ Roles: { RoleName: string }[] }>("iam", "ListRoles", {})
      .Roles.find((role) => role.RoleName.startsWith("eksctl-plain-addon-")) ?? { RoleName: "" };
    expect(world.send("iam", "ListAttachedRolePolicies", { RoleName })).toMatchObject({
      AttachedPolicies: [{ PolicyArn: other }],
    });
  });

  it("make, list and change associations in eksctl's shapes", async ({ expect }) => {
    const which = ["--namespace", "shop", "--service-account-name", "till"];
    const carryOut = ["--aws-only", "--approve"];
    expect((await lotse("get podidentityassociation")).stdout).toBe("No podidentityassociations found\n");
    const made = await lotse(
      "create podidentityassociation",
      ...which,
      ...carryOut,
      "--well-known-policies",
      "certManager",
    );
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining("pod-identity-association shop/till")]);
    const typo = await lotse(
      "create podidentityassociation",
      ...which,
      ...carryOut,
      "--well-known-policies",
      "certManager,certManger",
    );
    expect([typo.code, typo.stderr]).toEqual([expect.any(Number), expect.stringContaining("certManger")]);
    expect(typo.code).toBeGreaterThan(0);
    const list = async (): Promise<Record<string, string>[]> =>
      JSON.parse((await lotse("get podidentityassociation", ...which, "-o", "json")).stdout) as Record<
        string,
        string
      >[];
    const [before] = await list();
    expect(before).toEqual({
      AssociationARN: expect.stringContaining(":podidentityassociation/plain/a-"),
      Namespace: "shop",
      ServiceAccountName: "till",
      RoleARN: expect.stringContaining(`arn:aws:iam::${account}:role/eksctl-plain-podidentityrole-`),
      OwnerARN: "",
    });
    const session = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    });
    const change = ["--well-known-policies", "certManager", "--disable-session-tags", "--policy", session];
    const changed = await lotse("update podidentityassociation", ...which, ...carryOut, ...change);
    expect([changed.code, changed.stderr]).toEqual([0, expect.stringContaining("1 to change")]);
    const again = await lotse("update podidentityassociation", ...which, ...carryOut, ...change);
    expect(again.stderr).toContain("Nothing to do");
    expect((await lotse("get podidentityassociation")).stdout).toContain("SERVICE ACCOUNT NAME");
    const guest = ["--namespace", "shop", "--service-account-name", "guest", ...carryOut];
    const role = ["--role-arn", before?.["RoleARN"] ?? ""];
    expect((await lotse("create podidentityassociation", ...guest, ...role)).code).toBe(0);
    const elsewhere = await lotse("update podidentityassociation", ...guest, "--permission-policy-arns", policy);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      expect.stringContaining("The role of shop/guest was made elsewhere, and its policies change there"),
    ]);
    expect((await lotse("get podidentityassociation", "--service-account-name", "till")).code).toBe(2);
  });

  it("list providers by which people log in in eksctl's shape", async ({ expect }) => {
    const flags = ["--name", "login", "--issuer-url", "https://login.example.com", "--client-id", "k"];
    expect((await lotse("associate identityprovider", ...flags, "--groups-claim", "groups", "--wait")).code).toBe(0);
    expect(JSON.parse((await lotse("get identityprovider", "-o", "json")).stdout)).toEqual([
      {
        Type: "oidc",
        Name: "login",
        ClientID: "k",
        IssuerURL: "https://login.example.com",
        Status: "ACTIVE",
        Arn: expect.stringContaining(":identityproviderconfig/plain/oidc/login/"),
        UsernameClaim: null,
        UsernamePrefix: null,
        GroupsClaim: "groups",
        GroupsPrefix: null,
        RequiredClaims: null,
        Tags: null,
      },
    ]);
    const [head] = (await lotse("get identityprovider")).stdout.split("\n");
    expect(head?.split(/\s+/)).toEqual(["NAME", "TYPE", "CLIENT_ID", "ISSUER_URL", "ARN", "STATUS"]);
  });
});
