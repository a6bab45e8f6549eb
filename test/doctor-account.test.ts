// The doctor reads an account as it is: a cluster with planted mistakes, a careful one, and a caller who may not read everything.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { DoctorReport } from "../src/lotse.ts";
import { doctor } from "../src/lotse.ts";
import type { World } from "./helpers/world.ts";
import { openWorld } from "./helpers/world.ts";

const careless = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: careless, region: eu-central-1, version: "1.33"}
vpc: {cidr: 10.0.8.0/22, nat: {gateway: Single}}
managedNodeGroups:
  - name: web
    instanceType: m4.large
    minSize: 1
    desiredCapacity: 1
    maxSize: 60
    spot: true
    disableIMDSv1: false
    iam: {attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AdministratorAccess"]}
`;

const entry = (name: string): string =>
  `{principalARN: "arn:aws:iam::ACCOUNT:role/${name}", accessPolicies: [{policyARN: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", accessScope: {type: cluster}}]}`;
const careful = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: careful, region: eu-central-1, version: "1.35"}
accessConfig: {authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false, accessEntries: [${entry("ops")}, ${entry("emergency")}]}
upgradePolicy: {supportType: STANDARD}
vpc: {cidr: 10.64.0.0/16, nat: {gateway: HighlyAvailable}, publicAccessCIDRs: [198.51.100.0/24], clusterEndpoints: {privateAccess: true, publicAccess: true}}
cloudWatch: {clusterLogging: {enableTypes: [audit, authenticator], logRetentionInDays: 90}}
addonsConfig: {autoApplyPodIdentityAssociations: true}
addons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}, {name: eks-pod-identity-agent}]
managedNodeGroups:
  - name: web
    instanceType: m7i.large
    minSize: 2
    desiredCapacity: 2
    maxSize: 4
    privateNetworking: true
    disablePodIMDS: true
    volumeEncrypted: true
    nodeRepairConfig: {enabled: true}
`;

let world: World;
const visit = async (name: string, aws = world.aws): Promise<DoctorReport> =>
  doctor.run({ today: "2026-11-21", living: { aws, name, kubernetes: false } });
const idsOf = ({ findings }: DoctorReport): string[] => [...new Set(findings.map(({ id }) => id))].toSorted();

beforeAll(async () => {
  world = await openWorld({ kubernetes: "off", clock: "instant" });
  const { account } = world.sandbox;
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${account}:root` } }],
  });
  for (const RoleName of ["ops", "emergency"])
    world.send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: trust });
  for (const text of [careless, careful.replaceAll("ACCOUNT", account)]) {
    const { ok, failed } = await world.apply(text);
    if (!ok) throw new Error(failed.map(({ message }) => message).join("; "));
  }
  world.send("ec2", "CreateVolume", {
    AvailabilityZone: "eu-central-1a",
    Size: 8,
    TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "kubernetes.io/cluster/careless", Value: "owned" }] }],
  });
});

afterAll(async () => {
  await world.close();
});

describe("the doctor in an account", () => {
  it("names each planted mistake and no other, and can tell of every check", async ({ expect }) => {
    const report = await visit("careless");
    expect(report.unknown).toEqual([]);
    const planted = {
      "a version in extended support, and agreed to": ["LT-U001", "LT-U002", "LT-C001"],
      "a small network that 60 nodes would fill": ["LT-N001"],
      "public nodes, one NAT gateway, no flow log": ["LT-N016", "LT-N017", "LT-N021"],
      "an endpoint for everybody, and for nodes only from outside": ["LT-N014", "LT-N015"],
      "a user as the only administrator": ["LT-I001", "LT-I003"],
      "AdministratorAccess on nodes": ["LT-I011"],
      "IMDSv1, a hop limit of 2, disks in clear": ["LT-D001", "LT-D002", "LT-D003"],
      "spot of one old type, nobody mends": ["LT-D017", "LT-C002", "LT-D022"],
      "a forgotten volume in clear": ["LT-S004", "LT-S011"],
      "no logs, no key, no protection": ["LT-L001", "LT-E001", "LT-C007"],
    };
    expect(idsOf(report)).toEqual(Object.values(planted).flat().toSorted());
  });

  it("leaves a careful cluster alone, but for what its file can't say", async ({ expect }) => {
    expect(idsOf(await visit("careful"))).toEqual(["LT-C007", "LT-E001", "LT-I012", "LT-N021"]);
  });

  it("says unknown of what the caller may not read", async ({ expect }) => {
    const UserName = "reader";
    const allowed = { Effect: "Allow", Action: ["eks:Describe*", "eks:List*"], Resource: "*" };
    world.send("iam", "CreateUser", { UserName });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allowed] });
    world.send("iam", "PutUserPolicy", { UserName, PolicyName: "eks", PolicyDocument });
    const { AccessKey } = world.send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName },
    );
    const aws = await world.connect({
      credentials: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey },
    });
    const report = await visit("careless", aws);
    aws.close();
    expect(idsOf(report)).toContain("LT-U001");
    const unknown = report.unknown.map(({ id }) => id);
    expect(unknown).toEqual(expect.arrayContaining(["LT-N001", "LT-D001", "LT-I011", "LT-S004"]));
    expect(report.unknown.find(({ id }) => id === "LT-S004")?.reason).toContain("ec2:DescribeVolumes");
    expect(idsOf(report).filter((id) => unknown.includes(id))).toEqual([]);
  });
});
