// A living cluster and edits of its file: what can't be done is refused with its line, what the file is silent about stays
// and is said, what means the same is no change, and effects are what happens to the nodes.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { LotseError, Plan } from "../../src/lotse.ts";
import { openWorld, stepsOf, type World } from "../helpers/world.ts";

const base = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: quay, region: eu-central-1, version: "1.34", tags: {team: platform}}
availabilityZones: [eu-central-1a, eu-central-1b]
vpc: {nat: {gateway: Single}, publicAccessCIDRs: [203.0.113.0/24]}
iam: {withOIDC: true}
accessConfig:
  accessEntries: [{principalARN: "arn:aws:iam::123456789012:role/ops", kubernetesGroups: [ops]}]
cloudWatch: {clusterLogging: {enableTypes: [api, audit], logRetentionInDays: 30}}
addons:
  - {name: eks-pod-identity-agent}
  - {name: aws-ebs-csi-driver, wellKnownPolicies: {ebsCSIController: true}}
  - {name: kube-proxy, configurationValues: '{"mode":"ipvs"}'}
nodeGroups:
  - {name: s, instanceType: m5.large, desiredCapacity: 2, labels: {tier: web}, tags: {owner: us}}
`;

let world: World;
beforeAll(async () => {
  world = await openWorld({ kubernetes: "off" });
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
  };
  world.send("iam", "CreateRole", { RoleName: "ops", AssumeRolePolicyDocument: JSON.stringify(trust) });
  const made = await world.apply(base);
  if (!made.ok) throw new Error(made.failed.map(({ message }) => message).join("; "));
});
afterAll(() => world.close());

const instances = (): string[] =>
  (
    world.send("auto-scaling", "DescribeAutoScalingGroups", {}) as {
      AutoScalingGroups: { Instances: { InstanceId: string }[] }[];
    }
  ).AutoScalingGroups.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId)).toSorted();

const edited = (from: string, to: string): string => {
  if (!base.includes(from)) throw new Error(`the file has no ${from}`);
  return base.replace(from, to);
};
const notesOf = ({ notes }: Plan): string[] =>
  notes.filter(({ code }) => code === "plan/left-alone").map(({ text }) => text);

describe("can't be changed", () => {
  it.for([
    ["zones", "eu-central-1b]", "eu-central-1c]", "Set availabilityZones to [eu-central-1a, eu-central-1b]", 4],
    ["one more zone", "eu-central-1b]", "eu-central-1b, eu-central-1c]", "Set availabilityZones to", 4],
    ["the network", "vpc: {", "vpc: {cidr: 10.9.0.0/16, ", "Set vpc.cidr to 192.168.0.0/16", 5],
    [
      "its role",
      "iam: {",
      'iam: {serviceRoleARN: "arn:aws:iam::123456789012:role/x", ',
      "Set iam.serviceRoleARN to",
      6,
    ],
    [
      "its creator's access",
      "accessConfig:",
      "accessConfig:\n  bootstrapClusterCreatorAdminPermissions: false",
      "aws eks delete-access-entry",
      8,
    ],
    ["an add-on's version that isn't", "driver, ", "driver, version: v9.9.9-eksbuild.1, ", "Available: v1.", 12],
  ] as const)("%s", async ([, from, to, remedy, line], { expect }) => {
    const refused = await world.plan(edited(from, to)).catch((error: LotseError) => error);
    const { diagnostic } = refused as LotseError;
    expect(diagnostic.remedy).toContain(remedy);
    expect(diagnostic.at?.line).toBe(line);
  });
});

describe("no longer in the file", () => {
  it.for([
    ["logs", /^cloudWatch.*\n/m, "control plane logs (api, audit)"],
    ["who may reach the endpoint", ", publicAccessCIDRs: [203.0.113.0/24]", "public access from 203.0.113.0/24 only"],
    [
      "an add-on's configuration",
      `, configurationValues: '{"mode":"ipvs"}'`,
      'configuration {"mode":"ipvs"} of add-on kube-proxy',
    ],
  ] as const)("%s: stays, and the plan says so", async ([, gone, text], { expect }) => {
    const plan = await world.plan(base.replace(gone, ""));
    expect(stepsOf(plan)).toEqual([]);
    expect(notesOf(plan).join("\n")).toContain(text);
  });

  it("a group's zones: said, unless its instance type is offered nowhere else", async ({ expect }) => {
    await using other = await openWorld({ kubernetes: "off" });
    const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: pair, region: eu-central-1}\n";
    const groups = (zones: string): string =>
      `${head}managedNodeGroups: [{name: gpu, instanceType: g5.xlarge, minSize: 0}, {name: m, instanceType: t3.large${zones}}]\n`;
    expect((await other.apply(groups(", availabilityZones: [eu-central-1a]"))).ok).toBe(true);
    expect(notesOf(await other.plan(groups("")))).toEqual([
      "Left as it is, for the file doesn't say managedNodeGroups[1].availabilityZones: node group m is in eu-central-1a only",
    ]);
  });

  it("an access entry is called by its principal, and somebody loses access", async ({ expect }) => {
    const { steps } = await world.plan(base.replace(/^accessConfig:\n.*\n/m, ""), true);
    expect(steps.map(({ id, effect }) => [id, effect])).toEqual([
      ["accessentry/arn:aws:iam::123456789012:role/ops", "interrupts"],
    ]);
  });
});

it("the same policy by another spelling is no change", async ({ expect }) => {
  const policy = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy";
  const text = edited("wellKnownPolicies: {ebsCSIController: true}", `attachPolicyARNs: ["${policy}"]`);
  expect(stepsOf(await world.plan(text))).toEqual([]);
});

describe("self-managed nodes", () => {
  it.for([
    ["subnets", "s, ", "s, privateNetworking: true, ", /^NodeGroup VPCZoneIdentifier: /],
    ["labels", "tier: web", "tier: api", /^NodeGroupLaunchTemplate LaunchTemplateData.UserData: web → api$/],
    ["tags", "owner: us", "owner: them", /^NodeGroupLaunchTemplate Tags.owner: us → them$/],
  ] as const)("%s: every node is another afterwards, one after the other", async ([, from, to, why], { expect }) => {
    const text = edited(from, to);
    const { steps } = await world.plan(text);
    expect(steps.map(({ id, effect }) => [id, effect])).toEqual([["nodegroup/s", "rolling"]]);
    expect(steps[0]?.why[0]?.text).toMatch(why);
    const before = instances();
    expect((await world.apply(text)).ok).toBe(true);
    expect(instances().filter((id) => before.includes(id))).toEqual([]);
    expect((await world.apply(base)).ok).toBe(true);
  });
});

it("control plane and add-on move together, to a version that fits only the new minor", async ({ expect }) => {
  await using other = await openWorld();
  const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n";
  const at = (minor: string, version: string): string =>
    `${head}metadata: {name: pair, region: eu-central-1, version: "${minor}"}\naddons: [{name: kube-proxy${version}}]\n`;
  expect((await other.apply(at("1.34", ""))).ok).toBe(true);
  const { addons } = other.send<{ addons: { addonVersions: { addonVersion: string }[] }[] }>(
    "eks",
    "DescribeAddonVersions",
    { kubernetesVersion: "1.35", addonName: "kube-proxy" },
  );
  const newest = addons[0]?.addonVersions.find(({ addonVersion }) => addonVersion.startsWith("v1.35"))?.addonVersion;
  const text = at("1.35", `, version: ${newest}`);
  expect(stepsOf(await other.plan(text))).toEqual(["update cluster-version/pair", "update addon/kube-proxy"]);
  expect((await other.apply(text)).failed).toEqual([]);
  expect(stepsOf(await other.plan(text))).toEqual([]);
});

it("an add-on goes to pod identity and back, and keeps a role on the way", async ({ expect }) => {
  const there = edited("wellKnownPolicies: {ebsCSIController: true}", "useDefaultPodIdentityAssociations: true");
  expect((await world.apply(there)).ok).toBe(true);
  expect(stepsOf(await world.plan(there))).toEqual([]);
  expect(stepsOf(await world.plan(base))).toEqual(["update addon/aws-ebs-csi-driver"]);
  expect((await world.apply(base)).ok).toBe(true);
  expect(stepsOf(await world.plan(base))).toEqual([]);
  // The role that an add-on runs with isn't taken from under it.
  const silent = base
    .replace("withOIDC: true", "withOIDC: false")
    .replace(", wellKnownPolicies: {ebsCSIController: true}", "");
  const pruned = await world.plan(silent, true);
  expect(pruned.steps.map(({ stack }) => stack)).not.toContain("eksctl-quay-addon-aws-ebs-csi-driver");
});

it("a tag that leaves an add-on or a Fargate profile in the file stays, and the plan says so", async ({ expect }) => {
  await using other = await openWorld({ kubernetes: "off" });
  const tagged = (tags: string): string => `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: crew, region: eu-central-1, version: "1.35"}
addons: [{name: kube-proxy, tags: ${tags}}]
fargateProfiles: [{name: batch, selectors: [{namespace: batch}], tags: ${tags}}]
`;
  expect((await other.apply(tagged("{team: platform, shift: night}"))).failed).toEqual([]);
  const later = await other.plan(tagged("{team: crew}"));
  expect(stepsOf(later)).toEqual(["update fargateprofile/batch", "update addon/kube-proxy/tags"]);
  expect(notesOf(later)).toEqual([
    "Left as it is, for the file doesn't say addons[0].tags.shift: tag shift=night of add-on kube-proxy",
    "Left as it is, for the file doesn't say fargateProfiles[0].tags.shift: tag shift=night of Fargate profile batch",
  ]);
});
