// Instances, their attributes, their types, and what regions offer.
import type { Row, World } from "./testing.ts";
import { ImageId, at, none, row, zone } from "./testing.ts";

const attribute = (w: World, InstanceId: string, Attribute: string): object =>
  w.call("DescribeInstanceAttribute", { InstanceId, Attribute });
const state = (w: World, id: string): object => w.call("DescribeInstances", { InstanceIds: [id] });
const run = { ImageId, InstanceType: "t3.large", MinCount: 1, MaxCount: 1 };

export const instanceRows: readonly Row[] = [
  row(
    "RunInstances",
    (w) => state(w, w.instance()),
    { Reservations: [{ Instances: [{ State: { Name: "running" }, InstanceType: "t3.large" }] }] },
    () => ({ ...run, Placement: { AvailabilityZone: "eu-central-1z" } }),
    "InvalidParameterValue: Invalid availability zone: [eu-central-1z]",
  ),
  row(
    "DescribeInstances",
    (w) => {
      w.instance();
      return w.call("DescribeInstances", { Filters: [{ Name: "instance.group-name", Values: ["default"] }] });
    },
    { Reservations: [{ Instances: [{ SecurityGroups: [{ GroupName: "default" }] }] }] },
    () => ({ InstanceIds: [none("i"), "i-0123456789abcdef1"] }),
    `InvalidInstanceID.NotFound: The instance IDs '${none("i")}, i-0123456789abcdef1' do not exist`,
  ),
  row(
    "DescribeInstanceStatus",
    (w) => w.call("DescribeInstanceStatus", { InstanceIds: [w.instance()] }),
    { InstanceStatuses: [{ InstanceStatus: { Status: "ok" }, SystemStatus: { Status: "ok" } }] },
    () => ({ InstanceIds: [none("i")] }),
    `InvalidInstanceID.NotFound: The instance ID '${none("i")}' does not exist`,
  ),
  row(
    "StopInstances",
    (w) => {
      const id = w.instance();
      w.call("StopInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    {
      Reservations: [
        { Instances: [{ State: { Name: "stopped" }, StateReason: { Code: "Client.UserInitiatedShutdown" } }] },
      ],
    },
    (w) => {
      const InstanceId = w.instance();
      w.call("ModifyInstanceAttribute", { InstanceId, DisableApiStop: { Value: true } });
      return { InstanceIds: [InstanceId] };
    },
    "OperationNotPermitted",
  ),
  row(
    "StartInstances",
    (w) => {
      const id = w.instance();
      w.call("StopInstances", { InstanceIds: [id] });
      state(w, id);
      w.call("StartInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    { Reservations: [{ Instances: [{ State: { Name: "running" } }] }] },
    (w) => {
      const id = w.instance();
      w.call("TerminateInstances", { InstanceIds: [id] });
      return { InstanceIds: [id] };
    },
    "IncorrectInstanceState",
  ),
  row(
    "RebootInstances",
    (w) => {
      const id = w.instance();
      w.call("RebootInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    { Reservations: [{ Instances: [{ State: { Name: "running" } }] }] },
    () => ({ InstanceIds: ["i-xyz"] }),
    `InvalidInstanceID.Malformed: Invalid id: "i-xyz" (expecting "i-...")`,
  ),
  row(
    "TerminateInstances",
    (w) => {
      const id = w.instance();
      w.call("TerminateInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    { Reservations: [{ Instances: [{ State: { Code: 48, Name: "terminated" }, NetworkInterfaces: [] }] }] },
    () => ({ InstanceIds: [] }),
    "InvalidParameterCombination: No instances specified",
  ),
  row(
    "DescribeInstanceAttribute",
    (w) => attribute(w, w.instance(), "disableApiTermination"),
    { DisableApiTermination: { Value: false } },
    (w) => ({ InstanceId: w.instance(), Attribute: "colour" }),
    "InvalidParameterValue",
  ),
  row(
    "ModifyInstanceAttribute",
    (w) => {
      const InstanceId = w.instance();
      const kept = { DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } };
      w.call("ModifyInstanceAttribute", { InstanceId, BlockDeviceMappings: [kept] });
      w.call("TerminateInstances", { InstanceIds: [InstanceId] });
      state(w, InstanceId);
      return w.call("DescribeVolumes");
    },
    { Volumes: [{ State: "available" }] },
    (w) => ({ InstanceId: w.instance(), InstanceType: { Value: "t3.small" } }),
    "IncorrectInstanceState",
  ),
  row(
    "ModifyInstanceMetadataOptions",
    (w) => {
      const InstanceId = w.instance();
      w.call("ModifyInstanceMetadataOptions", { InstanceId, HttpTokens: "optional" });
      return state(w, InstanceId);
    },
    { Reservations: [{ Instances: [{ MetadataOptions: { HttpTokens: "optional" } }] }] },
    (w) => ({ InstanceId: w.instance(), HttpPutResponseHopLimit: 65 }),
    "InvalidParameterValue",
  ),
  row(
    "GetInstanceMetadataDefaults",
    (w) => w.call("GetInstanceMetadataDefaults"),
    { AccountLevel: { ManagedBy: "account" } },
    () => ({}),
    "nothing",
  ),
  row(
    "ModifyInstanceMetadataDefaults",
    (w) => {
      w.call("ModifyInstanceMetadataDefaults", { HttpTokens: "optional", HttpPutResponseHopLimit: 7 });
      return state(w, w.instance({ MetadataOptions: { HttpPutResponseHopLimit: 3 } }));
    },
    { Reservations: [{ Instances: [{ MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 3 } }] }] },
    () => ({ HttpPutResponseHopLimit: 65 }),
    "InvalidParameterValue",
  ),
  row(
    "ModifyInstanceCreditSpecification",
    (w) => {
      const InstanceId = w.instance();
      const InstanceCreditSpecifications = [{ InstanceId, CpuCredits: "standard" }];
      w.call("ModifyInstanceCreditSpecification", { InstanceCreditSpecifications });
      return w.call("DescribeInstanceCreditSpecifications", { InstanceIds: [InstanceId] });
    },
    { InstanceCreditSpecifications: [{ CpuCredits: "standard" }] },
    (w) => ({ InstanceCreditSpecifications: [{ InstanceId: w.instance(), CpuCredits: "endless" }] }),
    "InvalidCpuCredits",
  ),
  row(
    "MonitorInstances",
    (w) => {
      const id = w.instance();
      w.call("MonitorInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    { Reservations: [{ Instances: [{ Monitoring: { State: "enabled" } }] }] },
    () => ({ InstanceIds: [none("i")] }),
    "InvalidInstanceID.NotFound",
  ),
  row(
    "UnmonitorInstances",
    (w) => {
      const id = w.instance({ Monitoring: { Enabled: true } });
      w.call("UnmonitorInstances", { InstanceIds: [id] });
      return state(w, id);
    },
    { Reservations: [{ Instances: [{ Monitoring: { State: "disabled" } }] }] },
    () => ({ InstanceIds: [none("i")] }),
    "InvalidInstanceID.NotFound",
  ),
  row(
    "DescribeInstanceCreditSpecifications",
    (w) => w.call("DescribeInstanceCreditSpecifications", { InstanceIds: [w.instance()] }),
    { InstanceCreditSpecifications: [{ CpuCredits: "unlimited" }] },
    () => ({ InstanceIds: [none("i")] }),
    "InvalidInstanceID.NotFound",
  ),
  row(
    "DescribeInstanceTypes",
    (w) => w.call("DescribeInstanceTypes", { InstanceTypes: ["t3.large"] }),
    { InstanceTypes: [{ VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 8192 }, CurrentGeneration: true }] },
    () => ({ InstanceTypes: ["t3.gigantic"] }),
    "InvalidInstanceType: The following supplied instance types do not exist: [t3.gigantic]",
  ),
  row(
    "DescribeInstanceTypeOfferings",
    (w) =>
      w.call("DescribeInstanceTypeOfferings", {
        LocationType: "availability-zone",
        Filters: [
          { Name: "instance-type", Values: ["t3.large"] },
          { Name: "location", Values: ["eu-central-1?"] },
        ],
      }),
    { InstanceTypeOfferings: [{ Location: zone }, {}, {}] },
    () => ({ LocationType: "planet" }),
    "InvalidParameterValue",
  ),
  row(
    "GetInstanceTypesFromInstanceRequirements",
    (w) =>
      w.call("GetInstanceTypesFromInstanceRequirements", {
        ArchitectureTypes: ["x86_64"],
        VirtualizationTypes: ["hvm"],
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 2 },
          MemoryMiB: { Min: 8192, Max: 8192 },
          AllowedInstanceTypes: ["m5.*"],
        },
      }),
    { InstanceTypes: [{ InstanceType: "m5.large" }] },
    () => ({
      ArchitectureTypes: ["x86_64"],
      VirtualizationTypes: ["hvm"],
      InstanceRequirements: { VCpuCount: { Min: 4, Max: 2 }, MemoryMiB: { Min: 1 } },
    }),
    "InvalidParameterValue",
  ),
  row(
    "DescribeRegions",
    (w) => w.call("DescribeRegions", { RegionNames: ["eu-central-1"] }),
    { Regions: [{ Endpoint: "ec2.eu-central-1.amazonaws.com", OptInStatus: "opt-in-not-required" }] },
    () => ({ RegionNames: ["mars-north-1"] }),
    "InvalidParameterValue: Invalid region: [mars-north-1]",
  ),
  row(
    "DescribeAvailabilityZones",
    (w) => w.call("DescribeAvailabilityZones", { ZoneNames: [zone] }),
    { AvailabilityZones: [{ ZoneName: zone, State: "available", RegionName: "eu-central-1" }] },
    () => ({ ZoneNames: ["eu-central-1z"] }),
    "InvalidParameterValue: Invalid availability zone: [eu-central-1z]",
  ),
  row(
    "DescribeAccountAttributes",
    (w) => w.call("DescribeAccountAttributes", { AttributeNames: ["supported-platforms"] }),
    { AccountAttributes: [{ AttributeName: "supported-platforms", AttributeValues: [{ AttributeValue: "VPC" }] }] },
    () => ({ AttributeNames: ["colour"] }),
    "InvalidParameterValue",
  ),
  row(
    "DescribeSpotPriceHistory",
    (w) => w.call("DescribeSpotPriceHistory", { InstanceTypes: ["t3.large"], AvailabilityZone: zone }),
    { SpotPriceHistory: [{ InstanceType: "t3.large", AvailabilityZone: zone }] },
    () => ({ Filters: [{ Name: "colour", Values: ["red"] }] }),
    "InvalidParameterValue: The filter 'colour' is invalid",
  ),
  row(
    "DescribeCapacityReservations",
    (w) => w.call("DescribeCapacityReservations"),
    { CapacityReservations: [] },
    () => ({ CapacityReservationIds: [none("cr")] }),
    "InvalidCapacityReservationId.NotFound",
  ),
  row(
    "DescribeIamInstanceProfileAssociations",
    (w) => {
      w.instance();
      return w.call("DescribeIamInstanceProfileAssociations");
    },
    { IamInstanceProfileAssociations: [] },
    () => ({ MaxResults: 1 }),
    "InvalidParameterValue",
  ),
  row(
    "AssociateIamInstanceProfile",
    (w) => associateProfile(w),
    { IamInstanceProfileAssociations: [{ State: "associated" }] },
    (w) => {
      associateProfile(w);
      const answer = w.call("DescribeIamInstanceProfileAssociations");
      const InstanceId = at(answer, "IamInstanceProfileAssociations.0.InstanceId");
      return { InstanceId, IamInstanceProfile: { Name: "node" } };
    },
    "IncorrectState",
  ),
  row(
    "ReplaceIamInstanceProfileAssociation",
    (w) => {
      const AssociationId = at(associateProfile(w), "IamInstanceProfileAssociations.0.AssociationId");
      return w.call("ReplaceIamInstanceProfileAssociation", { AssociationId, IamInstanceProfile: { Name: "other" } });
    },
    { IamInstanceProfileAssociation: { State: "associating" } },
    () => ({ AssociationId: none("iip-assoc"), IamInstanceProfile: { Name: "node" } }),
    `InvalidAssociationID.NotFound: An invalid association-id of '${none("iip-assoc")}' was given`,
  ),
  row(
    "DisassociateIamInstanceProfile",
    (w) => {
      const AssociationId = at(associateProfile(w), "IamInstanceProfileAssociations.0.AssociationId");
      w.call("DisassociateIamInstanceProfile", { AssociationId });
      return w.call("DescribeIamInstanceProfileAssociations");
    },
    { IamInstanceProfileAssociations: [] },
    () => ({ AssociationId: none("iip-assoc") }),
    "InvalidAssociationID.NotFound",
  ),
];

function associateProfile(w: World): object {
  w.profile("node");
  w.profile("other");
  w.call("AssociateIamInstanceProfile", { InstanceId: w.instance(), IamInstanceProfile: { Name: "node" } });
  return w.call("DescribeIamInstanceProfileAssociations");
}
