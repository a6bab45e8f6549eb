// Who holds the addresses of a cluster's VPC, from its network interfaces.
import type { NetworkInterface, Subnet } from "@aws-sdk/client-ec2";
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import { parseCidr } from "../../base/index.ts";
import { freePrefixes, usableAddresses } from "../../capacity/index.ts";
import { requireCluster } from "./clusters.ts";

/** Somebody who holds addresses of a subnet. */
export interface AddressHolder {
  kind:
    | "control plane"
    | "node"
    | "pods"
    | "fargate"
    | "load balancer"
    | "NAT gateway"
    | "endpoint"
    | "lambda"
    | "file system"
    | "database"
    | "other";
  /** Instance, load balancer, or what its description says. */
  name: string;
  interfaces: number;
  /** Blocks of 16 count 16. */
  addresses: number;
}

/** A subnet and who holds its addresses, the largest first. */
export interface SubnetUse {
  subnetId: string;
  name: string;
  zone: string;
  cidr: string;
  usable: number;
  /** As EC2 counts them. */
  free: number;
  /** Whole blocks of 16 that could still be had. */
  freePrefixes: number;
  /** Instances in it get public addresses, or internet-facing load balancers are meant to stand in it. */
  isPublic: boolean;
  /** EKS puts the control plane's interfaces into it. */
  ofControlPlane: boolean;
  holders: AddressHolder[];
}

/** Addresses of a cluster's VPC. */
export interface AddressUse {
  cluster: string;
  region: string;
  vpcId: string;
  subnets: SubnetUse[];
}

const tag = ({ TagSet }: NetworkInterface, key: string): string | undefined =>
  TagSet?.find(({ Key }) => Key === key)?.Value;

/** Who an interface belongs to: by its type, then by the description that its owner has given it. */
export function holderOf(eni: NetworkInterface): Pick<AddressHolder, "kind" | "name"> {
  const description = eni.Description ?? "";
  // A word that the SDK's list may lack.
  const type: string = eni.InterfaceType ?? "";
  const instance = eni.Attachment?.InstanceId ?? tag(eni, "node.k8s.amazonaws.com/instance_id");
  if (description.startsWith("Amazon EKS ")) return { kind: "control plane", name: description };
  if (type === "branch" || type === "trunk") return { kind: "pods", name: instance ?? description };
  if (/^nat_?gateway$/i.test(type) || description.startsWith("Interface for NAT Gateway"))
    return { kind: "NAT gateway", name: description.replace("Interface for NAT Gateway ", "") };
  if (type === "vpc_endpoint" || description.startsWith("VPC Endpoint Interface"))
    return { kind: "endpoint", name: description.replace("VPC Endpoint Interface ", "") };
  if (description.startsWith("ELB ")) return { kind: "load balancer", name: description.slice("ELB ".length) };
  if (/^(network|gateway)_load_balancer$/.test(type) || eni.RequesterId === "amazon-elb")
    return { kind: "load balancer", name: description };
  if (type === "lambda") return { kind: "lambda", name: description };
  if (description.startsWith("EFS mount target")) return { kind: "file system", name: description };
  if (/^RDSNetworkInterface|^ElastiCache/.test(description)) return { kind: "database", name: description };
  if (/fargate/i.test(description)) return { kind: "fargate", name: description };
  if (/^aws-K8S-/i.test(description)) {
    return { kind: "pods", name: instance ?? description.slice("aws-K8S-".length) };
  }
  if (instance !== undefined) return { kind: "node", name: instance };
  return { kind: "other", name: description || (eni.RequesterId ?? eni.NetworkInterfaceId ?? "") };
}

function addressesOf(eni: NetworkInterface): string[] {
  return [
    ...(eni.PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
    ...(eni.Ipv4Prefixes ?? []).flatMap(({ Ipv4Prefix }) => Ipv4Prefix ?? []),
  ];
}

const sizeOf = (address: string): number => (address.includes("/") ? 16 : 1);

function useOf(subnet: Subnet, interfaces: readonly NetworkInterface[], ofControlPlane: boolean): SubnetUse {
  const holders = new Map<string, AddressHolder>();
  for (const eni of interfaces) {
    const { kind, name } = holderOf(eni);
    const holder = holders.get(`${kind} ${name}`) ?? { kind, name, interfaces: 0, addresses: 0 };
    const addresses = addressesOf(eni).reduce((sum, address) => sum + sizeOf(address), 0);
    holders.set(`${kind} ${name}`, {
      ...holder,
      interfaces: holder.interfaces + 1,
      addresses: holder.addresses + addresses,
    });
  }
  const cidr = subnet.CidrBlock ?? "";
  const block = parseCidr(cidr);
  return {
    subnetId: subnet.SubnetId ?? "",
    name: subnet.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
    zone: subnet.AvailabilityZone ?? "",
    cidr,
    usable: block ? usableAddresses(block.prefix) : 0,
    free: subnet.AvailableIpAddressCount ?? 0,
    freePrefixes: block ? freePrefixes(cidr, interfaces.flatMap(addressesOf)) : 0,
    isPublic:
      subnet.MapPublicIpOnLaunch === true || (subnet.Tags ?? []).some(({ Key }) => Key === "kubernetes.io/role/elb"),
    ofControlPlane,
    holders: [...holders.values()].toSorted((a, b) => b.addresses - a.addresses || (a.name < b.name ? -1 : 1)),
  };
}

/**
 * Free addresses of every subnet of a cluster's VPC, and who holds the others.
 *
 * @throws LotseError `plan/no-cluster`, `aws/…`
 */
export async function getAddressUse(aws: Aws, name: string): Promise<AddressUse> {
  const cluster = await requireCluster(aws, name);
  const { vpcId = "", subnetIds = [] } = cluster.resourcesVpcConfig ?? {};
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const [subnets, interfaces] = await Promise.all([
    allPages(async (NextToken) => {
      const page = await aws.call("ec2", "DescribeSubnets", { Filters, ...(NextToken !== undefined && { NextToken }) });
      return { items: page.Subnets, next: page.NextToken };
    }),
    allPages(async (NextToken) => {
      const page = await aws.call("ec2", "DescribeNetworkInterfaces", {
        Filters,
        ...(NextToken !== undefined && { NextToken }),
      });
      return { items: page.NetworkInterfaces, next: page.NextToken };
    }),
  ]);
  const bySubnet = new Map<string, NetworkInterface[]>();
  for (const eni of interfaces) {
    const list = bySubnet.get(eni.SubnetId ?? "") ?? [];
    list.push(eni);
    bySubnet.set(eni.SubnetId ?? "", list);
  }
  const uses = subnets.map((subnet) =>
    useOf(subnet, bySubnet.get(subnet.SubnetId ?? "") ?? [], subnetIds.includes(subnet.SubnetId ?? "")),
  );
  return {
    cluster: name,
    region: aws.region,
    vpcId,
    subnets: uses.toSorted((a, b) => (a.zone === b.zone ? (a.cidr < b.cidr ? -1 : 1) : a.zone < b.zone ? -1 : 1)),
  };
}

/** IPv4 blocks of subnets by id. @throws LotseError `aws/…` when there is no such subnet */
export async function readSubnetBlocks(aws: Aws, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { Subnets = [] } = await aws.call("ec2", "DescribeSubnets", { SubnetIds: [...ids] });
  return new Map(Subnets.map(({ SubnetId = "", CidrBlock = "" }) => [SubnetId, CidrBlock]));
}
