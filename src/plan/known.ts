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

/**
 * What the account and the cluster say. Images of groups that exist stay the ones they were made with: that a newer one
 * is out is no change of the file.
 *
 * @param more images and public keys that were looked up
 */
export function knownFrom(found: Found, more: Pick<Known, "amis" | "publicKeys"> = {}): Known {
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
    ...(more.publicKeys && { publicKeys: more.publicKeys }),
  };
}
