// What single settings of the file do to the stacks, beyond the recordings in test/fixtures/eksctl-stacks.
import { describe, it } from "vitest";
import { loadCluster } from "../config/index.ts";
import type { Cluster } from "../config/index.ts";
import { readUserData } from "./compare.ts";
import type { DesiredStack, Known } from "./desired.ts";
import { desiredStacks } from "./desired-stacks.ts";
import { cpuTime } from "../base/testing.ts";

function cluster(rest: string): Cluster {
  const text = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: eu-central-1}
${rest}`;
  const { cluster: loaded, diagnostics } = loadCluster(text);
  if (!loaded) throw new Error(JSON.stringify(diagnostics));
  return loaded;
}

/** The stack of that name after `eksctl-demo-`. */
function stack(rest: string, name: string, known: Known = {}): DesiredStack {
  const { stacks, refusals } = desiredStacks(cluster(rest), known);
  const found = stacks.find(({ stackName }) => stackName === `eksctl-demo-${name}`);
  if (!found) throw new Error(JSON.stringify([refusals, stacks.map(({ stackName }) => stackName)]));
  return found;
}

/** A value inside a resource's properties: `NodeGroup.Tags`, `LaunchTemplate.LaunchTemplateData.KeyName`. */
function at(from: DesiredStack, path: string): unknown {
  const [id = "", ...members] = path.split(".");
  let value: unknown = from.template.Resources[id]?.Properties;
  for (const member of members) value = (value as Record<string, unknown> | undefined)?.[member];
  return value;
}

const launchData = (from: DesiredStack): unknown => at(from, "NodeGroupLaunchTemplate.LaunchTemplateData");
const userDataOf = (from: DesiredStack): string =>
  readUserData(String(at(from, "NodeGroupLaunchTemplate.LaunchTemplateData.UserData")));

function count(from: DesiredStack): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(from.template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

describe("the cluster stack", () => {
  // Counts of eksctl for three zones and no node groups.
  it.for([
    ["Single", 32, 1],
    ["HighlyAvailable", 36, 3],
    ["Disable", 27, 0],
  ] as const)("with NAT %s has %i resources", ([mode, resources, gateways], { expect }) => {
    const built = stack(`vpc: {nat: {gateway: ${mode}}}`, "cluster");
    expect(Object.keys(built.template.Resources)).toHaveLength(resources);
    expect(count(built)["AWS::EC2::NatGateway"] ?? 0).toBe(gateways);
    expect(built.template.Outputs?.["FeatureNATMode"]).toEqual({ Value: mode });
  });

  it("takes two zones in us-east-1 and those of the stack for a living cluster", ({ expect }) => {
    const text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: us-east-1}\n";
    const { cluster: loaded } = loadCluster(text);
    if (!loaded) throw new Error("invalid");
    const zones = (known: Known): string[] =>
      Object.keys(desiredStacks(loaded, known).stacks[0]?.template.Resources ?? {}).filter((id) =>
        id.startsWith("SubnetPub"),
      );
    expect(zones({})).toEqual(["SubnetPublicUSEAST1A", "SubnetPublicUSEAST1B"]);
    expect(zones({ zones: ["us-east-1d", "us-east-1f"] })).toEqual(["SubnetPublicUSEAST1D", "SubnetPublicUSEAST1F"]);
  });

  it("puts a single NAT gateway into the first zone that is named", ({ expect }) => {
    const built = stack("availabilityZones: [eu-central-1c, eu-central-1a]", "cluster");
    expect(at(built, "NATGateway.SubnetId")).toEqual({ Ref: "SubnetPublicEUCENTRAL1C" });
    expect(at(built, "SubnetPublicEUCENTRAL1C.CidrBlock")).toBe("192.168.0.0/19");
  });

  it("makes no IAM role, and asks for no capability, when the file brings the role", ({ expect }) => {
    const built = stack("iam: {serviceRoleARN: 'arn:aws:iam::1:role/eks'}", "cluster");
    expect(count(built)["AWS::IAM::Role"]).toBeUndefined();
    expect(built.capabilities).toEqual([]);
    expect(built.template.Description).toContain("dedicated IAM: false");
    expect(at(built, "ControlPlane.RoleArn")).toBe("arn:aws:iam::1:role/eks");
  });

  it("carries boundaries, extra networks and private control-plane subnets", ({ expect }) => {
    const built = stack(
      `
