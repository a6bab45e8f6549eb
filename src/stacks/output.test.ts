import { describe, it } from "vitest";
import { parse } from "yaml";
import { loadCluster } from "../config/index.ts";
import { desiredStacks } from "./desired-stacks.ts";
import { stacksToFiles, stacksToJson, stacksToYaml } from "./output.ts";

const { cluster } = loadCluster(`apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1, tags: {team: web}}
nodeGroups: [{name: ng}]`);
if (!cluster) throw new Error("invalid");
const { stacks } = desiredStacks(cluster);

describe("the CloudFormation export", () => {
  it("is an array of what is submitted, and of nothing else", ({ expect }) => {
    const exported = JSON.parse(stacksToJson(stacks)) as Record<string, unknown>[];
    expect(exported.map(({ stackName }) => stackName)).toEqual(["eksctl-demo-cluster", "eksctl-demo-nodegroup-ng"]);
    for (const stack of exported)
      expect(Object.keys(stack)).toEqual([
        "stackName",
        "capabilities",
        "tags",
        "enableTerminationProtection",
        "template",
      ]);
    expect(exported[0]).toMatchObject({
      capabilities: ["CAPABILITY_IAM"],
      enableTerminationProtection: true,
      tags: expect.arrayContaining([{ Key: "team", Value: "web" }]),
    });
  });

  it("says the same in YAML, without anchors", ({ expect }) => {
    const text = stacksToYaml(stacks);
    expect(parse(text)).toEqual(JSON.parse(stacksToJson(stacks)));
    expect(text).not.toMatch(/[&*]a\d/);
  });

  it("is one template per file, by stack name", ({ expect }) => {
    const files = stacksToFiles(stacks);
    expect([...files.keys()]).toEqual(["eksctl-demo-cluster.json", "eksctl-demo-nodegroup-ng.json"]);
    expect(JSON.parse(files.get("eksctl-demo-cluster.json") ?? "")).toEqual(stacks[0]?.template);
  });

  it("is the same text every time", ({ expect }) => {
    expect(stacksToJson(desiredStacks(cluster).stacks)).toBe(stacksToJson(stacks));
  });
});
