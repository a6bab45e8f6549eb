// The EKS cluster itself: AWS::EKS::Cluster and what the stack tells of it.
import type { Context } from "../context.ts";
import { defined, getAtt, ref } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import type { SubnetPlan } from "./subnets.ts";
import { clusterLogTypes } from "../../facts/index.ts";

/** Control-plane log types that the file asks for, `*` and `all` spelled out. */
export function enabledLogTypes(context: Context): string[] {
  const types = context.config.cloudWatch?.clusterLogging?.enableTypes ?? [];
  return types.includes("*") || types.includes("all") ? [...clusterLogTypes] : types;
}

function networkConfig(context: Context): Record<string, TemplateValue> {
  const network = context.config.kubernetesNetworkConfig;
  // Without the block eksctl sends an empty one and leaves the family to EKS.
  if (!network || !context.written.kubernetesNetworkConfig) return {};
  return defined({
    IpFamily: (network.ipFamily ?? "IPv4").toLowerCase(),
    ServiceIpv4Cidr: network.serviceIPv4CIDR || undefined,
  });
}

function vpcConfig(context: Context, subnets: readonly SubnetPlan[]): Record<string, TemplateValue> {
  const { vpc } = context.config;
  const chosen = vpc?.controlPlaneOnPrivateSubnets ? subnets.filter(({ topology }) => topology === "Private") : subnets;
  return defined({
    EndpointPrivateAccess: vpc?.clusterEndpoints?.privateAccess ?? false,
    EndpointPublicAccess: vpc?.clusterEndpoints?.publicAccess ?? true,
    PublicAccessCidrs: vpc?.publicAccessCIDRs?.length ? vpc.publicAccessCIDRs : undefined,
    SecurityGroupIds: [ref("ControlPlaneSecurityGroup")],
    SubnetIds: chosen.map((subnet) => ref(subnet.logicalId)),
  });
}

/** Adds the control plane and its outputs. */
export function addControlPlane(
  template: TemplateBuilder,
  context: Context,
  subnets: readonly SubnetPlan[],
  roleArn: TemplateValue,
): void {
  const { config } = context;
  const types = enabledLogTypes(context);
  const keyArn = config.secretsEncryption?.keyARN;
  const supportType = config.upgradePolicy?.supportType;
  template.add("ControlPlane", "AWS::EKS::Cluster", {
    AccessConfig: {
      AuthenticationMode: config.accessConfig?.authenticationMode ?? "API_AND_CONFIG_MAP",
      BootstrapClusterCreatorAdminPermissions: config.accessConfig?.bootstrapClusterCreatorAdminPermissions !== false,
    },
    BootstrapSelfManagedAddons: false,
    EncryptionConfig: keyArn ? [{ Provider: { KeyArn: keyArn }, Resources: ["secrets"] }] : undefined,
    KubernetesNetworkConfig: networkConfig(context),
    Logging: types.length > 0 ? { ClusterLogging: { EnabledTypes: types.map((Type) => ({ Type })) } } : undefined,
    Name: context.name,
    ResourcesVpcConfig: vpcConfig(context, subnets),
    RoleArn: roleArn,
    Tags: Object.entries(config.metadata.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    UpgradePolicy: supportType ? { SupportType: supportType } : undefined,
    Version: context.version,
    ZonalShiftConfig: config.zonalShiftConfig?.enabled ? { Enabled: true } : undefined,
  });
  template.output("CertificateAuthorityData", getAtt("ControlPlane", "CertificateAuthorityData"), false);
  template.output("Endpoint", getAtt("ControlPlane", "Endpoint"), true);
  template.output("ARN", getAtt("ControlPlane", "Arn"), true);
  template.output("ClusterSecurityGroupId", getAtt("ControlPlane", "ClusterSecurityGroupId"), true);
  template.output("ClusterStackName", ref("AWS::StackName"), false);
}
