// An instance as DescribeInstances shows it.
import type { Instance as InstanceItem, InstanceState, Reservation } from "@aws-sdk/client-ec2";
import { instanceType } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { cpuOf } from "./instance-types.ts";
import { privateDnsName } from "./interfaces.ts";
import { groupItems, instanceInterfaceItem, primaryAssociation } from "./render-interface.ts";
import type { Instance } from "./state.ts";
import { networkInterfaces } from "./state.ts";
import { tagList } from "./tags.ts";

/** The low byte of EC2's state codes. */
export const stateCodes: Readonly<Record<Instance["state"], number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** An instance's state with the code that EC2 has for it. */
export function stateItem(state: Instance["state"]): InstanceState {
  return { Code: stateCodes[state], Name: state };
}

/** The DNS name a node goes by. */
export function instancePrivateDnsName(ctx: Context, row: Readonly<Instance>): string {
  if (row.privateIp === undefined) return "";
  if (row.hostnameType !== "resource-name") return privateDnsName(ctx, row.privateIp);
  return privateDnsName(ctx, row.privateIp).replace(/^[^.]+/, row.id);
}

/** An instance as DescribeInstances gives it. */
export function instanceItem(row: Readonly<Instance>, ctx: Context): InstanceItem {
  const interfaces = ctx
    .table(networkInterfaces)
    .by("instance", row.id)
    .toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
  const [primary] = interfaces;
  const publicSide = primary && primaryAssociation(ctx, primary);
  const { cores, threads } = cpuOf(instanceType(row.type));
  const alive = row.privateIp !== undefined;
  return {
    Architecture: row.architecture,
    BlockDeviceMappings: row.volumes.map(({ device, volumeId, deleteOnTermination, attachedAt }) => ({
      DeviceName: device,
      Ebs: {
        AttachTime: new Date(attachedAt),
        DeleteOnTermination: deleteOnTermination,
        Status: "attached",
        VolumeId: volumeId,
      },
    })),
    ClientToken: row.clientToken ?? "",
    EbsOptimized: row.ebsOptimized,
    EnaSupport: true,
    Hypervisor: "xen",
    ...(row.profile ? { IamInstanceProfile: { Arn: row.profile.arn, Id: row.profile.id } } : {}),
    ...(row.spot ? { InstanceLifecycle: "spot", SpotInstanceRequestId: `sir-${row.id.slice(-8)}` } : {}),
    NetworkInterfaces: interfaces.map((one) => instanceInterfaceItem(one, ctx)),
    RootDeviceName: row.rootDevice,
    RootDeviceType: "ebs",
    SecurityGroups: groupItems(ctx, primary?.groups ?? []),
    ...(alive ? { SourceDestCheck: primary?.sourceDestCheck ?? row.sourceDestCheck } : {}),
    ...(row.stateReason ? { StateReason: { Code: row.stateReason.code, Message: row.stateReason.message } } : {}),
    ...tagList(row.tags),
    VirtualizationType: "hvm",
    CpuOptions: { CoreCount: cores, ThreadsPerCore: threads },
    CapacityReservationSpecification: { CapacityReservationPreference: "open" },
    HibernationOptions: { Configured: false },
    MetadataOptions: {
      State: row.state === "pending" ? "pending" : "applied",
      HttpTokens: row.metadata.tokens as "required",
      HttpPutResponseHopLimit: row.metadata.hopLimit,
      HttpEndpoint: row.metadata.endpoint as "enabled",
      HttpProtocolIpv6: row.metadata.ipv6 as "enabled",
      InstanceMetadataTags: row.metadata.tags as "enabled",
    },
    EnclaveOptions: { Enabled: row.enclave },
    BootMode: row.architecture === "arm64" ? "uefi" : "uefi-preferred",
    PlatformDetails: row.platform ? "Windows" : "Linux/UNIX",
    UsageOperation: row.platform ? "RunInstances:0002" : "RunInstances",
    UsageOperationUpdateTime: new Date(row.launchedAt),
    PrivateDnsNameOptions: {
      HostnameType: row.hostnameType,
      EnableResourceNameDnsARecord: row.dnsARecord,
      EnableResourceNameDnsAAAARecord: row.dnsAaaaRecord,
    },
    MaintenanceOptions: { AutoRecovery: "default" },
    CurrentInstanceBootMode: row.architecture === "arm64" ? "uefi" : "legacy-bios",
    InstanceId: row.id,
    ImageId: row.imageId,
    State: stateItem(row.state),
    PrivateDnsName: instancePrivateDnsName(ctx, row),
    PublicDnsName: publicSide?.PublicDnsName ?? "",
    StateTransitionReason: row.stateReason?.code === "Client.UserInitiatedShutdown" ? "User initiated" : "",
    ...(row.keyName ? { KeyName: row.keyName } : {}),
    AmiLaunchIndex: row.launchIndex,
    ProductCodes: [],
    InstanceType: row.type as NonNullable<InstanceItem["InstanceType"]>,
    LaunchTime: new Date(row.launchedAt),
    Placement: {
      AvailabilityZone: row.zone,
      GroupName: row.placementGroup ?? "",
      Tenancy: row.tenancy as "default",
    },
    // The SDK's type has a capital; the wire has `windows`.
    ...(row.platform ? { Platform: "windows" as "Windows" } : {}),
    Monitoring: { State: row.monitoring ? "enabled" : "disabled" },
    ...(alive ? { SubnetId: row.subnetId, VpcId: row.vpcId, PrivateIpAddress: row.privateIp } : {}),
    ...(publicSide?.PublicIp ? { PublicIpAddress: publicSide.PublicIp } : {}),
    ...(primary?.ipv6[0] ? { Ipv6Address: primary.ipv6[0] } : {}),
  };
}

/** Instances in their reservations, in the order they come. */
export function reservations(rows: readonly Readonly<Instance>[], ctx: Context): Reservation[] {
  const byId = new Map<
    string,
    { ReservationId: string; OwnerId: string; Groups: []; RequesterId?: string; Instances: InstanceItem[] }
  >();
  for (const row of rows) {
    let reservation = byId.get(row.reservationId);
    if (!reservation) {
      reservation = {
        ReservationId: row.reservationId,
        OwnerId: ctx.account,
        Groups: [],
        ...(row.requesterId ? { RequesterId: row.requesterId } : {}),
        Instances: [],
      };
      byId.set(row.reservationId, reservation);
    }
    reservation.Instances.push(instanceItem(row, ctx));
  }
  return [...byId.values()];
}
