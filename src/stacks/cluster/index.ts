// The cluster stack: network, control plane, and the roles both need.
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack } from "../desired.ts";
import { tagKeys } from "../names.ts";
import { servicePrincipalMappings } from "../partitions.ts";
import { templateBuilder } from "../template.ts";
import { addControlPlane } from "./control-plane.ts";
import { addFargateRole, addServiceRole } from "./roles.ts";
import { addSecurityGroups } from "./security-groups.ts";
import { addVpc } from "./vpc.ts";

/** The stack of a cluster with a VPC of its own. */
export function clusterStack(context: Context): DesiredStack {
  const binder = context.bind();
  const ownRole = !context.config.iam?.serviceRoleARN;
  const fargateRole =
    Boolean(context.config.fargateProfiles?.length) && !context.config.iam?.fargatePodExecutionRoleARN;
  const dedicatedIam = ownRole || fargateRole;
  const template = templateBuilder({
    description: `EKS cluster (dedicated VPC: true, dedicated IAM: ${dedicatedIam}) [created and managed by eksctl]`,
    mappings: servicePrincipalMappings,
  });
  const subnets = addVpc(template, context);
  addSecurityGroups(template, context);
  const role = addServiceRole(template, context);
  addControlPlane(template, context, subnets, role);
  addFargateRole(template, context, binder);
  return toStack(context, {
    stackName: context.clusterStack,
    kind: "cluster",
    name: context.name,
    capability: dedicatedIam ? "CAPABILITY_IAM" : undefined,
    tags: [{ [tagKeys.oidcEnabled]: String(context.withOidc) }],
    template: template.build(),
    source: [["metadata"]],
    binder,
  });
}
