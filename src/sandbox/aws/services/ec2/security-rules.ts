// Security group rules between their two forms: the API's IpPermissions (one protocol and port range, many peers) and
// rows with one peer each, which is how AWS numbers, counts and compares them.
import type { IpPermission, SecurityGroupRule as RuleItem, UserIdGroupPair } from "@aws-sdk/client-ec2";
import { formatCidr, parseCidr } from "../../../../base/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { invalidValue } from "./errors.ts";
import { prefixLists } from "./endpoint-services.ts";
import { arnOf, find, notFound, prefixListKind, securityGroupKind } from "./kinds.ts";
import { activePeering } from "./peering.ts";
import type { SecurityGroup, SecurityGroupRule, Tags } from "./state.ts";
import { securityGroupRules, securityGroups } from "./state.ts";
import { tagList } from "./tags.ts";

/** A rule without its identity. */
export type RuleDraft = Omit<SecurityGroupRule, "id" | "groupId" | "tags">;

const names: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", all: "-1" };
const withPorts = ["tcp", "udp"];
const icmp = ["icmp", "icmpv6"];

function protocolOf(permission: IpPermission): string {
  const given = permission.IpProtocol;
  if (given === undefined || given === "")
    throw new AwsError(
      "InvalidParameterValue",
      "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
    );
  const protocol = names[given.toLowerCase()] ?? given.toLowerCase();
  const number = Number(protocol);
  const known = withPorts.includes(protocol) || icmp.includes(protocol) || protocol === "-1";
  if (!known && !(/^\d+$/.test(protocol) && number <= 255))
    throw invalidValue(given, "protocol", "Unknown IP protocol.");
  return protocol;
}

function ports(protocol: string, permission: IpPermission): { from?: number; to?: number } {
  const { FromPort: from, ToPort: to } = permission;
  if (protocol === "-1") return {};
  if (icmp.includes(protocol)) return { from: from ?? -1, to: to ?? -1 };
  if (!withPorts.includes(protocol)) return {};
  if (from === undefined || to === undefined)
    throw new AwsError(
      "InvalidParameterValue",
      "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
    );
  if (from === -1 && to === -1) return { from: 0, to: 65535 };
  if (from < 0 || from > 65535 || to < 0 || to > 65535)
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid value '${from < 0 || from > 65535 ? from : to}' for portRange. Ports must be between 0 and 65535.`,
    );
  if (from > to) throw new AwsError("InvalidParameterValue", `Invalid TCP/UDP port range (${from}:${to})`);
  return { from, to };
}

function checkedCidr(text: string, family: 4 | 6): string {
  const block = parseCidr(text);
  if (!block || block.family !== family)
    throw invalidValue(text, family === 4 ? "cidrIp" : "cidrIpv6", "Invalid CIDR block.");
  if (formatCidr(block) !== formatCidr({ ...block, base: addressBase(text) ?? block.base }))
    throw new AwsError("InvalidParameterValue", `CIDR block ${text} is malformed`);
  return formatCidr(block);
}

function addressBase(text: string): bigint | undefined {
  return parseCidr(text.replace(/\/\d+$/, text.includes(":") ? "/128" : "/32"))?.base;
}

/** The rules that permissions stand for. `group` gives the VPC in which peers are looked up by name. */
export function rulesOf(
  ctx: Context,
  group: Readonly<SecurityGroup>,
  permissions: readonly IpPermission[],
  egress: boolean,
): RuleDraft[] {
  return permissions.flatMap((permission) => {
    const protocol = protocolOf(permission);
    const base = { egress, protocol, ...ports(protocol, permission) };
    const described = (Description: string | undefined): { description?: string } =>
      Description === undefined ? {} : { description: checkedDescription(Description) };
    return [
      ...(permission.IpRanges ?? []).map((range) => ({
        ...base,
        cidr: checkedCidr(range.CidrIp ?? "", 4),
        ...described(range.Description),
      })),
      ...(permission.Ipv6Ranges ?? []).map((range) => ({
        ...base,
        cidr6: checkedCidr(range.CidrIpv6 ?? "", 6),
        ...described(range.Description),
      })),
      ...(permission.PrefixListIds ?? []).map((list) => ({
        ...base,
        prefixListId: checkedPrefixList(ctx, list.PrefixListId),
        ...described(list.Description),
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        ...base,
        peerGroupId: peerGroup(ctx, group, pair.GroupId, pair.GroupName),
        ...described(pair.Description),
      })),
    ];
  });
}

/** A prefix list of the account or of AWS. */
function checkedPrefixList(ctx: Context, id: string | undefined): string {
  if (prefixLists(ctx.region, ctx.partition).some((list) => list.id === id)) return id as string;
  return find(ctx, prefixListKind, id, "prefixListId").id;
}

/** AWS takes letters, digits and some marks, at most 255. */
export function checkedDescription(text: string): string {
  if (text.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    );
  return text;
}

function peerGroup(
  ctx: Context,
  group: Readonly<SecurityGroup>,
  id: string | undefined,
  name: string | undefined,
): string {
  const table = ctx.table(securityGroups);
  const peer = id ? table.get(id) : table.by("name", `${group.vpcId}/${name ?? ""}`)[0];
  if (!peer) throw notFound(securityGroupKind, id ?? name ?? "");
  if (peer.vpcId !== group.vpcId && !activePeering(ctx, peer.vpcId, group.vpcId))
    throw new AwsError(
      "InvalidGroup.NotFound",
      `You have specified two resources that belong to different networks: ${group.id} and ${peer.id}.`,
    );
  return peer.id;
}

const sameRule = (a: RuleDraft, b: RuleDraft): boolean =>
  a.egress === b.egress &&
  a.protocol === b.protocol &&
  a.from === b.from &&
  a.to === b.to &&
  a.cidr === b.cidr &&
  a.cidr6 === b.cidr6 &&
  a.prefixListId === b.prefixListId &&
  a.peerGroupId === b.peerGroupId;

/** The group's rule that says the same. */
export function findRule(ctx: Context, groupId: string, draft: RuleDraft): Readonly<SecurityGroupRule> | undefined {
  return ctx
    .table(securityGroupRules)
    .by("group", groupId)
    .find((rule) => sameRule(rule, draft));
}

/** `peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW`: how EC2 speaks of a rule. */
export function ruleText(rule: RuleDraft): string {
  const peer = rule.cidr ?? rule.cidr6 ?? rule.prefixListId ?? rule.peerGroupId ?? "";
  if (rule.protocol === "-1") return `peer: ${peer}, ALL, ALLOW`;
  const range = rule.from === undefined ? "" : `, from port: ${rule.from}, to port: ${rule.to}`;
  return `peer: ${peer}, ${rule.protocol.toUpperCase()}${range}, ALLOW`;
}

interface FullPermission extends IpPermission {
  UserIdGroupPairs: NonNullable<IpPermission["UserIdGroupPairs"]>;
  IpRanges: NonNullable<IpPermission["IpRanges"]>;
  Ipv6Ranges: NonNullable<IpPermission["Ipv6Ranges"]>;
  PrefixListIds: NonNullable<IpPermission["PrefixListIds"]>;
}

/** Rules as IpPermissions: those of one protocol and range together. */
export function permissionsOf(ctx: Context, rules: readonly Readonly<SecurityGroupRule>[]): IpPermission[] {
  const permissions = new Map<string, FullPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol}/${rule.from}/${rule.to}`;
    let permission = permissions.get(key);
    if (!permission) {
      permission = {
        IpProtocol: rule.protocol,
        ...(rule.from === undefined ? {} : { FromPort: rule.from }),
        ...(rule.to === undefined ? {} : { ToPort: rule.to }),
        UserIdGroupPairs: [],
        IpRanges: [],
        Ipv6Ranges: [],
        PrefixListIds: [],
      };
      permissions.set(key, permission);
    }
    const Description = rule.description === undefined ? {} : { Description: rule.description };
    if (rule.cidr) permission.IpRanges.push({ ...Description, CidrIp: rule.cidr });
    if (rule.cidr6) permission.Ipv6Ranges.push({ ...Description, CidrIpv6: rule.cidr6 });
    if (rule.prefixListId) permission.PrefixListIds.push({ ...Description, PrefixListId: rule.prefixListId });
    if (rule.peerGroupId)
      permission.UserIdGroupPairs.push({
        ...Description,
        UserId: ctx.account,
        GroupId: rule.peerGroupId,
        ...peeringOfRule(ctx, rule),
      });
  }
  return [...permissions.values()];
}

