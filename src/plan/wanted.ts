// What the file asks for, fitted to a cluster that lives: its version where the file names none, its Fargate role where
// that came later.
import type { Cluster } from "../config/index.ts";
import {
  desiredFargateStack,
  desiredObjects,
  desiredStacks,
  type DesiredObjects,
  type DesiredStack,
  type Known,
  type Template,
} from "../stacks/index.ts";
import type { Diagnostic } from "../base/index.ts";
import type { Found } from "./found.ts";
import { isWritten } from "./planning.ts";

/** What a file asks for, rendered for its account. */
export interface Wanted {
  stacks: DesiredStack[];
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
 * makes a stack `eksctl-C-fargate`. Takes the role out of the wanted cluster stack and adds that one.
 */
function splitFargateRole(stacks: readonly DesiredStack[], cluster: Cluster, known: Known): DesiredStack[] {
  const own = desiredFargateStack(cluster, known);
  if (!own) return [...stacks];
  return stacks.flatMap((stack): DesiredStack[] => {
    if (stack.kind !== "cluster") return [stack];
    const { Resources, Outputs } = stack.template;
    const template: Template = {
      ...stack.template,
      Resources: without(Resources, fargateRole),
      Outputs: without(Outputs, fargateOutput),
    };
    return [{ ...stack, template }, own];
  });
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
    stacks: split ? splitFargateRole(stacks, fitted, known) : [...stacks],
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