iam: {serviceRolePermissionsBoundary: 'arn:aws:iam::1:policy/b', fargatePodExecutionRolePermissionsBoundary: 'arn:aws:iam::1:policy/f'}
fargateProfiles: [{name: f, selectors: [{namespace: default}]}]
vpc: {extraCIDRs: [10.9.0.7/24], controlPlaneOnPrivateSubnets: true, hostnameType: resource-name}`,
      "cluster",
    );
    expect(at(built, "ServiceRole.PermissionsBoundary")).toBe("arn:aws:iam::1:policy/b");
    expect(at(built, "FargatePodExecutionRole.PermissionsBoundary")).toBe("arn:aws:iam::1:policy/f");
    expect(at(built, "IngressControlPlaneExtraCIDR0.CidrIp")).toBe("10.9.0.0/24");
    expect(at(built, "ControlPlane.ResourcesVpcConfig.SubnetIds")).toHaveLength(3);
    expect(at(built, "SubnetPublicEUCENTRAL1A.PrivateDnsNameOptionsOnLaunch")).toEqual({
      HostnameType: "resource-name",
    });
    expect(built.unresolved).toEqual(["account"]);
  });

  it("is made with another partition's names in China", ({ expect }) => {
    const text = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: demo, region: cn-north-1}
iam: {withOIDC: true}`;
    const { cluster: loaded } = loadCluster(text);
    if (!loaded) throw new Error("invalid");
    const cni = desiredStacks(loaded).stacks.find(({ name }) => name === "vpc-cni");
    expect(JSON.stringify(cni?.template)).toContain(
      "arn:aws-cn:iam::<account>:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/<issuer>",
    );
  });
});

