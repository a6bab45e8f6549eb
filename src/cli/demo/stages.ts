// The story that `npm start` tells, in order.
import { get, hasChanges, status } from "../../lotse.ts";
import { paint } from "../render/style.ts";
import { countsText, planLines } from "../render/plan.ts";
import { tableLines } from "../render/table.ts";
import { diffLines } from "./diff.ts";
import { rehearsalStages } from "../../rehearse/index.ts";
import { addGroup, growFile, normalise, spareGroup } from "./edits.ts";
import { loseNode, openShop } from "./inside.ts";
import type { Stage, World } from "./world.ts";
import { carryOut, demand, demandNothingToDo, failures, print, unexpected, widthOf } from "./world.ts";

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const readFile: Stage = {
  title: "Read the file",
  run: async (world) => {
    const { config } = await world.rehearsal.cluster();
    const parts = [
      plural((config.managedNodeGroups ?? []).length + (config.nodeGroups ?? []).length, "node group"),
      plural((config.addons ?? []).length, "add-on"),
      plural((config.fargateProfiles ?? []).length, "Fargate profile"),
    ];
    return `${config.metadata.name}: Kubernetes ${config.metadata.version} in ${config.metadata.region}, ${parts.join(", ")}`;
  },
};

const showPlan: Stage = {
  title: "Plan: what would happen",
  run: async (world) => {
    const planned = await world.rehearsal.plan();
    if (!hasChanges(planned)) throw unexpected("The plan for an empty account is empty");
    const lines = planLines(planned, { ...world.terminal.stdout, columns: widthOf(world) });
    print(world, lines.slice(0, -1));
    return lines.at(-1) ?? "";
  },
};

const makeIt: Stage = {
  title: "Apply: make it",
  run: async (world) => {
    const { result, took } = await carryOut(world, await world.rehearsal.plan());
    if (!result.ok) throw unexpected("Apply failed", failures(result));
    return `${plural(result.done.length, "step")} done; ${took}`;
  },
};

const look: Stage = {
  title: "Look at it",
  run: async (world) => {
    const { name } = (await world.rehearsal.cluster()).config.metadata;
    const [groups, addons, found] = [
      await get.nodeGroups(world.rehearsal.aws, name),
      await get.addons(world.rehearsal.aws, name),
      await status(world.rehearsal.aws, name),
    ];
    const width = widthOf(world);
    type Group = (typeof groups)[number];
    const groupColumns = [
      { title: "NODEGROUP", value: (row: Group) => row.Name },
      { title: "STATUS", value: (row: Group) => row.Status },
      { title: "NODES", value: (row: Group) => `${row.DesiredCapacity} (${row.MinSize}–${row.MaxSize})` },
      { title: "INSTANCE TYPE", value: (row: Group) => row.InstanceType },
      { title: "IMAGE", value: (row: Group) => row.ImageID, shrink: true },
    ];
    const addonColumns = [
      { title: "ADD-ON", value: (row: (typeof addons)[number]) => row.Name },
      { title: "VERSION", value: (row: (typeof addons)[number]) => row.Version },
      { title: "STATUS", value: (row: (typeof addons)[number]) => row.Status },
    ];
    const tables = [
      ...(groups.length > 0 ? [...tableLines(groupColumns, groups, width), ""] : []),
      ...tableLines(addonColumns, addons, width),
    ];
    print(world, tables);
    // Without nodes CoreDNS runs nowhere until it is moved onto Fargate inside Kubernetes; so it is on AWS.
    const waits = groups.length === 0;
    const problems = found.problems.filter((problem) => !(waits && problem.startsWith("Add-on coredns")));
    if (problems.length > 0) throw unexpected("The cluster isn't healthy", problems.join("\n"));
    const health =
      problems.length < found.problems.length ? "coredns waits for its move onto Fargate" : "nothing wrong";
    return `${found.name} is ${found.status}, ${plural(found.stacks.length, "stack")}, ${health}`;
  },
};

const nothingLeft: Stage = {
  title: "Plan again: nothing is left to do",
  run: async (world) => {
    await demandNothingToDo(world);
    return "file and account agree";
  },
};

function showDiff(world: World, before: string): void {
  const { stdout } = world.terminal;
  const lines = diffLines(normalise(before), normalise(world.rehearsal.text)).map(({ sign, text }) =>
    paint(stdout, sign === "+" ? "good" : sign === "-" ? "bad" : "dim", `${sign} ${text}`),
  );
  print(world, [...lines, ""]);
}

const change: Stage = {
  title: "Change the file: exactly the steps that are needed",
  run: async (world) => {
    const before = world.rehearsal.text;
    world.rehearsal.text = growFile(before);
    showDiff(world, before);
    const planned = await world.rehearsal.plan();
    if (!hasChanges(planned)) throw unexpected("The change was not noticed");
    print(world, [...planLines(planned, { ...world.terminal.stdout, columns: widthOf(world) }), ""]);
    const { result, took } = await carryOut(world, planned);
    if (!result.ok) throw unexpected("Apply failed", failures(result));
    await demandNothingToDo(world);
    return `${countsText(planned)}, done; ${took}`;
  },
};

/** EKS fails a group without instances; the stack of a self-managed one is content with an empty Auto Scaling group. */
const shortages = {
  managed: {
    effect: {
      kind: "capacity",
      message: "We currently do not have sufficient capacity in the zones you requested.",
    },
  },
  selfManaged: {
    service: "auto-scaling",
    operation: "CreateAutoScalingGroup",
    effect: {
      kind: "error",
      code: "LimitExceeded",
      message: "You have already reached the maximum number of Auto Scaling groups that you can create",
    },
  },
} as const;

const survive: Stage = {
  title: "A fault: no capacity for a new node group, then there is",
  run: async (world) => {
    const added = addGroup(world.rehearsal.text);
    if (added === undefined) return "the file has no node group to add one like it; left out";
    world.rehearsal.text = added.text;
    const fault = world.rehearsal.sandbox.faults.add(added.managed ? shortages.managed : shortages.selfManaged);
    const first = await carryOut(world, await world.rehearsal.plan());
    if (first.result.ok) throw unexpected(`Node group ${spareGroup} came up in spite of the fault`);
    print(world, [
      `failed as it should: ${first.result.failed[0]?.message ?? ""}`,
      "there is room again; apply again",
      "",
    ]);
    world.rehearsal.sandbox.faults.remove(fault.id);
    const second = await carryOut(world, await world.rehearsal.plan());
    if (!second.result.ok) throw unexpected("Apply did not recover", failures(second.result));
    await demandNothingToDo(world);
    return `recovered in ${plural(second.result.done.length, "step")}; ${second.took}`;
  },
};

const takeDown: Stage = {
  title: "Destroy: take it all down",
  run: async (world) =>
    (
      await demand(
        world,
        rehearsalStages.destroy(world.before, () => undefined),
      )
    ).text,
};

/** In order; {@link upgrade} comes before the end. */
export const stages = (upgrade: Stage | undefined): readonly Stage[] => [
  readFile,
  showPlan,
  makeIt,
  look,
  openShop,
  nothingLeft,
  change,
  survive,
  loseNode,
  ...(upgrade ? [upgrade] : []),
  takeDown,
];
