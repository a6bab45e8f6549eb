// Wanted and found in, plan out. Pure.
import { LotseError, type Diagnostic } from "../base/index.ts";
import type { Cluster } from "../config/index.ts";
import type { Known } from "../stacks/index.ts";
import type { ControllerWish } from "./controllers.ts";
import { planSeconds } from "./duration.ts";
import type { Found, LookedUp } from "./found.ts";
import type { KubernetesView } from "./kubernetes-view.ts";
import { ordered } from "./order.ts";
import type { Plan, PlanSummary, Step, StepAction } from "./plan.ts";
import type { Builder, Planning } from "./planning.ts";
import { addons } from "./steps/addons.ts";
import { capacity } from "./steps/capacity.ts";
import { clusterStack } from "./steps/cluster-stack.ts";
import { controlPlane } from "./steps/control-plane.ts";
import { immutable } from "./steps/immutable.ts";
import { withKubernetes } from "./steps/kubernetes/index.ts";
import { identityProviders } from "./steps/identity-providers.ts";
import { leftAlone } from "./steps/left-alone.ts";
import { nodeGroups } from "./steps/node-groups.ts";
import { objects } from "./steps/objects.ts";
import { removals } from "./steps/removals.ts";
import { roleStacks } from "./steps/role-stacks.ts";
import { wantedFrom } from "./wanted.ts";

/** In eksctl's order of operations, which ties in the plan keep. */
const builders: readonly Builder[] = [
  immutable,
  clusterStack,
  controlPlane,
  roleStacks,
  objects,
  addons,
  nodeGroups,
  removals,
  identityProviders,
  leftAlone,
  capacity,
];

/** All that a plan is made from. */
export interface PlanInput {
  cluster: Cluster;
  found: Found;
  known: Known;
  looked: LookedUp;
  /** What is known of the inside of the cluster; without, its steps are pending. */
  kubernetes?: KubernetesView;
  /** Roles of lotse that the file asks for. */
  controllers?: readonly ControllerWish[];
  /** Also take down what the file no longer names. */
  prune?: boolean;
  /** Only parts of the plan are wanted, which a cluster of anybody's making can have: roles of service accounts. */
  parts?: boolean;
}

/** Counts and the time along the longest chain. */
export function summarise(steps: readonly Step[]): PlanSummary {
  const count = (action: StepAction): number => steps.filter((step) => !step.pending && step.action === action).length;
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    delete: count("delete"),
    pending: steps.filter((step) => step.pending).length,
    duration: planSeconds(steps),
  };
}

function refuseForeign(found: Found): void {
  const stack = found.stacks.get(`eksctl-${found.name}-cluster`);
  if (found.cluster && !stack) {
    throw new LotseError("plan/not-eksctl", {
      title: `Cluster ${found.name} exists in ${found.region}, but neither eksctl nor lotse made it: there is no stack eksctl-${found.name}-cluster`,
      remedy: "Choose another metadata.name, or manage that cluster with the tool that made it",
    });
  }
  if (found.cluster && stack?.status === "DELETE_FAILED") {
    throw new LotseError("plan/half-deleted", {
      title: `Somebody has begun to delete cluster ${found.name}: stack ${stack.name} is in DELETE_FAILED, and the control plane still runs`,
      ...(stack.statusReason !== undefined && { detail: stack.statusReason }),
      remedy: `lotse destroy --name ${found.name} finishes that; then apply makes the cluster anew. CloudFormation can't take a deletion back`,
    });
  }
  if (!found.cluster && stack && /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) {
    throw new LotseError("plan/cluster-vanished", {
      title: `Stack ${stack.name} is there, but its cluster ${found.name} is gone: somebody deleted it without the stack`,
      remedy: `lotse destroy --name ${found.name} takes down what is left; then apply makes the cluster anew`,
    });
  }
}

/**
 * Compares what a file asks for with what exists.
 *
 * @throws LotseError `stacks/not-yet` or `plan/…` with every reason why the file can't be carried out on this cluster
 */
export function makePlan(input: PlanInput): Plan {
  const { cluster, found, known, looked } = input;
  const wanted = wantedFrom(cluster, found, known);
  throwRefusals(wanted.refusals);
  if (input.parts !== true) refuseForeign(found);
  const planning: Planning = {
    cluster,
    found,
    known,
    looked,
    ...(input.kubernetes && { kubernetes: input.kubernetes }),
    stacks: wanted.stacks,
    objects: wanted.objects,
    controllers: input.controllers ?? [],
    prune: input.prune ?? false,
    notes: [],
    refusals: [],
  };
  const drafts = withKubernetes(
    planning,
    builders.flatMap((build) => build(planning)),
  );
  throwRefusals(planning.refusals);
  const steps = ordered(drafts);
  return {
    cluster: found.name,
    region: found.region,
    account: found.account,
    caller: found.caller,
    steps,
    notes: planning.notes,
    summary: summarise(steps),
    context: { cluster, known, found },
  };
}

function throwRefusals(refusals: readonly Diagnostic[]): void {
  const [first] = refusals;
  if (!first) return;
  const { code, severity: _severity, ...facts } = first;
  throw new LotseError(code, { ...facts, blame: "user" }, { diagnostics: refusals });
}
