// What others have broken by hand: said by status, mended by apply where that is safe, refused where it isn't, and no
// hindrance for destroy.
import { describe, it } from "vitest";
import { destroy, planDestroy, status, type LotseError } from "../../src/lotse.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const file = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: quay, region: eu-central-1, version: "1.34"}
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: {nat: {gateway: Disable}}
iam:
  withOIDC: true
  serviceAccounts: [{metadata: {name: reader, namespace: a}, attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}]
managedNodeGroups: [{name: m, instanceType: t3.medium, desiredCapacity: 1, labels: {tier: web}}]
nodeGroups: [{name: s, instanceType: t3.medium, desiredCapacity: 1}]
`;

async function made(): Promise<World> {
  const world = await openWorld({ kubernetes: "off" });
  const { failed } = await world.apply(file);
  if (failed.length > 0) throw new Error(failed.map(({ message }) => message).join("; "));
  return world;
}

const gone = async (world: World): Promise<string[]> => {
  const { failed } = await destroy(
    await planDestroy("quay", world.aws, { kubernetes: "never" }),
    world.aws,
    world.host,
  );
  return [...failed.map(({ message }) => message), ...world.leftovers()];
};

function deleteGroup(world: World, group: "m" | "s"): void {
  if (group === "m") world.send("eks", "DeleteNodegroup", { clusterName: "quay", nodegroupName: "m" });
  else {
    const { AutoScalingGroups } = world.send<{ AutoScalingGroups: { AutoScalingGroupName: string }[] }>(
      "auto-scaling",
      "DescribeAutoScalingGroups",
      { Filters: [{ Name: "tag:alpha.eksctl.io/nodegroup-name", Values: ["s"] }] },
    );
    for (const { AutoScalingGroupName } of AutoScalingGroups)
      world.send("auto-scaling", "DeleteAutoScalingGroup", { AutoScalingGroupName, ForceDelete: true });
  }
  world.sandbox.advance(1200);
}

describe("somebody has", () => {
  it.for(["m", "s"] as const)("deleted group %s behind its stack", async (group, { expect }) => {
    await using world = await made();
    deleteGroup(world, group);
    expect((await status(world.aws, "quay")).problems).toEqual([
      `Node group ${group} is gone although its stack eksctl-quay-nodegroup-${group} is there`,
    ]);
    expect(stepsOf(await world.plan(file))).toEqual([`replace nodegroup/${group}`]);
    expect((await world.apply(file)).ok).toBe(true);
    expect(stepsOf(await world.plan(file))).toEqual([]);
    expect((await status(world.aws, "quay")).problems).toEqual([]);
  });

  it("changed labels and taints beside the stack, which no update of the stack would bring back", async ({
    expect,
  }) => {
    await using world = await made();
    const byHand = (change: object): void => {
      world.send("eks", "UpdateNodegroupConfig", { clusterName: "quay", nodegroupName: "m", ...change });
      world.sandbox.advance(600);
    };
    const wanted = file.replace(
      "labels: {tier: web}",
      "labels: {tier: web, size: small}, taints: [{key: web, value: 'yes', effect: NoSchedule}]",
    );
    expect((await world.apply(wanted)).ok).toBe(true);
    byHand({ labels: { addOrUpdateLabels: { hand: "made", size: "large" }, removeLabels: ["tier"] } });
    byHand({
      taints: {
        removeTaints: [{ key: "web", value: "yes", effect: "NO_SCHEDULE" }],
        addOrUpdateTaints: [{ key: "hand", value: "made", effect: "NO_EXECUTE" }],
      },
    });
    const { steps, notes } = await world.plan(wanted);
    expect(steps.map(({ id, why }) => [id, why.map(({ text }) => text)])).toEqual([
      [
        "nodegroup-drift/m",
        [
          "label tier: none → web, which was changed beside the stack",
          "label size: large → small, which was changed beside the stack",
          "taint web: none → web=yes:NO_SCHEDULE, which was changed beside the stack",
        ],
      ],
    ]);
    // What somebody has added is theirs: it stays, and is told.
    const theirs = expect.stringContaining(
      "Node group m was given label hand=made, taint hand=made:NO_EXECUTE beside its stack; that stays",
    ) as string;
    expect(notes.map(({ text }) => text)).toEqual([theirs]);
    // Another change at the same time leaves nothing to the next plan.
    const more = wanted.replace("tier: web", "tier: web, shift: night");
    expect(stepsOf(await world.plan(more))).toEqual(["update nodegroup/m", "update nodegroup-drift/m"]);
    expect((await world.apply(more)).ok).toBe(true);
    expect(stepsOf(await world.plan(more))).toEqual([]);
    const { nodegroup } = world.send<{ nodegroup: { labels: Record<string, string>; taints: object[] } }>(
      "eks",
      "DescribeNodegroup",
      { clusterName: "quay", nodegroupName: "m" },
    );
    expect(nodegroup.labels).toMatchObject({ tier: "web", size: "small", shift: "night", hand: "made" });
    expect(nodegroup.taints).toEqual([
      { key: "hand", value: "made", effect: "NO_EXECUTE" },
      { key: "web", value: "yes", effect: "NO_SCHEDULE" },
    ]);
  });

  it("tried to delete the cluster's stack: it isn't made anew over a control plane that runs", async ({ expect }) => {
    await using world = await made();
    const StackName = "eksctl-quay-cluster";
    world.send("cloudformation", "UpdateTerminationProtection", { StackName, EnableTerminationProtection: false });
    world.send("cloudformation", "DeleteStack", { StackName });
    world.sandbox.advance(3600);
    const refused = await world.plan(file).catch((error: LotseError) => error);
    expect(refused).toMatchObject({ code: "plan/half-deleted" });
    expect((refused as LotseError).diagnostic.remedy).toContain("lotse destroy --name quay");
    expect(await gone(world)).toEqual([]);
  });

  it("deleted the control plane: what is left goes, the OIDC provider too", async ({ expect }) => {
    await using world = await made();
    deleteGroup(world, "m");
    world.send("eks", "DeleteCluster", { name: "quay" });
    world.sandbox.advance(1200);
    await expect(world.plan(file)).rejects.toMatchObject({ code: "plan/cluster-vanished" });
    expect(await gone(world)).toEqual([]);
  });

  it("made a cluster of that name with another tool: neither changed nor deleted", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const trust = { Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    world.send("iam", "CreateRole", { RoleName: "theirs", AssumeRolePolicyDocument });
    const { Subnets } = world.send<{ Subnets: { SubnetId: string }[] }>("ec2", "DescribeSubnets", {});
    world.send("eks", "CreateCluster", {
      name: "quay",
      roleArn: "arn:aws:iam::123456789012:role/theirs",
      resourcesVpcConfig: { subnetIds: Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId) },
    });
    world.sandbox.advance(1200);
    await expect(world.plan(file)).rejects.toMatchObject({ code: "plan/not-eksctl" });
    await expect(planDestroy("quay", world.aws, { kubernetes: "never" })).rejects.toMatchObject({
      code: "plan/not-eksctl",
    });
    expect((await status(world.aws, "quay")).status).toBe("ACTIVE");
  });
});
