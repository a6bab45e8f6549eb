// A cluster made by AWS's own calls alone, as other tools make it: a network, roles, the cluster, node groups.
import type { Sandbox } from "../../src/sandbox/index.ts";
import { administratorOf } from "../../src/sandbox/aws/administrator.ts";

/** A call as the account's administrator. */
export type Send = <Output = unknown>(service: string, operation: string, input: object) => Output;

export function senderOf({ cloud, account, region }: Sandbox): Send {
  const principal = administratorOf(account, "aws");
  return (service, operation, input) => cloud.invoke({ service, operation, input, account, region, principal });
}

export interface Network {
  vpcId: string;
  /** One per zone; with an internet gateway and public addresses. */
  publicSubnets: string[];
  /** One per zone; without a way out, which nobody needs here. */
  privateSubnets: string[];
}

/** A VPC of `10.0.0.0/16` with subnets in zones a and b. */
export function makeNetwork(send: Send, region: string, bits = 20): Network {
  const { Vpc } = send<{ Vpc: { VpcId: string } }>("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
  const { VpcId } = Vpc;
  send("ec2", "ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: true } });
  const { InternetGateway } = send<{ InternetGateway: { InternetGatewayId: string } }>(
    "ec2",
    "CreateInternetGateway",
    {},
  );
  send("ec2", "AttachInternetGateway", { VpcId, InternetGatewayId: InternetGateway.InternetGatewayId });
  const { RouteTable } = send<{ RouteTable: { RouteTableId: string } }>("ec2", "CreateRouteTable", { VpcId });
  send("ec2", "CreateRoute", {
    RouteTableId: RouteTable.RouteTableId,
    DestinationCidrBlock: "0.0.0.0/0",
    GatewayId: InternetGateway.InternetGatewayId,
  });
  const subnet = (at: number, zone: string): string => {
    const { Subnet } = send<{ Subnet: { SubnetId: string } }>("ec2", "CreateSubnet", {
      VpcId,
      CidrBlock: `10.0.${at * 64}.0/${bits}`,
      AvailabilityZone: `${region}${zone}`,
    });
    return Subnet.SubnetId;
  };
  const publicSubnets = [subnet(0, "a"), subnet(1, "b")];
  for (const SubnetId of publicSubnets) {
    send("ec2", "ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
    send("ec2", "AssociateRouteTable", { RouteTableId: RouteTable.RouteTableId, SubnetId });
  }
  return { vpcId: VpcId, publicSubnets, privateSubnets: [subnet(2, "a"), subnet(3, "b")] };
}

/** Gives a network IPv6: a /56 of Amazon's to the VPC, a /64 to each subnet, and an address to whatever starts there. */
function addIpv6(send: Send, { vpcId, publicSubnets, privateSubnets }: Network): void {
  send("ec2", "AssociateVpcCidrBlock", { VpcId: vpcId, AmazonProvidedIpv6CidrBlock: true });
  interface Described {
    Vpcs: { Ipv6CidrBlockAssociationSet: { Ipv6CidrBlock: string }[] }[];
  }
  const { Vpcs } = send<Described>("ec2", "DescribeVpcs", { VpcIds: [vpcId] });
  // 2a05:d0aa:bbbb:cc00::/56, of which zeros at the end aren't written.
  const block = Vpcs[0]?.Ipv6CidrBlockAssociationSet[0]?.Ipv6CidrBlock ?? "";
  const [a, b, c, d = "0"] = block.split("::")[0]?.split(":") ?? [];
  for (const [i, SubnetId] of [...publicSubnets, ...privateSubnets].entries()) {
    const Ipv6CidrBlock = `${a}:${b}:${c}:${d.padStart(4, "0").slice(0, 2)}0${i}::/64`;
    send("ec2", "AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock });
    send("ec2", "ModifySubnetAttribute", { SubnetId, AssignIpv6AddressOnCreation: { Value: true } });
  }
}

/** A role that a service may take on, with AWS's policies of these names; returns its ARN. */
export function makeRole(send: Send, name: string, service: string, policies: readonly string[]): string {
  const { Role } = send<{ Role: { Arn: string } }>("iam", "CreateRole", {
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
    }),
  });
  for (const policy of policies) {
    send("iam", "AttachRolePolicy", { RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  }
  return Role.Arn;
}

export const nodePolicies: readonly string[] = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryReadOnly",
];

export interface MadeCluster {
  send: Send;
  network: Network;
  name: string;
  nodeRole: string;
}

/**
 * A cluster that is ACTIVE, without nodes; `more` goes into CreateCluster. One of IPv6 has a network and nodes' role that
 * are fit for it.
 */
export function makeCluster(
  sandbox: Sandbox,
  name: string,
  more: { kubernetesNetworkConfig?: { ipFamily: "ipv4" | "ipv6" }; [member: string]: unknown } = {},
  bits = 20,
): MadeCluster {
  const send = senderOf(sandbox);
  const network = makeNetwork(send, sandbox.region, bits);
  const ipv6 = more.kubernetesNetworkConfig?.ipFamily === "ipv6";
  if (ipv6) addIpv6(send, network);
  const roleArn = makeRole(send, `${name}-cluster`, "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
  const nodeRole = makeRole(send, `${name}-node`, "ec2.amazonaws.com", nodePolicies);
  if (ipv6) {
    const statement = {
      Effect: "Allow",
      Action: ["ec2:AssignIpv6Addresses", "ec2:UnassignIpv6Addresses"],
      Resource: "*",
    };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    send("iam", "PutRolePolicy", { RoleName: `${name}-node`, PolicyName: "ipv6", PolicyDocument });
  }
  send("eks", "CreateCluster", {
    name,
    roleArn,
    version: "1.35",
    resourcesVpcConfig: { subnetIds: [...network.publicSubnets, ...network.privateSubnets] },
    accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
    ...more,
  });
  sandbox.clock.settle();
  return { send, network, name, nodeRole };
}

/** A managed group; waits in virtual time until EKS is done with it. */
export function makeGroup(sandbox: Sandbox, cluster: MadeCluster, name: string, size: number, more: object = {}): void {
  cluster.send("eks", "CreateNodegroup", {
    clusterName: cluster.name,
    nodegroupName: name,
    nodeRole: cluster.nodeRole,
    subnets: cluster.network.publicSubnets,
    scalingConfig: { minSize: 0, maxSize: Math.max(size * 2, 1), desiredSize: size },
    instanceTypes: ["m5.large"],
    ...more,
  });
  sandbox.clock.settle();
}
