// What the file asks for, fitted to a cluster that lives: its version where the file names none, its Fargate role where
// that came later.
import type { Cluster } from "../config/index.ts";
import {
  desiredObjects,
  desiredStacks,
  type DesiredObjects,
  type DesiredStack,
  type Known,
  type Template,
} from "../stacks/index.ts";
import type { Diagnostic } from "../base/index.ts";
import type { Found } from "./found.ts";
import { isWritten, type WantedStack } from "./planning.ts";

export interface Wanted {
  stacks: WantedStack[];
  objects: DesiredObjects;
  refusals: readonly Diagnostic[];
}

/** The cluster with the living control plane's version, unless the file itself names one. */
export function withLivingVersion(cluster: Cluster, found: Found): Cluster {
  const living = found.cluster?.version;
  if (living === undefined || isWritten(cluster, ["metadata", "version"])) return cluster;
  const { config } = cluster;
  return { ...cluster, config: { ...config, metadata: { ...config.metadata, version: living } } };
}

const fargateRole = "FargatePodExecutionRole";
const fargateOutput = "FargatePodExecutionRoleARN";

const without = <T>(record: Readonly<Record<string, T>> | undefined, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => name !== key));

/**
 * eksctl puts the role of Fargate pods into the cluster stack only when it makes that; for a profile that comes later it
 * makes a stack `eksctl-C-fargate`. Splits the wanted cluster stack in the same way.
 */
function splitFargateRole(stack: DesiredStack, cluster: string): WantedStack[] {
  const role = stack.template.Resources[fargateRole];
  const output = stack.template.Outputs?.[fargateOutput];
  if (!role) return [stack];
  const own: Template = {
    ...stack.template,
    Resources: without(stack.template.Resources, fargateRole),
    Outputs: without(stack.template.Outputs, fargateOutput),
  };
  const extra: WantedStack = {
    ...stack,
    kind: "fargate",
    stackName: `eksctl-${cluster}-fargate`,
    name: cluster,
    capabilities: ["CAPABILITY_NAMED_IAM"],
    tags: stack.tags.filter(({ Key }) => Key !== "alpha.eksctl.io/cluster-oidc-enabled"),
    dependsOn: [stack.stackName],
    template: {
      AWSTemplateFormatVersion: "2010-09-09",
      Description: "Fargate IAM [created and managed by eksctl]",
      ...(stack.template.Mappings && { Mappings: stack.template.Mappings }),
      Resources: { [fargateRole]: role },
      ...(output && { Outputs: { [fargateOutput]: output } }),
    },
  };
  return [{ ...stack, template: own }, extra];
}

/** Whether the living cluster stack was made without the Fargate role. */
function lacksFargateRole(found: Found): boolean {
  const template = found.stacks.get(`eksctl-${found.name}-cluster`)?.template;
  return found.cluster !== undefined && template !== undefined && !template.Resources[fargateRole];
}

/** Stacks and objects that the file asks for, given what lives and what is known. Pure. */
export function wantedFrom(cluster: Cluster, found: Found, known: Known): Wanted {
  const fitted = withLivingVersion(cluster, found);
  const { stacks, refusals } = desiredStacks(fitted, known);
  const objects = desiredObjects(fitted, known);
  const split = lacksFargateRole(found);
  return {
    stacks: stacks.flatMap((stack): WantedStack[] =>
      split && stack.kind === "cluster" ? splitFargateRole(stack, found.name) : [stack],
    ),
    objects: split ? withFargateStack(objects, found.name) : objects,
    refusals,
  };
}

/** Points profiles at the role's own stack. */
function withFargateStack(objects: DesiredObjects, cluster: string): DesiredObjects {
  const stack = `eksctl-${cluster}-fargate`;
  return {
    ...objects,
    aws: objects.aws.map((object) =>
      object.kind === "fargate-profile" && "stack" in object.podExecutionRole
        ? { ...object, podExecutionRole: { ...object.podExecutionRole, stack }, after: [...object.after, stack] }
        : object,
    ),
  };
}
