// A production cluster's life: made, nothing left to do, changed in every way a file can ask for, taken down without a trace.
import { describe, it } from "vitest";
import { destroy, get, hasChanges, planDestroy, status } from "../../src/lotse.ts";
import { addonVersions } from "../../src/facts/index.ts";
import { example, openWorld, stepsOf, type World } from "../helpers/world.ts";

const original = await example("01-production.yaml");
const spot = await example("03-self-managed-spot.yaml");
/** A version of the add-on that isn't the one a new cluster gets. */
const otherVersion = (name: string): string =>
  addonVersions(name, "1.34").find((known) => !known.default)?.version ?? "";

const regionOf = (text: string): string => /region: (\S+)/.exec(text)?.[1] ?? "";

function changed(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
  return text.replace(from, to);
}

async function applied(world: World, text: string, prune = false): Promise<string[]> {
  const before = stepsOf(await world.plan(text, prune));
  const result = await world.apply(text, { prune });
  if (!result.ok) throw new Error(result.failed.map(({ message }) => message).join("; "));
  const left = stepsOf(await world.plan(text, prune));
  if (left.length > 0) throw new Error(`not empty after apply: ${left.join(", ")}`);
  return before;
}

const operations = (world: World): string[] => world.sandbox.trail().map(({ operation }) => operation);

describe("a production cluster", () => {
  it("is made in eksctl's order, changed step by step, and taken down", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const made = await applied(world, original);
    expect(made[0]).toBe("create cluster/production");
    expect(made.indexOf("create addon/vpc-cni")).toBeLessThan(made.indexOf("create nodegroup/workers"));
    expect(made.indexOf("update addon/vpc-cni/role")).toBeLessThan(made.indexOf("create nodegroup/workers"));
    expect(made.indexOf("create nodegroup/workers")).toBeLessThan(made.indexOf("create addon/aws-ebs-csi-driver"));

    let text = original;
    const change = async (from: string, to: string): Promise<string[]> => {
      text = changed(text, from, to);
      return applied(world, text);
    };
    expect(await change("desiredCapacity: 3\n    maxSize: 6", "desiredCapacity: 4\n    maxSize: 8")).toEqual([
      "update nodegroup-scaling/workers",
    ]);
    expect(operations(world)).toContain("UpdateNodegroupConfig");
    expect(await change("role: worker", "role: worker\n      tier: web")).toEqual(["update nodegroup/workers"]);
    expect(await change("volumeSize: 80", "volumeSize: 120")).toEqual(["update nodegroup/workers"]);
    expect(await change("instanceType: t3.large", "instanceType: m5.large")).toEqual(["replace nodegroup/workers"]);
    expect(await change("- name: coredns", `- name: coredns\n    version: ${otherVersion("coredns")}`)).toEqual([
      "update addon/coredns",
    ]);
    expect(await change("privateAccess: true", "privateAccess: false")).toEqual([
      "update cluster-endpoints/production",
    ]);
    expect(await change("[api, audit, authenticator]", "[audit]")).toEqual(["update cluster-logging/production"]);
    expect(await change("logRetentionInDays: 30", "logRetentionInDays: 90")).toEqual([
      "update log-retention/production",
    ]);
    expect(
      await change(
        "withOIDC: true",
        "withOIDC: true\n  serviceAccounts:\n    - metadata: {name: dns, namespace: kube-system}\n      wellKnownPolicies: {externalDNS: true}",
      ),
    ).toEqual(["create iamserviceaccount/kube-system/dns"]);
    expect(await change('version: "1.34"', 'version: "1.35"')).toEqual(["update cluster-version/production"]);
    const tagged = await change("team: platform", "team: platform\n    cost-center: pilots");
    expect(tagged).toContain("update cluster-tags/production");
    expect(tagged.every((step) => step.startsWith("update"))).toBe(true);
    expect(await change("maxUnavailable: 1", "maxUnavailable: 2")).toEqual(["update nodegroup-update-config/workers"]);
    expect(await change("- namespace: batch", "- namespace: jobs")).toEqual(["replace fargateprofile/batch"]);

    const renamed = changed(text, "- name: workers", "- name: nodes");
    expect(await applied(world, renamed, true)).toEqual(["create nodegroup/nodes", "delete nodegroup/workers"]);

    const removal = await destroy(
      await planDestroy("production", world.aws, { kubernetes: "never" }),
      world.aws,
      world.host,
    );
    expect(removal.failed.map(({ message }) => message)).toEqual([]);
    expect(world.leftovers()).toEqual([]);
  });

  it("needs two applies for two minors", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, original);
    const skips = changed(original, 'version: "1.34"', 'version: "1.36"');
    await expect(world.plan(skips)).rejects.toMatchObject({
      code: "plan/version-skips",
      diagnostic: { at: { line: 14 }, remedy: expect.stringContaining('"1.35"') },
    });
  });

  it("is what get and status say", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    await applied(world, original);
    expect(await get.clusters(world.aws)).toEqual([{ Name: "production", Region: "eu-central-1", Owned: "True" }]);
    const [cluster] = await get.cluster(world.aws, "production");
    expect(cluster).toMatchObject({
      Name: "production",
      Status: "ACTIVE",
      Version: "1.34",
      OutpostConfig: null,
      Tags: { team: "platform" },
    });
    expect(await get.nodeGroups(world.aws, "production")).toMatchObject([
      {
        StackName: "eksctl-production-nodegroup-workers",
        Name: "workers",
        Status: "ACTIVE",
        MinSize: 3,
        MaxSize: 6,
        DesiredCapacity: 3,
        InstanceType: "t3.large",
        ImageID: "AL2023_x86_64_STANDARD",
        Type: "managed",
      },
    ]);
    expect((await get.addons(world.aws, "production")).map(({ Name, Status }) => [Name, Status])).toContainEqual([
      "aws-ebs-csi-driver",
      "ACTIVE",
    ]);
    expect(await get.fargateProfiles(world.aws, "production")).toMatchObject([
      { name: "batch", selectors: [{ namespace: "batch", labels: { compute: "fargate" } }], status: "ACTIVE" },
    ]);
    expect(await status(world.aws, "production")).toMatchObject({ status: "ACTIVE", version: "1.34", problems: [] });
    await expect(get.nodeGroups(world.aws, "nowhere")).rejects.toMatchObject({
      code: "plan/no-cluster",
      diagnostic: { remedy: expect.stringContaining("production") },
    });
  });
});

