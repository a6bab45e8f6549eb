// Starting instances: capacity, addresses, disks, interfaces; then 20 seconds until they run.
import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { instanceType } from "../../../../facts/index.ts";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { takeAddresses } from "./addresses.ts";
import { publicAddress } from "./elastic-addresses.ts";
import { encryptionOf } from "./encryption.ts";
import { invalidCombination, invalidValue } from "./errors.ts";
import { forgetTerminated, startPending } from "./instance-states.ts";
import { createInterface, interfaceGroups } from "./interfaces.ts";
import { find, networkInterfaceKind, subnetKind } from "./kinds.ts";
import type { LaunchSpec } from "./launch-spec.ts";
import { launchSpec } from "./launch-spec.ts";
import { findTemplate, findVersion } from "./launch-templates.ts";
import { metadataDefaults } from "./metadata-defaults.ts";
import { offeringZones } from "./offerings.ts";
import { quota } from "./quotas.ts";
import type { Instance, InstanceVolume } from "./state.ts";
import { instances, networkInterfaces, volumes } from "./state.ts";
import type { TakeStorage } from "./storage.ts";
import { storageRoom } from "./storage.ts";
import { tagsFor } from "./tags.ts";
import { volumeFacts } from "./volumes.ts";

const taggable = ["instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"];

/** Carries out RunInstances; returns the rows of the reservation. */
export function launch(ctx: Context, input: RunInstancesRequest): readonly Readonly<Instance>[] {
  const token = input.ClientToken;
  const before = token ? ctx.table(instances).by("clientToken", token) : [];
  if (before.length > 0) return before;
  const least = input.MinCount ?? 1;
  const most = input.MaxCount ?? least;
  if (least < 1 || most < 1) throw invalidValue(Math.min(least, most), "instanceCount", "Must be greater than 0.");
  if (least > most)
    throw invalidCombination(
      `Value (${least}) for parameter minCount is invalid. Expecting a value less than or equal to maxCount.`,
    );
  const spec = launchSpec(ctx, input);
  forgetTerminated(ctx);
  checkCapacity(ctx, spec, most);
  const addresses = primaryAddresses(ctx, spec, least, most);
  const reservationId = ctx.ids.ec2("r");
  const takeStorage = storageRoom(ctx);
  const started = addresses.map((address, index) =>
    startOne(ctx, spec, { reservationId, index, address, token, takeStorage }),
  );
  startPending(ctx, started, `instances/${reservationId}`);
  return started.map((id) => ctx.table(instances).get(id) as Readonly<Instance>);
}

