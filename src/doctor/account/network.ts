// The cluster's network as the account has it: everything of its VPC.
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { AccountFacts, AccountParts } from "./facts.ts";

type NetworkPart =
  | "subnets"
  | "routeTables"
  | "natGateways"
  | "vpcEndpoints"
  | "vpcDns"
  | "flowLogs"
  | "securityGroups";

type Page<T> = Promise<{ items: T[] | undefined; next: string | undefined }>;

interface VpcInput {
  Filters: { Name: string; Values: string[] }[];
  NextToken?: string;
}

/** Reads everything that a filter by VPC gives. */
function ofVpc<T>(
  read: (aws: Aws, input: VpcInput) => Page<T>,
  filter = "vpc-id",
): (aws: Aws, name: string, facts: AccountFacts) => Promise<T[]> {
  return async (aws, _, facts) => {
    const { resourcesVpcConfig } = await facts.read("cluster");
    const Filters = [{ Name: filter, Values: [resourcesVpcConfig?.vpcId ?? ""] }];
    return allPages(async (NextToken) => read(aws, { Filters, ...(NextToken ? { NextToken } : {}) }));
  };
}

/** How each part of the network is read. */
export const network: {
  readonly [P in NetworkPart]: (aws: Aws, name: string, facts: AccountFacts) => Promise<AccountParts[P]>;
} = {
  subnets: ofVpc(async (aws, input) => {
    const page = await aws.call("ec2", "DescribeSubnets", input);
    return { items: page.Subnets, next: page.NextToken };
  }),
  routeTables: ofVpc(async (aws, input) => {
    const page = await aws.call("ec2", "DescribeRouteTables", input);
    return { items: page.RouteTables, next: page.NextToken };
  }),
  natGateways: ofVpc(async (aws, { Filters, ...rest }) => {
    const page = await aws.call("ec2", "DescribeNatGateways", { Filter: Filters, ...rest });
    return { items: page.NatGateways, next: page.NextToken };
  }),
  vpcEndpoints: ofVpc(async (aws, input) => {
    const page = await aws.call("ec2", "DescribeVpcEndpoints", input);
    return { items: page.VpcEndpoints, next: page.NextToken };
  }),
  flowLogs: ofVpc(async (aws, { Filters, ...rest }) => {
    const page = await aws.call("ec2", "DescribeFlowLogs", { Filter: Filters, ...rest });
    return { items: page.FlowLogs, next: page.NextToken };
  }, "resource-id"),
  securityGroups: ofVpc(async (aws, input) => {
    const page = await aws.call("ec2", "DescribeSecurityGroups", input);
    return { items: page.SecurityGroups, next: page.NextToken };
  }),
  vpcDns: async (aws, _, facts) => {
    const VpcId = (await facts.read("cluster")).resourcesVpcConfig?.vpcId;
    const [support, hostnames] = await Promise.all([
      aws.call("ec2", "DescribeVpcAttribute", { VpcId, Attribute: "enableDnsSupport" }),
      aws.call("ec2", "DescribeVpcAttribute", { VpcId, Attribute: "enableDnsHostnames" }),
    ]);
    return {
      support: support.EnableDnsSupport?.Value === true,
      hostnames: hostnames.EnableDnsHostnames?.Value === true,
    };
  },
};

/** Tag of an EC2 resource. */
export function tagOfResource(
  resource: { Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined },
  key: string,
): string | undefined {
  return resource.Tags?.find(({ Key }) => Key === key)?.Value;
}

/** Routes of a subnet: of its own table, or of the VPC's main one. */
export function routesOf(
  subnetId: string,
  tables: AccountParts["routeTables"],
): NonNullable<AccountParts["routeTables"][number]["Routes"]> {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnetId));
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  return (own ?? main)?.Routes ?? [];
}

/** True for a subnet whose default route leads to an internet gateway. */
export function isPublic(subnetId: string, tables: AccountParts["routeTables"]): boolean {
  return routesOf(subnetId, tables).some(
    ({ GatewayId, DestinationCidrBlock }) =>
      DestinationCidrBlock === "0.0.0.0/0" && GatewayId?.startsWith("igw-") === true,
  );
}

/** Subnets that nodes and Fargate pods are in; without any the cluster's own. */
export async function nodeSubnets(facts: AccountFacts): Promise<AccountParts["subnets"]> {
  const [subnets, groups, profiles, cluster] = await Promise.all([
    facts.read("subnets"),
    facts.read("nodeGroups"),
    facts.read("fargateProfiles"),
    facts.read("cluster"),
  ]);
  const used = new Set([...groups, ...profiles].flatMap((each) => each.subnets ?? []));
  const ids = used.size > 0 ? used : new Set(cluster.resourcesVpcConfig?.subnetIds ?? []);
  return subnets.filter(({ SubnetId }) => SubnetId !== undefined && ids.has(SubnetId));
}
