// What comes into being with a VPC: its main route table, default network ACL and default security group; and the
// default VPC that every account has in every region.
import { formatCidr, parseCidr } from "../../../../base/index.ts";
import type { Cidr } from "../../../../base/index.ts";
import { availabilityZones } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { invalidValue } from "./errors.ts";
import { checkQuota } from "./quotas.ts";
import type { AclEntry, Subnet, Tags, Vpc } from "./state.ts";
import {
  dhcpOptions,
  internetGateways,
  networkAcls,
  routeTables,
  securityGroupRules,
  securityGroups,
  subnets,
  vpcs,
} from "./state.ts";

/** An IPv4 block as the caller wrote it, host bits cleared. */
export function parseIpv4Block(text: string, parameter = "cidrBlock"): Cidr {
  const block = parseCidr(text);
  if (!block || block.family !== 4) throw invalidValue(text, parameter, "This is not a valid CIDR block.");
  return block;
}

/** A VPC's IPv4 block is /16 to /28. */
export function checkRange(block: Cidr): void {
  if (block.prefix < 16 || block.prefix > 28)
    throw new AwsError("InvalidVpc.Range", `The CIDR '${formatCidr(block)}' is invalid.`);
}

/** Makes a VPC with all that AWS makes along with it. */
export function createVpc(
  ctx: Context,
  given: { cidr: string; tenancy?: "default" | "dedicated"; isDefault?: boolean; ipv6?: string; tags: Tags },
): Readonly<Vpc> {
  const { cidr, tenancy = "default", isDefault = false, ipv6, tags } = given;
  checkQuota(ctx, "vpcs", ctx.table(vpcs).size, "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
  const id = ctx.ids.ec2("vpc");
  const vpc = ctx.table(vpcs).put(id, {
    id,
    cidrs: [{ cidr, associationId: ctx.ids.ec2("vpc-cidr-assoc") }],
    ipv6Cidrs: ipv6 ? [{ cidr: ipv6, associationId: ctx.ids.ec2("vpc-cidr-assoc") }] : [],
    tenancy,
    isDefault,
    dhcpOptionsId: defaultDhcpOptions(ctx),
    dnsSupport: true,
    dnsHostnames: isDefault,
    usageMetrics: false,
    tags,
  });
  const routeTableId = ctx.ids.ec2("rtb");
  ctx.table(routeTables).put(routeTableId, {
    id: routeTableId,
    vpcId: id,
    routes: localRoutes(vpc),
    associations: [{ id: ctx.ids.ec2("rtbassoc"), main: true }],
    tags: {},
  });
  const aclId = ctx.ids.ec2("acl");
  ctx.table(networkAcls).put(aclId, {
    id: aclId,
    vpcId: id,
    isDefault: true,
    entries: defaultAclEntries(ipv6 !== undefined),
    associations: [],
    tags: {},
  });
  createSecurityGroup(ctx, { vpcId: id, name: "default", description: "default VPC security group", tags: {} });
  return vpc;
}

/** The routes that every route table of the VPC has. */
export function localRoutes(
  vpc: Readonly<Vpc>,
): { destination: string; target: "local"; origin: "CreateRouteTable" }[] {
  return [...vpc.cidrs, ...vpc.ipv6Cidrs].map(({ cidr }) => ({
    destination: cidr,
    target: "local",
    origin: "CreateRouteTable",
  }));
}

/** Allow all, then deny all: rule 100 and the star rule. */
function defaultAclEntries(ipv6: boolean): AclEntry[] {
  const entries: AclEntry[] = [];
  for (const egress of [true, false]) {
    entries.push({ number: 100, protocol: "-1", action: "allow", egress, cidr: "0.0.0.0/0" });
    if (ipv6) entries.push({ number: 101, protocol: "-1", action: "allow", egress, cidr6: "::/0" });
    entries.push(...starEntries(egress, ipv6));
  }
  return entries;
}

/** The entries that every ACL ends with and that nobody can change. */
export function starEntries(egress: boolean, ipv6: boolean): AclEntry[] {
  const v4: AclEntry = { number: 32767, protocol: "-1", action: "deny", egress, cidr: "0.0.0.0/0" };
  return ipv6 ? [v4, { number: 32768, protocol: "-1", action: "deny", egress, cidr6: "::/0" }] : [v4];
}

/** Makes a security group with AWS's first rules: out to everywhere, and for `default` in from itself. */
export function createSecurityGroup(
  ctx: Context,
  group: { vpcId: string; name: string; description: string; tags: Tags },
): string {
  const id = ctx.ids.ec2("sg");
  ctx.table(securityGroups).put(id, { id, ...group });
  const rules = ctx.table(securityGroupRules);
  const put = (rule: { egress: boolean; cidr?: string; cidr6?: string; peerGroupId?: string }): void => {
    const ruleId = ctx.ids.ec2("sgr");
    rules.put(ruleId, { id: ruleId, groupId: id, protocol: "-1", tags: {}, ...rule });
  };
  put({ egress: true, cidr: "0.0.0.0/0" });
  const vpc = ctx.table(vpcs).get(group.vpcId);
  if (vpc && vpc.ipv6Cidrs.length > 0) put({ egress: true, cidr6: "::/0" });
  if (group.name === "default") put({ egress: false, peerGroupId: id });
  return id;
}

/** The options that VPCs of the account start with; made when first needed. */
function defaultDhcpOptions(ctx: Context): string {
  const table = ctx.table(dhcpOptions);
  const domain = ctx.region === "us-east-1" ? "ec2.internal" : `${ctx.region}.compute.internal`;
  const existing = table.find((row) => row.configurations.some(({ values }) => values[0] === domain));
  if (existing) return existing.id;
  const id = ctx.ids.ec2("dopt");
  const configurations = [
    { key: "domain-name", values: [domain] },
    { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
  ];
  table.put(id, { id, configurations, tags: {} });
  return id;
}

/** A random /56 of the region's, as Amazon provides it. */
export function amazonIpv6Block(ctx: Context): string {
  const block = parseCidr(`2a05:d0${ctx.ids.hex(2)}:${ctx.ids.hex(4)}:${ctx.ids.hex(2)}00::/56`);
  return block ? formatCidr(block) : "";
}

/** What a new subnet's row holds besides what the caller says. */
export function newSubnet(
  ctx: Context,
  given: Pick<Subnet, "vpcId" | "cidr" | "zone" | "tags"> & Partial<Subnet>,
): Readonly<Subnet> {
  const id = ctx.ids.ec2("subnet");
  const subnet = ctx.table(subnets).put(id, {
    id,
    mapPublicIp: false,
    assignIpv6: false,
    dns64: false,
    defaultForAz: false,
    hostnameType: "ip-name",
    dnsARecord: false,
    dnsAaaaRecord: false,
    used: 0,
    cooling: [],
    ...given,
  });
  const acl = ctx
    .table(networkAcls)
    .by("vpc", given.vpcId)
    .find((row) => row.isDefault);
  if (acl) {
    const associations = [...acl.associations, { id: ctx.ids.ec2("aclassoc"), subnetId: id }];
    ctx.table(networkAcls).update(acl.id, { associations });
  }
  return subnet;
}

/** 172.31.0.0/16 with a public /20 in every zone: what every account finds in every region. */
export function createDefaultVpc(ctx: Context): Readonly<Vpc> {
  if (ctx.table(vpcs).find((vpc) => vpc.isDefault))
    throw new AwsError("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");
  const vpc = createVpc(ctx, { cidr: "172.31.0.0/16", isDefault: true, tags: {} });
  for (const zone of availabilityZones(ctx.region)) createDefaultSubnet(ctx, vpc.id, zone.name);
  const gatewayId = ctx.ids.ec2("igw");
  ctx.table(internetGateways).put(gatewayId, { id: gatewayId, vpcId: vpc.id, tags: {} });
  const [main] = ctx.table(routeTables).by("vpc", vpc.id);
  if (main) {
    const out = { destination: "0.0.0.0/0", target: gatewayId, origin: "CreateRoute" as const };
    ctx.table(routeTables).update(main.id, { routes: [...main.routes, out] });
  }
  return vpc;
}

/** The next free /20 of the default VPC, with public addresses at launch. */
export function createDefaultSubnet(ctx: Context, vpcId: string, zone: string): Readonly<Subnet> {
  const taken = new Set(
    ctx
      .table(subnets)
      .by("vpc", vpcId)
      .map((subnet) => subnet.cidr),
  );
  const blocks = Array.from({ length: 16 }, (_, i) => `172.31.${i * 16}.0/20`);
  const cidr = blocks.find((block) => !taken.has(block));
  if (!cidr) throw new AwsError("InvalidSubnet.Conflict", "The default VPC has no room for another default subnet");
  return newSubnet(ctx, { vpcId, cidr, zone, mapPublicIp: true, defaultForAz: true, tags: {} });
}
