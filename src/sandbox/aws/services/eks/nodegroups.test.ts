import type { AutoScalingGroupsType } from "@aws-sdk/client-auto-scaling";
import type {
  CreateLaunchTemplateResult,
  CreateSubnetResult,
  DescribeImagesResult,
  DescribeInstancesResult,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsResult,
  DescribeVpcsResult,
} from "@aws-sdk/client-ec2";
import type {
  DescribeNodegroupResponse,
  DescribeUpdateResponse,
  UpdateNodegroupVersionResponse,
} from "@aws-sdk/client-eks";
import type { ListAttachedRolePoliciesResponse, ListInstanceProfilesResponse } from "@aws-sdk/client-iam";
import { describe, it } from "vitest";
import { refusal } from "../../testing.ts";
import type { World } from "./testing.ts";
import { clusterRequest, world, worldWithCluster } from "./testing.ts";

const clusterName = "prod";
const which = { clusterName, nodegroupName: "ng" };

const request = (here: World, change: object = {}): object => ({
  ...which,
  nodeRole: here.nodeRole,
  subnets: here.privateSubnets,
  scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 2 },
  ...change,
});

const described = (here: World): DescribeNodegroupResponse["nodegroup"] =>
  here.eks<DescribeNodegroupResponse>("DescribeNodegroup", which).nodegroup;

