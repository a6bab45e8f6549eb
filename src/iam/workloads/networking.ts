// Controllers of load balancers and of pods' addresses.
import type { Arns, PolicyScope, WorkloadDefinition } from "./definition.ts";
import { actionsOf, defineWorkload } from "./definition.ts";

const clusterTag = "elbv2.k8s.aws/cluster";
/** Tagged for this cluster, or, where it isn't known, for any. */
const tagged =
  (kind: "RequestTag" | "ResourceTag") =>
  ({ cluster }: PolicyScope) => {
    const key = `aws:${kind}/${clusterTag}`;
    return cluster === undefined ? { Null: { [key]: "false" } } : { StringEquals: { [key]: cluster } };
  };
const requested = tagged("RequestTag");
const owned = tagged("ResourceTag");
const elb = (names: string): readonly string[] => actionsOf("elasticloadbalancing", names);
const elbArns = (arns: Arns, kinds: string): readonly string[] =>
  kinds.split(" ").map((kind) => arns.of("elasticloadbalancing", kind));
const balancers = (arns: Arns): readonly string[] => elbArns(arns, "targetgroup/* loadbalancer/*");
const listeners = (arns: Arns): readonly string[] => elbArns(arns, "listener/* listener-rule/*");
const groups = (_: PolicyScope, arns: Arns): readonly string[] => [arns.of("ec2", "security-group/*")];

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/#configure-iam */
export const loadBalancerController: WorkloadDefinition = defineWorkload({
  name: "aws-load-balancer-controller",
  title: "AWS Load Balancer Controller",
  namespace: "kube-system",
  serviceAccount: "aws-load-balancer-controller",
  narrowedBy: ["cluster", "region", "account"],
  statements: [
    {
      sid: "MakeServiceLinkedRole",
      reason: "the first load balancer of an account makes ELB's own role",
      actions: ["iam:CreateServiceLinkedRole"],
      condition: () => ({ StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } }),
    },
    {
      sid: "ReadNetwork",
      reason: "subnets, addresses and groups to place balancers in; these calls know no resources",
      actions: actionsOf(
        "ec2",
        "DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeCoipPools DescribeInstances DescribeInternetGateways DescribeIpamPools DescribeNetworkInterfaces DescribeRouteTables DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVpcPeeringConnections DescribeVpcs GetCoipPoolUsage GetSecurityGroupsForVpc",
      ),
    },
    {
      sid: "ReadBalancers",
      reason: "what is there; these calls know no resources",
      actions: elb(
        "DescribeCapacityReservation DescribeListenerAttributes DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth DescribeTrustStores",
      ),
    },
    {
      sid: "FindCertificates",
      reason: "certificates for the host names of ingresses",
      actions: [
        "acm:DescribeCertificate",
        "acm:ListCertificates",
        "iam:GetServerCertificate",
        "iam:ListServerCertificates",
      ],
    },
    {
      sid: "UseFirewallsAndShield",
      reason: "annotations that put a web ACL or Shield Advanced before a balancer, and authenticate by Cognito",
      actions: [
        "cognito-idp:DescribeUserPoolClient",
        ...actionsOf("shield", "CreateProtection DeleteProtection DescribeProtection GetSubscriptionState"),
        // WAF Classic ended on 2025-09-30: https://docs.aws.amazon.com/waf/latest/developerguide/classic-waf-chapter.html
        ...actionsOf("wafv2", "AssociateWebACL DisassociateWebACL GetWebACL GetWebACLForResource"),
      ],
    },
    {
      sid: "MakeGroups",
      reason: "a security group for each balancer, in whatever VPC",
      actions: ["ec2:CreateSecurityGroup"],
      resources: (scope, arns) => [...groups(scope, arns), arns.of("ec2", "vpc/*")],
    },
    {
      sid: "TagNewGroups",
      reason: "groups carry the cluster's tag from the first moment",
      actions: ["ec2:CreateTags"],
      resources: groups,
      condition: (scope) => {
        const { StringEquals = {}, Null } = requested(scope) as {
          StringEquals?: Record<string, string>;
          Null?: Record<string, string>;
        };
        return {
          StringEquals: { ...StringEquals, "ec2:CreateAction": "CreateSecurityGroup" },
          ...(Null ? { Null } : {}),
        };
      },
    },
    {
      sid: "TagOwn",
      reason: "tags that ingresses ask for, on its groups, balancers and target groups; the cluster's own tag stays",
      actions: [...actionsOf("ec2", "CreateTags DeleteTags"), ...elb("AddTags RemoveTags")],
      resources: (scope, arns) => [...groups(scope, arns), ...balancers(arns)],
      condition: () => ({
        Null: { [`aws:RequestTag/${clusterTag}`]: "true", [`aws:ResourceTag/${clusterTag}`]: "false" },
      }),
    },
    {
      sid: "OpenGroups",
      reason: "rules of its own groups, and of the nodes' and pods' groups, which it didn't make",
      actions: actionsOf("ec2", "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress"),
      resources: groups,
    },
    {
      sid: "DeleteOwnGroups",
      reason: "groups go with their balancer",
      actions: ["ec2:DeleteSecurityGroup"],
      resources: groups,
      condition: owned,
    },
    {
      sid: "MakeBalancers",
      reason: "balancers and target groups carry the cluster's tag from the first moment",
      actions: elb("CreateLoadBalancer CreateTargetGroup"),
      resources: (_, arns) => balancers(arns),
      condition: requested,
    },
    {
      sid: "TagNewBalancers",
      reason: "tags are set in the same call as the resource",
      actions: elb("AddTags"),
      resources: (_, arns) => balancers(arns),
      condition: (scope) => {
        const { StringEquals = {}, Null } = requested(scope) as {
          StringEquals?: Record<string, string>;
          Null?: Record<string, string>;
        };
        const CreateAction = ["CreateTargetGroup", "CreateLoadBalancer"];
        return {
          StringEquals: { ...StringEquals, "elasticloadbalancing:CreateAction": CreateAction },
          ...(Null ? { Null } : {}),
        };
      },
    },
    {
      sid: "TagListeners",
      reason: "listeners and rules have tags of their own",
      actions: elb("AddTags RemoveTags"),
      resources: (_, arns) => listeners(arns),
    },
    {
      sid: "ChangeListeners",
      reason: "ports, certificates and rules of its balancers",
      actions: elb(
        "AddListenerCertificates CreateListener CreateRule DeleteListener DeleteRule ModifyListener ModifyRule RemoveListenerCertificates SetRulePriorities SetWebAcl",
      ),
      resources: (_, arns) => [...listeners(arns), ...balancers(arns)],
    },
    {
      sid: "ChangeOwnBalancers",
      reason: "settings of balancers and target groups, and their end",
      actions: elb(
        "DeleteLoadBalancer DeleteTargetGroup ModifyCapacityReservation ModifyIpPools ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyTargetGroup ModifyTargetGroupAttributes SetIpAddressType SetSecurityGroups SetSubnets",
      ),
      resources: (_, arns) => [...balancers(arns), ...listeners(arns)],
      condition: owned,
    },
    {
      sid: "RegisterTargets",
      reason: "pods and nodes; also in target groups of others (TargetGroupBinding)",
      actions: elb("DeregisterTargets RegisterTargets"),
      resources: (_, arns) => elbArns(arns, "targetgroup/*"),
    },
  ],
});

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKS_CNI_Policy.html */
export const vpcCni: WorkloadDefinition = defineWorkload({
  name: "vpc-cni",
  title: "Amazon VPC CNI (IPv4)",
  namespace: "kube-system",
  serviceAccount: "aws-node",
  narrowedBy: ["region", "account"],
  statements: [
    {
      sid: "ReadNetwork",
      reason: "interfaces, subnets and limits of the instance; these calls know no resources",
      actions: actionsOf(
        "ec2",
        "DescribeInstances DescribeInstanceTypes DescribeNetworkInterfaces DescribeSubnets DescribeTags",
      ),
    },
    {
      sid: "MakeInterfaces",
      reason: "interfaces whose addresses are pods'",
      actions: ["ec2:CreateNetworkInterface"],
      resources: (_, arns) =>
        ["network-interface", "subnet", "security-group"].map((kind) => arns.of("ec2", `${kind}/*`)),
    },
    {
      sid: "UseInterfaces",
      reason: "addresses come and go with pods; plugin and instance are not told apart by tags",
      actions: actionsOf(
        "ec2",
        "AssignPrivateIpAddresses AttachNetworkInterface DeleteNetworkInterface DetachNetworkInterface ModifyNetworkInterfaceAttribute UnassignPrivateIpAddresses",
      ),
      resources: (_, arns) =>
        ["network-interface", "instance", "security-group"].map((kind) => arns.of("ec2", `${kind}/*`)),
    },
    {
      sid: "TagInterfaces",
      reason: "by their tags left-over interfaces are found",
      actions: ["ec2:CreateTags"],
      resources: (_, arns) => [arns.of("ec2", "network-interface/*")],
    },
  ],
});
