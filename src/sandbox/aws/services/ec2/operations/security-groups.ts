// Security groups.
import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupReferencesRequest,
  DescribeSecurityGroupReferencesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  GetSecurityGroupsForVpcRequest,
  GetSecurityGroupsForVpcResult,
  SecurityGroup as GroupItem,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { dependencyViolation, invalidValue } from "../errors.ts";
import { arnOf, find, notFound, required, securityGroupKind, vpcKind } from "../kinds.ts";
import { activePeering } from "../peering.ts";
import { permissionsOf } from "../security-rules.ts";
import type { SecurityGroup, SecurityGroupRule } from "../state.ts";
import { networkInterfaces, securityGroupRules, securityGroups, vpcs } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";
import { createSecurityGroup } from "../vpc.ts";

const rulesOfGroup = (ctx: Context, id: string, egress: boolean): Readonly<SecurityGroupRule>[] =>
  ctx
    .table(securityGroupRules)
    .by("group", id)
    .filter((rule) => rule.egress === egress);

function render(row: Readonly<SecurityGroup>, ctx: Context): GroupItem {
  return {
    GroupId: row.id,
    IpPermissionsEgress: permissionsOf(ctx, rulesOfGroup(ctx, row.id, true)),
    ...tagList(row.tags),
    VpcId: row.vpcId,
    SecurityGroupArn: arnOf(ctx, "security-group", row.id),
    OwnerId: ctx.account,
    GroupName: row.name,
    Description: row.description,
    IpPermissions: permissionsOf(ctx, rulesOfGroup(ctx, row.id, false)),
  };
}

const ruleFields: readonly [name: string, of: (rule: Readonly<SecurityGroupRule>) => string | undefined][] = [
  ["cidr", (rule) => rule.cidr],
  ["ipv6-cidr", (rule) => rule.cidr6],
  ["prefix-list-id", (rule) => rule.prefixListId],
  ["group-id", (rule) => rule.peerGroupId],
  ["from-port", (rule) => rule.from?.toString()],
  ["to-port", (rule) => rule.to?.toString()],
  ["protocol", (rule) => rule.protocol],
];

const peerNames = (ctx: Context, id: string, egress: boolean): (string | undefined)[] =>
  rulesOfGroup(ctx, id, egress).map(
    (rule) => rule.peerGroupId && ctx.table(securityGroups).get(rule.peerGroupId)?.name,
  );

const listing: Listing<SecurityGroup, GroupItem> = {
  operation: "DescribeSecurityGroups",
  kind: securityGroupKind,
  indexed: { "vpc-id": "vpc" },
  filters: (ctx) => ({
    "group-id": (row) => row.id,
    "group-name": (row) => row.name,
    description: (row) => row.description,
    "owner-id": () => ctx.account,
    "vpc-id": (row) => row.vpcId,
    "ip-permission.group-name": (row) => peerNames(ctx, row.id, false),
    "egress.ip-permission.group-name": (row) => peerNames(ctx, row.id, true),
    "ip-permission.user-id": (row) => rulesOfGroup(ctx, row.id, false).map((rule) => rule.peerGroupId && ctx.account),
    "egress.ip-permission.user-id": (row) =>
      rulesOfGroup(ctx, row.id, true).map((rule) => rule.peerGroupId && ctx.account),
    ...Object.fromEntries(
      ruleFields.flatMap(([name, of]) =>
        [false, true].map((egress) => [
          `${egress ? "egress." : ""}ip-permission.${name}`,
          (row: Readonly<SecurityGroup>) => rulesOfGroup(ctx, row.id, egress).map(of),
        ]),
      ),
    ),
  }),
  render,
};

/** A group by id, or by name in the default VPC. */
export function findGroup(ctx: Context, id: string | undefined, name: string | undefined): Readonly<SecurityGroup> {
  if (id !== undefined) return find(ctx, securityGroupKind, id, "groupId");
  const vpc = ctx.table(vpcs).find((row) => row.isDefault);
  const [group] = ctx.table(securityGroups).by("name", `${vpc?.id ?? ""}/${required(name, "groupId")}`);
  if (!group) throw notFound(securityGroupKind, name ?? "");
  return group;
}

