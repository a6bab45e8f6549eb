// What lies around a VPC: peering, prefix lists, flow logs, reserved blocks, keys.
import type { CliCase } from "./case.ts";

/** A VPC of its own with all of it, made and taken down. */
export const neighbours: readonly CliCase[] = [
  { aws: "ec2 create-vpc --cidr-block 10.20.0.0/16", keep: { near: "Vpc.VpcId" } },
  { aws: "ec2 create-vpc --cidr-block 10.21.0.0/16", keep: { far: "Vpc.VpcId" } },
  {
    aws: "ec2 create-vpc-peering-connection --vpc-id {near} --peer-vpc-id {far}",
    out: { VpcPeeringConnection: { Status: { Code: "initiating-request" } } },
    keep: { pcx: "VpcPeeringConnection.VpcPeeringConnectionId" },
  },
  { aws: "ec2 wait vpc-peering-connection-exists --vpc-peering-connection-ids {pcx}" },
  { aws: "ec2 accept-vpc-peering-connection --vpc-peering-connection-id {pcx}", out: /provisioning/ },
  {
    aws: "ec2 describe-route-tables --filters Name=vpc-id,Values={near} Name=association.main,Values=true",
    keep: { table: "RouteTables.0.RouteTableId" },
  },
  {
    aws: "ec2 create-route --route-table-id {table} --destination-cidr-block 10.21.0.0/16 --vpc-peering-connection-id {pcx}",
    out: { Return: true },
  },
  {
    aws: "ec2 describe-route-tables --route-table-ids {table}",
    out: /"State": "active",\s+"VpcPeeringConnectionId": "pcx-/,
  },
  { aws: "ec2 delete-vpc --vpc-id {far}", exit: 255, err: /DependencyViolation/ },
  { aws: "ec2 delete-vpc-peering-connection --vpc-peering-connection-id {pcx}" },
  { aws: "ec2 wait vpc-peering-connection-deleted --vpc-peering-connection-ids {pcx}" },
  { aws: "ec2 describe-route-tables --route-table-ids {table}", out: /"State": "blackhole"/ },
  {
    aws: "ec2 create-managed-prefix-list --prefix-list-name offices --address-family IPv4 --max-entries 2 --entries Cidr=192.0.2.0/24",
    out: { PrefixList: { State: "create-in-progress", Version: 1 } },
    keep: { list: "PrefixList.PrefixListId" },
  },
  {
    aws: "ec2 modify-managed-prefix-list --prefix-list-id {list} --current-version 9 --add-entries Cidr=198.51.100.0/24",
    exit: 255,
    err: /PrefixListVersionMismatch/,
  },
  { aws: "ec2 get-managed-prefix-list-entries --prefix-list-id {list}", out: { Entries: [{ Cidr: "192.0.2.0/24" }] } },
  { aws: "ec2 delete-managed-prefix-list --prefix-list-id {list}" },
  {
    aws: "ec2 describe-managed-prefix-lists --prefix-list-ids {list}",
    exit: 255,
    err: /InvalidPrefixListID\.NotFound/,
  },
  {
    aws: "ec2 create-flow-logs --resource-type VPC --resource-ids {near} --traffic-type ALL --log-group-name flows",
    exit: 255,
    err: /InvalidParameter\).*DeliverLogsPermissionArn can't be empty/,
  },
  { aws: "ec2 create-subnet --vpc-id {near} --cidr-block 10.20.0.0/24", keep: { pods: "Subnet.SubnetId" } },
  {
    aws: "ec2 create-subnet-cidr-reservation --subnet-id {pods} --cidr 10.20.0.128/25 --reservation-type prefix",
    out: { SubnetCidrReservation: { Cidr: "10.20.0.128/25" } },
  },
  { aws: "ec2 create-key-pair --key-name harbour --key-type ed25519", out: /BEGIN OPENSSH PRIVATE KEY/ },
  { aws: "ec2 wait key-pair-exists --key-names harbour" },
  { aws: "ec2 delete-subnet --subnet-id {pods}" },
  { aws: "ec2 delete-vpc --vpc-id {near}" },
  { aws: "ec2 delete-vpc --vpc-id {far}" },
];
