// Whether instances of a node group become nodes: their role must let the kubelet, the image pull and the CNI work, and
// their subnets must let them out.
import type { Instance } from "@aws-sdk/client-auto-scaling";
import type { ResponseLaunchTemplateData, Subnet } from "@aws-sdk/client-ec2";
import type { Issue } from "@aws-sdk/client-eks";
import type { ListOpenIDConnectProvidersResponse } from "@aws-sdk/client-iam";
import type { Context } from "../../core/index.ts";
import { asEks, childKey } from "./lookup.ts";
import { templateData } from "./nodegroup-parts.ts";
import { findSubnets, isPublicSubnet } from "./rules/network.ts";
import { rolePolicies } from "./rules/roles.ts";
import type { ClusterRow, NodegroupRow } from "./state.ts";
import { accessEntries, addonTable, podIdentities } from "./state.ts";
import { readUserData } from "./user-data.ts";

const worker = ["AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"];
const pull = [
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonEC2ContainerRegistryFullAccess",
];
/** AWS's own policy gives IPv4 addresses alone: for IPv6 somebody has to write one (`ec2:AssignIpv6Addresses`). */
const cni = { ipv4: ["AmazonEKS_CNI_Policy"], ipv6: [] } as const;
const admin = ["AdministratorAccess"];

/** True when aws-node has permissions from somewhere else than the node's role. */
function cniHasOwnRole(ctx: Context, cluster: Readonly<ClusterRow>): boolean {
  const addon = ctx.table(addonTable).get(childKey(cluster.name, "vpc-cni"));
  if (addon?.serviceAccountRoleArn || addon?.podIdentityAssociations?.length) return true;
  const associated = ctx
    .table(podIdentities)
    .by("cluster", cluster.name)
    .some((row) => row.namespace === "kube-system" && row.serviceAccount === "aws-node");
  if (associated) return true;
  // With an OIDC provider the service account may carry a role that only Kubernetes knows of.
  const { OpenIDConnectProviderList = [] } = asEks(ctx).call<ListOpenIDConnectProvidersResponse>(
    "iam",
    "ListOpenIDConnectProviders",
    {},
  );
  return OpenIDConnectProviderList.some((provider) => provider.Arn?.includes(cluster.hidden.issuerId));
}

/** An image of one's own has to bring user data that joins: EKS adds nothing to it. */
function joinsByItself(ctx: Context, row: Readonly<NodegroupRow>): boolean {
  const { id, version } = row.launchTemplate ?? {};
  if (row.amiType !== "CUSTOM" || id === undefined) return true;
  const { data } = templateData(ctx, { id, version });
  return data.UserData === undefined || readUserData(data.UserData)?.cluster === row.clusterName;
}

/** A principal that had an entry keeps it: one of people doesn't let nodes in. */
function isLetIn(ctx: Context, row: Readonly<NodegroupRow>): boolean {
  const entry = ctx.table(accessEntries).get(childKey(row.clusterName, row.nodeRole));
  return entry === undefined || entry.type.startsWith("EC2");
}

/** Why the instances don't become Ready nodes, or undefined. A role with policies of one's own is believed to know. */
export function nodeTrouble(
  ctx: Context,
  row: Readonly<NodegroupRow>,
  cluster: Readonly<ClusterRow>,
  instances: () => readonly Instance[],
): Issue | undefined {
  const { managed, custom } = rolePolicies(ctx, row.nodeRole);
  const outside = !joinsByItself(ctx, row) || !isLetIn(ctx, row);
  const has = (names: readonly string[]): boolean => [...names, ...admin].some((name) => managed.includes(name));
  if (custom && !outside) return undefined;
  const joins = !outside && has(worker) && has(pull);
  const family = cluster.kubernetesNetworkConfig?.ipFamily ?? "ipv4";
  if (joins && (has(cni[family]) || cniHasOwnRole(ctx, cluster))) return undefined;
  return {
    code: "NodeCreationFailure",
    message: joins ? "Unhealthy nodes in the kubernetes cluster" : "Instances failed to join the kubernetes cluster",
    resourceIds: instances().flatMap((instance) => instance.InstanceId ?? []),
  };
}

/** Nodes of an IPv6 cluster have IPv6 addresses: the subnet gives them, or the launch template asks for them. */
function missingIpv6(
  row: Readonly<NodegroupRow>,
  subnets: readonly Subnet[],
  own: ResponseLaunchTemplateData,
): Issue | undefined {
  if (own.NetworkInterfaces?.some((each) => each.Ipv6AddressCount || each.Ipv6Addresses?.length)) return undefined;
  const ids = subnets.filter((subnet) => !subnet.AssignIpv6AddressOnCreation).map(({ SubnetId = "" }) => SubnetId);
  if (ids.length === 0) return undefined;
  return {
    code: "Ec2SubnetMissingIpv6Assignment",
    message:
      `One or more Amazon EC2 Subnets of [${ids.join(", ")}] for node group ${row.nodegroupName} does not automatically ` +
      "assign IPv6 addresses to instances launched into it.",
    resourceIds: ids,
  };
}

/**
 * Nodes in a public subnet need public addresses, and nodes of an IPv6 cluster IPv6 ones: the subnet gives them, or the
 * launch template asks for them.
 */
export function subnetTrouble(
  ctx: Context,
  row: Readonly<NodegroupRow>,
  cluster: Readonly<ClusterRow>,
): Issue | undefined {
  const { id, version } = row.launchTemplate ?? {};
  const own = id === undefined ? {} : templateData(ctx, { id, version }).data;
  const subnets = findSubnets(ctx, row.subnets);
  if (cluster.kubernetesNetworkConfig?.ipFamily === "ipv6") {
    const missing = missingIpv6(row, subnets, own);
    if (missing) return missing;
  }
  if (own.NetworkInterfaces?.some((each) => each.AssociatePublicIpAddress)) return undefined;
  const broken = subnets.filter((subnet) => !subnet.MapPublicIpOnLaunch && isPublicSubnet(ctx, subnet));
  if (broken.length === 0) return undefined;
  const ids = broken.map((subnet) => subnet.SubnetId ?? "");
  return {
    code: "Ec2SubnetInvalidConfiguration",
    message:
      `One or more Amazon EC2 Subnets of [${ids.join(", ")}] for node group ${row.nodegroupName} does not automatically ` +
      "assign public IP addresses to instances launched into it. If you want your instances to be assigned a public IP " +
      "address, then you need to enable auto-assign public IP address for the subnet.",
    resourceIds: ids,
  };
}
