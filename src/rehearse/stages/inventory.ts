// What an account holds that costs money or stands in the way: taken before and after, the difference is what was left.
import type { Rehearsal } from "../rehearsal.ts";

interface Shelf {
  what: string;
  service: string;
  operation: string;
  list(output: never): string[];
}

const shelf = <Output>(
  what: string,
  service: string,
  operation: string,
  list: (output: Output) => (string | undefined)[],
): Shelf => ({
  what,
  service,
  operation,
  list: (output) => list(output as Output).filter((name) => name !== undefined),
});

interface Named {
  GroupId: string;
  GroupName: string;
  State?: string;
  State2?: { Name: string };
}

const shelves: readonly Shelf[] = [
  shelf<{ Stacks?: { StackName: string }[] }>("stack", "cloudformation", "DescribeStacks", ({ Stacks = [] }) =>
    Stacks.map(({ StackName }) => StackName),
  ),
  shelf<{ clusters?: string[] }>("cluster", "eks", "ListClusters", ({ clusters = [] }) => clusters),
  shelf<{ Vpcs?: { VpcId: string }[] }>("VPC", "ec2", "DescribeVpcs", ({ Vpcs = [] }) =>
    Vpcs.map(({ VpcId }) => VpcId),
  ),
  shelf<{ Reservations?: { Instances: { InstanceId: string; State: { Name: string } }[] }[] }>(
    "instance",
    "ec2",
    "DescribeInstances",
    ({ Reservations = [] }) =>
      Reservations.flatMap(({ Instances }) =>
        Instances.map(({ InstanceId, State }) =>
          State.Name === "terminated" || State.Name === "shutting-down" ? undefined : InstanceId,
        ),
      ),
  ),
  shelf<{ NetworkInterfaces?: { NetworkInterfaceId: string }[] }>(
    "network interface",
    "ec2",
    "DescribeNetworkInterfaces",
    ({ NetworkInterfaces = [] }) => NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
  ),
  shelf<{ SecurityGroups?: Named[] }>("security group", "ec2", "DescribeSecurityGroups", ({ SecurityGroups = [] }) =>
    SecurityGroups.map(({ GroupId }) => GroupId),
  ),
  shelf<{ Volumes?: { VolumeId: string }[] }>("volume", "ec2", "DescribeVolumes", ({ Volumes = [] }) =>
    Volumes.map(({ VolumeId }) => VolumeId),
  ),
  shelf<{ Addresses?: { AllocationId: string }[] }>(
    "elastic address",
    "ec2",
    "DescribeAddresses",
    ({ Addresses = [] }) => Addresses.map(({ AllocationId }) => AllocationId),
  ),
  shelf<{ NatGateways?: { NatGatewayId: string; State: string }[] }>(
    "NAT gateway",
    "ec2",
    "DescribeNatGateways",
    ({ NatGateways = [] }) =>
      NatGateways.map(({ NatGatewayId, State }) =>
        State === "deleted" || State === "deleting" ? undefined : NatGatewayId,
      ),
  ),
  shelf<{ LaunchTemplates?: { LaunchTemplateName: string }[] }>(
    "launch template",
    "ec2",
    "DescribeLaunchTemplates",
    ({ LaunchTemplates = [] }) => LaunchTemplates.map(({ LaunchTemplateName }) => LaunchTemplateName),
  ),
  shelf<{ AutoScalingGroups?: { AutoScalingGroupName: string }[] }>(
    "Auto Scaling group",
    "auto-scaling",
    "DescribeAutoScalingGroups",
    ({ AutoScalingGroups = [] }) => AutoScalingGroups.map(({ AutoScalingGroupName }) => AutoScalingGroupName),
  ),
  shelf<{ Roles?: { RoleName: string; Path?: string }[] }>("role", "iam", "ListRoles", ({ Roles = [] }) =>
    // AWS keeps its own for the account's lifetime.
    Roles.map(({ RoleName, Path = "/" }) => (Path.startsWith("/aws-service-role/") ? undefined : RoleName)),
  ),
  shelf<{ OpenIDConnectProviderList?: { Arn: string }[] }>(
    "OIDC provider",
    "iam",
    "ListOpenIDConnectProviders",
    ({ OpenIDConnectProviderList = [] }) => OpenIDConnectProviderList.map(({ Arn }) => Arn),
  ),
];

/** `volume vol-…`, one each. */
export function inventory({ account }: Rehearsal): Set<string> {
  return new Set(
    shelves.flatMap(({ what, service, operation, list }) =>
      list(account(service, operation, {}) as never).map((name) => `${what} ${name}`),
    ),
  );
}
