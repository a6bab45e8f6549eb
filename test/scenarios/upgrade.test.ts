// A living cluster moves to other versions: control plane, add-ons, nodes, in that order, and the file agrees afterwards.
import type { Nodegroup } from "@aws-sdk/client-eks";
import { afterAll, beforeAll, it } from "vitest";
import { LotseError, type Host } from "../../src/base/index.ts";
import { planUpgrade, runSteps, upgrades, type Plan } from "../../src/lotse.ts";
import { readHealth, signsOf } from "../../src/upgrades/index.ts";
import { eventually } from "../helpers/kubernetes.ts";
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

/** A managed group as EKS describes it. */
const groupOf = (nodegroupName: string): Nodegroup =>
  world.send<{ nodegroup: Nodegroup }>("eks", "DescribeNodegroup", { clusterName: "pier", nodegroupName }).nodegroup;

/** What EKS answers to whoever may not, or to who asks for what is gone. */
const answers = (operation: string, code: string, status: number): void => {
  world.sandbox.faults.add({ service: "eks", operation, effect: { kind: "error", code, message: code, status } });
};
const timeThere = (days = 0): Date => new Date(world.sandbox.clock.now() + days * 86_400_000);

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

/** Deletes the role of a node group, as somebody who tidies up may; returns how it comes back. */
function loseRole(nodegroupName: string): () => void {
  const { nodegroup } = world.send<{ nodegroup: { nodeRole: string } }>("eks", "DescribeNodegroup", {
    clusterName: "pier",
    nodegroupName,
  });
  const RoleName = nodegroup.nodeRole.split("/").at(-1) ?? "";
  const { Role } = world.send<{ Role: { AssumeRolePolicyDocument: string } }>("iam", "GetRole", { RoleName });
  const { AttachedPolicies } = world.send<{ AttachedPolicies: { PolicyArn: string }[] }>(
    "iam",
    "ListAttachedRolePolicies",
    { RoleName },
  );
  const { InstanceProfiles } = world.send<{ InstanceProfiles: { InstanceProfileName: string }[] }>(
    "iam",
    "ListInstanceProfilesForRole",
    { RoleName },
  );
  for (const { PolicyArn } of AttachedPolicies) world.send("iam", "DetachRolePolicy", { RoleName, PolicyArn });
  for (const { InstanceProfileName } of InstanceProfiles)
    world.send("iam", "RemoveRoleFromInstanceProfile", { RoleName, InstanceProfileName });
  world.send("iam", "DeleteRole", { RoleName });
  return () => {
    const AssumeRolePolicyDocument = decodeURIComponent(Role.AssumeRolePolicyDocument);
    world.send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
    for (const { PolicyArn } of AttachedPolicies) world.send("iam", "AttachRolePolicy", { RoleName, PolicyArn });
    for (const { InstanceProfileName } of InstanceProfiles)
      world.send("iam", "AddRoleToInstanceProfile", { RoleName, InstanceProfileName });
  };
}

/** Does something when a step is reported. */
const onStep = (code: "engine/step-started" | "engine/step-done", step: string, act: () => void): Host => ({
  ...world.host,
  emit: (message) => {
    world.host.emit(message);
    if (message.code === code && message.subject === step) act();
  },
});
const toNext = { ...everything, controlPlane: { to: "1.36" } };

it("stops where a part of EKS isn't well after a step, says how to go back, and goes on when it is mended", async ({
  expect,
}) => {
  const planned = await upgrade(toNext);
  // Another run got as far as this, and was killed.
  world.send("eks", "UpdateClusterVersion", { name: "pier", version: "1.36" });
  const began = world.sandbox.clock.now();
  let mend: (() => void) | undefined;
  const host = onStep("engine/step-done", "cluster-version/pier", () => (mend = loseRole("workers")));
  const stopped = await upgrades.carryOut(planned, world.aws, host, {
    grace: 0,
    kubernetes: "never",
    now: timeThere(),
  });
  expect([stopped.ok, stopped.done]).toEqual([false, ["cluster-version/pier"]]);
  expect(stopped.failed).toMatchObject([
    {
      step: "health after cluster-version/pier",
      code: "upgrades/unhealthy",
      message: expect.stringContaining("nodegroup/workers: it is DEGRADED"),
    },
  ]);
  expect(stopped.skipped).toEqual(expect.arrayContaining(["nodegroup/workers"]));
  // The nodes are of the version that it would go back to: they can stay.
  expect(stopped.wayBack).toMatchObject({ version: "1.35", nodeGroups: [] });
  const daysOpen = (Date.parse(stopped.wayBack?.until ?? "") - began) / 86_400_000;
  expect(daysOpen).toBeCloseTo(7, 1);
  mend?.();
  // Killed again, in the middle of the nodes.
  const killed = new AbortController();
  const impatient = onStep("engine/step-started", "nodegroup/workers", () => killed.abort());
  const aws = await world.connect({ signal: killed.signal });
  const interrupted = await upgrades.carryOut(await upgrade(toNext), aws, impatient, { kubernetes: "never" });
  aws.close();
  expect(interrupted).toMatchObject({ interrupted: true, skipped: ["nodegroup/workers"] });
});

