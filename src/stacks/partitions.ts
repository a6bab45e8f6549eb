// AWS partitions: which region belongs to which, and the service principals that differ between them.
import type { TemplateValue } from "./template.ts";

interface Partition {
  readonly name: string;
  readonly regions: RegExp;
  /** Suffix of service host names. */
  readonly dnsSuffix: string;
  /** Host part of the EC2 service principal. */
  readonly ec2: string;
  /** Whether Systems Manager's and Roles Anywhere's principals are among those that eksctl maps. */
  readonly hybrid: boolean;
}

const partition = (name: string, regions: RegExp, dnsSuffix: string, ec2: string, hybrid = false): Partition => ({
  name,
  regions,
  dnsSuffix,
  ec2,
  hybrid,
});

const partitions: readonly Partition[] = [
  partition("aws-cn", /^cn-/, "amazonaws.com.cn", "ec2.amazonaws.com.cn"),
  partition("aws-iso", /^us-iso-/, "c2s.ic.gov", "ec2.c2s.ic.gov"),
  partition("aws-iso-b", /^us-isob-/, "sc2s.sgov.gov", "ec2.sc2s.sgov.gov"),
  partition("aws-iso-e", /^eu-isoe-/, "cloud.adc-e.uk", "ec2.amazonaws.com"),
  partition("aws-iso-f", /^us-isof-/, "csp.hci.ic.gov", "ec2.amazonaws.com"),
  partition("aws-us-gov", /^us-gov-/, "amazonaws.com", "ec2.amazonaws.com", true),
  partition("aws", /^/, "amazonaws.com", "ec2.amazonaws.com", true),
];

/** Partition of a region: `aws-cn` for `cn-north-1`. */
export function partitionOf(region: string): string {
  return partitions.find(({ regions }) => regions.test(region))?.name ?? "aws";
}

/** Suffix of service host names in a region: `amazonaws.com`. */
export function dnsSuffixOf(region: string): string {
  return partitions.find(({ regions }) => regions.test(region))?.dnsSuffix ?? "amazonaws.com";
}

/** Name of the mapping that templates with service principals carry. */
const servicePrincipalMap = "ServicePrincipalPartitionMap";

/** eksctl's mapping from partition to service principals. */
export const servicePrincipalMappings: Readonly<Record<string, TemplateValue>> = {
  [servicePrincipalMap]: Object.fromEntries(
    partitions
      .map(({ name, ec2, hybrid }): [string, TemplateValue] => [
        name,
        {
          EC2: ec2,
          EKS: "eks.amazonaws.com",
          EKSFargatePods: "eks-fargate-pods.amazonaws.com",
          ...(hybrid ? { IRA: "rolesanywhere.amazonaws.com", SSM: "ssm.amazonaws.com" } : {}),
        },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
};

/** A service principal looked up in the mapping when the stack is made. */
export function servicePrincipal(service: "EC2" | "EKS" | "EKSFargatePods"): TemplateValue {
  return { "Fn::FindInMap": [servicePrincipalMap, { Ref: "AWS::Partition" }, service] };
}

/** ARN of an AWS-managed policy, in the partition the stack is made in. */
export function managedPolicyArn(name: string): TemplateValue {
  return { "Fn::Sub": `arn:\${AWS::Partition}:iam::aws:policy/${name}` };
}
