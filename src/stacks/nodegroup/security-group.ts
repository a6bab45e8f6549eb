// Security group of a self-managed node group, and the rules that let the control plane and its nodes talk.
import type { Context } from "../context.ts";
import { importValue, ref } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";
import type { SelfManagedGroup } from "./group.ts";
import { sshRules } from "./ssh.ts";

/** Ports of kubelets and workloads, and the one for API servers that run as workloads. */
const workloads = { FromPort: 1025, IpProtocol: "tcp", ToPort: 65535 } as const;
const https = { FromPort: 443, IpProtocol: "tcp", ToPort: 443 } as const;

const workloadPorts = "(kubelet and workload TCP ports)";
const httpsPort = "(workloads using HTTPS port, commonly used with extension API servers)";

function addLocalGroup(template: TemplateBuilder, context: Context, group: SelfManagedGroup): TemplateValue {
  const nodes = `worker nodes in group ${group.name}`;
  const controlPlane = importValue(context.clusterStack, "SecurityGroup");
  const fromControlPlane = (name: string, ports: string): string =>
    `[${name}] Allow ${nodes} to communicate with control plane ${ports}`;
  const local = template.add("SG", "AWS::EC2::SecurityGroup", {
    GroupDescription: `Communication between the control plane and ${nodes}`,
    SecurityGroupIngress: [
      {
        Description: fromControlPlane("IngressInterCluster", workloadPorts),
        SourceSecurityGroupId: controlPlane,
        ...workloads,
      },
      {
        Description: fromControlPlane("IngressInterClusterAPI", httpsPort),
        SourceSecurityGroupId: controlPlane,
        ...https,
      },
      ...sshRules(context, group, nodes),
    ],
    Tags: [{ Key: `kubernetes.io/cluster/${context.name}`, Value: "owned" }],
    VpcId: importValue(context.clusterStack, "VPC"),
  });
  const egress = (logicalId: string, ports: string, range: typeof workloads | typeof https): void =>
    void template.add(logicalId, "AWS::EC2::SecurityGroupEgress", {
      Description: `Allow control plane to communicate with ${nodes} ${ports}`,
      DestinationSecurityGroupId: local,
      GroupId: controlPlane,
      ...range,
    });
  egress("EgressInterCluster", workloadPorts, workloads);
  egress("EgressInterClusterAPI", httpsPort, https);
  template.add("IngressInterClusterCP", "AWS::EC2::SecurityGroupIngress", {
    Description: `Allow control plane to receive API requests from ${nodes}`,
    GroupId: controlPlane,
    SourceSecurityGroupId: ref("SG"),
    ...https,
  });
  return local;
}

/** Adds the group's own security group unless switched off; returns all groups its nodes are in. */
export function addNodeSecurityGroups(
  template: TemplateBuilder,
  context: Context,
  group: SelfManagedGroup,
): TemplateValue[] {
  const { attachIDs = [], withShared = true, withLocal = true } = group.spec.securityGroups ?? {};
  return [
    ...attachIDs,
    ...(withShared ? [importValue(context.clusterStack, "SharedNodeSecurityGroup")] : []),
    ...(withLocal ? [addLocalGroup(template, context, group)] : []),
  ];
}
