// The late-bound values of stacks, taken from the living cluster.
import type { Known, Template } from "../stacks/index.ts";
import type { Found } from "./found.ts";

/** Zones of the cluster stack's subnets, in the order in which their blocks were cut. */
export function zonesOf(template: Template | undefined): string[] {
  const publicSubnets = Object.entries(template?.Resources ?? {}).filter(([, { Type }]) => Type === "AWS::EC2::Subnet");
  const zones = publicSubnets
    .flatMap(([, { Properties }]) => {
      const { AvailabilityZone, CidrBlock } = Properties ?? {};
      return typeof AvailabilityZone === "string" && typeof CidrBlock === "string"
        ? [{ AvailabilityZone, order: addressOrder(CidrBlock) }]
        : [];
    })
    .toSorted((a, b) => a.order - b.order)
    .map(({ AvailabilityZone }) => AvailabilityZone);
  return [...new Set(zones)];
}

const addressOrder = (cidr: string): number =>
  cidr
    .split(/[./]/)
    .slice(0, 4)
    .reduce((sum, byte) => sum * 256 + Number(byte), 0);

/** The image that a self-managed group's launch template was made with. */
function imageOf(template: Template | undefined): string | undefined {
  const data = template?.Resources["NodeGroupLaunchTemplate"]?.Properties?.["LaunchTemplateData"];
  const image = (data as Record<string, unknown> | undefined)?.["ImageId"];
  return typeof image === "string" ? image : undefined;
}

/** Zone by subnet id, as far as the cluster stack made the subnet. */
function zonesBySubnet(found: Found, template: Template | undefined): Map<string, string> {
  const zones = Object.entries(template?.Resources ?? {}).flatMap(([logicalId, { Properties }]) => {
    const zone = Properties?.["AvailabilityZone"];
    return typeof zone === "string" ? [[found.physicalIds[logicalId] ?? `<${logicalId}>`, zone] as const] : [];
  });
  return new Map(zones);
}

/**
 * Zones in which living groups have their subnets. eksctl leaves out zones that don't offer a group's instance types when
 * it makes the group; what was left out then stays out.
 */
function zonesOfGroups(found: Found, template: Template | undefined): Record<string, readonly string[]> {
  const zoneOf = zonesBySubnet(found, template);
  const groups = [...found.stacks.values()].flatMap((stack) => {
    const name = stack.tags["alpha.eksctl.io/nodegroup-name"];
    const subnets = Object.values(stack.template?.Resources ?? {}).flatMap(
      ({ Properties }) => Properties?.["Subnets"] ?? Properties?.["VPCZoneIdentifier"] ?? [],
    );
    const zones = subnets.map((subnet) => (typeof subnet === "string" ? zoneOf.get(subnet) : undefined));
    const known = zones.filter((zone) => zone !== undefined);
    return name !== undefined && known.length > 0 && known.length === zones.length
      ? [[name, [...new Set(known)]] as const]
      : [];
  });
  return Object.fromEntries(groups);
}

/**
 * What the account and the cluster say. Images of groups that exist stay the ones they were made with: that a newer one
 * is out is no change of the file.
 *
 * @param more images and public keys that were looked up
 */
export function knownFrom(
  found: Found,
  more: Partial<Pick<Known, "amis" | "publicKeys" | "offeredZones">> = {},
): Known {
  const { cluster } = found;
  const clusterStack = found.stacks.get(`eksctl-${found.name}-cluster`);
  const images = [...found.stacks.values()].flatMap((stack) => {
    const image = imageOf(stack.template);
    const group = stack.tags["alpha.eksctl.io/nodegroup-name"];
    return image !== undefined && group !== undefined ? [[group, image] as const] : [];
  });
  const zones = zonesOf(clusterStack?.template);
  const partition = /^arn:([^:]+):/.exec(found.caller)?.[1];
  const issuer = cluster?.identity?.oidc?.issuer;
  const network = cluster?.kubernetesNetworkConfig;
  const serviceCidr = network?.serviceIpv4Cidr ?? network?.serviceIpv6Cidr;
  return {
    account: found.account,
    ...(partition !== undefined && { partition }),
    ...(issuer !== undefined && { issuer }),
    ...(cluster?.endpoint !== undefined && { endpoint: cluster.endpoint }),
    ...(cluster?.certificateAuthority?.data !== undefined && { ca: cluster.certificateAuthority.data }),
    ...(serviceCidr !== undefined && { serviceCidr }),
    ...(Object.keys(found.physicalIds).length > 0 && { physicalIds: found.physicalIds }),
    ...(zones.length > 0 && { zones }),
    amis: { ...more.amis, ...Object.fromEntries(images) },
    offeredZones: { ...more.offeredZones, ...zonesOfGroups(found, clusterStack?.template) },
    ...(more.publicKeys && { publicKeys: more.publicKeys }),
  };
}