/** Ids of the group's instances that run. */
const running = (here: World): string[] =>
  (
    here.call<DescribeInstancesResult>("ec2", "DescribeInstances", {
      Filters: [
        { Name: "tag:eks:nodegroup-name", Values: ["ng"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    }).Reservations ?? []
  ).flatMap((reservation) => (reservation.Instances ?? []).map((instance) => instance.InstanceId ?? ""));

/** An ACTIVE node group. */
function withGroup(change: object = {}, cluster: object = {}): World {
  const here = worldWithCluster({ request: cluster });
  here.eks("CreateNodegroup", request(here, change));
  described(here);
  return here;
}

describe("creating a managed node group", () => {
  it("makes an Auto Scaling group, a launch template, a profile, and instances", ({ expect }) => {
    const here = withGroup({ labels: { tier: "web" } });
    const group = described(here);
    expect(group).toMatchObject({
      status: "ACTIVE",
      version: "1.34",
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: ["t3.medium"],
      diskSize: 20,
      labels: { tier: "web" },
      updateConfig: { maxUnavailable: 1 },
      health: { issues: [] },
      releaseVersion: expect.stringMatching(/^1\.34\.\d+-\d{8}$/),
    });
    const name = group?.resources?.autoScalingGroups?.[0]?.name;
    expect(name).toMatch(/^eks-ng-[0-9a-f-]{36}$/);
    const { AutoScalingGroups } = here.call<AutoScalingGroupsType>("auto-scaling", "DescribeAutoScalingGroups", {
      AutoScalingGroupNames: [name],
    });
    const tags = Object.fromEntries((AutoScalingGroups?.[0]?.Tags ?? []).map((tag) => [tag.Key, tag.Value]));
    expect(tags).toMatchObject({
      "eks:cluster-name": "prod",
      "eks:nodegroup-name": "ng",
      "k8s.io/cluster-autoscaler/enabled": "true",
      "k8s.io/cluster-autoscaler/prod": "owned",
      "kubernetes.io/cluster/prod": "owned",
    });
    expect(running(here).length).toBe(2);
    expect(here.eks("DescribeAccessEntry", { clusterName, principalArn: here.nodeRole })).toMatchObject({
      accessEntry: { type: "EC2_LINUX" },
    });
  });

  it("refuses what AWS refuses", ({ expect }) => {
    const here = worldWithCluster();
    const attempt = (change: object): string => refusal(() => here.eks("CreateNodegroup", request(here, change)));
    const cases: [change: object, answer: RegExp][] = [
      [
        { scalingConfig: { minSize: 3, maxSize: 2, desiredSize: 2 } },
        /InvalidParameterException: Minimum capacity 3 can't be greater than maximum size 2/,
      ],
      [
        { scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 3 } },
        /desired capacity 3 can't be greater than max size 2/,
      ],
      [{ scalingConfig: { minSize: 1 } }, /must all be specified/],
      [{ nodeRole: here.strangeRole }, /Following required service principals \[ec2\.amazonaws\.com\] were not found/],
      [{ subnets: ["subnet-00000000000000000"] }, /InvalidParameterException.*subnet-00000000000000000/],
      [{ instanceTypes: ["t9.huge"] }, /The following supplied instance types do not exist: \[t9\.huge\]/],
      [
        { instanceTypes: ["t4g.large"] },
        /\[t4g\.large\] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD/,
      ],
      [{ amiType: "AL2_x86_64" }, /AMI Type AL2_x86_64 is only supported for kubernetes versions 1\.32 or earlier/],
      [{ version: "1.33" }, /InvalidRequestException/],
      [{ updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 10 } }, /cannot both be specified/],
      [{ labels: { "eks.amazonaws.com/x": "y" } }, /reserved prefixes/],
      [{ taints: [{ key: "a", value: "b", effect: "NoSchedule" }] }, /Invalid value 'NoSchedule'/],
      [{ remoteAccess: { ec2SshKey: "none" } }, /The key pair 'none' does not exist/],
      [{ clusterName: "none" }, /ResourceNotFoundException/],
    ];
    for (const [change, answer] of cases) expect(attempt(change), JSON.stringify(change)).toMatch(answer);
    expect(attempt({})).toBe("nothing");
    expect(attempt({})).toBe("ResourceInUseException: NodeGroup already exists with name ng and cluster name prod");
    expect(refusal(() => here.eks("DeleteCluster", { name: clusterName }))).toBe(
      "ResourceInUseException: Cluster has nodegroups attached",
    );
  });

  it("fails when the nodes' role lacks what nodes need", ({ expect }) => {
    const here = worldWithCluster();
    here.call("iam", "DetachRolePolicy", {
      RoleName: "nodes",
      PolicyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    });
    here.eks("CreateNodegroup", request(here));
    expect(described(here)).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "NodeCreationFailure", message: "Instances failed to join the kubernetes cluster" }] },
    });
  });

  it("fails when an image of one's own brings user data that doesn't join", ({ expect }) => {
    const here = worldWithCluster();
    const { Images } = here.call<DescribeImagesResult>("ec2", "DescribeImages", {
      Filters: [{ Name: "name", Values: ["amazon-eks-node-al2023-x86_64-standard-1.35-*"] }],
    });
    const create = (LaunchTemplateName: string, script: string): void => {
      const UserData = Buffer.from(script).toString("base64");
      const LaunchTemplateData = { ImageId: Images?.[0]?.ImageId, InstanceType: "m5.large", UserData };
      here.call("ec2", "CreateLaunchTemplate", { LaunchTemplateName, LaunchTemplateData });
      here.eks("CreateNodegroup", request(here, { launchTemplate: { name: LaunchTemplateName } }));
    };
    create("deaf", "#!/bin/bash\necho hello\n");
    expect(described(here)).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "NodeCreationFailure", message: "Instances failed to join the kubernetes cluster" }] },
    });
    here.eks("DeleteNodegroup", which);
    here.cloud.clock.settle();
    create("joining", `#!/bin/bash\n/etc/eks/bootstrap.sh ${which.clusterName}\n`);
    expect(described(here)?.status).toBe("ACTIVE");
  });

  it("fails in public subnets that give no public addresses", ({ expect }) => {
    const here = worldWithCluster();
    here.eks("CreateNodegroup", request(here, { subnets: here.publicSubnets }));
    expect(described(here)).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "Ec2SubnetInvalidConfiguration", resourceIds: here.publicSubnets }] },
    });
    here.eks("DeleteNodegroup", which);
    here.cloud.clock.settle();
    for (const SubnetId of here.publicSubnets)
      here.call("ec2", "ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    here.eks("CreateNodegroup", request(here, { subnets: here.publicSubnets }));
    expect(described(here)?.status).toBe("ACTIVE");
  });

  it("of an IPv6 cluster wants IPv6 of the subnets, and of the role", ({ expect }) => {
    const here = world();
    here.call("ec2", "AssociateVpcCidrBlock", { VpcId: here.vpc, AmazonProvidedIpv6CidrBlock: true });
    const { Vpcs: [vpc] = [] } = here.call<DescribeVpcsResult>("ec2", "DescribeVpcs", { VpcIds: [here.vpc] });
    const block = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "";
    const [a, b, c, d = "0000"] = block.split("::")[0]?.split(":") ?? [];
    for (const [i, SubnetId] of here.privateSubnets.entries()) {
      const Ipv6CidrBlock = `${a}:${b}:${c}:${d.padStart(4, "0").slice(0, 2)}0${i}::/64`;
      here.call("ec2", "AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock });
    }
    const resourcesVpcConfig = { subnetIds: here.privateSubnets };
    here.eks(
      "CreateCluster",
      clusterRequest(here, { resourcesVpcConfig, kubernetesNetworkConfig: { ipFamily: "ipv6" } }),
    );
    here.cloud.clock.settle();
    const attempt = (): DescribeNodegroupResponse["nodegroup"] => {
      here.eks("CreateNodegroup", request(here));
      const made = described(here);
      here.eks("DeleteNodegroup", which);
      here.cloud.clock.settle();
      return made;
    };
    expect(attempt()).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "Ec2SubnetMissingIpv6Assignment", resourceIds: here.privateSubnets }] },
    });
    for (const SubnetId of here.privateSubnets)
      here.call("ec2", "ModifySubnetAttribute", { SubnetId, AssignIpv6AddressOnCreation: { Value: true } });
    // AmazonEKS_CNI_Policy knows nothing of IPv6.
    expect(attempt()).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "NodeCreationFailure", message: "Unhealthy nodes in the kubernetes cluster" }] },
    });
    const statement = { Effect: "Allow", Action: "ec2:AssignIpv6Addresses", Resource: "*" };
    here.call("iam", "PutRolePolicy", {
      RoleName: "nodes",
      PolicyName: "ipv6",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    expect(attempt()?.status).toBe("ACTIVE");
  });

  it("fails when there is no capacity", ({ expect }) => {
    const here = worldWithCluster({
      guards: {
        faultResource: (kind) =>
          kind === "capacity"
            ? { id: "f", message: "We currently do not have sufficient t3.medium capacity" }
            : undefined,
      },
    });
    here.eks("CreateNodegroup", request(here));
    expect(described(here)).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "AsgInstanceLaunchFailures", message: expect.stringMatching(/capacity/) }] },
    });
    here.eks("DeleteNodegroup", which);
    expect(refusal(() => described(here))).toMatch(/No node group found for name: ng/);
  });

  it("takes a launch template, and nothing twice", ({ expect }) => {
    const here = worldWithCluster();
    const template = (name: string, LaunchTemplateData: object): string =>
      here.call<CreateLaunchTemplateResult>("ec2", "CreateLaunchTemplate", {
        LaunchTemplateName: name,
        LaunchTemplateData,
      }).LaunchTemplate?.LaunchTemplateId ?? "";
    const id = template("own", {
      InstanceType: "m5.large",
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 80, VolumeType: "gp3", Encrypted: true } }],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "prod-ng" }] }],
    });
    const attempt = (change: object): string =>
      refusal(() => here.eks("CreateNodegroup", request(here, { launchTemplate: { id }, ...change })));
    expect(attempt({ diskSize: 30 })).toMatch(/Disk size must be specified within the launch template\./);
    expect(attempt({ remoteAccess: { ec2SshKey: "x" } })).toMatch(
      /Remote access configuration cannot be specified with a launch template\./,
    );
    expect(attempt({ instanceTypes: ["m5.xlarge"] })).toMatch(
      /Cannot specify instance types in launch template and API request/,
    );
    expect(attempt({ launchTemplate: { id, name: "own" } })).toMatch(/Exactly one of id or name/);
    expect(attempt({ launchTemplate: { id: "lt-00000000000000000" } })).toMatch(/InvalidParameterException/);
    const profile = template("profiled", { IamInstanceProfile: { Name: "x" } });
    expect(attempt({ launchTemplate: { id: profile } })).toMatch(/Iam instance profile cannot be specified/);
    expect(attempt({})).toBe("nothing");
    const group = described(here);
    expect(group).toMatchObject({ status: "ACTIVE", launchTemplate: { id, name: "own", version: "1" } });
    expect(group).not.toHaveProperty("diskSize");
    const made = here.call<DescribeLaunchTemplatesResult>("ec2", "DescribeLaunchTemplates", {
      Filters: [{ Name: "tag:eks:nodegroup-name", Values: ["ng"] }],
    }).LaunchTemplates?.[0];
    expect(made?.LaunchTemplateName).toMatch(/^eks-[0-9a-f-]{36}$/);
    const data = here.call<DescribeLaunchTemplateVersionsResult>("ec2", "DescribeLaunchTemplateVersions", {
      LaunchTemplateId: made?.LaunchTemplateId,
    }).LaunchTemplateVersions?.[0]?.LaunchTemplateData;
    expect(data).toMatchObject({
      ImageId: expect.stringMatching(/^ami-/),
      BlockDeviceMappings: [{ Ebs: { VolumeSize: 80 } }],
    });
  });
});

