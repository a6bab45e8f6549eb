// The whole way from a file and an account to a plan: read, look up, compare.
import { LotseError } from "../base/index.ts";
import type { Aws } from "../aws/index.ts";
import type { Cluster } from "../config/index.ts";
import { planDestroy } from "./destroy.ts";
import { withControllers } from "./controllers.ts";
import type { Found } from "./found.ts";
import { knownFrom } from "./known.ts";
import type { KubernetesMode } from "./kubernetes-view.ts";
import { makePlan } from "./make-plan.ts";
import type { Plan } from "./plan.ts";
import { readFound } from "./read/found.ts";
import { readInhabitants } from "./read/inhabitants.ts";
import { readKubernetes } from "./read/kubernetes.ts";
import { lookUp } from "./read/looked-up.ts";
import { readPublicKeys } from "./read/public-keys.ts";

/** How far a plan goes. */
export interface PlanOptions {
  /** Also take down what the file no longer names. */
  prune?: boolean;
  /** SSH public keys by path as the file spells it; read from disk when absent. */
  publicKeys?: Readonly<Record<string, string>>;
  /** What is done about the inside of the cluster; default `required`. */
  kubernetes?: KubernetesMode;
  /** Only parts of the plan are wanted: the cluster may be of anybody's making. */
  parts?: boolean;
}

function groupsWithWishes(cluster: Cluster): string[] {
  const groups = [...(cluster.config.managedNodeGroups ?? []), ...(cluster.config.nodeGroups ?? [])];
  return groups
    .filter((group) => group.propagateASGTags || (group.asgSuspendProcesses ?? []).length > 0)
    .map(({ name }) => name);
}

/** Plans what it takes to make the cluster as its file says. Reads only. */
export async function planCluster(file: Cluster, aws: Aws, options: PlanOptions = {}): Promise<Plan> {
  const { cluster, wishes } = await withControllers(file);
  const { name, region } = cluster.config.metadata;
  if (region !== undefined && region !== aws.region) {
    throw new LotseError("plan/other-region", {
      title: `The file is for ${region}, the connection for ${aws.region}`,
      at: cluster.locate(["metadata", "region"]),
      remedy: `Leave --region out, or set metadata.region to ${aws.region}`,
    });
  }
  const publicKeys = options.publicKeys ?? (await readPublicKeys(cluster, aws));
  const found = await readFound(aws, name, { autoScalingGroups: groupsWithWishes(cluster) });
  const looked = await lookUp(aws, cluster, found, knownFrom(found, { publicKeys }));
  const known = knownFrom(found, { publicKeys, amis: looked.amis, offeredZones: looked.offeredZones });
  const { prune, kubernetes: mode = "required" } = options;
  const kubernetes = mode === "never" ? undefined : await readKubernetes(aws, cluster, found, known, { mode, wishes });
  return makePlan({
    cluster,
    found,
    known,
    looked,
    controllers: wishes,
    ...(kubernetes && { kubernetes }),
    ...(prune !== undefined && { prune }),
    ...(options.parts !== undefined && { parts: options.parts }),
  });
}

/** What stays when a cluster goes. */
export interface DestroyOptions {
  /** Leave the control plane's log group: logs may have to be kept longer than the cluster. */
  keepLogs?: boolean;
  /** What is done about the inside of the cluster; default `required`. */
  kubernetes?: KubernetesMode;
  /** False where pods needn't move before their nodes go; default true. */
  drain?: boolean;
}

/** A cluster that carries no sign of eksctl's: no stack of its name, none of its tags. */
function refuseForeign({ name, region, cluster, stacks }: Found): void {
  if (!cluster || stacks.size > 0) return;
  const { tags = {} } = cluster;
  const isOurs = Object.keys(tags).some((key) => /^(alpha\.)?eksctl\./.test(key));
  if (isOurs || tags["aws:cloudformation:stack-name"] === `eksctl-${name}-cluster`) return;
  throw new LotseError("plan/not-eksctl", {
    title: `Cluster ${name} exists in ${region}, but neither eksctl nor lotse made it: it is not lotse's to delete`,
    remedy: `Delete it with the tool that made it, or with aws eks delete-cluster --name ${name}`,
  });
}

/**
 * Plans how to take a cluster down, whatever there is of it.
 *
 * @throws LotseError `plan/not-eksctl` for a cluster of somebody else's
 */
export async function planRemoval(name: string, aws: Aws, options: DestroyOptions = {}): Promise<Plan> {
  const found = await readFound(aws, name);
  refuseForeign(found);
  const prefix = `eksctl-${name}-nodegroup-`;
  // EC2 is asked only where a group may have imported a key: its client is the slowest to load.
  const mayHaveKeys = [...found.stacks.values()].some(({ template }) =>
    JSON.stringify(template?.Resources ?? {}).includes('"KeyName"'),
  );
  const { KeyPairs = [] } = mayHaveKeys ? await aws.call("ec2", "DescribeKeyPairs", {}) : {};
  const keyPairs = KeyPairs.flatMap(({ KeyName = "" }) => (KeyName.startsWith(prefix) ? [KeyName] : []));
  const { logGroup, ...rest } = found;
  const { keepLogs, kubernetes: mode = "required", drain = true } = options;
  const inhabitants = mode === "never" ? undefined : await readInhabitants(aws, found, mode);
  return planDestroy(keepLogs || !logGroup ? rest : { ...rest, logGroup }, {
    keyPairs,
    ...(inhabitants && { inhabitants }),
    drain,
  });
}
