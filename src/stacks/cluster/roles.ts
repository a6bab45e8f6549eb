// IAM roles of the cluster stack: what EKS assumes for the control plane, and what Fargate assumes for pods.
import type { Binder } from "../binder.ts";
import type { Context } from "../context.ts";
import { managedPolicyArn, servicePrincipal } from "../partitions.ts";
import { serviceTrust } from "../policies/statement.ts";
import { getAtt } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";

/** Adds the control plane's role unless the file brings one; returns its ARN. */
export function addServiceRole(template: TemplateBuilder, context: Context): TemplateValue {
  const iam = context.config.iam;
  if (iam?.serviceRoleARN) {
    template.output("ServiceRoleARN", iam.serviceRoleARN, true);
    return iam.serviceRoleARN;
  }
  const policies = ["AmazonEKSClusterPolicy"];
  if (iam?.vpcResourceControllerPolicy !== false) policies.push("AmazonEKSVPCResourceController");
  template.add("ServiceRole", "AWS::IAM::Role", {
    AssumeRolePolicyDocument: serviceTrust([servicePrincipal("EKS")], ["sts:AssumeRole", "sts:TagSession"]),
    ManagedPolicyArns: policies.map(managedPolicyArn),
    PermissionsBoundary: iam?.serviceRolePermissionsBoundary || undefined,
  });
  const arn = getAtt("ServiceRole", "Arn");
  template.output("ServiceRoleARN", arn, true);
  return arn;
}

/** Adds the pod execution role when there are Fargate profiles and the file brings none. */
export function addFargateRole(template: TemplateBuilder, context: Context, binder: Binder): void {
  const { fargateProfiles, iam } = context.config;
  if (!fargateProfiles?.length) return;
  if (iam?.fargatePodExecutionRoleARN) {
    template.output("FargatePodExecutionRoleARN", iam.fargatePodExecutionRoleARN, true);
    return;
  }
  const profiles = `arn:${binder.partition}:eks:${context.region}:${binder.account()}:fargateprofile/${context.name}/*`;
  template.add("FargatePodExecutionRole", "AWS::IAM::Role", {
    AssumeRolePolicyDocument: serviceTrust([servicePrincipal("EKSFargatePods")], ["sts:AssumeRole"], {
      // Only this cluster's profiles may assume it: else another account's could (confused deputy).
      ArnLike: { "aws:SourceArn": profiles },
    }),
    ManagedPolicyArns: [managedPolicyArn("AmazonEKSFargatePodExecutionRolePolicy")],
    PermissionsBoundary: iam?.fargatePodExecutionRolePermissionsBoundary || undefined,
  });
  template.output("FargatePodExecutionRoleARN", getAtt("FargatePodExecutionRole", "Arn"), true);
}