function checkName(name: string): void {
  if (name === "default" || /^sg-/i.test(name))
    throw invalidValue(
      name,
      "groupName",
      name === "default" ? "'default' is a reserved group name." : "Group names may not be in the format sg-*.",
    );
  if (name.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]+$/.test(name))
    throw invalidValue(name, "groupName", "Character sets beyond ASCII are not supported.");
}

export const securityGroupOperations: Readonly<Record<string, Operation>> = {
  CreateSecurityGroup: operation<CreateSecurityGroupRequest, CreateSecurityGroupResult>((input, ctx) => {
    const name = required(input.GroupName, "groupName");
    const description = required(input.Description, "groupDescription");
    checkName(name);
    if (description.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(description))
      throw invalidValue(description, "groupDescription", "Character sets beyond ASCII are not supported.");
    const fallback = ctx.table(vpcs).find((row) => row.isDefault);
    if (input.VpcId === undefined && !fallback) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
    const vpc = input.VpcId === undefined && fallback ? fallback : find(ctx, vpcKind, input.VpcId, "vpcId");
    if (ctx.table(securityGroups).by("name", `${vpc.id}/${name}`).length > 0)
      throw new AwsError("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpc.id}'`);
    const tags = tagsFor(ctx, input.TagSpecifications, "security-group");
    const id = createSecurityGroup(ctx, { vpcId: vpc.id, name, description, tags });
    return { GroupId: id, ...tagList(tags), SecurityGroupArn: arnOf(ctx, "security-group", id) };
  }),

  DeleteSecurityGroup: operation<DeleteSecurityGroupRequest, DeleteSecurityGroupResult>((input, ctx) => {
    const group = findGroup(ctx, input.GroupId, input.GroupName);
    if (group.name === "default")
      throw new AwsError(
        "CannotDelete",
        `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
      );
    const referenced = ctx
      .table(securityGroupRules)
      .by("peer", group.id)
      .some((rule) => rule.groupId !== group.id);
    if (referenced || ctx.table(networkInterfaces).by("group", group.id).length > 0)
      throw dependencyViolation(`resource ${group.id} has a dependent object`);
    for (const rule of ctx.table(securityGroupRules).by("group", group.id))
      ctx.table(securityGroupRules).delete(rule.id);
    ctx.table(securityGroups).delete(group.id);
    return { Return: true, GroupId: group.id };
  }),

  DescribeSecurityGroups: operation<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>((input, ctx) => {
    const byName = input.GroupNames?.map((name) => findGroup(ctx, undefined, name).id) ?? [];
    const { items, ...next } = describe(ctx, listing, input, [...(input.GroupIds ?? []), ...byName]);
    return { SecurityGroups: items, ...next };
  }),

  DescribeSecurityGroupReferences: operation<
    DescribeSecurityGroupReferencesRequest,
    DescribeSecurityGroupReferencesResult
  >((input, ctx) => {
    const SecurityGroupReferenceSet = required(input.GroupId, "groupId").flatMap((id) => {
      const group = find(ctx, securityGroupKind, id, "groupId");
      const rules = ctx.table(securityGroupRules).by("peer", id);
      const others = new Set(rules.map((rule) => ctx.table(securityGroups).get(rule.groupId)?.vpcId ?? group.vpcId));
      others.delete(group.vpcId);
      return [...others].map((ReferencingVpcId) => {
        const VpcPeeringConnectionId = activePeering(ctx, group.vpcId, ReferencingVpcId)?.id;
        return { GroupId: id, ReferencingVpcId, ...(VpcPeeringConnectionId ? { VpcPeeringConnectionId } : {}) };
      });
    });
    return { SecurityGroupReferenceSet };
  }),

  GetSecurityGroupsForVpc: operation<GetSecurityGroupsForVpcRequest, GetSecurityGroupsForVpcResult>((input, ctx) => {
    const { id } = find(ctx, vpcKind, input.VpcId, "vpcId");
    const Filters = [...(input.Filters ?? []), { Name: "vpc-id", Values: [id] }];
    const { items, ...next } = describe(ctx, listing, { ...input, Filters });
    return {
      SecurityGroupForVpcs: items.map(({ GroupId, GroupName, Description, OwnerId, Tags }) => ({
        GroupId,
        GroupName,
        Description,
        OwnerId,
        PrimaryVpcId: id,
        ...(Tags ? { Tags } : {}),
      })),
      ...next,
    };
  }),
};
