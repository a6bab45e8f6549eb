// What comes to a cluster later, what others do to it meanwhile, and what is in the way when it goes.
import { describe, it } from "vitest";
import { destroy, exportStacks, identityProviders, planDestroy, status } from "../../src/lotse.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const base = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: quay, region: eu-central-1, version: "1.34"}
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: {nat: {gateway: Single}}
managedNodeGroups: [{name: m, instanceType: t3.medium, desiredCapacity: 1}]
`;

async function applied(world: World, text: string, prune = false): Promise<string[]> {
  const steps = stepsOf(await world.plan(text, prune));
  const result = await world.apply(text, { prune });
  if (!result.ok) throw new Error(result.failed.map(({ message }) => message).join("; "));
  const left = stepsOf(await world.plan(text, prune));
  if (left.length > 0) throw new Error(`not empty after apply: ${left.join(", ")}`);
  return steps;
}

const vpcOf = (world: World): string =>
  (
    world.send("cloudformation", "DescribeStackResources", { StackName: "eksctl-quay-cluster" }) as {
      StackResources: { LogicalResourceId: string; PhysicalResourceId: string }[];
    }
  ).StackResources.find(({ LogicalResourceId }) => LogicalResourceId === "VPC")?.PhysicalResourceId ?? "";

async function gone(world: World): Promise<string[]> {
  const result = await destroy(await planDestroy("quay", world.aws, { kubernetes: "never" }), world.aws, world.host);
  return [...result.failed.map(({ message }) => message), ...world.leftovers()];
}

describe("later", () => {
  it("a first Fargate profile brings the role's own stack, as eksctl makes it", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const steps = await applied(world, `${base}fargateProfiles: [{name: batch, selectors: [{namespace: batch}]}]\n`);
    expect(steps).toEqual(["create fargate-role/quay", "create fargateprofile/batch"]);
    expect((await exportStacks(world.aws, "quay")).map(({ stackName }) => stackName)).toEqual([
      "eksctl-quay-cluster",
      "eksctl-quay-nodegroup-m",
      "eksctl-quay-fargate",
    ]);
    expect(await gone(world)).toEqual([]);
  });

  it("OIDC, a service account, and the network plug-in's own role", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const text = `${base}iam: {withOIDC: true, serviceAccounts: [{metadata: {name: a, namespace: b}, attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}]}\n`;
    const steps = await applied(world, text);
    expect(steps).toContain("create oidc-provider/quay");
    expect(steps).toContain("create iamserviceaccount/b/a");
    expect(steps.indexOf("create oidc-provider/quay")).toBeLessThan(steps.indexOf("create iamserviceaccount/b/a"));
    const pruned = await applied(world, `${base}iam: {withOIDC: true}\n`, true);
    expect(pruned).toEqual(["delete iamserviceaccount/b/a"]);
    expect(await gone(world)).toEqual([]);
  });

  it("an add-on that leaves the file goes before its role; one of unknown origin stays", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const file = (more: string): string =>
      `${base}iam: {withOIDC: true}\naddons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}${more}]\n`;
    await applied(
      world,
      file(", {name: aws-ebs-csi-driver, wellKnownPolicies: {ebsCSIController: true}}, {name: eks-pod-identity-agent}"),
    );
    const kept = await world.plan(file(""));
    expect(stepsOf(kept)).toEqual([]);
    expect(kept.notes.map(({ text }) => text)).toEqual([
      expect.stringContaining("Role of add-on aws-ebs-csi-driver isn't in the file; --prune"),
      expect.stringContaining("Add-on aws-ebs-csi-driver isn't in the file; --prune"),
      expect.stringContaining("Add-on eks-pod-identity-agent isn't in the file, and nothing shows that it ever was"),
    ]);
    expect(await applied(world, file(""), true)).toEqual([
      "delete addon/aws-ebs-csi-driver",
      "delete addon-role/aws-ebs-csi-driver",
    ]);
    expect(await gone(world)).toEqual([]);
  });

  it("another mode of NAT, told to interrupt", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const text = base.replace("Single", "HighlyAvailable");
    const plan = await world.plan(text);
    expect(plan.steps.map(({ id, action, effect }) => [id, action, effect])).toEqual([
      ["cluster/quay", "update", "interrupts"],
    ]);
    await applied(world, text);
    expect(await gone(world)).toEqual([]);
  });

  it("an SSH key, imported before its group and deleted with the cluster", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Tzq8JUE4mG1Yb1b1mJQd0m0V2p4dYq3Y2Xl8m0n0f pilot@quay";
    const steps = await applied(
      world,
      base.replace("desiredCapacity: 1", `desiredCapacity: 1, ssh: {allow: true, publicKey: "${key}"}`),
    );
    expect(steps.find((step) => step.startsWith("create key-pair/eksctl-quay-nodegroup-m-"))).toBeDefined();
    expect(await gone(world)).toEqual([]);
  });
});

describe("the provider by which people log in", () => {
  const alone = base.replace(/managedNodeGroups.*\n/, "");
  const login = (more: string): string =>
    `${alone}identityProviders: [{type: oidc, name: login, issuerURL: "https://login.example.com", clientID: kubernetes${more}}]\n`;
  const described = async (world: World): Promise<object | undefined> => {
    const identityProviderConfig = { type: "oidc", name: "login" };
    const answer = await world.aws.call("eks", "DescribeIdentityProviderConfig", {
      clusterName: "quay",
      identityProviderConfig,
    });
    return answer.identityProviderConfig?.oidc;
  };

  it("is associated last, changed by replacing it, and taken away by --prune", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    expect((await world.plan(login(""))).steps.at(-1)?.id).toBe("identityprovider/login");
    await applied(world, alone);

    const plan = await world.plan(login(", groupsClaim: groups, tags: {team: a}"));
    expect(plan.steps).toMatchObject([
      {
        id: "identityprovider/login",
        action: "create",
        effect: "none",
        duration: 900,
        why: [{ code: "plan/missing", line: 7 }],
        iamActions: [
          "eks:AssociateIdentityProviderConfig",
          "eks:DescribeIdentityProviderConfig",
          "eks:DescribeUpdate",
          "eks:ListIdentityProviderConfigs",
          "eks:TagResource",
        ],
      },
    ]);
    const before = world.sandbox.clock.now();
    await applied(world, login(", groupsClaim: groups, tags: {team: a}"));
    expect(world.sandbox.clock.now() - before).toBeGreaterThanOrEqual(5 * 60_000);
    expect(await described(world)).toMatchObject({
      status: "ACTIVE",
      issuerUrl: "https://login.example.com",
      clientId: "kubernetes",
      groupsClaim: "groups",
      tags: { team: "a", "alpha.eksctl.io/cluster-name": "quay" },
    });

    const changed = login(", groupsClaim: teams, tags: {team: b}");
    const [step] = (await world.plan(changed)).steps;
    expect(step).toMatchObject({ action: "replace", effect: "replaces" });
    expect(step?.why[0]?.text).toBe("claim of groups: groups → teams");
    await applied(world, changed);
    expect(await described(world)).toMatchObject({ groupsClaim: "teams", tags: { team: "b" } });
    expect(await applied(world, changed.replace("team: b", "team: c"))).toEqual(["update identityprovider/login"]);

    const renamed = login("").replace("name: login", "name: other");
    expect(await applied(world, renamed)).toEqual(["replace identityprovider/other"]);
    const kept = await world.plan(alone);
    expect(kept.steps).toEqual([]);
    expect(kept.notes.map(({ text }) => text)).toEqual([
      "Identity provider other (https://login.example.com) isn't in the file; --prune takes it down",
    ]);
    expect(await applied(world, alone, true)).toEqual(["delete identityprovider/other"]);
    expect(await gone(world)).toEqual([]);
  });

  it("of somebody else is left alone, and in the way", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, alone);
    await identityProviders.associate(
      world.aws,
      "quay",
      { name: "theirs", issuerURL: "https://theirs.example.com", clientID: "k" },
      { wait: true, timeout: 3600 },
    );
    const kept = await world.plan(alone, true);
    expect([kept.steps, kept.notes.map(({ text }) => text)]).toEqual([
      [],
      [expect.stringContaining("isn't in the file, and nothing shows that it ever was")],
    ]);
    await expect(world.plan(login(""))).rejects.toMatchObject({
      code: "plan/other-provider",
      diagnostic: { at: { line: 7 } },
    });
    expect(stepsOf(await world.plan(`${alone}identityProviders: []\n`, true))).toEqual([
      "delete identityprovider/theirs",
    ]);
    expect(await applied(world, login(""), true)).toEqual(["replace identityprovider/login"]);
    // Whatever an interrupted run has begun, the next one ends in the same place.
    await identityProviders.disassociate(world.aws, "quay", "login", { wait: false, timeout: 3600 });
    expect(await applied(world, login(""))).toEqual(["create identityprovider/login"]);
    await identityProviders.disassociate(world.aws, "quay", "login", { wait: true, timeout: 3600 });
    const own = { name: "login", issuerURL: "https://login.example.com", clientID: "kubernetes" };
    await identityProviders.associate(world.aws, "quay", own, { wait: false, timeout: 3600 });
    await applied(world, login(""));
    expect(await described(world)).toMatchObject({ status: "ACTIVE", issuerUrl: "https://login.example.com" });
    // A cluster takes its provider along.
    expect(await gone(world)).toEqual([]);
  });
});

describe("a path to an SSH key without a file", () => {
  const text = base.replace("desiredCapacity: 1", "desiredCapacity: 1, ssh: {publicKeyPath: quay-ops}");

  it("is the name of a key pair in EC2, as for eksctl", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    world.send("ec2", "CreateKeyPair", { KeyName: "quay-ops" });
    expect(await applied(world, text)).not.toContain("create key-pair/quay-ops");
    // Somebody else's: it stays.
    expect(await gone(world)).toEqual([expect.stringMatching(/^ec2\/key-pairs\/key-/)]);
  });

  it("is refused with its line when there is none", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await expect(world.plan(text)).rejects.toMatchObject({
      code: "plan/no-public-key",
      diagnostic: { at: { path: "managedNodeGroups[0].ssh" } },
    });
  });
});

describe("others", () => {
  it("scale a group: the file's size comes back", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    await world.aws.call("eks", "UpdateNodegroupConfig", {
      clusterName: "quay",
      nodegroupName: "m",
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 3 },
    });
    const plan = await world.plan(base);
    expect(plan.steps.map(({ id }) => id)).toEqual(["nodegroup-scaling/m"]);
    await applied(world, base);
  });

  it("leave the desired size alone to the autoscaler when the file doesn't write it", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const text = base.replace("desiredCapacity: 1", "minSize: 1, maxSize: 5");
    await applied(world, text);
    await world.aws.call("eks", "UpdateNodegroupConfig", {
      clusterName: "quay",
      nodegroupName: "m",
      scalingConfig: { desiredSize: 4 },
    });
    expect(stepsOf(await world.plan(text))).toEqual([]);
  });

  it("delete a group behind its stack: it is made anew", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    await world.aws.call("eks", "DeleteNodegroup", { clusterName: "quay", nodegroupName: "m" });
    world.sandbox.advance(3600);
    expect((await status(world.aws, "quay")).nodeGroups).toEqual([]);
    expect(await applied(world, base)).toEqual(["replace nodegroup/m"]);
  });

  it("apply at the same time: both end in the same place", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const [one, two] = await Promise.all([world.apply(base), world.apply(base)]);
    expect([...one.failed, ...two.failed].map(({ message }) => message)).toEqual([]);
    expect(stepsOf(await world.plan(base))).toEqual([]);
  });
});

describe("stacks in odd states", () => {
  it("an update that failed left everything as before, and is tried again", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const text = base.replace("desiredCapacity: 1", "desiredCapacity: 1, labels: {tier: web}");
    world.sandbox.faults.add({
      service: "eks",
      operation: "UpdateNodegroupConfig",
      times: 1,
      effect: { kind: "error", code: "InvalidRequestException", message: "no labels today", status: 400 },
    });
    const result = await world.apply(text);
    expect(result.failed[0]).toMatchObject({
      step: "nodegroup/m",
      code: "engine/stack-failed",
      message: expect.stringContaining("no labels today"),
      error: { diagnostic: { detail: "The stack is in UPDATE_ROLLBACK_COMPLETE" } },
    });
    expect(await applied(world, text)).toEqual(["update nodegroup/m"]);
  });

  it("REVIEW_IN_PROGRESS holds nothing: it is replaced", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const tags = { "alpha.eksctl.io/cluster-name": "quay", "alpha.eksctl.io/nodegroup-name": "other" };
    world.send("cloudformation", "CreateChangeSet", {
      StackName: "eksctl-quay-nodegroup-other",
      ChangeSetName: "begun",
      ChangeSetType: "CREATE",
      TemplateBody: JSON.stringify({ Resources: { A: { Type: "AWS::EC2::InternetGateway" } } }),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    const text = base.replace(
      "managedNodeGroups: [",
      "managedNodeGroups: [{name: other, instanceType: t3.medium, desiredCapacity: 1}, ",
    );
    expect(await applied(world, text)).toEqual(["replace nodegroup/other"]);
  });
});

describe("in the way of destroy", () => {
  it("are interfaces and security groups left behind in the network", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const vpc = vpcOf(world);
    const { Subnets } = world.send("ec2", "DescribeSubnets", { Filters: [{ Name: "vpc-id", Values: [vpc] }] }) as {
      Subnets: { SubnetId: string }[];
    };
    world.send("ec2", "CreateNetworkInterface", {
      SubnetId: Subnets[0]?.SubnetId,
      Description: "aws-K8S-i-0123456789abcdef0",
    });
    world.send("ec2", "CreateSecurityGroup", {
      GroupName: "k8s-elb-1",
      Description: "left by a load balancer",
      VpcId: vpc,
      TagSpecifications: [
        { ResourceType: "security-group", Tags: [{ Key: "kubernetes.io/cluster/quay", Value: "owned" }] },
      ],
    });
    expect(await gone(world)).toEqual([]);
    expect(world.host.messages.some(({ text }) => text.includes('left behind by "aws-K8S-i-0123456789abcdef0"'))).toBe(
      true,
    );
  });

  it("is what isn't ours: named, and left alone", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, base);
    const vpc = vpcOf(world);
    world.send("ec2", "CreateSecurityGroup", { GroupName: "database", Description: "of somebody else", VpcId: vpc });
    const result = await destroy(await planDestroy("quay", world.aws, { kubernetes: "never" }), world.aws, world.host);
    expect(result.failed.map(({ step, code }) => [step, code])).toEqual([["cluster/quay", "engine/stack-failed"]]);
    expect(result.failed[0]?.message).toContain("VPC");
  });

  it("nothing, when there is nothing", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    expect((await planDestroy("nowhere", world.aws, { kubernetes: "never" })).steps).toEqual([]);
  });
});
