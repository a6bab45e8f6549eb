// Reads what exists of a cluster, in three waves: stacks and control plane; lists and templates; each thing.
import { isDenied, type Aws } from "../../aws/index.ts";
import type { Cluster } from "@aws-sdk/client-eks";
import { readIdentityProviders } from "../../access/index.ts";
import type { Template } from "../../stacks/index.ts";
import type { Found, FoundStack } from "../found.ts";
import { readAutoScalingGroups } from "./auto-scaling.ts";
import {
  orGone,
  readAccessEntries,
  readAddons,
  readCluster,
  readFargateProfiles,
  readNodeGroups,
  readPodIdentityAssociations,
} from "./eks.ts";
import { belongsTo, readAllStacks, readPhysicalIds, readTemplate } from "./stacks.ts";

export interface ReadOptions {
  /** Node groups whose Auto Scaling groups are looked at although EKS manages them: those with tags or processes to set. */
  autoScalingGroups?: readonly string[];
  /** False where only names and states matter: destroying. */
  templates?: boolean;
}

/** `https://oidc…/id/X` → the ARN that the provider has, or would have. */
function oidcProviderArn(cluster: Cluster): string | undefined {
  const issuer = cluster.identity?.oidc?.issuer;
  const [, partition, account] = /^arn:([^:]+):eks:[^:]*:(\d+):/.exec(cluster.arn ?? "") ?? [];
  if (issuer === undefined || account === undefined) return undefined;
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, "")}`;
}

async function readOidcProvider(aws: Aws, arn: string | undefined): Promise<{ arn: string } | undefined> {
  if (arn === undefined) return undefined;
  const provider = await orGone(aws.call("iam", "GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn }));
  return provider && { arn };
}

/** The provider that roles of service accounts trust: how it is found once the cluster, which names its issuer, is gone. */
function trustedProvider(templates: readonly (Template | undefined)[]): string | undefined {
  const text = JSON.stringify(templates.map((template) => template?.Resources ?? {}));
  return /arn:[a-z-]+:iam::\d+:oidc-provider\/oidc\.eks\.[\w./-]+/.exec(text)?.[0];
}

/** The control plane's log group, as far as the caller may look: it decides about a retention time only. */
async function readLogGroup(aws: Aws, cluster: string): Promise<Pick<Found, "logGroup" | "logGroupUnseen">> {
  const name = `/aws/eks/${cluster}/cluster`;
  try {
    const { logGroups = [] } = await aws.call("logs", "DescribeLogGroups", { logGroupNamePrefix: name });
    const group = logGroups.find(({ logGroupName }) => logGroupName === name);
    if (!group) return {};
    return { logGroup: { name, ...(group.retentionInDays !== undefined && { retentionDays: group.retentionInDays }) } };
  } catch (error) {
    if (isDenied(error)) return { logGroupUnseen: true };
    throw error;
  }
}

/** By which people log in; undefined when the caller may not look. */
async function readProviders(aws: Aws, cluster: string): Promise<Found["identityProviders"]> {
  try {
    return (await orGone(readIdentityProviders(aws, cluster))) ?? [];
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

/** Names of self-managed groups' Auto Scaling groups: the physical id of `NodeGroup` in their stack. */
async function selfManagedGroups(aws: Aws, stacks: readonly FoundStack[]): Promise<Map<string, string>> {
  const unmanaged = stacks.filter((stack) => stack.tags["alpha.eksctl.io/nodegroup-type"] === "unmanaged");
  const ids = await Promise.all(
    unmanaged.map(async (stack) => {
      const physical = (await orGone(readPhysicalIds(aws, stack.name)))?.["NodeGroup"];
      const group = stack.tags["alpha.eksctl.io/nodegroup-name"];
      return physical === undefined || group === undefined ? [] : [[group, physical] as const];
    }),
  );
  return new Map(ids.flat());
}

/** Everything that exists of the cluster `name`. Reads only. */
export async function readFound(aws: Aws, name: string, options: ReadOptions = {}): Promise<Found> {
  const [identity, allStacks, seen] = await Promise.all([aws.identity(), readAllStacks(aws), readCluster(aws, name)]);
  const own = allStacks.filter((stack) => belongsTo(name, stack));
  const clusterStack = own.find((stack) => stack.name === `eksctl-${name}-cluster`);
  // The two were read side by side: the cluster may have come to life between them.
  const cluster = seen ?? (clusterStack?.status.endsWith("_COMPLETE") ? await readCluster(aws, name) : undefined);
  const [
    templates,
    physicalIds,
    nodeGroups,
    selfManaged,
    addons,
    fargateProfiles,
    accessEntries,
    associations,
    providers,
    living,
    logGroup,
  ] = await Promise.all([
    Promise.all(own.map(async (stack) => (options.templates === false ? undefined : readTemplate(aws, stack.name)))),
    clusterStack && options.templates !== false ? orGone(readPhysicalIds(aws, clusterStack.name)) : undefined,
    cluster ? readNodeGroups(aws, name) : new Map<string, never>(),
    selfManagedGroups(aws, own),
    cluster ? readAddons(aws, name) : new Map<string, never>(),
    cluster ? readFargateProfiles(aws, name) : new Map<string, never>(),
    cluster ? readAccessEntries(aws, cluster) : new Set<string>(),
    cluster ? readPodIdentityAssociations(aws, name) : [],
    cluster ? readProviders(aws, name) : [],
    cluster && readOidcProvider(aws, oidcProviderArn(cluster)),
    readLogGroup(aws, name),
  ]);
  const oidcProvider = living ?? (cluster ? undefined : await readOidcProvider(aws, trustedProvider(templates)));
  const asgNames = new Map(selfManaged);
  for (const group of options.autoScalingGroups ?? []) {
    const asg = nodeGroups.get(group)?.resources?.autoScalingGroups?.[0]?.name;
    if (asg !== undefined) asgNames.set(group, asg);
  }
  const autoScalingGroups = asgNames.size > 0 ? await readAutoScalingGroups(aws, asgNames) : new Map<string, never>();
  return {
    account: identity.account,
    caller: identity.arn,
    region: aws.region,
    name,
    ...(cluster && { cluster }),
    stacks: new Map(own.map((stack, i) => [stack.name, { ...stack, ...(templates[i] && { template: templates[i] }) }])),
    physicalIds: physicalIds ?? {},
    nodeGroups,
    autoScalingGroups,
    addons,
    fargateProfiles,
    accessEntries,
    podIdentityAssociations: associations,
    ...(providers && { identityProviders: providers }),
    ...(oidcProvider && { oidcProvider }),
    ...logGroup,
  };
}
