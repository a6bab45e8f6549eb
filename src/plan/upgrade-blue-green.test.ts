import type { Nodegroup } from "@aws-sdk/client-eks";
import { describe, it } from "vitest";
import type { Template } from "../stacks/index.ts";
import type { Found, FoundStack } from "./found.ts";
import { blueGreen } from "./upgrade-blue-green.ts";

const name = "alpha.eksctl.io/nodegroup-name";

const stackOf = (group: string): FoundStack & { template: Template } => ({
  name: `eksctl-prod-nodegroup-${group}`,
  id: group,
  status: "CREATE_COMPLETE",
  created: new Date(0),
  tags: { [name]: group },
  outputs: {},
  capabilities: [],
  terminationProtection: false,
  template: {
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: {
      ManagedNodeGroup: {
        Type: "AWS::EKS::Nodegroup",
        Properties: {
          NodegroupName: group,
          ScalingConfig: { MinSize: 2, MaxSize: 2, DesiredSize: 2 },
          Labels: { [name]: group, tier: "old" },
          Taints: [{ Key: "gone", Value: "", Effect: "NO_SCHEDULE" }],
        },
      },
    },
  },
});

/** A cluster with managed groups of these versions, and stacks of other things by their group's name. */
const world = (versions: Record<string, string>, others: readonly string[] = []): Found => ({
  account: "111122223333",
  caller: "arn:aws:iam::111122223333:user/ada",
  region: "eu-central-1",
  name: "prod",
  stacks: new Map([...Object.keys(versions), ...others].map((each) => [stackOf(each).name, stackOf(each)])),
  physicalIds: {},
  nodeGroups: new Map(
    Object.entries(versions).map(([nodegroupName, version]) => [nodegroupName, { nodegroupName, version }]),
  ),
  autoScalingGroups: new Map(),
  addons: new Map(),
  fargateProfiles: new Map(),
  accessEntries: new Set(),
  podIdentityAssociations: [],
});

const moved = (found: Found, group: string, living: Nodegroup = {}): ReturnType<typeof blueGreen> =>
  blueGreen(found, { nodegroupName: group, ...living }, stackOf(group), "1.36");
const steps = (found: Found, group: string): string[] =>
  moved(found, group).drafts.map((step) => `${step.action} ${step.kind}/${step.name}`);
const taken = (group: string): string[] => [`update drain/${group}`, `delete nodegroup/${group}`];

describe("a group beside an old one", () => {
  it("is made, unless an interrupted run has made it", ({ expect }) => {
    const created = "create nodegroup/workers-1-36";
    expect(steps(world({ workers: "1.35" }), "workers")).toEqual([created, ...taken("workers")]);
    expect(steps(world({ workers: "1.35", "workers-1-36": "1.36" }), "workers")).toEqual(taken("workers"));
    // Others that are there already have no need of a successor.
    expect(steps(world({ workers: "1.36", "workers-1-35": "1.35" }), "workers-1-35")).toEqual([
      created,
      ...taken("workers-1-35"),
    ]);
  });

  it.for([
    ["its name is its successor's", world({ "workers-1-36": "1.35" }), "workers-1-36", "is its own"],
    [
      "two would have one successor",
      world({ workers: "1.35", "workers-1-35": "1.35" }),
      "workers-1-35",
      "workers-1-36 would be the successor of workers too",
    ],
    ["its successor is older", world({ workers: "1.34", "workers-1-36": "1.35" }), "workers", "of workers-1-36 too"],
    [
      "its successor's name is that of a self-managed group, or of a stack without its group",
      world({ workers: "1.35" }, ["workers-1-36"]),
      "workers",
      "stack eksctl-prod-nodegroup-workers-1-36 has the name of its successor workers-1-36",
    ],
  ] as const)("isn't made where %s: the old one stays", ([, found, group, why], { expect }) => {
    const { drafts, notes } = moved(found, group);
    expect(drafts).toEqual([]);
    expect(notes).toMatchObject([{ code: "plan/nodes-stay", text: expect.stringContaining(why) }]);
    expect(notes[0]?.text).toMatch(/; upgrade it by --nodes surge$/);
  });

  it("has the settings that the old one has today, not those of its stack", ({ expect }) => {
    const work = moved(world({ workers: "1.35" }), "workers", {
      scalingConfig: { minSize: 2, maxSize: 20, desiredSize: 10 },
      updateConfig: { maxUnavailablePercentage: 50 },
      labels: { [name]: "workers", tier: "web" },
      nodeRepairConfig: { enabled: true, nodeRepairConfigOverrides: [{ minRepairWaitTimeMins: 30 }] },
    }).drafts[0]?.work;
    expect(work?.do === "copy-stack" && work.template.Resources["ManagedNodeGroup"]?.Properties).toEqual({
      NodegroupName: "workers-1-36",
      Version: "1.36",
      ScalingConfig: { MinSize: 2, MaxSize: 20, DesiredSize: 10 },
      UpdateConfig: { MaxUnavailablePercentage: 50 },
      Labels: { [name]: "workers-1-36", tier: "web" },
      Taints: [],
      NodeRepairConfig: { Enabled: true, NodeRepairConfigOverrides: [{ MinRepairWaitTimeMins: 30 }] },
    });
  });
});
