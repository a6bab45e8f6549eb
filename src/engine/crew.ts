// What executors work with: the door to AWS, the host, and values that are known only once the cluster lives.
import { LotseError, type Host } from "../base/index.ts";
import type { Aws } from "../aws/index.ts";
import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import type { Kube } from "../kube/index.ts";
import type { DesiredStack, RoleReference } from "../stacks/index.ts";
import {
  knownFrom,
  readCluster,
  readPhysicalIds,
  readStack,
  readTemplate,
  wantedFrom,
  type Found,
  type KubernetesMode,
  type Plan,
  type Step,
} from "../plan/index.ts";
import type { Door } from "./door.ts";
import type { DrainOptions } from "./drain/options.ts";

export interface Crew {
  readonly aws: Aws;
  readonly host: Host;
  readonly cluster: string;
  readonly signal: AbortSignal | undefined;
  /** The way into the cluster. Throws `kube/…` when there is none. */
  kube(): Promise<Kube>;
  readonly kubernetes: KubernetesMode;
  readonly drain: DrainOptions;
  /** Whether fields are taken over from other programs. */
  readonly forceConflicts: boolean;
  /** Seconds that nodes have for becoming Ready. */
  readonly nodeTimeout: number;
  /** The wanted stack with everything filled in that is known by now. */
  render(stack: string): Promise<DesiredStack>;
  /** ARN of a role, from the file or out of the stack that made it. */
  roleArn(role: RoleReference): Promise<string>;
  /** The living cluster; throws when there is none. */
  living(): Promise<EksCluster>;
  /** Says what happens within a step. */
  progress(step: Step, text: string, data?: Record<string, unknown>): void;
  /** Notes that a step found its work done or under way: the plan was made before that was known. */
  adopted(step: Step): void;
  /** Notes an add-on to look at again once nodes are there. */
  lookAgain(addon: string): void;
  readonly adoptions: ReadonlySet<string>;
  readonly addonsToLookAt: ReadonlySet<string>;
}

/** Values of the cluster that has come to life since the plan was made. */
async function refreshed(aws: Aws, found: Found): Promise<Found> {
  const name = `eksctl-${found.name}-cluster`;
  const [cluster, stack, template, physicalIds] = await Promise.all([
    readCluster(aws, found.name),
    readStack(aws, name),
    readTemplate(aws, name),
    readPhysicalIds(aws, name),
  ]);
  const stacks = new Map(found.stacks);
  if (stack) stacks.set(name, { ...stack, ...(template && { template }) });
  return { ...found, ...(cluster && { cluster }), stacks, physicalIds };
}

/** How a crew works inside the cluster. */
export type CrewHow = Pick<Crew, "kubernetes" | "drain" | "forceConflicts" | "nodeTimeout">;

/** The crew that carries out one plan. */
export function createCrew(plan: Plan, aws: Aws, host: Host, door: Door, how: CrewHow): Crew {
  const { context } = plan;
  const adoptions = new Set<string>();
  const addonsToLookAt = new Set<string>();
  let wanted: Promise<Map<string, DesiredStack>> | undefined;

  const renderAll = async (): Promise<Map<string, DesiredStack>> => {
    if (!context) return new Map();
    const { cluster, known } = context;
    const found = context.found.cluster ? context.found : await refreshed(aws, context.found);
    const fresh = found === context.found ? known : { ...knownFrom(found, known), amis: { ...known.amis } };
    return new Map(wantedFrom(cluster, found, fresh).stacks.map((stack) => [stack.stackName, stack]));
  };

  const clusterStack = `eksctl-${plan.cluster}-cluster`;
  return {
    aws,
    host,
    cluster: plan.cluster,
    signal: aws.signal,
    kube: async () => door.open(),
    ...how,
    render: async (name) => {
      const isCluster = name === clusterStack;
      // The cluster stack itself is made from what the plan knew; all others once it is there.
      const all =
        isCluster && context
          ? new Map(
              wantedFrom(context.cluster, context.found, context.known).stacks.map((stack) => [stack.stackName, stack]),
            )
          : await (wanted ??= renderAll());
      const stack = all.get(name);
      if (!stack) throw new Error(`the file doesn't ask for stack ${name}`);
      if (stack.unresolved.length > 0 && !isCluster) {
        wanted = undefined;
        throw new LotseError("engine/unresolved", {
          title: `Stack ${name} can't be rendered yet: ${stack.unresolved.join(", ")} unknown`,
          blame: "lotse",
          remedy: "Run lotse apply again",
        });
      }
      return stack;
    },
    roleArn: async (role) => {
      if ("arn" in role) return role.arn;
      const stack = await readStack(aws, role.stack);
      const arn = stack?.outputs[role.output];
      if (arn === undefined)
        throw new LotseError("engine/no-role", {
          title: `Stack ${role.stack} has no output ${role.output}`,
          blame: "aws",
          remedy: "Run lotse apply again; if that doesn't help, lotse plan shows the stack's state",
        });
      return arn;
    },
    living: async () => {
      const cluster = await readCluster(aws, plan.cluster);
      if (!cluster)
        throw new LotseError("engine/no-cluster", { title: `Cluster ${plan.cluster} has vanished`, blame: "aws" });
      return cluster;
    },
    progress: (step, text, data = {}) =>
      host.emit({
        level: "info",
        code: "engine/step-progress",
        text,
        subject: step.id,
        data: { step: step.id, ...data },
      }),
    adopted: (step) => void adoptions.add(step.id),
    lookAgain: (addon) => void addonsToLookAt.add(addon),
    adoptions,
    addonsToLookAt,
  };
}
