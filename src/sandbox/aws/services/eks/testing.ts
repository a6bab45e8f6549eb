// An account to test EKS in: a VPC with public and private subnets in two zones, and the roles EKS asks for.
import type {
  CreateInternetGatewayResult,
  CreateRouteTableResult,
  CreateSubnetResult,
  CreateVpcResult,
} from "@aws-sdk/client-ec2";
import type { CreateRoleResponse } from "@aws-sdk/client-iam";
import { administratorOf } from "../../administrator.ts";
import type { Guards } from "../../core/index.ts";
import { Cloud } from "../../core/index.ts";
import { services } from "../index.ts";

export interface World {
  cloud: Cloud;
  /** Calls EKS. */
  eks: <Output>(operation: string, input: object) => Output;
  call: <Output>(service: string, operation: string, input: object) => Output;
  publicSubnets: string[];
  privateSubnets: string[];
  vpc: string;
  clusterRole: string;
  nodeRole: string;
  fargateRole: string;
  /** A role without trust in anything of EKS's. */
  strangeRole: string;
}

const account = "123456789012";
const region = "eu-central-1";

/** An account with a network and the roles that EKS asks for. */
export function world(options: { guards?: Guards; start?: string } = {}): World {
  const cloud = new Cloud({
    services,
    start: Date.parse(options.start ?? "2026-11-21T00:00:00Z"),
    seed: 7,
    ...(options.guards ? { guards: options.guards } : {}),
  });
  const principal = administratorOf(account, "aws");
  const call = <Output>(service: string, operation: string, input: object): Output =>
    cloud.invoke<Output>({ service, operation, input, account, region, principal });
  const vpc = call<CreateVpcResult>("ec2", "CreateVpc", { CidrBlock: "192.168.0.0/16" }).Vpc?.VpcId ?? "";
  const subnet = (CidrBlock: string, zone: string): string =>
    call<CreateSubnetResult>("ec2", "CreateSubnet", { VpcId: vpc, CidrBlock, AvailabilityZone: region + zone }).Subnet
      ?.SubnetId ?? "";
  const publicSubnets = [subnet("192.168.0.0/19", "a"), subnet("192.168.32.0/19", "b")];
  const privateSubnets = [subnet("192.168.96.0/19", "a"), subnet("192.168.128.0/19", "b")];
  const gateway = call<CreateInternetGatewayResult>("ec2", "CreateInternetGateway", {}).InternetGateway
    ?.InternetGatewayId;
  call("ec2", "AttachInternetGateway", { VpcId: vpc, InternetGatewayId: gateway });
  const table = call<CreateRouteTableResult>("ec2", "CreateRouteTable", { VpcId: vpc }).RouteTable?.RouteTableId;
  call("ec2", "CreateRoute", { RouteTableId: table, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway });
  for (const SubnetId of publicSubnets) call("ec2", "AssociateRouteTable", { RouteTableId: table, SubnetId });
  const role = (RoleName: string, Service: string, policies: readonly string[]): string => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
    });
    const made = call<CreateRoleResponse>("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
    for (const policy of policies)
      call("iam", "AttachRolePolicy", { RoleName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
    return made.Role?.Arn ?? "";
  };
  return {
    cloud,
    call,
    eks: (operation, input) => call("eks", operation, input),
    vpc,
    publicSubnets,
    privateSubnets,
    clusterRole: role("cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]),
    nodeRole: role("nodes", "ec2.amazonaws.com", [
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
      "AmazonEC2ContainerRegistryPullOnly",
    ]),
    fargateRole: role("fargate", "eks-fargate-pods.amazonaws.com", ["AmazonEKSFargatePodExecutionRolePolicy"]),
    strangeRole: role("strange", "lambda.amazonaws.com", []),
  };
}

/** A request for a cluster that EKS takes, with changes. */
export function clusterRequest(here: World, change: object = {}): object {
  return {
    name: "prod",
    roleArn: here.clusterRole,
    version: "1.34",
    resourcesVpcConfig: { subnetIds: [...here.publicSubnets, ...here.privateSubnets] },
    accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
    ...change,
  };
}

/** A world with an ACTIVE cluster `prod`. */
export function worldWithCluster(options: { guards?: Guards; request?: object } = {}): World {
  const here = world(options);
  here.eks("CreateCluster", clusterRequest(here, options.request));
  here.eks("DescribeCluster", { name: "prod" });
  return here;
}
