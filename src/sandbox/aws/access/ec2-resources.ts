// EC2 checks an action against every resource that a call names, and against the kind of what it creates.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
import type { Context } from "../core/index.ts";

/** Resource types by the prefix of their ids. */
const types: Readonly<Record<string, string>> = {
  acl: "network-acl",
  ami: "image",
  dopt: "dhcp-options",
  eigw: "egress-only-internet-gateway",
  eipalloc: "elastic-ip",
  eni: "network-interface",
  i: "instance",
  igw: "internet-gateway",
  key: "key-pair",
  lt: "launch-template",
  nat: "natgateway",
  pg: "placement-group",
  rtb: "route-table",
  sg: "security-group",
  sgr: "security-group-rule",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
  vpce: "vpc-endpoint",
};

/** What a Create makes, where its name alone doesn't tell. */
const created: Readonly<Record<string, readonly string[]>> = {
  CreateVpc: ["vpc"],
  CreateSubnet: ["subnet"],
  CreateSecurityGroup: ["security-group"],
  CreateRouteTable: ["route-table"],
  CreateInternetGateway: ["internet-gateway"],
  CreateEgressOnlyInternetGateway: ["egress-only-internet-gateway"],
  CreateNatGateway: ["natgateway"],
  CreateNetworkInterface: ["network-interface"],
  CreateLaunchTemplate: ["launch-template"],
  CreateVolume: ["volume"],
  CreateSnapshot: ["snapshot"],
  CreateKeyPair: ["key-pair"],
  ImportKeyPair: ["key-pair"],
  CreateVpcEndpoint: ["vpc-endpoint"],
  CreatePlacementGroup: ["placement-group"],
  CreateDhcpOptions: ["dhcp-options"],
  AllocateAddress: ["elastic-ip"],
  RunInstances: ["instance", "network-interface", "volume"],
};

const id = /^([a-z]+)-[0-9a-f]{8,17}$/;

function idsIn(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    if (id.test(value)) found.add(value);
  } else if (Array.isArray(value)) for (const item of value) idsIn(item, found);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) idsIn(item, found);
}

/** ARNs that a call is checked against; `*` alone for what reads and for what names nothing. */
export function ec2Resources(operation: string, input: object, ctx: Context): string[] {
  if (/^(Describe|Get)/.test(operation)) return ["*"];
  const base = `arn:${ctx.partition}:ec2:${ctx.region}:`;
  const found = new Set<string>();
  idsIn(input, found);
  const named = [...found].flatMap((value) => {
    const prefix = id.exec(value)?.[1] ?? "";
    const type = types[prefix];
    if (type === undefined) return [];
    // Images and snapshots may be anybody's: their ARNs carry no account.
    return [`${base}${type === "image" || type === "snapshot" ? "" : ctx.account}:${type}/${value}`];
  });
  const made = (created[operation] ?? []).map((type) => `${base}${type === "snapshot" ? "" : ctx.account}:${type}/*`);
  const all = [...made, ...named];
  return all.length === 0 ? ["*"] : all;
}