function checkCapacity(ctx: Context, { type, subnet, request }: LaunchSpec, count: number): void {
  const lifecycle = request.InstanceMarketOptions?.MarketType === "spot" ? "spot" : "on-demand";
  const fault = ctx.fault("capacity", {
    service: "ec2",
    instanceType: type.name,
    zone: subnet.zone,
    availabilityZone: subnet.zone,
    region: ctx.region,
    lifecycle,
    subnet: subnet.id,
  });
  if (fault) {
    const others = offeringZones(type.name, ctx.region).filter((zone) => zone !== subnet.zone);
    const text = `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested (${subnet.zone}). Our system will be working on provisioning additional capacity. You can currently get ${type.name} capacity by not specifying an Availability Zone in your request or choosing ${others.join(", ")}.`;
    const spotText = "There is no Spot capacity available that matches your request.";
    throw new AwsError("InsufficientInstanceCapacity", fault.message ?? (lifecycle === "spot" ? spotText : text), {
      status: 500,
    });
  }
  const limit = quota(ctx, "vcpus");
  let used = (type.vcpu ?? 1) * count;
  for (const row of ctx.table(instances).values())
    if (row.state === "running" || row.state === "pending") used += instanceType(row.type)?.vcpu ?? 1;
  if (used > limit)
    throw new AwsError(
      "VcpuLimitExceeded",
      `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
    );
}

/** One primary address each; as many as there is room for, but `least` at the least. */
function primaryAddresses(ctx: Context, spec: LaunchSpec, least: number, most: number): (string | undefined)[] {
  const [first] = spec.request.NetworkInterfaces ?? [];
  const wanted = spec.request.PrivateIpAddress ?? first?.PrivateIpAddress;
  if (first?.NetworkInterfaceId || wanted || spec.subnet.cidr === "") {
    if (most > 1 && (wanted || first?.NetworkInterfaceId))
      throw invalidCombination("A given address or network interface is for one instance.");
    return Array.from({ length: most }, () => undefined);
  }
  for (let count = most; count > least; count -= 1) {
    try {
      return takeAddresses(ctx, spec.subnet.id, count);
    } catch (error) {
      // Fewer are fine down to `least`, whose refusal below is the answer.
      if (!(error instanceof AwsError)) throw error;
    }
  }
  return takeAddresses(ctx, spec.subnet.id, least);
}

interface Seat {
  reservationId: string;
  index: number;
  address: string | undefined;
  token: string | undefined;
  takeStorage: TakeStorage;
}

function startOne(ctx: Context, spec: LaunchSpec, seat: Seat): string {
  const { request, image, type, subnet, profile } = spec;
  const id = ctx.ids.ec2("i");
  const tags = { ...tagsFor(ctx, request.TagSpecifications, "instance", taggable), ...templateTags(ctx, request) };
  const privateIp = attachInterfaces(ctx, spec, id, seat.address);
  const metadata = { ...metadataDefaults(ctx), ...request.MetadataOptions };
  const dns = request.PrivateDnsNameOptions;
  const instance: Instance = {
    id,
    reservationId: seat.reservationId,
    imageId: image.id,
    type: type.name,
    state: "pending",
    launchedAt: ctx.now(),
    launchIndex: seat.index,
    ...(ctx.principal.type === "AWSService" ? { requesterId: ctx.principal.name } : {}),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    privateIp,
    ...(request.KeyName ? { keyName: request.KeyName } : {}),
    ...(profile
      ? { profile: { arn: profile.arn, id: profile.id }, profileAssociationId: ctx.ids.ec2("iip-assoc") }
      : {}),
    ...(request.UserData ? { userData: request.UserData } : {}),
    architecture: image.architecture,
    ...(image.platform ? { platform: image.platform } : {}),
    rootDevice: image.rootDevice,
    ...createVolumes(ctx, spec, id, seat.takeStorage),
    monitoring: request.Monitoring?.Enabled === true,
    ebsOptimized: request.EbsOptimized === true,
    sourceDestCheck: true,
    terminationProtection: request.DisableApiTermination === true,
    stopProtection: request.DisableApiStop === true,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior === "terminate" ? "terminate" : "stop",
    ...(request.InstanceMarketOptions?.MarketType === "spot" ? { spot: true } : {}),
    tenancy: request.Placement?.Tenancy ?? "default",
    ...(request.Placement?.GroupName ? { placementGroup: request.Placement.GroupName } : {}),
    ...(request.CreditSpecification?.CpuCredits ? { creditSpecification: request.CreditSpecification.CpuCredits } : {}),
    metadata: {
      tokens: metadata.HttpTokens ?? (image.imdsV2 ? "required" : "optional"),
      hopLimit: metadata.HttpPutResponseHopLimit ?? (image.imdsV2 ? 2 : 1),
      endpoint: metadata.HttpEndpoint ?? "enabled",
      ipv6: metadata.HttpProtocolIpv6 ?? "disabled",
      tags: metadata.InstanceMetadataTags ?? "disabled",
    },
    hostnameType: dns?.HostnameType === "resource-name" ? "resource-name" : subnet.hostnameType,
    dnsARecord: dns?.EnableResourceNameDnsARecord ?? subnet.dnsARecord,
    dnsAaaaRecord: dns?.EnableResourceNameDnsAAAARecord ?? subnet.dnsAaaaRecord,
    ...(seat.token ? { clientToken: seat.token } : {}),
    enclave: request.EnclaveOptions?.Enabled === true,
    tags,
  };
  ctx.table(instances).put(id, instance);
  return id;
}

/** AWS marks an instance with the template version it came from. */
function templateTags(ctx: Context, { LaunchTemplate: named }: RunInstancesRequest): Record<string, string> {
  if (!named) return {};
  const template = findTemplate(ctx, named.LaunchTemplateId, named.LaunchTemplateName);
  const { version } = findVersion(ctx, template, named.Version);
  return { "aws:ec2launchtemplate:id": template.id, "aws:ec2launchtemplate:version": String(version) };
}

/** Makes (or takes) the interfaces of an instance; returns the primary address. */
function attachInterfaces(ctx: Context, spec: LaunchSpec, instanceId: string, address: string | undefined): string {
  const { request, subnet, type } = spec;
  const wishes = request.NetworkInterfaces?.length ? request.NetworkInterfaces : [{ DeviceIndex: 0 }];
  if (wishes.length > type.enis * type.networkCards)
    throw new AwsError(
      "AttachmentLimitExceeded",
      `Interface count ${wishes.length} exceeds the limit for ${type.name}`,
    );
  const tags = tagsFor(ctx, request.TagSpecifications, "network-interface", taggable);
  let primary = "";
  wishes.forEach((wish, i) => {
    const attachment = {
      id: ctx.ids.ec2("eni-attach"),
      instanceId,
      ownerId: ctx.account,
      deviceIndex: wish.DeviceIndex ?? i,
      networkCard: wish.NetworkCardIndex ?? 0,
      deleteOnTermination: wish.DeleteOnTermination ?? wish.NetworkInterfaceId === undefined,
      attachedAt: ctx.now(),
    };
    if (wish.NetworkInterfaceId) {
      const row = find(ctx, networkInterfaceKind, wish.NetworkInterfaceId, "networkInterfaceId");
      if (row.attachment) throw new AwsError("InvalidNetworkInterface.InUse", `Interface: [${row.id}] in use.`);
      ctx.table(networkInterfaces).update(row.id, { attachment });
      if (i === 0) primary = row.privateIp;
      return;
    }
    const home = wish.SubnetId && wish.SubnetId !== subnet.id ? launchSubnet(ctx, wish.SubnetId, subnet.zone) : subnet;
    const isPublic = i === 0 && (wish.AssociatePublicIpAddress ?? subnet.mapPublicIp);
    const wanted = (i === 0 ? request.PrivateIpAddress : undefined) ?? wish.PrivateIpAddress;
    const row = createInterface(ctx, {
      subnet: home,
      groups: wish.Groups?.length ? wish.Groups : i === 0 ? interfaceGroups(ctx, subnet.vpcId, spec.groups) : undefined,
      description: wish.Description,
      type: wish.InterfaceType === "efa" ? "efa" : "interface",
      primary: i === 0 && address !== undefined ? { taken: address } : wanted ? { wanted } : undefined,
      secondaryCount: wish.SecondaryPrivateIpAddressCount,
      prefixCount: wish.Ipv4PrefixCount,
      ipv6Count: wish.Ipv6AddressCount ?? (i === 0 ? request.Ipv6AddressCount : undefined),
      ...(isPublic ? { publicIp: publicAddress(ctx) } : {}),
      attachment,
      tags,
    });
    if (i === 0) primary = row.privateIp;
  });
  return primary;
}

function launchSubnet(ctx: Context, id: string, zone: string): LaunchSpec["subnet"] {
  const subnet = find(ctx, subnetKind, id, "subnetId");
  if (subnet.zone !== zone)
    throw invalidCombination("All network interfaces of an instance must be in the same Availability Zone.");
  return subnet;
}

/** The volumes of an instance; none, and why it won't start, where the account may have no more storage. */
function createVolumes(
  ctx: Context,
  { image, request, subnet }: LaunchSpec,
  instanceId: string,
  takeStorage: TakeStorage,
): Pick<Instance, "volumes" | "willFail"> {
  const mappings = request.BlockDeviceMappings ?? [];
  const byDevice = new Map(mappings.map((mapping) => [mapping.DeviceName ?? "", mapping]));
  const imageDisks = new Map(image.disks.map((disk) => [disk.device, disk]));
  const tags = tagsFor(ctx, request.TagSpecifications, "volume", taggable);
  const devices = [...new Set([...imageDisks.keys(), ...byDevice.keys()])];
  const wanted = devices.flatMap((device) => {
    const mapping = byDevice.get(device);
    const disk = imageDisks.get(device);
    const ebs = mapping?.Ebs;
    if (mapping?.NoDevice !== undefined || (mapping?.VirtualName !== undefined && !ebs)) return [];
    const size = ebs?.VolumeSize ?? disk?.size;
    if (size === undefined)
      throw new AwsError("MissingParameter", `The request must contain the parameter size or snapshotId of ${device}`);
    if (disk && size < disk.size)
      throw new AwsError(
        "InvalidBlockDeviceMapping",
        `Volume of size ${size}GB is smaller than snapshot 'snap-${image.id.slice(4)}', expect size>= ${disk.size}GB`,
      );
    return [{ device, ebs, ...volumeFacts(ebs?.VolumeType ?? disk?.type ?? "gp2", size, ebs?.Iops, ebs?.Throughput) }];
  });
  const refusal = takeStorage(wanted);
  if (refusal) {
    // RunInstances takes it; EC2 ends the instance when it comes to its disks.
    const code = `Client.${refusal.code}`;
    return { volumes: [], willFail: { code, message: `${code}: Volume limit exceeded` } };
  }
  const attachedAt = ctx.now();
  const made = wanted.map(({ device, ebs, ...facts }): InstanceVolume => {
    const volumeId = ctx.ids.ec2("vol");
    const deleteOnTermination = ebs?.DeleteOnTermination ?? true;
    ctx.table(volumes).put(volumeId, {
      id: volumeId,
      zone: subnet.zone,
      ...facts,
      ...encryptionOf(ctx, ebs),
      state: "in-use",
      createdAt: attachedAt,
      attachment: { instanceId, device, attachedAt, deleteOnTermination },
      tags,
    });
    return { device, volumeId, deleteOnTermination, attachedAt };
  });
  return { volumes: made };
}
