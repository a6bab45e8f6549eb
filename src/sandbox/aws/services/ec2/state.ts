// Tables of EC2. Rows hold what a Describe answers and no more; the owner is the account of the table.
export type { Tags } from "./state/tags.ts";
export type { DhcpOptions, Subnet, Vpc, VpcCidr } from "./state/vpc.ts";
export { dhcpOptions, subnets, vpcs } from "./state/vpc.ts";
export type { ElasticAddress, Gateway, NatGateway, Route, RouteAssociation, RouteTable } from "./state/routing.ts";
export { egressOnlyGateways, elasticAddresses, internetGateways, natGateways, routeTables } from "./state/routing.ts";
export type { AclEntry, NetworkAcl, SecurityGroup, SecurityGroupRule } from "./state/security.ts";
export { networkAcls, securityGroupRules, securityGroups } from "./state/security.ts";
export type { InterfaceAttachment, NetworkInterface, VpcEndpoint } from "./state/interfaces.ts";
export { networkInterfaces, vpcEndpoints } from "./state/interfaces.ts";
export type { Image, Instance, InstanceVolume, KeyPair, PlacementGroup } from "./state/instances.ts";
export { accountAttributes, images, instances, keyPairs, placementGroups } from "./state/instances.ts";
export type { Snapshot, Volume, VolumeAttachment } from "./state/volumes.ts";
export { snapshots, volumes } from "./state/volumes.ts";
export type { LaunchTemplate, LaunchTemplateVersion } from "./state/launch-templates.ts";
export { launchTemplates, launchTemplateVersions } from "./state/launch-templates.ts";
export type {
  CidrReservation,
  FlowLog,
  PeeringConnection,
  PeeringEnd,
  PrefixList,
  PrefixListEntry,
} from "./state/vpc-extras.ts";
export { cidrReservations, flowLogs, managedPrefixLists, peeringConnections } from "./state/vpc-extras.ts";
