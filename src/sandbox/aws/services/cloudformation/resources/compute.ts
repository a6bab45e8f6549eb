// AWS::EC2::LaunchTemplate, PlacementGroup, KeyPair, Instance, Volume, VolumeAttachment, NetworkInterface, VPCEndpoint.
import type {
  CreateLaunchTemplateResult,
  CreateNetworkInterfaceResult,
  CreateVolumeRequest,
  CreateVpcEndpointResult,
  DescribeInstancesResult,
  DescribeKeyPairsResult,
  DescribeLaunchTemplatesResult,
  DescribeNetworkInterfacesResult,
  DescribePlacementGroupsResult,
  DescribeVolumesResult,
  DescribeVpcEndpointsResult,
  Instance,
  KeyPair,
  Reservation,
  Volume,
} from "@aws-sdk/client-ec2";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { NeedsReplacement, resource } from "../handler.ts";
import type { Tag } from "./ec2-parts.ts";
import { retag, tagById, tagSpecifications } from "./ec2-parts.ts";
import { documentText, listChanges } from "./iam-parts.ts";

interface TemplateProperties {
  LaunchTemplateName?: string;
  LaunchTemplateData: object;
  VersionDescription?: string;
  TagSpecifications?: { ResourceType: string; Tags: Tag[] }[];
}

const launchTemplate = resource<TemplateProperties>("AWS::EC2::LaunchTemplate", "ec2", {
  name: "LaunchTemplateName",
  create(request) {
    const { properties } = request;
    const made = request.call<CreateLaunchTemplateResult>("CreateLaunchTemplate", {
      LaunchTemplateName: properties.LaunchTemplateName ?? request.generatedName({ max: 128 }),
      ...pick({ ...properties }, ["LaunchTemplateData", "VersionDescription", "TagSpecifications"]),
    });
    return made.LaunchTemplate?.LaunchTemplateId ?? "";
  },
  read(request) {
    const ids = { LaunchTemplateIds: [request.physicalId] };
    const found = request.find<DescribeLaunchTemplatesResult>("DescribeLaunchTemplates", ids)?.LaunchTemplates?.[0];
    return (
      found && {
        LaunchTemplateId: found.LaunchTemplateId,
        LaunchTemplateName: found.LaunchTemplateName,
        LatestVersionNumber: String(found.LatestVersionNumber),
        DefaultVersionNumber: String(found.DefaultVersionNumber),
      }
    );
  },
  update(request) {
    const { properties, physicalId: LaunchTemplateId } = request;
    request.call("CreateLaunchTemplateVersion", {
      LaunchTemplateId,
      ...pick({ ...properties }, ["LaunchTemplateData", "VersionDescription"]),
    });
  },
  delete(request) {
    request.call("DeleteLaunchTemplate", { LaunchTemplateId: request.physicalId });
  },
  tag: tagById,
});

interface PlacementProperties {
  Strategy?: string;
  PartitionCount?: number;
  SpreadLevel?: string;
  Tags?: Tag[];
}

const placementGroup = resource<PlacementProperties>("AWS::EC2::PlacementGroup", "ec2", {
  create(request) {
    const GroupName = request.generatedName();
    request.call("CreatePlacementGroup", {
      GroupName,
      Strategy: "cluster",
      ...pick({ ...request.properties }, ["Strategy", "PartitionCount", "SpreadLevel"]),
      ...tagSpecifications("placement-group", request.properties.Tags),
    });
    return GroupName;
  },
  read(request) {
    const names = { GroupNames: [request.physicalId] };
    const found = request.find<DescribePlacementGroupsResult>("DescribePlacementGroups", names)?.PlacementGroups?.[0];
    return found && { GroupName: found.GroupName, GroupId: found.GroupId, Strategy: found.Strategy };
  },
  delete(request) {
    request.call("DeletePlacementGroup", { GroupName: request.physicalId });
  },
});