describe("changing a managed node group", () => {
  it("scales it, and changes labels and taints", ({ expect }) => {
    const here = withGroup({ labels: { a: "1", b: "2" } });
    const { update } = here.eks<DescribeUpdateResponse>("UpdateNodegroupConfig", {
      ...which,
      scalingConfig: { desiredSize: 4 },
      labels: { addOrUpdateLabels: { c: "3" }, removeLabels: ["a"] },
      taints: { addOrUpdateTaints: [{ key: "t", value: "v", effect: "NO_SCHEDULE" }] },
    });
    expect(update).toMatchObject({ status: "InProgress", type: "ConfigUpdate" });
    expect(refusal(() => here.eks("UpdateNodegroupConfig", { ...which, scalingConfig: { desiredSize: 1 } }))).toMatch(
      /ResourceInUseException/,
    );
    const at = { name: clusterName, nodegroupName: "ng", updateId: update?.id };
    expect(here.eks<DescribeUpdateResponse>("DescribeUpdate", at).update?.status).toBe("Successful");
    expect(described(here)).toMatchObject({
      status: "ACTIVE",
      scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 4 },
      labels: { b: "2", c: "3" },
      taints: [{ key: "t" }],
    });
    expect(running(here).length).toBe(4);
    expect(refusal(() => here.eks("UpdateNodegroupConfig", { ...which, scalingConfig: { desiredSize: 9 } }))).toMatch(
      /can't be greater than max size/,
    );
  });

  it("rolls every node to the control plane's version", ({ expect }) => {
    const here = withGroup({}, { version: "1.33" });
    here.eks("UpdateClusterVersion", { name: clusterName, version: "1.34" });
    here.eks("DescribeCluster", { name: clusterName });
    const before = running(here);
    const { update } = here.eks<UpdateNodegroupVersionResponse>("UpdateNodegroupVersion", which);
    expect(update).toMatchObject({ type: "VersionUpdate", status: "InProgress" });
    expect(described(here)).toMatchObject({ status: "ACTIVE", version: "1.34", scalingConfig: { desiredSize: 2 } });
    const after = running(here);
    expect(after.length).toBe(2);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(refusal(() => here.eks("UpdateNodegroupVersion", { ...which, version: "1.35" }))).toMatch(
      /greater than the cluster version/,
    );
  });

  it("blocks a control plane that would run too far ahead", ({ expect }) => {
    const here = withGroup({}, { version: "1.31" });
    for (const version of ["1.32", "1.33", "1.34"]) {
      here.eks("UpdateClusterVersion", { name: clusterName, version });
      here.eks("DescribeCluster", { name: clusterName });
    }
    const next = (force: boolean): string =>
      refusal(() => here.eks("UpdateClusterVersion", { name: clusterName, version: "1.35", force }));
    expect(next(false)).toMatch(/InvalidStateException: Nodegroups ng must be updated/);
    expect(next(true)).toBe("nothing");
  });
});

