// The policies behind eksctl's switches, by name of the switch: `iam.withAddonPolicies` of node groups and
// `wellKnownPolicies` of service accounts, pod identities and add-ons.
import type { NodeGroupIAMAddonPolicies, WellKnownPolicies } from "../../config/index.ts";
import { loadBalancerController } from "./load-balancer-controller.ts";
import type { AllowStatement, Condition } from "./statement.ts";

/** What a switch attaches: AWS-managed policies by name, and inline policies by logical id. */
export interface PolicySwitch {
  readonly managed?: readonly string[];
  readonly inline?: Readonly<Record<string, readonly AllowStatement[]>>;
}

const of = (service: string, actions: string): string[] => actions.split(" ").map((action) => `${service}:${action}`);

const changeRecords: readonly AllowStatement[] = [
  { actions: ["route53:ChangeResourceRecordSets"], resources: "route53:::hostedzone/*" },
];

const autoScaler: PolicySwitch = {
  inline: {
    PolicyAutoScaling: [
      {
        actions: [
          ...of(
            "autoscaling",
            "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations " +
              "DescribeScalingActivities DescribeTags",
          ),
          ...of("ec2", "DescribeInstanceTypes DescribeLaunchTemplateVersions"),
        ],
      },
      {
        actions: [
          ...of("autoscaling", "SetDesiredCapacity TerminateInstanceInAutoScalingGroup"),
          ...of("ec2", "DescribeImages GetInstanceTypesFromInstanceRequirements"),
          "eks:DescribeNodegroup",
        ],
      },
    ],
  },
};

const externalDNS: PolicySwitch = {
  inline: {
    PolicyExternalDNSChangeSet: changeRecords,
    PolicyExternalDNSHostedZones: [
      { actions: of("route53", "ListHostedZones ListResourceRecordSets ListTagsForResource") },
    ],
  },
};

const certManager: PolicySwitch = {
  inline: {
    PolicyCertManagerChangeSet: changeRecords,
    PolicyCertManagerGetChange: [{ actions: ["route53:GetChange"], resources: "route53:::change/*" }],
    PolicyCertManagerHostedZones: [{ actions: of("route53", "ListResourceRecordSets ListHostedZonesByName") }],
  },
};

const awsLoadBalancerController: PolicySwitch = { inline: { PolicyAWSLoadBalancerController: loadBalancerController } };

const appMesh = (all: string): readonly AllowStatement[] => [
  {
    actions: [
      ...of(
        "servicediscovery",
        "CreateService DeleteService GetService GetInstance RegisterInstance DeregisterInstance ListInstances " +
          "ListNamespaces ListServices GetInstancesHealthStatus UpdateInstanceCustomHealthStatus GetOperation",
      ),
      ...of("route53", "GetHealthCheck CreateHealthCheck UpdateHealthCheck ChangeResourceRecordSets DeleteHealthCheck"),
      all,
    ],
  },
];

const powerUser: PolicySwitch = { managed: ["AmazonEC2ContainerRegistryPowerUser"] };
const ebsDriver: PolicySwitch = { managed: ["service-role/AmazonEBSCSIDriverPolicy"] };

const efsTag = (kind: "RequestTag" | "ResourceTag"): Condition => ({
  StringLike: { [`aws:${kind}/efs.csi.aws.com/cluster`]: "true" },
});

/** `wellKnownPolicies`; the order is that of the managed policies on the role. */
export const wellKnownPolicies: Readonly<Record<keyof WellKnownPolicies, PolicySwitch>> = {
  imageBuilder: powerUser,
  autoScaler,
  awsLoadBalancerController,
  externalDNS,
  certManager,
  ebsCSIController: ebsDriver,
  efsCSIController: {
    inline: {
      PolicyEFSCSIController: [
        { actions: of("elasticfilesystem", "DescribeAccessPoints DescribeFileSystems") },
        { actions: ["elasticfilesystem:CreateAccessPoint"], condition: efsTag("RequestTag") },
        { actions: ["elasticfilesystem:TagResource"], condition: efsTag("RequestTag") },
        { actions: ["elasticfilesystem:DeleteAccessPoint"], condition: efsTag("ResourceTag") },
      ],
    },
  },
};

/** `iam.withAddonPolicies`. */
export const addonPolicies: Readonly<Record<keyof NodeGroupIAMAddonPolicies, PolicySwitch>> = {
  imageBuilder: powerUser,
  cloudWatch: { managed: ["CloudWatchAgentServerPolicy"] },
  ebs: ebsDriver,
  autoScaler,
  certManager,
  externalDNS,
  appMesh: { inline: { PolicyAppMesh: appMesh("appmesh:*") } },
  appMeshPreview: { inline: { PolicyAppMeshPreview: appMesh("appmesh-preview:*") } },
  fsx: {
    inline: {
      PolicyFSX: [{ actions: ["fsx:*"] }],
      PolicyServiceLinkRole: [
        {
          actions: of("iam", "CreateServiceLinkedRole AttachRolePolicy PutRolePolicy"),
          resources: "iam::*:role/aws-service-role/*",
        },
      ],
    },
  },
  efs: {
    inline: {
      PolicyEFS: [{ actions: ["elasticfilesystem:*"] }],
      PolicyEFSEC2: [
        {
          actions: of(
            "ec2",
            "DescribeSubnets CreateNetworkInterface DescribeNetworkInterfaces DeleteNetworkInterface " +
              "ModifyNetworkInterfaceAttribute DescribeNetworkInterfaceAttribute",
          ),
        },
      ],
    },
  },
  awsLoadBalancerController,
  albIngress: awsLoadBalancerController,
  xRay: {
    inline: {
      PolicyXRay: [
        {
          actions: of(
            "xray",
            "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets GetSamplingStatisticSummaries",
          ),
        },
      ],
    },
  },
};

/** Switches that are on, in the catalogue's order. */
export function enabledSwitches(
  catalogue: Readonly<Record<string, PolicySwitch>>,
  switches: Readonly<Record<string, unknown>> | undefined,
): PolicySwitch[] {
  return Object.entries(catalogue).flatMap(([name, policy]) => (switches?.[name] === true ? [policy] : []));
}