interface KeyPairProperties {
  KeyName: string;
  KeyType?: string;
  KeyFormat?: string;
  PublicKeyMaterial?: string;
  Tags?: Tag[];
}

/** A key that AWS makes is kept in the parameter store, where its owner fetches it. */
const keyPair = resource<KeyPairProperties>("AWS::EC2::KeyPair", "ec2", {
  name: "KeyName",
  create(request) {
    const { KeyName, PublicKeyMaterial, Tags } = request.properties;
    const tags = tagSpecifications("key-pair", Tags);
    if (PublicKeyMaterial !== undefined) {
      request.call("ImportKeyPair", { KeyName, PublicKeyMaterial: Buffer.from(PublicKeyMaterial), ...tags });
      return KeyName;
    }
    const made = request.call<KeyPair>("CreateKeyPair", {
      KeyName,
      ...pick({ ...request.properties }, ["KeyType", "KeyFormat"]),
      ...tags,
    });
    request.callOther("ssm", "PutParameter", {
      Name: `/ec2/keypair/${made.KeyPairId ?? ""}`,
      Type: "SecureString",
      Value: made.KeyMaterial,
    });
    return KeyName;
  },
  read(request) {
    const found = keyOf(request);
    return found && { KeyName: found.KeyName, KeyPairId: found.KeyPairId, KeyFingerprint: found.KeyFingerprint };
  },
  delete(request) {
    const found = keyOf(request);
    request.call("DeleteKeyPair", { KeyName: request.physicalId });
    if (request.properties.PublicKeyMaterial === undefined && found) {
      request.callOther("ssm", "DeleteParameters", { Names: [`/ec2/keypair/${found.KeyPairId ?? ""}`] });
    }
  },
});

function keyOf(
  request: ResourceRequest<KeyPairProperties>,
): { KeyName?: string; KeyPairId?: string; KeyFingerprint?: string } | undefined {
  const names = { KeyNames: [request.physicalId] };
  return request.find<DescribeKeyPairsResult>("DescribeKeyPairs", names)?.KeyPairs?.[0] as
    | { KeyName?: string }
    | undefined;
}

interface InstanceProperties {
  IamInstanceProfile?: string;
  AvailabilityZone?: string;
  Tenancy?: string;
  PlacementGroupName?: string;
  Monitoring?: boolean;
  InstanceType?: string;
  SecurityGroupIds?: string[];
  SourceDestCheck?: boolean;
  DisableApiTermination?: boolean;
  Volumes?: { Device: string; VolumeId: string }[];
  Tags?: Tag[];
}

function instanceOf(request: Pick<ResourceRequest, "find" | "physicalId">): Instance | undefined {
  const ids = { InstanceIds: [request.physicalId] };
  return request.find<DescribeInstancesResult>("DescribeInstances", ids)?.Reservations?.[0]?.Instances?.[0];
}

const runMembers = [
  "ImageId",
  "InstanceType",
  "KeyName",
  "SecurityGroupIds",
  "SecurityGroups",
  "SubnetId",
  "UserData",
  "BlockDeviceMappings",
  "NetworkInterfaces",
  "PrivateIpAddress",
  "EbsOptimized",
  "DisableApiTermination",
  "InstanceInitiatedShutdownBehavior",
  "MetadataOptions",
  "CreditSpecification",
  "CpuOptions",
  "EnclaveOptions",
  "HibernationOptions",
  "Ipv6AddressCount",
];

