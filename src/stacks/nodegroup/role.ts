// The role of a node group's instances, with the policies the file switches on.
import type { NodeGroupIAM } from "../../config/index.ts";
import { managedPolicyArn, servicePrincipal } from "../partitions.ts";
import { addonPolicies, enabledSwitches } from "../policies/catalogue.ts";
import { allowDocument, serviceTrust } from "../policies/statement.ts";
import { sub } from "../template.ts";
import type { TemplateBuilder, TemplateValue } from "../template.ts";

/** Logical id of the role in node group stacks. */
export const nodeRoleId = "NodeInstanceRole";

const registryReader = "AmazonEC2ContainerRegistryPullOnly";

/**
 * AWS-managed policies of a node role. Without OIDC provider nodes run the VPC CNI with their own role. `attachPolicyARNs`
 * replaces the defaults; self-managed nodes keep the right to pull images.
 */
function managedPolicies(iam: NodeGroupIAM, managed: boolean, withOidc: boolean): TemplateValue[] {
  const names = new Set<string>();
  const given = iam.attachPolicyARNs ?? [];
  if (given.length === 0) {
    names.add("AmazonEKSWorkerNodePolicy").add("AmazonSSMManagedInstanceCore");
    if (!withOidc) names.add("AmazonEKS_CNI_Policy");
    if (managed) names.add(registryReader);
  }
  if (!managed && iam.withAddonPolicies?.imageBuilder !== true) names.add(registryReader);
  for (const { managed: policies = [] } of enabledSwitches(addonPolicies, policiesOf(iam))) {
    for (const policy of policies) names.add(policy);
  }
  // A policy given by ARN isn't attached a second time by name.
  for (const arn of given) names.delete(arn.slice(arn.indexOf("/") + 1));
  return [...given, ...[...names].sort().map(managedPolicyArn)];
}

const policiesOf = (iam: NodeGroupIAM): Readonly<Record<string, unknown>> => ({ ...iam.withAddonPolicies });

/** Adds role and inline policies. */
export function addNodeRole(
  template: TemplateBuilder,
  iam: NodeGroupIAM,
  options: { managed: boolean; withOidc: boolean },
): void {
  const role = template.add(nodeRoleId, "AWS::IAM::Role", {
    AssumeRolePolicyDocument: serviceTrust([servicePrincipal("EC2")], ["sts:AssumeRole"]),
    ManagedPolicyArns: managedPolicies(iam, options.managed, options.withOidc),
    Path: "/",
    PermissionsBoundary: iam.instanceRolePermissionsBoundary || undefined,
    RoleName: iam.instanceRoleName || undefined,
  });
  const attach = (logicalId: string, document: TemplateValue): void => {
    template.add(logicalId, "AWS::IAM::Policy", {
      PolicyDocument: document,
      PolicyName: sub(`\${AWS::StackName}-${logicalId}`),
      Roles: [role],
    });
  };
  if (iam.attachPolicy) attach("Policy1", iam.attachPolicy as TemplateValue);
  for (const { inline = {} } of enabledSwitches(addonPolicies, policiesOf(iam))) {
    for (const [logicalId, statements] of Object.entries(inline)) attach(logicalId, allowDocument(statements));
  }
}

/** The role's ARN without path: kubelets are known by it, and Kubernetes' authenticator doesn't see paths. */
export function withoutPath(roleArn: string): string {
  const [head = roleArn, ...rest] = roleArn.split("/");
  const name = rest.at(-1);
  return name === undefined ? roleArn : `${head}/${name}`;
}