describe("a managed node group that loses a part", () => {
  it.for([
    ["AutoScalingGroupNotFound", "auto-scaling", "DeleteAutoScalingGroup"],
    ["Ec2LaunchTemplateNotFound", "ec2", "DeleteLaunchTemplate"],
    ["IamNodeRoleNotFound", "iam", "DeleteRole"],
  ] as const)("is degraded: %s", ([code, service, operation], { expect }) => {
    const here = withGroup();
    const { LaunchTemplates = [] } = here.call<DescribeLaunchTemplatesResult>("ec2", "DescribeLaunchTemplates", {});
    const RoleName = here.nodeRole.split("/").at(-1);
    if (service === "iam") stripRole(here, RoleName ?? "");
    const input = {
      "auto-scaling": {
        AutoScalingGroupName: described(here)?.resources?.autoScalingGroups?.[0]?.name,
        ForceDelete: true,
      },
      ec2: { LaunchTemplateId: LaunchTemplates[0]?.LaunchTemplateId },
      iam: { RoleName },
    }[service];
    expect(described(here)).toMatchObject({ status: "ACTIVE", health: { issues: [] } });
    here.call(service, operation, input);
    here.cloud.clock.settle();
    expect(described(here)).toMatchObject({ status: "DEGRADED", health: { issues: [{ code }] } });
    here.eks("DeleteNodegroup", which);
    here.cloud.clock.settle();
    expect(refusal(() => described(here))).toMatch(/ResourceNotFoundException/);
  });

  it("can't be made in a subnet that is gone by then", ({ expect }) => {
    const here = worldWithCluster();
    const VpcId = here.vpc;
    const lost = { VpcId, CidrBlock: "192.168.200.0/24", AvailabilityZone: "eu-central-1a" };
    const { Subnet } = here.call<CreateSubnetResult>("ec2", "CreateSubnet", lost);
    here.eks("CreateNodegroup", request(here, { subnets: [Subnet?.SubnetId] }));
    here.call("ec2", "DeleteSubnet", { SubnetId: Subnet?.SubnetId });
    expect(described(here)).toMatchObject({
      status: "CREATE_FAILED",
      health: { issues: [{ code: "Ec2SubnetNotFound" }] },
    });
  });
});