describe("a self-managed node group", () => {
  it("mixes spot and on-demand instances", ({ expect }) => {
    const built = stack(
      `
nodeGroups:
- name: ng
  minSize: 1
  maxSize: 9
  asgSuspendProcesses: [AZRebalance]
  instancesDistribution: {instanceTypes: [m5.large, m5a.large], maxPrice: 0.25, onDemandBaseCapacity: 0,
    onDemandPercentageAboveBaseCapacity: 20, spotAllocationStrategy: capacity-optimized, capacityRebalance: true}`,
      "nodegroup-ng",
    );
    expect(at(built, "NodeGroup.MixedInstancesPolicy.InstancesDistribution")).toEqual({
      OnDemandBaseCapacity: "0",
      OnDemandPercentageAboveBaseCapacity: "20",
      SpotAllocationStrategy: "capacity-optimized",
      SpotMaxPrice: "0.250000",
    });
    expect(at(built, "NodeGroup.MixedInstancesPolicy.LaunchTemplate.Overrides")).toEqual([
      { InstanceType: "m5.large" },
      { InstanceType: "m5a.large" },
    ]);
    expect(at(built, "NodeGroup")).toMatchObject({ CapacityRebalance: true, MinSize: "1", MaxSize: "9" });
    expect(at(built, "NodeGroup.LaunchTemplate")).toBeUndefined();
    expect(at(built, "NodeGroupLaunchTemplate.LaunchTemplateData.InstanceType")).toBe("m5.large");
    expect(built.template.Resources["NodeGroup"]?.UpdatePolicy).toEqual({
      AutoScalingRollingUpdate: { SuspendProcesses: ["AZRebalance"] },
    });
  });

  it("tells nodes how to join, with the file's kubelet settings", ({ expect }) => {
    const built = stack(
      `
nodeGroups:
- name: ng
  maxPodsPerNode: 42
  labels: {tier: web}
  taints: {dedicated: "web:NoSchedule"}
  kubeletExtraConfig: {kubeReserved: {cpu: 200m}, evictionHard: {memory.available: 200Mi}}
  preBootstrapCommands: ["echo hello"]`,
      "nodegroup-ng",
    );
    expect(userDataOf(built)).toBe(`MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=BOUNDARY

--BOUNDARY
Content-Type: text/x-shellscript
Content-Type: charset="us-ascii"

#!/bin/bash
echo hello
--BOUNDARY
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata: {}
spec:
  cluster:
    apiServerEndpoint: <endpoint>
    certificateAuthority: <ca>
    cidr: <service-cidr>
    name: demo
  containerd: {}
  instance:
    localStorage: {}
    network: {}
  kubelet:
    config:
      clusterDNS:
      - 10.100.0.10
      evictionHard:
        memory.available: 200Mi
      kubeReserved:
        cpu: 200m
    flags:
    - --node-labels=alpha.eksctl.io/cluster-name=demo,alpha.eksctl.io/nodegroup-name=ng,tier=web
    - --register-with-taints=dedicated=web:NoSchedule

--BOUNDARY
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata: {}
spec:
  cluster: {}
  containerd: {}
  instance:
    localStorage: {}
    network: {}
  kubelet:
    config:
      maxPods: 42

--BOUNDARY--
`);
    expect(built.unresolved).toEqual(["ami", "ca", "endpoint", "physicalIds", "serviceCidr"]);
  });

  it("is resolved by what a living cluster tells", ({ expect }) => {
    const built = stack("nodeGroups: [{name: ng, privateNetworking: true}]", "nodegroup-ng", {
      endpoint: "https://x.eks.amazonaws.com",
      ca: "Q0E=",
      serviceCidr: "172.20.0.0/16",
      amis: { ng: "ami-1" },
      physicalIds: {
        SubnetPrivateEUCENTRAL1A: "subnet-a",
        SubnetPrivateEUCENTRAL1B: "subnet-b",
        SubnetPrivateEUCENTRAL1C: "subnet-c",
      },
      offeredZones: { ng: ["eu-central-1a", "eu-central-1c"] },
    });
    expect(built.unresolved).toEqual([]);
    expect(at(built, "NodeGroup.VPCZoneIdentifier")).toEqual(["subnet-a", "subnet-c"]);
    expect(userDataOf(built)).toContain("clusterDNS:\n      - 172.20.0.10\n");
  });

  it("propagates labels and taints to its Auto Scaling group", ({ expect }) => {
    const built = stack(
      "nodeGroups: [{name: ng, propagateASGTags: true, labels: {a: b}, taints: [{key: k, value: v, effect: NoSchedule}]}]",
      "nodegroup-ng",
    );
    const tags = at(built, "NodeGroup.Tags") as { Key: string; Value: string }[];
    expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      "k8s.io/cluster-autoscaler/node-template/label/a": "b",
      "k8s.io/cluster-autoscaler/node-template/taint/k": "v",
    });
  });

  it("takes the role the file brings, whose access entry no stack holds", ({ expect }) => {
    const built = stack(
      "nodeGroups: [{name: ng, iam: {instanceRoleARN: 'arn:aws:iam::1:role/path/mine'}}]",
      "nodegroup-ng",
    );
    expect(built.template.Resources["AccessEntry"]).toBeUndefined();
    expect(built.template.Outputs?.["InstanceRoleARN"]?.Value).toBe("arn:aws:iam::1:role/mine");
    expect(at(built, "NodeInstanceProfile.Roles")).toEqual(["mine"]);
  });

  it("has no access entry where the cluster knows only aws-auth", ({ expect }) => {
    const built = stack("accessConfig: {authenticationMode: CONFIG_MAP}\nnodeGroups: [{name: ng}]", "nodegroup-ng");
    expect(built.template.Resources["AccessEntry"]).toBeUndefined();
    expect(built.template.Outputs?.["NodeGroupUsesAccessEntry"]).toBeUndefined();
  });

  it("names its role only with the capability for it", ({ expect }) => {
    const built = stack(
      "nodeGroups: [{name: ng, iam: {instanceRoleName: nodes, instanceRolePermissionsBoundary: 'arn:aws:iam::1:policy/b'}}]",
      "nodegroup-ng",
    );
    expect(built.capabilities).toEqual(["CAPABILITY_NAMED_IAM"]);
    expect(at(built, "NodeInstanceRole")).toMatchObject({
      RoleName: "nodes",
      PermissionsBoundary: "arn:aws:iam::1:policy/b",
    });
  });

  it("replaces the default policies by those given, but keeps the right to pull images", ({ expect }) => {
    const built = stack(
      "nodeGroups: [{name: ng, iam: {attachPolicyARNs: ['arn:aws:iam::1:policy/mine']}}]",
      "nodegroup-ng",
    );
    expect(at(built, "NodeInstanceRole.ManagedPolicyArns")).toEqual([
      "arn:aws:iam::1:policy/mine",
      { "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly" },
    ]);
  });

  it("carries its volumes, credits, monitoring and metadata options", ({ expect }) => {
    const built = stack(
      `
nodeGroups:
- name: ng
  instanceType: t3.large
  instancePrefix: edge
  volumeSize: 100
  volumeType: io2
  volumeEncrypted: true
  volumeKmsKeyID: arn:aws:kms:eu-central-1:1:key/k
  additionalVolumes: [{volumeName: /dev/sdb, volumeSize: 10, volumeType: gp2}]
  cpuCredits: unlimited
  enableDetailedMonitoring: true
  disablePodIMDS: true`,
      "nodegroup-ng",
    );
    const data = launchData(built);
    expect(at(built, "NodeGroupLaunchTemplate.LaunchTemplateData.BlockDeviceMappings")).toEqual([
      {
        DeviceName: "/dev/xvda",
        Ebs: {
          Encrypted: true,
          Iops: 100,
          KmsKeyId: "arn:aws:kms:eu-central-1:1:key/k",
          VolumeSize: 100,
          VolumeType: "io2",
        },
      },
      { DeviceName: "/dev/sdb", Ebs: { VolumeSize: 10, VolumeType: "gp2" } },
    ]);
    expect(data).toMatchObject({
      CreditSpecification: { CpuCredits: "unlimited" },
      MetadataOptions: { HttpPutResponseHopLimit: 1, HttpTokens: "required" },
      Monitoring: { Enabled: true },
    });
    expect(at(built, "NodeGroupLaunchTemplate.LaunchTemplateData.TagSpecifications.0.Tags")).toEqual([
      { Key: "Name", Value: "edge-demo-ng-Node" },
    ]);
  });

  it("is refused with its line when it names a zone the cluster isn't in", ({ expect }) => {
    const { refusals } = desiredStacks(cluster("nodeGroups: [{name: ng, availabilityZones: [eu-central-1d]}]"));
    expect(refusals).toMatchObject([{ code: "stacks/unknown-zone", at: { line: 5 } }]);
  });
});

