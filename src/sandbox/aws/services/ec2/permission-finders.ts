// Resources that requests name in other ways than by their id: by a name, an association, an attachment.
import type { Context } from "../../core/index.ts";
import { arnOf } from "./kinds.ts";
import {
  elasticAddresses,
  instances,
  launchTemplates,
  networkAcls,
  networkInterfaces,
  peeringConnections,
  routeTables,
  securityGroups,
  subnets,
  volumes,
  vpcs,
} from "./state.ts";

/** A request as permissions look at it. */
export type Input = Readonly<Record<string, unknown>>;
/** An id, or a resource whose ARN has a name or a place of its own. */
export type Found = string | { arn: (ctx: Context) => string } | undefined;
export type Finder = (input: Input, ctx: Context) => readonly Found[];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Key pairs and placement groups have their name in their ARN. */
const named = (type: string, name: unknown): Found =>
  typeof name === "string" ? { arn: (ctx) => arnOf(ctx, type, name) } : undefined;

const defaultGroup = (ctx: Context, name: unknown): string | undefined => {
  const vpc = ctx.table(vpcs).find((row) => row.isDefault);
  return ctx.table(securityGroups).by("name", `${vpc?.id ?? ""}/${text(name)}`)[0]?.id;
};
export const group: Finder = ({ GroupId, GroupName }, ctx) => [
  GroupId === undefined ? defaultGroup(ctx, GroupName) : text(GroupId),
];
export const template: Finder = ({ LaunchTemplateId, LaunchTemplateName }, ctx) => [
  text(LaunchTemplateId) || ctx.table(launchTemplates).by("name", text(LaunchTemplateName))[0]?.id,
];

export const routeAssociation: Finder = ({ AssociationId: id }, ctx) => {
  const [table] = ctx.table(routeTables).by("association", text(id));
  return [table?.id, table?.associations.find((one) => one.id === id)?.subnetId];
};
export const aclAssociation: Finder = ({ AssociationId: id }, ctx) => {
  const [acl] = ctx.table(networkAcls).by("association", text(id));
  return [acl?.associations.find((one) => one.id === id)?.subnetId];
};
export const blockOfVpc: Finder = ({ AssociationId: id }, ctx) => {
  const holds = (block: { associationId: string }): boolean => block.associationId === id;
  return [ctx.table(vpcs).find((row) => row.cidrs.some(holds) || row.ipv6Cidrs.some(holds))?.id];
};
export const attachment: Finder = ({ AttachmentId: id }, ctx) => {
  const [row] = ctx.table(networkInterfaces).by("attachment", text(id));
  return [row?.id, row?.attachment?.instanceId];
};
export const address: Finder = ({ AssociationId: id, PublicIp: ip }, ctx) => {
  const table = ctx.table(elasticAddresses);
  const [row] = ip === undefined ? table.by("association", text(id)) : table.by("ip", text(ip));
  return [row?.id, row?.interfaceId, row?.instanceId];
};
export const profiled: Finder = ({ AssociationId: id }, ctx) => [
  ctx.table(instances).find((row) => row.profileAssociationId === id)?.id,
];

const vpcArn = (account: string, region: string, id: string): Found => ({
  arn: (ctx) => `arn:${ctx.partition}:ec2:${region}:${account}:vpc/${id}`,
});
export const peerVpc: Finder = ({ PeerVpcId, PeerOwnerId, PeerRegion }, ctx) => [
  vpcArn(text(PeerOwnerId) || ctx.account, text(PeerRegion) || ctx.region, text(PeerVpcId)),
];
export const accepterVpc: Finder = ({ VpcPeeringConnectionId: id }, ctx) => [
  ctx.table(peeringConnections).get(text(id))?.accepter.vpcId,
];

/** What RunInstances uses besides the image, also where interfaces name it. */
export function launched(input: Input, ctx: Context): readonly Found[] {
  type Interface = { SubnetId?: string; Groups?: string[]; NetworkInterfaceId?: string };
  const interfaces = (input["NetworkInterfaces"] ?? []) as readonly Interface[];
  const { GroupName } = (input["Placement"] ?? {}) as { GroupName?: string };
  const ids = [
    input["SubnetId"],
    ...((input["SecurityGroupIds"] ?? []) as string[]),
    ...interfaces.flatMap((one) => [one.SubnetId, ...(one.Groups ?? []), one.NetworkInterfaceId]),
  ];
  return [
    ...new Set(ids.map(text).filter((id) => id !== "")),
    ...((input["SecurityGroups"] ?? []) as string[]).map((name) => defaultGroup(ctx, name)),
    ...template((input["LaunchTemplate"] ?? {}) as Input, ctx),
    named("key-pair", input["KeyName"]),
    named("placement-group", GroupName),
  ];
}

/** The subnet of an IPv6 block's association. */
export const blockOfSubnet: Finder = ({ AssociationId: id }, ctx) => [
  ctx.table(subnets).find((row) => row.ipv6?.associationId === id)?.id,
];
/** The instance that a volume hangs on. */
export const volumeHolder: Finder = ({ VolumeId: id }, ctx) => [
  ctx.table(volumes).get(text(id))?.attachment?.instanceId,
];
/** Key pairs and placement groups by the name in a member. */
export const keyByName: Finder = ({ KeyName }) => [named("key-pair", KeyName)];
export const placementGroupByName: Finder = ({ GroupName }) => [named("placement-group", GroupName)];
/** Instances whose credits are changed. */
export const creditedInstances: Finder = ({ InstanceCreditSpecifications: list }) =>
  ((list ?? []) as readonly { InstanceId?: string }[]).map(({ InstanceId }) => InstanceId);