/** Takes everything off a role that keeps it from being deleted. */
function stripRole(here: World, RoleName: string): void {
  const { AttachedPolicies = [] } = here.call<ListAttachedRolePoliciesResponse>("iam", "ListAttachedRolePolicies", {
    RoleName,
  });
  for (const { PolicyArn } of AttachedPolicies) here.call("iam", "DetachRolePolicy", { RoleName, PolicyArn });
  const { InstanceProfiles = [] } = here.call<ListInstanceProfilesResponse>("iam", "ListInstanceProfilesForRole", {
    RoleName,
  });
  for (const { InstanceProfileName } of InstanceProfiles)
    here.call("iam", "RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
}

describe("deleting a managed node group", () => {
  it("takes everything along that EKS made", ({ expect }) => {
    const here = withGroup();
    here.eks("DeleteNodegroup", which);
    expect(refusal(() => described(here))).toMatch(/ResourceNotFoundException/);
    expect(running(here)).toEqual([]);
    expect(here.call<AutoScalingGroupsType>("auto-scaling", "DescribeAutoScalingGroups", {}).AutoScalingGroups).toEqual(
      [],
    );
    expect(here.call<DescribeLaunchTemplatesResult>("ec2", "DescribeLaunchTemplates", {}).LaunchTemplates).toEqual([]);
    expect(here.call<ListInstanceProfilesResponse>("iam", "ListInstanceProfiles", {}).InstanceProfiles).toEqual([]);
    here.eks("DeleteCluster", { name: clusterName });
    here.cloud.clock.settle();
    for (const SubnetId of [...here.publicSubnets, ...here.privateSubnets])
      here.call("ec2", "DeleteSubnet", { SubnetId });
  });
});
