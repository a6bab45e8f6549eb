// What the AWS Load Balancer Controller may do, as eksctl grants it (data/eksctl-stacks, aws-load-balancer-controller).
import type { AllowStatement } from "./statement.ts";

const clusterTag = "elbv2.k8s.aws/cluster";
const elb = (actions: string): string[] => actions.split(" ").map((action) => `elasticloadbalancing:${action}`);
const ec2 = (actions: string): string[] => actions.split(" ").map((action) => `ec2:${action}`);
const elbArn = (paths: string): string[] => paths.split(" ").map((path) => `elasticloadbalancing:*:*:${path}`);

const owned = { Null: { [`aws:ResourceTag/${clusterTag}`]: "false" } };
const requested = { Null: { [`aws:RequestTag/${clusterTag}`]: "false" } };
const ownedNotRequested = {
  Null: { [`aws:RequestTag/${clusterTag}`]: "true", [`aws:ResourceTag/${clusterTag}`]: "false" },
};
const balancersAndTargets = elbArn("targetgroup/*/* loadbalancer/net/*/* loadbalancer/app/*/*");

export const loadBalancerController: readonly AllowStatement[] = [
  {
    actions: ["iam:CreateServiceLinkedRole"],
    condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
  },
  {
    actions: [
      ...ec2(
        "DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeInternetGateways DescribeVpcs " +
          "DescribeVpcPeeringConnections DescribeSubnets DescribeSecurityGroups DescribeInstances " +
          "DescribeNetworkInterfaces DescribeTags GetCoipPoolUsage DescribeCoipPools GetSecurityGroupsForVpc " +
          "DescribeIpamPools DescribeRouteTables",
      ),
      ...elb(
        "DescribeLoadBalancers DescribeLoadBalancerAttributes DescribeListeners DescribeListenerCertificates " +
          "DescribeSSLPolicies DescribeRules DescribeTargetGroups DescribeTargetGroupAttributes DescribeTargetHealth " +
          "DescribeTags DescribeTrustStores DescribeListenerAttributes DescribeCapacityReservation",
      ),
    ],
  },
  {
    actions: [
      "cognito-idp:DescribeUserPoolClient",
      "acm:ListCertificates",
      "acm:DescribeCertificate",
      "iam:ListServerCertificates",
      "iam:GetServerCertificate",
      "waf-regional:GetWebACL",
      "waf-regional:GetWebACLForResource",
      "waf-regional:AssociateWebACL",
      "waf-regional:DisassociateWebACL",
      "wafv2:GetWebACL",
      "wafv2:GetWebACLForResource",
      "wafv2:AssociateWebACL",
      "wafv2:DisassociateWebACL",
      "shield:GetSubscriptionState",
      "shield:DescribeProtection",
      "shield:CreateProtection",
      "shield:DeleteProtection",
    ],
  },
  { actions: ec2("AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress") },
  { actions: ec2("CreateSecurityGroup") },
  {
    actions: ec2("CreateTags"),
    resources: "ec2:*:*:security-group/*",
    condition: { ...requested, StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" } },
  },
  { actions: ec2("CreateTags DeleteTags"), resources: "ec2:*:*:security-group/*", condition: ownedNotRequested },
  {
    actions: ec2("AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress DeleteSecurityGroup"),
    condition: owned,
  },
  { actions: elb("CreateLoadBalancer CreateTargetGroup"), condition: requested },
  { actions: elb("CreateListener DeleteListener CreateRule DeleteRule") },
  { actions: elb("AddTags RemoveTags"), resources: balancersAndTargets, condition: ownedNotRequested },
  {
    actions: elb("AddTags RemoveTags"),
    resources: elbArn("listener/net/*/*/* listener/app/*/*/* listener-rule/net/*/*/* listener-rule/app/*/*/*"),
  },
  {
    actions: elb(
      "ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups SetSubnets DeleteLoadBalancer " +
        "ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup ModifyListenerAttributes " +
        "ModifyCapacityReservation ModifyIpPools",
    ),
    condition: owned,
  },
  {
    actions: elb("AddTags"),
    resources: balancersAndTargets,
    condition: {
      ...requested,
      StringEquals: { "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"] },
    },
  },
  { actions: elb("RegisterTargets DeregisterTargets"), resources: "elasticloadbalancing:*:*:targetgroup/*/*" },
  {
    actions: elb(
      "SetWebAcl ModifyListener AddListenerCertificates RemoveListenerCertificates ModifyRule SetRulePriorities",
    ),
  },
];