describe("self-managed groups", () => {
  it("are scaled by call, changed by rolling, and taken down", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off", region: regionOf(spot) });
    await applied(world, spot);
    const plan = await world.plan(spot.replace(/maxSize: (\d+)/, (_, size: string) => `maxSize: ${Number(size) + 1}`));
    expect(stepsOf(plan).every((step) => step.startsWith("update nodegroup-scaling/"))).toBe(true);
    expect(plan.steps).toHaveLength(1);
    await applied(
      world,
      spot.replace(/maxSize: (\d+)/, (_, size: string) => `maxSize: ${Number(size) + 1}`),
    );
    expect(operations(world)).toContain("UpdateAutoScalingGroup");
    const removal = await destroy(
      await planDestroy("spotty", world.aws, { kubernetes: "never" }),
      world.aws,
      world.host,
    );
    expect(removal.ok).toBe(true);
    expect(world.leftovers()).toEqual([]);
  });
});

describe("a failing stack", () => {
  it("is named with its first cause, the rest is finished, and the next apply replaces it", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const rule = world.sandbox.faults.add({ match: { instanceType: "t3.large" }, effect: { kind: "capacity" } });
    const result = await world.apply(original);
    expect(result.ok).toBe(false);
    expect(result.failed.map(({ step, code }) => [step, code])).toEqual([["nodegroup/workers", "engine/stack-failed"]]);
    expect(result.failed[0]?.message).toMatch(
      /ManagedNodeGroup \(AWS::EKS::Nodegroup\).*(capacity|AsgInstanceLaunchFailures)/i,
    );
    expect(result.done).toContain("fargateprofile/batch");
    expect(
      world.host.messages.some(
        ({ code, text }) => code === "engine/resource-failed" && text.includes("ManagedNodeGroup"),
      ),
    ).toBe(true);

    world.sandbox.faults.remove(rule.id);
    const again = await world.plan(original);
    expect(stepsOf(again)[0]).toBe("replace nodegroup/workers");
    expect(again.steps[0]?.why[0]?.text).toContain("ROLLBACK_COMPLETE");
    await applied(world, original);
  });

  it("doesn't count as existing when it is the cluster's", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    world.sandbox.faults.add({
      service: "eks",
      operation: "CreateCluster",
      times: 1,
      effect: { kind: "error", code: "ResourceLimitExceededException", message: "Cluster limit exceeded", status: 400 },
    });
    const result = await world.apply(original);
    expect(result.failed[0]?.message).toContain("ControlPlane (AWS::EKS::Cluster): Cluster limit exceeded");
    const again = await world.plan(original);
    expect(stepsOf(again)[0]).toBe("replace cluster/production");
    await applied(world, original);
  });
});

describe("plan", () => {
  it("asks for nothing that it has no right to, and changes nothing", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    expect(hasChanges(await world.plan(original))).toBe(true);
    expect(operations(world).filter((name) => !/^(Describe|Get|List)/.test(name))).toEqual([]);
    expect(world.leftovers()).toEqual([]);
  });

  it("refuses what can't be built yet, by name, before anything is made", async ({ expect }) => {
    await using world = await openWorld({ kubernetes: "off" });
    const text = `${original}\ngitops: {flux: {gitProvider: github, flags: {owner: example, repository: fleet}}}\n`;
    await expect(world.plan(text)).rejects.toMatchObject({
      code: "stacks/not-yet",
      diagnostic: { at: { line: expect.any(Number) } },
    });
    expect(world.leftovers()).toEqual([]);
  });
});
