// Launch templates, prefix lists, peering, flow logs, blocks set aside.
import type { Row, World } from "./testing.ts";
import { at, none, row } from "./testing.ts";

const LaunchTemplateName = "nodes";
const second = (w: World): void => {
  w.template();
  w.call("CreateLaunchTemplateVersion", { LaunchTemplateName, LaunchTemplateData: { InstanceType: "m5.large" } });
};
const entries = (w: World, PrefixListId: string): object => w.call("GetManagedPrefixListEntries", { PrefixListId });
const status = (w: World): object => w.call("DescribeVpcPeeringConnections");
const logged = (ResourceId: string): object => ({
  ResourceType: "VPC",
  ResourceIds: [ResourceId],
  TrafficType: "ALL",
  LogGroupName: "flows",
  DeliverLogsPermissionArn: "arn:aws:iam::111122223333:role/flows",
});
const reservation = (w: World): { SubnetId: string; id: string } => {
  const SubnetId = w.subnet(w.vpc());
  const wish = { SubnetId, Cidr: "10.0.0.128/25", ReservationType: "prefix" };
  const answer = w.call("CreateSubnetCidrReservation", wish);
  return { SubnetId, id: at(answer, "SubnetCidrReservation.SubnetCidrReservationId") };
};

export const extraRows: readonly Row[] = [
  row(
    "CreateLaunchTemplate",
    (w) => w.call("DescribeLaunchTemplates", { LaunchTemplateIds: [w.template()] }),
    { LaunchTemplates: [{ LaunchTemplateName, DefaultVersionNumber: 1, LatestVersionNumber: 1 }] },
    (w) => {
      w.template();
      return { LaunchTemplateName, LaunchTemplateData: {} };
    },
    "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use.",
  ),
  row(
    "CreateLaunchTemplateVersion",
    (w) => {
      second(w);
      return w.call("DescribeLaunchTemplateVersions", { LaunchTemplateName, Versions: ["$Latest"] });
    },
    {
      LaunchTemplateVersions: [
        { VersionNumber: 2, DefaultVersion: false, LaunchTemplateData: { InstanceType: "m5.large" } },
      ],
    },
    () => ({ LaunchTemplateId: none("lt"), LaunchTemplateData: {} }),
    "InvalidLaunchTemplateId.NotFound",
  ),
  row(
    "ModifyLaunchTemplate",
    (w) => {
      second(w);
      return w.call("ModifyLaunchTemplate", { LaunchTemplateName, DefaultVersion: "2" });
    },
    { LaunchTemplate: { DefaultVersionNumber: 2 } },
    (w) => {
      w.template();
      return { LaunchTemplateName, DefaultVersion: "2" };
    },
    "InvalidLaunchTemplateId.VersionNotFound: The launch template version 2 is not found for the specified launch template.",
  ),
  row(
    "DeleteLaunchTemplate",
    (w) => {
      w.call("DeleteLaunchTemplate", { LaunchTemplateId: w.template() });
      return w.call("DescribeLaunchTemplates");
    },
    { LaunchTemplates: [] },
    () => ({ LaunchTemplateName: "absent" }),
    "InvalidLaunchTemplateName.NotFoundException: The specified launch template, with template name absent, does not exist.",
  ),
  row(
    "DeleteLaunchTemplateVersions",
    (w) => {
      second(w);
      w.call("DeleteLaunchTemplateVersions", { LaunchTemplateName, Versions: ["2"] });
      return w.call("DescribeLaunchTemplateVersions", { LaunchTemplateName });
    },
    { LaunchTemplateVersions: [{ VersionNumber: 1 }] },
    (w) => {
      w.template();
      return { LaunchTemplateName, Versions: ["1"] };
    },
    "InvalidParameterValue",
  ),
  row(
    "DescribeLaunchTemplates",
    (w) => {
      w.template();
      return w.call("DescribeLaunchTemplates", { Filters: [{ Name: "launch-template-name", Values: ["no*"] }] });
    },
    { LaunchTemplates: [{ LaunchTemplateName }] },
    () => ({ LaunchTemplateNames: ["absent"] }),
    "InvalidLaunchTemplateName.NotFoundException: At least one of the launch templates specified in the request does not exist.",
  ),
  row(
    "DescribeLaunchTemplateVersions",
    (w) => {
      second(w);
      return w.call("DescribeLaunchTemplateVersions", { LaunchTemplateName, MinVersion: "2" });
    },
    { LaunchTemplateVersions: [{ VersionNumber: 2 }] },
    () => ({ Versions: ["1"] }),
    "InvalidParameterValue",
  ),
  row(
    "CreateManagedPrefixList",
    (w) => w.call("DescribeManagedPrefixLists", { PrefixListIds: [w.prefixList()] }),
    { PrefixLists: [{ PrefixListName: "offices", State: "create-complete", Version: 1, MaxEntries: 2 }] },
    () => ({ PrefixListName: "com.amazonaws.mine", AddressFamily: "IPv4", MaxEntries: 1 }),
    "InvalidParameterValue",
  ),
  row(
    "ModifyManagedPrefixList",
    (w) => {
      const PrefixListId = w.prefixList();
      const AddEntries = [{ Cidr: "198.51.100.0/24", Description: "new" }];
      w.call("ModifyManagedPrefixList", { PrefixListId, CurrentVersion: 1, AddEntries });
      return entries(w, PrefixListId);
    },
    { Entries: [{ Cidr: "192.0.2.0/24" }, { Cidr: "198.51.100.0/24", Description: "new" }] },
    (w) => ({ PrefixListId: w.prefixList(), CurrentVersion: 7, RemoveEntries: [{ Cidr: "192.0.2.0/24" }] }),
    "PrefixListVersionMismatch: The prefix list has the incorrect version number.",
  ),
  row(
    "RestoreManagedPrefixListVersion",
    (w) => {
      const PrefixListId = w.prefixList();
      w.call("ModifyManagedPrefixList", { PrefixListId, RemoveEntries: [{ Cidr: "192.0.2.0/24" }] });
      w.call("RestoreManagedPrefixListVersion", { PrefixListId, PreviousVersion: 1, CurrentVersion: 2 });
      return entries(w, PrefixListId);
    },
    { Entries: [{ Cidr: "192.0.2.0/24" }] },
    (w) => ({ PrefixListId: w.prefixList(), PreviousVersion: 3, CurrentVersion: 1 }),
    "InvalidParameterValue",
  ),
  row(
    "DeleteManagedPrefixList",
    (w) => {
      w.call("DeleteManagedPrefixList", { PrefixListId: w.prefixList() });
      return w.call("DescribeManagedPrefixLists", { Filters: [{ Name: "owner-id", Values: ["111122223333"] }] });
    },
    { PrefixLists: [] },
    (w) => {
      const owned = w.call("DescribeManagedPrefixLists", { Filters: [{ Name: "owner-id", Values: ["AWS"] }] });
      return { PrefixListId: at(owned, "PrefixLists.0.PrefixListId") };
    },
    "OperationNotPermitted",
  ),
  row(
    "DescribeManagedPrefixLists",
    (w) => w.call("DescribeManagedPrefixLists"),
    { PrefixLists: [{ OwnerId: "AWS" }, { OwnerId: "AWS", PrefixListName: "com.amazonaws.eu-central-1.s3" }] },
    () => ({ PrefixListIds: [none("pl")] }),
    `InvalidPrefixListID.NotFound: The prefix list ID '${none("pl")}' does not exist`,
  ),
  row(
    "DescribePrefixLists",
    (w) => w.call("DescribePrefixLists", { Filters: [{ Name: "prefix-list-name", Values: ["*.s3"] }] }),
    { PrefixLists: [{ PrefixListName: "com.amazonaws.eu-central-1.s3" }] },
    () => ({ PrefixListIds: [none("pl")] }),
    "InvalidPrefixListID.NotFound",
  ),
  row(
    "GetManagedPrefixListEntries",
    (w) => entries(w, w.prefixList("203.0.113.0/24")),
    { Entries: [{ Cidr: "203.0.113.0/24" }] },
    () => ({ PrefixListId: "pl-xyz" }),
    "InvalidPrefixListId.Malformed",
  ),
  row(
    "GetManagedPrefixListAssociations",
    (w) => {
      const PrefixListId = w.prefixList();
      const IpPermissions = [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }] }];
      w.call("AuthorizeSecurityGroupIngress", { GroupId: w.group(w.vpc()), IpPermissions });
      return w.call("GetManagedPrefixListAssociations", { PrefixListId });
    },
    { PrefixListAssociations: [{ ResourceOwner: "111122223333" }] },
    () => ({ PrefixListId: none("pl") }),
    "InvalidPrefixListID.NotFound",
  ),
  row(
    "CreateVpcPeeringConnection",
    (w) => {
      w.peering();
      return status(w);
    },
    {
      VpcPeeringConnections: [
        { Status: { Code: "pending-acceptance", Message: "Pending Acceptance by 111122223333" } },
      ],
    },
    (w) => {
      const VpcPeeringConnectionId = w.peering();
      w.call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
      const answer = status(w);
      const end = "VpcPeeringConnections.0";
      return {
        VpcId: at(answer, `${end}.AccepterVpcInfo.VpcId`),
        PeerVpcId: at(answer, `${end}.RequesterVpcInfo.VpcId`),
      };
    },
    "VpcPeeringConnectionAlreadyExists",
  ),
  row(
    "AcceptVpcPeeringConnection",
    (w) => {
      w.call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: w.peering() });
      return status(w);
    },
    { VpcPeeringConnections: [{ Status: { Code: "active" }, AccepterVpcInfo: { CidrBlock: "10.1.0.0/16" } }] },
    (w) => {
      const PeerVpcId = w.vpc();
      const wish = { VpcId: w.vpc(), PeerVpcId };
      const id = at(w.call("CreateVpcPeeringConnection", wish), "VpcPeeringConnection.VpcPeeringConnectionId");
      return { VpcPeeringConnectionId: id };
    },
    "InvalidStateTransition",
  ),
  row(
    "RejectVpcPeeringConnection",
    (w) => {
      w.call("RejectVpcPeeringConnection", { VpcPeeringConnectionId: w.peering() });
      return status(w);
    },
    { VpcPeeringConnections: [{ Status: { Code: "rejected" } }] },
    (w) => {
      const VpcPeeringConnectionId = w.peering();
      w.call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
      return { VpcPeeringConnectionId };
    },
    "InvalidStateTransition",
  ),
  row(
    "DeleteVpcPeeringConnection",
    (w) => {
      w.call("DeleteVpcPeeringConnection", { VpcPeeringConnectionId: w.peering() });
      return status(w);
    },
    { VpcPeeringConnections: [{ Status: { Code: "deleted", Message: "Deleted by 111122223333" } }] },
    () => ({ VpcPeeringConnectionId: none("pcx") }),
    `InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID '${none("pcx")}' does not exist`,
  ),
  row(
    "ModifyVpcPeeringConnectionOptions",
    (w) => {
      const VpcPeeringConnectionId = w.peering();
      w.call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
      const RequesterPeeringConnectionOptions = { AllowDnsResolutionFromRemoteVpc: true };
      w.call("ModifyVpcPeeringConnectionOptions", { VpcPeeringConnectionId, RequesterPeeringConnectionOptions });
      return status(w);
    },
    { VpcPeeringConnections: [{ RequesterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: true } } }] },
    (w) => ({ VpcPeeringConnectionId: w.peering() }),
    "InvalidStateTransition",
  ),
  row(
    "DescribeVpcPeeringConnections",
    (w) => {
      w.peering();
      const Filters = [{ Name: "status-code", Values: ["pending-acceptance"] }];
      return w.call("DescribeVpcPeeringConnections", { Filters });
    },
    { VpcPeeringConnections: [{ RequesterVpcInfo: { CidrBlock: "10.0.0.0/16", Region: "eu-central-1" } }] },
    () => ({ VpcPeeringConnectionIds: ["pcx-xyz"] }),
    "InvalidVpcPeeringConnectionId.Malformed",
  ),
  row(
    "CreateFlowLogs",
    (w) => {
      w.call("CreateFlowLogs", logged(w.vpc()));
      return w.call("DescribeFlowLogs");
    },
    { FlowLogs: [{ FlowLogStatus: "ACTIVE", LogGroupName: "flows", MaxAggregationInterval: 600 }] },
    (w) => {
      const VpcId = w.vpc();
      w.call("CreateFlowLogs", logged(VpcId));
      return logged(VpcId);
    },
    "FlowLogAlreadyExists",
  ),
  row(
    "DeleteFlowLogs",
    (w) => {
      w.call("DeleteFlowLogs", { FlowLogIds: [at(w.call("CreateFlowLogs", logged(w.vpc())), "FlowLogIds.0")] });
      return w.call("DescribeFlowLogs");
    },
    { FlowLogs: [] },
    () => ({ FlowLogIds: [none("fl")] }),
    `InvalidFlowLogId.NotFound: These flow log ids in the input list are not found: [TotalCount: 1] ${none("fl")}`,
  ),
  row(
    "DescribeFlowLogs",
    (w) => {
      w.call("CreateFlowLogs", logged(w.vpc()));
      return w.call("DescribeFlowLogs", { Filter: [{ Name: "log-group-name", Values: ["flows"] }] });
    },
    { FlowLogs: [{ TrafficType: "ALL" }] },
    () => ({ MaxResults: 2 }),
    "InvalidParameterValue",
  ),
  row(
    "CreateSubnetCidrReservation",
    (w) => {
      const { SubnetId } = reservation(w);
      const eni = w.networkInterface(SubnetId);
      w.call("AssignPrivateIpAddresses", { NetworkInterfaceId: eni, SecondaryPrivateIpAddressCount: 100 });
      return w.call("AssignPrivateIpAddresses", { NetworkInterfaceId: eni, Ipv4PrefixCount: 7 });
    },
    { AssignedIpv4Prefixes: [{}, {}, {}, {}, {}, {}, {}] },
    (w) => ({ SubnetId: reservation(w).SubnetId, Cidr: "10.0.0.192/26", ReservationType: "explicit" }),
    "InvalidParameterValue: Reservation CIDR 10.0.0.192/26 has overlap with existing reserved CIDR block",
  ),
  row(
    "DeleteSubnetCidrReservation",
    (w) => w.call("DeleteSubnetCidrReservation", { SubnetCidrReservationId: reservation(w).id }),
    { DeletedSubnetCidrReservation: { Cidr: "10.0.0.128/25" } },
    () => ({ SubnetCidrReservationId: none("scr") }),
    "InvalidSubnetCidrReservationID.NotFound",
  ),
  row(
    "GetSubnetCidrReservations",
    (w) => w.call("GetSubnetCidrReservations", { SubnetId: reservation(w).SubnetId }),
    { SubnetIpv4CidrReservations: [{ ReservationType: "prefix" }], SubnetIpv6CidrReservations: [] },
    () => ({ SubnetId: none("subnet") }),
    "InvalidSubnetID.NotFound",
  ),
];
