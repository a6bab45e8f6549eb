// The cluster's security groups: one for the control plane, one that all nodes share, and the rules between them and the
// group that EKS makes itself.
import type { Context } from "../context.ts";
import { getAtt, ref } from "../template.ts";
import type { Properties, TemplateBuilder } from "../template.ts";

const eksGroup = getAtt("ControlPlane", "ClusterSecurityGroupId");
const sharedGroup = ref("ClusterSharedNodeSecurityGroup");

/** A rule for every protocol and port; AWS ignores the ports with protocol -1, eksctl sends them. */
const allPorts = (rule: Properties): Properties => ({ ...rule, FromPort: 0, IpProtocol: "-1", ToPort: 65535 });

function addExtraCidrs(template: TemplateBuilder, context: Context): void {
  for (const [i, cidr] of (context.config.vpc?.extraCIDRs ?? []).entries()) {
    template.add(`IngressControlPlaneExtraCIDR${i}`, "AWS::EC2::SecurityGroupIngress", {
      CidrIp: cidr,
      Description: `Allow Extra CIDR ${i} (${cidr}) to communicate to controlplane`,
      FromPort: 443,
      GroupId: ref("ControlPlaneSecurityGroup"),
      IpProtocol: "tcp",
      ToPort: 443,
    });
  }
}

/** Adds both groups, their rules and outputs. */
export function addSecurityGroups(template: TemplateBuilder, context: Context): void {
  template.add("ControlPlaneSecurityGroup", "AWS::EC2::SecurityGroup", {
    GroupDescription: "Communication between the control plane and worker nodegroups",
    VpcId: ref("VPC"),
  });
  addExtraCidrs(template, context);
  template.add("ClusterSharedNodeSecurityGroup", "AWS::EC2::SecurityGroup", {
    GroupDescription: "Communication between all nodes in the cluster",
    VpcId: ref("VPC"),
  });
  const rule = (logicalId: string, properties: Properties): void =>
    void template.add(logicalId, "AWS::EC2::SecurityGroupIngress", allPorts(properties));
  rule("IngressInterNodeGroupSG", {
    Description: "Allow nodes to communicate with each other (all ports)",
    GroupId: sharedGroup,
    SourceSecurityGroupId: sharedGroup,
  });
  if (context.config.vpc?.manageSharedNodeSecurityGroupRules !== false) {
    rule("IngressDefaultClusterToNodeSG", {
      Description: "Allow managed and unmanaged nodes to communicate with each other (all ports)",
      GroupId: sharedGroup,
      SourceSecurityGroupId: eksGroup,
    });
    rule("IngressNodeToDefaultClusterSG", {
      Description: "Allow unmanaged nodes to communicate with control plane (all ports)",
      GroupId: eksGroup,
      SourceSecurityGroupId: sharedGroup,
    });
  }
  template.output("SecurityGroup", ref("ControlPlaneSecurityGroup"), true);
  template.output("SharedNodeSecurityGroup", sharedGroup, true);
}
