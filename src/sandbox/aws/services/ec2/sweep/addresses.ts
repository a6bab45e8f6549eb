// Elastic addresses, network interfaces and their addresses.
import type { Row, World } from "./testing.ts";
import { at, none, row } from "./testing.ts";

const read = (w: World, id: string): object => w.call("DescribeNetworkInterfaces", { NetworkInterfaceIds: [id] });
const reachable = (w: World): string => {
  const VpcId = w.vpc();
  w.internetGateway(VpcId);
  return w.networkInterface(w.subnet(VpcId));
};
const associated = (w: World): { AllocationId: string; AssociationId: string } => {
  const AllocationId = w.address();
  const answer = w.call("AssociateAddress", { AllocationId, NetworkInterfaceId: reachable(w) });
  return { AllocationId, AssociationId: at(answer, "AssociationId") };
};
/** A second interface of a running instance. */
const attached = (w: World): { AttachmentId: string; NetworkInterfaceId: string } => {
  const InstanceId = w.instance();
  const answer = w.call("DescribeInstances", { InstanceIds: [InstanceId] });
  const NetworkInterfaceId = w.networkInterface(at(answer, "Reservations.0.Instances.0.SubnetId"));
  const wish = { InstanceId, NetworkInterfaceId, DeviceIndex: 1 };
  return { AttachmentId: at(w.call("AttachNetworkInterface", wish), "AttachmentId"), NetworkInterfaceId };
};
const ipv6Interface = (w: World): string => {
  const VpcId = at(w.call("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }), "Vpc.VpcId");
  const answer = w.call("DescribeVpcs", { VpcIds: [VpcId] });
  const block = at(answer, "Vpcs.0.Ipv6CidrBlockAssociationSet.0.Ipv6CidrBlock").replace("/56", "/64");
  const SubnetId = w.subnet(VpcId);
  w.call("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock: block });
  return w.networkInterface(SubnetId);
};

export const addressRows: readonly Row[] = [
  row(
    "AllocateAddress",
    (w) => w.call("DescribeAddresses", { AllocationIds: [w.address()] }),
    { Addresses: [{ Domain: "vpc", NetworkBorderGroup: "eu-central-1" }] },
    (w) => {
      for (let i = 0; i < 5; i += 1) w.address();
      return {};
    },
    "AddressLimitExceeded: The maximum number of addresses has been reached.",
  ),
  row(
    "ReleaseAddress",
    (w) => {
      w.call("ReleaseAddress", { AllocationId: w.address() });
      return w.call("DescribeAddresses");
    },
    { Addresses: [] },
    (w) => ({ AllocationId: associated(w).AllocationId }),
    "InvalidIPAddress.InUse",
  ),
  row(
    "DescribeAddresses",
    (w) => {
      associated(w);
      return w.call("DescribeAddresses", { Filters: [{ Name: "domain", Values: ["vpc"] }] });
    },
    { Addresses: [{ PrivateIpAddress: expectText("10.0.0.") }] },
    () => ({ AllocationIds: ["fake"] }),
    "InvalidAllocationID.NotFound: The allocation ID 'fake' does not exist",
  ),
  row(
    "DescribeAddressesAttribute",
    (w) => w.call("DescribeAddressesAttribute", { AllocationIds: [w.address()], Attribute: "domain-name" }),
    { Addresses: [{}] },
    () => ({ AllocationIds: [none("eipalloc")] }),
    "InvalidAllocationID.NotFound",
  ),
  row(
    "AssociateAddress",
    (w) => w.call("DescribeAddresses", { AllocationIds: [associated(w).AllocationId] }),
    { Addresses: [{ AssociationId: expectText("eipassoc-") }] },
    (w) => ({ AllocationId: w.address(), NetworkInterfaceId: w.networkInterface() }),
    "Gateway.NotAttached",
  ),
  row(
    "DisassociateAddress",
    (w) => {
      const { AssociationId, AllocationId } = associated(w);
      w.call("DisassociateAddress", { AssociationId });
      return w.call("ReleaseAddress", { AllocationId });
    },
    {},
    () => ({ AssociationId: none("eipassoc") }),
    `InvalidAssociationID.NotFound: The association ID '${none("eipassoc")}' does not exist`,
  ),
  row(
    "CreateNetworkInterface",
    (w) => read(w, w.networkInterface()),
    { NetworkInterfaces: [{ Status: "available", InterfaceType: "interface", Groups: [{ GroupName: "default" }] }] },
    (w) => ({ SubnetId: w.subnet(w.vpc()), PrivateIpAddress: "10.0.0.1" }),
    "InvalidParameterValue: Address is in subnet's reserved address range",
  ),
  row(
    "DeleteNetworkInterface",
    (w) => {
      w.call("DeleteNetworkInterface", { NetworkInterfaceId: w.networkInterface() });
      return w.call("DescribeNetworkInterfaces");
    },
    { NetworkInterfaces: [] },
    (w) => ({ NetworkInterfaceId: attached(w).NetworkInterfaceId }),
    "InvalidParameterValue",
  ),
  row(
    "DescribeNetworkInterfaces",
    (w) => {
      attached(w);
      return w.call("DescribeNetworkInterfaces", { Filters: [{ Name: "status", Values: ["in-use"] }] });
    },
    { NetworkInterfaces: [{ Attachment: { DeviceIndex: 0 } }, { Attachment: { DeviceIndex: 1 } }] },
    () => ({ NetworkInterfaceIds: ["eni-xyz"] }),
    "InvalidNetworkInterfaceId.Malformed",
  ),
  row(
    "DescribeNetworkInterfaceAttribute",
    (w) =>
      w.call("DescribeNetworkInterfaceAttribute", {
        NetworkInterfaceId: w.networkInterface(),
        Attribute: "sourceDestCheck",
      }),
    { SourceDestCheck: { Value: true } },
    () => ({ NetworkInterfaceId: none("eni"), Attribute: "sourceDestCheck" }),
    `InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${none("eni")}' does not exist`,
  ),
  row(
    "ModifyNetworkInterfaceAttribute",
    (w) => {
      const NetworkInterfaceId = w.networkInterface();
      w.call("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, SourceDestCheck: { Value: false } });
      return read(w, NetworkInterfaceId);
    },
    { NetworkInterfaces: [{ SourceDestCheck: false }] },
    (w) => ({ NetworkInterfaceId: w.networkInterface(), Groups: [w.group(w.vpc())] }),
    "InvalidParameter",
  ),
  row(
    "AttachNetworkInterface",
    (w) => read(w, attached(w).NetworkInterfaceId),
    { NetworkInterfaces: [{ Status: "in-use", Attachment: { Status: "attached", DeleteOnTermination: false } }] },
    (w) => {
      const InstanceId = w.instance();
      const answer = w.call("DescribeInstances", { InstanceIds: [InstanceId] });
      const SubnetId = at(answer, "Reservations.0.Instances.0.SubnetId");
      return { InstanceId, NetworkInterfaceId: w.networkInterface(SubnetId), DeviceIndex: 0 };
    },
    "InvalidParameterValue",
  ),
  row(
    "DetachNetworkInterface",
    (w) => {
      const { AttachmentId, NetworkInterfaceId } = attached(w);
      w.call("DetachNetworkInterface", { AttachmentId });
      return read(w, NetworkInterfaceId);
    },
    { NetworkInterfaces: [{ Status: "available" }] },
    () => ({ AttachmentId: none("eni-attach") }),
    "InvalidAttachmentID.NotFound",
  ),
  row(
    "AssignPrivateIpAddresses",
    (w) => {
      const NetworkInterfaceId = w.networkInterface();
      return w.call("AssignPrivateIpAddresses", { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 2 });
    },
    { AssignedPrivateIpAddresses: [{}, {}] },
    (w) => ({ NetworkInterfaceId: w.networkInterface() }),
    "InvalidParameterCombination",
  ),
  row(
    "UnassignPrivateIpAddresses",
    (w) => {
      const NetworkInterfaceId = w.networkInterface();
      const answer = w.call("AssignPrivateIpAddresses", { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 });
      const address = at(answer, "AssignedPrivateIpAddresses.0.PrivateIpAddress");
      w.call("UnassignPrivateIpAddresses", { NetworkInterfaceId, PrivateIpAddresses: [address] });
      return read(w, NetworkInterfaceId);
    },
    { NetworkInterfaces: [{ PrivateIpAddresses: [{ Primary: true }] }] },
    (w) => ({ NetworkInterfaceId: w.networkInterface(), PrivateIpAddresses: ["10.0.0.77"] }),
    "InvalidParameterValue",
  ),
  row(
    "AssignIpv6Addresses",
    (w) => w.call("AssignIpv6Addresses", { NetworkInterfaceId: ipv6Interface(w), Ipv6AddressCount: 1 }),
    { AssignedIpv6Addresses: [expectText("2a05:")] },
    (w) => ({ NetworkInterfaceId: w.networkInterface(), Ipv6AddressCount: 1 }),
    "InvalidParameterValue",
  ),
  row(
    "UnassignIpv6Addresses",
    (w) => {
      const NetworkInterfaceId = ipv6Interface(w);
      const answer = w.call("AssignIpv6Addresses", { NetworkInterfaceId, Ipv6AddressCount: 1 });
      const Ipv6Addresses = [at(answer, "AssignedIpv6Addresses.0")];
      w.call("UnassignIpv6Addresses", { NetworkInterfaceId, Ipv6Addresses });
      return read(w, NetworkInterfaceId);
    },
    { NetworkInterfaces: [{ Ipv6Addresses: [] }] },
    () => ({ NetworkInterfaceId: none("eni") }),
    "InvalidNetworkInterfaceID.NotFound",
  ),
];

/** A text that begins so, for `toMatchObject`. */
function expectText(beginning: string): unknown {
  return { asymmetricMatch: (value: unknown) => typeof value === "string" && value.startsWith(beginning) };
}
