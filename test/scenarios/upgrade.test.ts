// A living cluster moves to other versions: control plane, add-ons, nodes, in that order, and the file agrees afterwards.
import { afterAll, beforeAll, it } from "vitest";
import { planUpgrade, runSteps, type Plan } from "../../src/lotse.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const fileOf = (version: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: pier, region: eu-central-1, version: "${version}" }
managedNodeGroups:
  - { name: workers, instanceType: m5.large, desiredCapacity: 2 }
nodeGroups:
  - { name: own, instanceType: m5.large, desiredCapacity: 1 }
`;

let world: World;

beforeAll(async () => {
  world = await openWorld({ kubernetes: "off" });
  const { failed } = await world.apply(fileOf("1.34"));
  if (failed.length > 0) throw new Error(failed.map(({ message }) => message).join("; "));
});

afterAll(async () => {
  await world?.close();
});

const everything = { controlPlane: {}, addons: { names: ["*"] }, nodeGroups: { names: ["*"] } };
const upgrade = (options: Parameters<typeof planUpgrade>[2] = everything): Promise<Plan> =>
  planUpgrade("pier", world.aws, options);

it("goes in the order in which versions may differ, and says what stays", async ({ expect }) => {
  const plan = await upgrade();
  const steps = stepsOf(plan);
  expect(steps[0]).toBe("update cluster-version/pier");
  expect(steps.at(-1)).toBe("update nodegroup/workers");
  expect(steps.filter((step) => step.startsWith("update addon/")).length).toBeGreaterThan(0);
  const group = plan.steps.find(({ id }) => id === "nodegroup/workers");
  expect(group?.effect).toBe("rolling");
  expect(group?.needs).toEqual(expect.arrayContaining(["cluster-version/pier"]));
  expect(plan.notes.map(({ text }) => text)).toEqual([expect.stringMatching(/^Node group own is self-managed/)]);
});

it("does it, and then plan and upgrade have nothing to do", async ({ expect }) => {
  const { failed } = await runSteps(await upgrade(), world.aws, world.host, { kubernetes: "never" });
  expect(failed.map(({ message }) => message)).toEqual([]);
  const { nodegroup } = world.send<{ nodegroup: { version: string; releaseVersion: string } }>(
    "eks",
    "DescribeNodegroup",
    { clusterName: "pier", nodegroupName: "workers" },
  );
  expect(nodegroup.version).toBe("1.35");
  expect(nodegroup.releaseVersion).toMatch(/^1\.35\./);
  expect(stepsOf(await world.plan(fileOf("1.35")))).toEqual([]);
  expect(stepsOf(await upgrade({ ...everything, controlPlane: { to: "1.35" } }))).toEqual([]);
});

it("refuses more than one minor at a time, and what isn't there", async ({ expect }) => {
  await expect(upgrade({ controlPlane: { to: "1.37" } })).rejects.toMatchObject({ code: "plan/version-skips" });
  await expect(upgrade({ controlPlane: { to: "1.32" } })).rejects.toMatchObject({ code: "plan/version-downgrade" });
  await expect(upgrade({ addons: { names: ["velero"] } })).rejects.toMatchObject({ code: "plan/no-addon" });
  await expect(upgrade({ nodeGroups: { names: ["nobody"] } })).rejects.toMatchObject({ code: "plan/no-nodegroup" });
  await expect(planUpgrade("nowhere", world.aws, everything)).rejects.toMatchObject({ code: "plan/no-cluster" });
});
