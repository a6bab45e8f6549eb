import { describe, it } from "vitest";
import { stackSeconds } from "./duration.ts";
import { ordered } from "./order.ts";
import { draft, type Draft } from "./planning.ts";
import { belongsTo } from "./read/stacks.ts";
import { compareAddonVersions, imageParameter } from "./read/looked-up.ts";
import { configurationJson, meantVersion } from "./steps/addons.ts";
import { compareTags } from "./steps/stack.ts";
import { tagDifference } from "./steps/tags.ts";

describe("whose stack it is", () => {
  const tagged = (cluster: string): Record<string, string> => ({ "alpha.eksctl.io/cluster-name": cluster });
  it.for([
    ["eksctl-prod-cluster", tagged("prod"), true],
    ["eksctl-prod-eu-cluster", tagged("prod-eu"), false],
    ["eksctl-prod-eu-cluster", {}, false],
    ["eksctl-prod-nodegroup-eu-cluster", {}, true],
    ["EKS-prod-cluster", { "eksctl.cluster.k8s.io/v1alpha1/cluster-name": "prod" }, true],
    ["network-of-prod", tagged("prod"), false],
    ["eksctl-p.od-cluster", {}, false],
  ] as const)("%s %o: %s", ([name, tags, expected], { expect }) => {
    expect(belongsTo("prod", { name, tags })).toBe(expected);
  });
});

describe("add-on versions", () => {
  const versions = ["v1.20.4-eksbuild.2", "v1.19.6-eksbuild.10", "v1.19.6-eksbuild.9"].map((version, i) => ({
    version,
    isDefault: i === 1,
  }));
  it.for([
    [undefined, "v1.19.6-eksbuild.10"],
    ["latest", "v1.20.4-eksbuild.2"],
    ["1.19", "v1.19.6-eksbuild.10"],
    ["v1.18.1-eksbuild.1", "v1.18.1-eksbuild.1"],
    ["v9", undefined],
  ] as const)("%s means %s", ([wanted, meant], { expect }) => {
    expect(meantVersion(wanted, versions)).toBe(meant);
  });

  it("are ordered by number, not by text", ({ expect }) => {
    const texts = versions.map(({ version }) => version);
    expect(texts.toSorted((a, b) => compareAddonVersions(b, a))).toEqual(texts);
  });

  it("take configuration as YAML too, which EKS gets as JSON", ({ expect }) => {
    expect(configurationJson("env:\n  ENABLE_PREFIX_DELEGATION: 'true'")).toBe(
      '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
    );
    expect(configurationJson('{"a": 1}')).toBe('{"a": 1}');
  });
});

describe("images of self-managed groups", () => {
  it.for([
    ["m5.large", "x86_64/standard"],
    ["m7g.large", "arm64/standard"],
    ["g5.xlarge", "x86_64/nvidia"],
    ["inf2.xlarge", "x86_64/neuron"],
    ["z9gn.huge", "arm64/standard"],
  ] as const)("%s takes %s", ([instanceType, path], { expect }) => {
    expect(imageParameter({ name: "g", instanceType }, "1.34")).toBe(
      `/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/${path}/recommended/image_id`,
    );
  });
});

describe("tags", () => {
  it("of a stack: the version of eksctl and AWS's own say nothing, others go when the file drops them", ({
    expect,
  }) => {
    const found = {
      "alpha.eksctl.io/eksctl-version": "0.150.0",
      "alpha.eksctl.io/cluster-name": "c",
      "aws:x": "1",
      team: "a",
      old: "1",
    };
    const wanted = [
      { Key: "alpha.eksctl.io/eksctl-version", Value: "0.231.0" },
      { Key: "alpha.eksctl.io/cluster-name", Value: "c" },
      { Key: "team", Value: "b" },
    ];
    const { lines, tags } = compareTags(found, wanted);
    expect(lines).toEqual(["tag team: a → b", "tag old: 1 → none"]);
    expect(tags.map(({ Key, Value }) => `${Key}=${Value}`).toSorted()).toEqual([
      "alpha.eksctl.io/cluster-name=c",
      "alpha.eksctl.io/eksctl-version=0.150.0",
      "team=b",
    ]);
  });

  it("of an object: what somebody else put on stays", ({ expect }) => {
    expect(tagDifference({ theirs: "1", team: "a" }, { team: "b" }, ["team", "gone"])).toEqual({
      set: { team: "b" },
      remove: [],
      lines: ["tag team: a → b"],
    });
    expect(tagDifference({ theirs: "1", team: "b" }, { team: "b" }, [])).toBeUndefined();
  });
});

describe("the order of steps", () => {
  const step = (name: string, phase: Draft["phase"], more: Partial<Draft> = {}): Draft =>
    draft({ kind: "addon", name, action: "create", phase, why: [], ...more });

  it("has what nodes need before the nodes, what runs on them after, and removals last", ({ expect }) => {
    const steps = ordered([
      step("metrics", "after-nodes"),
      step("old", "removal"),
      step("nodes", "nodes"),
      step("cni", "network"),
      step("stack", "cluster"),
    ]);
    expect(steps.map(({ name }) => name)).toEqual(["stack", "cni", "nodes", "metrics", "old"]);
  });

  it("changes the control plane and Fargate profiles one at a time", ({ expect }) => {
    const [a, b] = ordered([step("a", "fargate"), step("b", "fargate")]);
    expect([a?.needs, b?.needs]).toEqual([[], ["addon/a"]]);
  });

  it("knows what waits for what by name", ({ expect }) => {
    const steps = ordered([
      step("user", "beside", { after: ["role"] }),
      step("maker", "beside", { provides: ["role"] }),
    ]);
    expect(steps.map(({ name }) => name)).toEqual(["maker", "user"]);
  });

  it("names a cycle instead of hanging", ({ expect }) => {
    const cycle = [
      step("a", "beside", { after: ["b"], provides: ["a"] }),
      step("b", "beside", { after: ["a"], provides: ["b"] }),
    ];
    expect(() => ordered(cycle)).toThrow("addon/a → addon/b → addon/a");
  });
});

it("takes the longest chain of a template for its duration, not the sum", ({ expect }) => {
  const resource = (
    Type: string,
    Properties: Record<string, never> | Record<string, { Ref: string }> = {},
  ): { Type: string; Properties: typeof Properties } => ({ Type, Properties });
  const Resources = {
    VPC: resource("AWS::EC2::VPC"),
    A: resource("AWS::EC2::Subnet", { VpcId: { Ref: "VPC" } }),
    B: resource("AWS::EC2::Subnet", { VpcId: { Ref: "VPC" } }),
  };
  expect(stackSeconds({ AWSTemplateFormatVersion: "2010-09-09", Description: "", Resources }, "create")).toBe(
    12 + 6 + 6,
  );
});
