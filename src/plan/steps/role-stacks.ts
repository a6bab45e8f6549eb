// The small stacks: roles of service accounts, add-ons, pod identities and Fargate pods, and access entries.
import type { DesiredAddon, DesiredStack } from "../../stacks/index.ts";
import type { Draft, Phase, Planning } from "../planning.ts";
import { stackStep } from "./stack.ts";

/** Roles of add-ons that nodes need for becoming ready (the network plug-in's) come before the nodes; others needn't. */
function phaseOf(planning: Planning, stack: DesiredStack): Phase {
  if (stack.kind === "accessentry") return "network";
  if (stack.kind !== "addon" && stack.kind !== "addonpodidentityrole") return "beside";
  const users = planning.objects.aws.filter(
    (object): object is DesiredAddon => object.kind === "addon" && usesStack(object, stack.stackName),
  );
  return users.some(({ phase }) => phase === "before-nodes") ? "network" : "beside";
}

function usesStack(addon: DesiredAddon, stack: string): boolean {
  const roles = [addon.serviceAccountRole, ...addon.podIdentityAssociations.map(({ role }) => role)];
  return roles.some((role) => role !== undefined && "stack" in role && role.stack === stack);
}

/** Roles for service accounts trust the OIDC provider, which therefore comes first. */
function withProvider(planning: Planning, stack: DesiredStack): DesiredStack {
  if (stack.kind !== "iamserviceaccount" && stack.kind !== "addon") return stack;
  const providers = planning.objects.aws.filter(({ kind }) => kind === "oidc-provider").map(({ id }) => id);
  return { ...stack, dependsOn: [...stack.dependsOn, ...providers] };
}

/** Steps for every stack that is neither the cluster's nor a node group's. */
export function roleStacks(planning: Planning): Draft[] {
  return planning.stacks
    .filter(({ kind }) => kind !== "cluster" && kind !== "nodegroup")
    .flatMap((stack) => stackStep(planning, withProvider(planning, stack), { phase: phaseOf(planning, stack) }) ?? []);
}