/** Where a rule's peer is in another VPC: by which connection it is reached. */
function peeringOfRule(ctx: Context, rule: Readonly<SecurityGroupRule>): Partial<UserIdGroupPair> {
  const own = ctx.table(securityGroups).get(rule.groupId)?.vpcId ?? "";
  const VpcId = ctx.table(securityGroups).get(rule.peerGroupId ?? "")?.vpcId ?? own;
  if (VpcId === own) return {};
  const peering = activePeering(ctx, own, VpcId);
  return {
    VpcId,
    PeeringStatus: peering ? "active" : "deleted",
    ...(peering ? { VpcPeeringConnectionId: peering.id } : {}),
  };
}

/** A rule as DescribeSecurityGroupRules shows it. */
export function ruleItem(ctx: Context, rule: Readonly<SecurityGroupRule>): RuleItem {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.groupId,
    GroupOwnerId: ctx.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.from ?? -1,
    ToPort: rule.to ?? -1,
    ...(rule.cidr ? { CidrIpv4: rule.cidr } : {}),
    ...(rule.cidr6 ? { CidrIpv6: rule.cidr6 } : {}),
    ...(rule.prefixListId ? { PrefixListId: rule.prefixListId } : {}),
    ...(rule.peerGroupId ? { ReferencedGroupInfo: { GroupId: rule.peerGroupId, UserId: ctx.account } } : {}),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...tagList(rule.tags),
    SecurityGroupRuleArn: arnOf(ctx, "security-group-rule", rule.id),
  };
}

/** Adds a rule to a security group. */
export function putRule(ctx: Context, groupId: string, draft: RuleDraft, tags: Tags): Readonly<SecurityGroupRule> {
  const id = ctx.ids.ec2("sgr");
  return ctx.table(securityGroupRules).put(id, { id, groupId, tags, ...draft });
}