describe("a managed node group", () => {
  it("imports an SSH key and lets it in from the VPC when private", ({ expect }) => {
    const key = `ssh-ed25519 ${Buffer.from("....ssh-ed25519....0123456789").toString("base64")} me`;
    const built = stack(
      "managedNodeGroups: [{name: m, privateNetworking: true, ssh: {publicKeyPath: /keys/a.pub}}]",
      "nodegroup-m",
      { publicKeys: { "/keys/a.pub": key } },
    );
    expect(at(built, "LaunchTemplate.LaunchTemplateData.KeyName")).toMatch(
      /^eksctl-demo-nodegroup-m-[A-Za-z0-9+/]{43}$/,
    );
    expect(at(built, "SSH.SecurityGroupIngress")).toEqual([
      {
        CidrIp: "192.168.0.0/16",
        Description: "Allow SSH access to managed worker nodes in group m (private, only inside VPC)",
        FromPort: 22,
        IpProtocol: "tcp",
        ToPort: 22,
      },
    ]);
    expect(built.template.Description).toBe("EKS Managed Nodes (SSH access: true) [created by eksctl]");
  });

  it.for([
    ["m5.large", "AL2023_x86_64_STANDARD"],
    ["m6g.large", "AL2023_ARM_64_STANDARD"],
    ["g5.xlarge", "AL2023_x86_64_NVIDIA"],
    ["g5g.xlarge", "AL2023_ARM_64_NVIDIA"],
    ["g4ad.xlarge", "AL2023_x86_64_STANDARD"],
    ["inf2.xlarge", "AL2023_x86_64_NEURON"],
  ] as const)("of %s runs %s", ([type, amiType], { expect }) => {
    const built = stack(`managedNodeGroups: [{name: m, instanceType: ${type}}]`, "nodegroup-m");
    expect(at(built, "ManagedNodeGroup.AmiType")).toBe(amiType);
  });

  it("runs spot instances, with taints in the API's words", ({ expect }) => {
    const built = stack(
      `managedNodeGroups: [{name: m, spot: true, instanceTypes: [m5.large, m5a.large], updateConfig: {maxUnavailablePercentage: 50},
        taints: [{key: k, effect: PreferNoSchedule}]}]`,
      "nodegroup-m",
    );
    expect(at(built, "ManagedNodeGroup")).toMatchObject({
      CapacityType: "SPOT",
      InstanceTypes: ["m5.large", "m5a.large"],
      Taints: [{ Effect: "PREFER_NO_SCHEDULE", Key: "k", Value: "" }],
      UpdateConfig: { MaxUnavailablePercentage: 50 },
    });
  });

  it("left without a name gets one that stays", ({ expect }) => {
    const names = desiredStacks(cluster("managedNodeGroups: [{instanceType: m5.large}]")).stacks.map(
      ({ name }) => name,
    );
    expect(names.at(-1)).toMatch(/^ng-[0-9a-f]{8}$/);
  });
});