it("finishes with new groups beside the old ones where that is wanted, and then has nothing to do", async ({
  expect,
}) => {
  const blueGreen = { ...toNext, nodeGroups: { names: ["*"], way: "blue-green" as const } };
  // The group has grown beside its stack, as autoscalers make it, and somebody has changed its settings.
  world.send("eks", "UpdateNodegroupConfig", {
    clusterName: "pier",
    nodegroupName: "workers",
    scalingConfig: { minSize: 3, maxSize: 3, desiredSize: 3 },
    updateConfig: { maxUnavailable: 2 },
    labels: { addOrUpdateLabels: { tier: "web" } },
    taints: { addOrUpdateTaints: [{ key: "web", value: "only", effect: "NO_SCHEDULE" }] },
    nodeRepairConfig: { enabled: true },
  });
  const old = await eventually(
    () => Promise.resolve(groupOf("workers")),
    ({ status }) => status === "ACTIVE",
  );
  const planned = await upgrade(blueGreen);
  expect(stepsOf(planned)).toEqual([
    "create nodegroup/workers-1-36",
    "update drain/workers",
    "delete nodegroup/workers",
  ]);
  expect(planned.notes.map(({ text }) => text)).toContain(
    "In the cluster file node group workers is workers-1-36 from now on",
  );
  const result = await upgrades.carryOut(planned, world.aws, world.host, {
    kubernetes: "when-reachable",
    now: timeThere(),
  });
  expect(result.failed.map(({ message }) => message)).toEqual([]);
  const { nodegroups } = world.send<{ nodegroups: string[] }>("eks", "ListNodegroups", { clusterName: "pier" });
  expect(nodegroups).toEqual(["workers-1-36"]);
  const { scalingConfig, updateConfig, taints, nodeRepairConfig, labels } = old;
  expect(groupOf("workers-1-36")).toMatchObject({ scalingConfig, updateConfig, taints, nodeRepairConfig });
  expect(scalingConfig).toMatchObject({ desiredSize: 3 });
  const [name, green] = ["alpha.eksctl.io/nodegroup-name", "workers-1-36"];
  expect(groupOf(green).labels).toEqual({ ...labels, tier: "web", [name]: green });
  // Going back takes the nodes with it now.
  expect(result.wayBack).toMatchObject({ version: "1.35", nodeGroups: ["workers-1-36"] });
  const nothing = await upgrade(blueGreen);
  expect(stepsOf(nothing)).toEqual([]);
  expect(stepsOf(await upgrade(toNext))).toEqual([]);
  // Who may not look at EKS's history has done it all the same.
  answers("ListUpdates", "AccessDeniedException", 403);
  const untold = await upgrades.carryOut(nothing, world.aws, world.host);
  world.sandbox.faults.remove();
  expect([untold.ok, untold.wayBack]).toEqual([true, undefined]);
  expect(world.host.messages.at(-1)).toMatchObject({ level: "warn", code: "upgrades/no-way-back" });
  const settings =
    "name: workers-1-36, labels: { tier: web }, taints: [{ key: web, value: only, effect: NoSchedule }], nodeRepairConfig: { enabled: true }";
  const file = fileOf("1.36").replace("name: workers", settings).replace("desiredCapacity: 2", "desiredCapacity: 3");
  expect(stepsOf(await world.plan(file))).toEqual([]);
});

it("looks at what is there: a part that goes meanwhile is left out, an API server in trouble isn't well", async ({
  expect,
}) => {
  answers("DescribeAddon", "ResourceNotFoundException", 404);
  const refused = new LotseError("kube/refused", { title: "etcdserver: request timed out" });
  const seen = await readHealth(world.aws, "pier", { list: () => Promise.reject(refused) });
  world.sandbox.faults.remove();
  expect(seen.parts.map(({ subject }) => subject)).toEqual(["cluster/pier", "nodegroup/workers-1-36"]);
  expect(signsOf(seen, true)).toEqual([
    { kind: "api-server", subject: "api-server", text: "etcdserver: request timed out" },
  ]);
});

it("goes back the way that it told: nodes, add-ons, then the control plane", async ({ expect }) => {
  const { version = "", nodeGroups = [], addons = [] } = (await upgrades.wayBack(world.aws, "pier", timeThere())) ?? {};
  expect(await upgrades.wayBack(world.aws, "pier", timeThere(7))).toBeUndefined();
  expect(addons.map(({ name }) => name)).toEqual(["kube-proxy"]);
  const steps = [
    { nodeGroups: { names: nodeGroups, kubernetesVersion: version } },
    ...addons.map((addon) => ({ addons: { names: [addon.name], to: addon.version ?? "" } })),
  ];
  for (const step of steps) {
    const { failed, done } = await runSteps(await upgrade(step), world.aws, world.host, { kubernetes: "never" });
    expect([failed.map(({ message }) => message), done.length]).toEqual([[], 1]);
  }
  // Killed as it looks whether the cluster is well: the step is done, and nothing else was begun.
  const killed = new AbortController();
  const impatient = onStep("engine/step-done", "cluster-version/pier", () => killed.abort());
  const aws = await world.connect({ signal: killed.signal });
  const last = await upgrades.carryOut(await upgrade({ controlPlane: { to: version } }), aws, impatient);
  aws.close();
  expect(last).toMatchObject({ interrupted: true, done: ["cluster-version/pier"], failed: [], skipped: [] });
  const { cluster } = world.send<{ cluster: { version: string } }>("eks", "DescribeCluster", { name: "pier" });
  expect(cluster.version).toBe("1.35");
  // It came to 1.35 by going back: there is no way on from there.
  expect(await upgrades.wayBack(world.aws, "pier", timeThere())).toBeUndefined();
  // Forth again: a successor would have the group's own name, so it stays until it is upgraded in place.
  const again = await upgrade({ ...toNext, nodeGroups: { names: ["*"], way: "blue-green" } });
  expect(stepsOf(again).filter((step) => !step.includes(" addon/"))).toEqual(["update cluster-version/pier"]);
  expect(again.notes.map(({ text }) => text)).toContain(
    "Node group workers-1-36 stays: the name of its successor is its own; upgrade it by --nodes surge",
  );
});
