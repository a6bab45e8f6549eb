// The Fargate role as a stack of its own, for a cluster whose stack was made before it had a profile.
import type { Cluster } from "../../config/index.ts";
import { createContext, toStack } from "../context.ts";
import type { DesiredStack, Known } from "../desired.ts";
import { stackNames } from "../names.ts";
import { servicePrincipalMappings } from "../partitions.ts";
import { templateBuilder } from "../template.ts";
import { addFargateRole } from "./roles.ts";

/**
 * What eksctl makes when a first profile comes to a cluster whose stack lacks `FargatePodExecutionRole`; the role and its output
 * are then to be taken out of the desired cluster stack. Undefined when the file has no profile or brings the role.
 */
export function desiredFargateStack(cluster: Cluster, known: Known = {}): DesiredStack | undefined {
  const context = createContext(cluster, known);
  const binder = context.bind();
  const template = templateBuilder({
    description: "EKS Fargate pod execution IAM role [created by eksctl]",
    mappings: servicePrincipalMappings,
  });
  addFargateRole(template, context, binder);
  if (!template.has("FargatePodExecutionRole")) return undefined;
  return toStack(context, {
    stackName: stackNames.fargate(context.name),
    kind: "fargate",
    name: context.name,
    capability: "CAPABILITY_NAMED_IAM",
    tags: [],
    template: template.build(),
    source: [["fargateProfiles"]],
    binder,
    dependsOn: [context.clusterStack],
  });
}