const instance = resource<InstanceProperties>("AWS::EC2::Instance", "ec2", {
  seconds: 15,
  create(request) {
    const { properties } = request;
    const placement = {
      ...pick({ ...properties }, ["AvailabilityZone", "Tenancy"]),
      ...(properties.PlacementGroupName === undefined ? {} : { GroupName: properties.PlacementGroupName }),
    };
    const launch = { ...properties } as {
      LaunchTemplate?: { LaunchTemplateId?: string; LaunchTemplateName?: string; Version: string };
    };
    const made = request.call<Reservation>("RunInstances", {
      MinCount: 1,
      MaxCount: 1,
      ...pick({ ...properties }, runMembers),
      ...(launch.LaunchTemplate ? { LaunchTemplate: launch.LaunchTemplate } : {}),
      ...(properties.IamInstanceProfile === undefined
        ? {}
        : { IamInstanceProfile: { Name: properties.IamInstanceProfile } }),
      ...(properties.Monitoring === undefined ? {} : { Monitoring: { Enabled: properties.Monitoring } }),
      ...(Object.keys(placement).length > 0 ? { Placement: placement } : {}),
      ...tagSpecifications("instance", properties.Tags),
    });
    return made.Instances?.[0]?.InstanceId ?? "";
  },
  stable(request) {
    const found = instanceOf(request);
    const state = found?.State?.Name;
    if (state === "terminated" || state === "shutting-down") {
      return { failed: `Instance ${request.physicalId} failed to stabilize: ${found?.StateReason?.Message ?? state}` };
    }
    return state === "running";
  },
  read(request) {
    const found = instanceOf(request);
    if (!found || found.State?.Name === "terminated") return undefined;
    return {
      InstanceId: found.InstanceId,
      AvailabilityZone: found.Placement?.AvailabilityZone,
      PrivateDnsName: found.PrivateDnsName,
      PrivateIp: found.PrivateIpAddress,
      PublicDnsName: found.PublicDnsName ?? "",
      PublicIp: found.PublicIpAddress ?? "",
      VpcId: found.VpcId,
      ...pick({ ...found }, ["ImageId", "InstanceType", "SubnetId", "KeyName"]),
      Tags: found.Tags ?? [],
    };
  },
  update(request, old) {
    const { properties, physicalId: InstanceId } = request;
    // A bigger or smaller instance is stopped and started again: that isn't emulated in place, a new one is honest.
    if (properties.InstanceType !== old.InstanceType) throw new NeedsReplacement();
    const modify = (input: object): unknown => request.call("ModifyInstanceAttribute", { InstanceId, ...input });
    if (String(properties.SecurityGroupIds) !== String(old.SecurityGroupIds))
      modify({ Groups: properties.SecurityGroupIds });
    if (properties.SourceDestCheck !== old.SourceDestCheck) {
      modify({ SourceDestCheck: { Value: properties.SourceDestCheck ?? true } });
    }
    if (properties.DisableApiTermination !== old.DisableApiTermination) {
      modify({ DisableApiTermination: { Value: properties.DisableApiTermination ?? false } });
    }
    retag(request, InstanceId, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("TerminateInstances", { InstanceIds: [request.physicalId] });
  },
  gone(request) {
    const found = instanceOf(request);
    return !found || found.State?.Name === "terminated";
  },
  tag: tagById,
});

function volumeOf(request: Pick<ResourceRequest, "find">, id: string): Volume | undefined {
  return request.find<DescribeVolumesResult>("DescribeVolumes", { VolumeIds: [id] })?.Volumes?.[0];
}

interface VolumeProperties extends Omit<CreateVolumeRequest, "TagSpecifications"> {
  Tags?: Tag[];
}

const volumeShape = ["Size", "VolumeType", "Iops", "Throughput"] as const;

const volume = resource<VolumeProperties>("AWS::EC2::Volume", "ec2", {
  seconds: 5,
  create(request) {
    const { Tags, ...rest } = request.properties;
    const made = request.call<Volume>("CreateVolume", { ...rest, ...tagSpecifications("volume", Tags) });
    return made.VolumeId ?? "";
  },
  stable: (request) => ["available", "in-use"].includes(volumeOf(request, request.physicalId)?.State ?? ""),
  read(request) {
    const found = volumeOf(request, request.physicalId);
    return (
      found && {
        VolumeId: found.VolumeId,
        ...pick({ ...found }, ["AvailabilityZone", "Size", "VolumeType", "Iops", "Throughput", "Encrypted"]),
        Tags: found.Tags ?? [],
      }
    );
  },
  update(request, old) {
    const { properties, physicalId: VolumeId } = request;
    const changed = volumeShape.some((name) => properties[name] !== old[name]);
    if (changed) request.call("ModifyVolume", { VolumeId, ...pick({ ...properties }, volumeShape) });
    retag(request, VolumeId, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("DeleteVolume", { VolumeId: request.physicalId });
  },
  gone: (request) => volumeOf(request, request.physicalId) === undefined,
  replaces: (property) => (property === "AvailabilityZone" || property === "SnapshotId" ? "yes" : undefined),
  tag: tagById,
});

const volumeAttachment = resource<{ VolumeId: string; InstanceId: string; Device?: string }>(
  "AWS::EC2::VolumeAttachment",
  "ec2",
  {
    create(request) {
      const { VolumeId, InstanceId, Device } = request.properties;
      request.call("AttachVolume", { VolumeId, InstanceId, Device: Device ?? "/dev/sdf" });
      return `${VolumeId}|${InstanceId}`;
    },
    read(request) {
      const { VolumeId, InstanceId } = request.properties;
      const attached = volumeOf(request, VolumeId)?.Attachments?.find((one) => one.InstanceId === InstanceId);
      return attached && { VolumeId, InstanceId, Device: attached.Device };
    },
    delete(request) {
      const { VolumeId, InstanceId } = request.properties;
      request.call("DetachVolume", { VolumeId, InstanceId });
    },
    gone(request) {
      const { VolumeId, InstanceId } = request.properties;
      return !volumeOf(request, VolumeId)?.Attachments?.some((one) => one.InstanceId === InstanceId);
    },
  },
);

interface InterfaceProperties {
  SubnetId: string;
  GroupSet?: string[];
  Description?: string;
  SourceDestCheck?: boolean;
  Tags?: Tag[];
}

const networkInterface = resource<InterfaceProperties>("AWS::EC2::NetworkInterface", "ec2", {
  create(request) {
    const { GroupSet, Tags, SourceDestCheck, ...rest } = request.properties;
    const { NetworkInterface: made } = request.call<CreateNetworkInterfaceResult>("CreateNetworkInterface", {
      ...rest,
      ...(GroupSet ? { Groups: GroupSet } : {}),
      ...tagSpecifications("network-interface", Tags),
    });
    const NetworkInterfaceId = made?.NetworkInterfaceId ?? "";
    if (SourceDestCheck === false) {
      request.call("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, SourceDestCheck: { Value: false } });
    }
    return NetworkInterfaceId;
  },
  read(request) {
    const ids = { NetworkInterfaceIds: [request.physicalId] };
    const found = request.find<DescribeNetworkInterfacesResult>("DescribeNetworkInterfaces", ids)
      ?.NetworkInterfaces?.[0];
    return (
      found && {
        Id: request.physicalId,
        SubnetId: found.SubnetId,
        VpcId: found.VpcId,
        PrimaryPrivateIpAddress: found.PrivateIpAddress,
        Description: found.Description,
        GroupSet: (found.Groups ?? []).map((group) => group.GroupId),
        Tags: found.TagSet ?? [],
      }
    );
  },
  update(request, old) {
    const { properties, physicalId: NetworkInterfaceId } = request;
    const modify = (input: object): unknown =>
      request.call("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, ...input });
    if (String(properties.GroupSet) !== String(old.GroupSet)) modify({ Groups: properties.GroupSet });
    if (properties.Description !== old.Description) modify({ Description: { Value: properties.Description ?? "" } });
    if (properties.SourceDestCheck !== old.SourceDestCheck) {
      modify({ SourceDestCheck: { Value: properties.SourceDestCheck ?? true } });
    }
    retag(request, NetworkInterfaceId, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("DeleteNetworkInterface", { NetworkInterfaceId: request.physicalId });
  },
  tag: tagById,
});

interface EndpointProperties {
  VpcId: string;
  ServiceName?: string;
  VpcEndpointType?: string;
  PolicyDocument?: object;
  PrivateDnsEnabled?: boolean;
  RouteTableIds?: string[];
  SecurityGroupIds?: string[];
  SubnetIds?: string[];
  Tags?: Tag[];
}

function endpointOf(
  request: Pick<ResourceRequest, "find" | "physicalId">,
): NonNullable<DescribeVpcEndpointsResult["VpcEndpoints"]>[number] | undefined {
  const ids = { VpcEndpointIds: [request.physicalId] };
  return request.find<DescribeVpcEndpointsResult>("DescribeVpcEndpoints", ids)?.VpcEndpoints?.[0];
}

const vpcEndpoint = resource<EndpointProperties>("AWS::EC2::VPCEndpoint", "ec2", {
  seconds: 30,
  create(request) {
    const { PolicyDocument, Tags, ...rest } = request.properties;
    const { VpcEndpoint: made } = request.call<CreateVpcEndpointResult>("CreateVpcEndpoint", {
      ...rest,
      ...(PolicyDocument === undefined ? {} : { PolicyDocument: documentText(PolicyDocument) }),
      ...tagSpecifications("vpc-endpoint", Tags),
    });
    return made?.VpcEndpointId ?? "";
  },
  stable: (request) => endpointOf(request)?.State?.toLowerCase() === "available",
  read(request) {
    const found = endpointOf(request);
    if (!found || found.State?.toLowerCase() === "deleted") return undefined;
    return {
      Id: request.physicalId,
      VpcId: found.VpcId,
      ServiceName: found.ServiceName,
      VpcEndpointType: found.VpcEndpointType,
      PrivateDnsEnabled: found.PrivateDnsEnabled,
      RouteTableIds: found.RouteTableIds ?? [],
      SubnetIds: found.SubnetIds ?? [],
      SecurityGroupIds: (found.Groups ?? []).map((group) => group.GroupId),
      NetworkInterfaceIds: found.NetworkInterfaceIds ?? [],
      DnsEntries: (found.DnsEntries ?? []).map((entry) => `${entry.HostedZoneId ?? ""}:${entry.DnsName ?? ""}`),
      CreationTimestamp: found.CreationTimestamp?.toISOString(),
      Tags: found.Tags ?? [],
    };
  },
  update(request, old) {
    const { properties, physicalId: VpcEndpointId } = request;
    const lists = ["RouteTable", "Subnet", "SecurityGroup"] as const;
    const changes: Record<string, unknown> = {};
    for (const kind of lists) {
      const { add, remove } = listChanges(old[`${kind}Ids`], properties[`${kind}Ids`]);
      if (add.length > 0) changes[`Add${kind}Ids`] = add;
      if (remove.length > 0) changes[`Remove${kind}Ids`] = remove;
    }
    if (properties.PrivateDnsEnabled !== old.PrivateDnsEnabled)
      changes["PrivateDnsEnabled"] = properties.PrivateDnsEnabled ?? false;
    if (JSON.stringify(properties.PolicyDocument) !== JSON.stringify(old.PolicyDocument)) {
      if (properties.PolicyDocument === undefined) changes["ResetPolicy"] = true;
      else changes["PolicyDocument"] = documentText(properties.PolicyDocument);
    }
    if (Object.keys(changes).length > 0) request.call("ModifyVpcEndpoint", { VpcEndpointId, ...changes });
    retag(request, VpcEndpointId, old.Tags, properties.Tags);
  },
  delete(request) {
    request.call("DeleteVpcEndpoints", { VpcEndpointIds: [request.physicalId] });
  },
  gone(request) {
    const state = endpointOf(request)?.State?.toLowerCase();
    return state === undefined || state === "deleted";
  },
  tag: tagById,
});

export const computeTypes: readonly ResourceHandler[] = [
  launchTemplate,
  placementGroup,
  keyPair,
  instance,
  volume,
  volumeAttachment,
  networkInterface,
  vpcEndpoint,
];