describe("role stacks", () => {
  it("let a pattern of service accounts in, by name or boundary", ({ expect }) => {
    const built = stack(
      `iam: {withOIDC: true, serviceAccounts: [{metadata: {name: a, namespace: apps}, roleName: mine, subjectPattern: "a-*",
        permissionsBoundary: 'arn:aws:iam::1:policy/b', attachPolicyARNs: ['arn:aws:iam::aws:policy/X']}]}`,
      "addon-iamserviceaccount-apps-a",
    );
    expect(built.capabilities).toEqual(["CAPABILITY_NAMED_IAM"]);
    const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/<issuer>";
    expect(at(built, "Role1.AssumeRolePolicyDocument.Statement.0.Condition")).toEqual({
      StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
      StringLike: { [`${issuer}:sub`]: "system:serviceaccount:apps:a-*" },
    });
  });

  it("of add-ons are pod identity roles where the file wants these everywhere", ({ expect }) => {
    const { stacks } = desiredStacks(
      cluster(
        "addonsConfig: {autoApplyPodIdentityAssociations: true}\naddons: [{name: eks-pod-identity-agent}, {name: aws-ebs-csi-driver}]",
      ),
    );
    expect(stacks.map(({ stackName }) => stackName)).toEqual([
      "eksctl-demo-cluster",
      "eksctl-demo-addon-vpc-cni-podidentityrole-aws-node",
      "eksctl-demo-addon-aws-ebs-csi-driver-podidentityrole-ebs-csi-controller-sa",
    ]);
  });
});

it("renders a hundred node groups in proportion to their number", ({ expect }) => {
  const groups = (count: number): Cluster =>
    cluster(`nodeGroups: [${Array.from({ length: count }, (_, i) => `{name: n${i}}`).join(", ")}]`);
  const median = (of: Cluster): number => {
    const times = Array.from({ length: 7 }, () => {
      const start = cpuTime();
      desiredStacks(of);
      return cpuTime() - start;
    });
    return times.sort((a, b) => a - b)[3] ?? 0;
  };
  const [few, many] = [groups(100), groups(1000)];
  median(few);
  // Ten times the groups; anything quadratic would show as a hundredfold.
  expect(median(many) / median(few)).toBeLessThan(30);
});
