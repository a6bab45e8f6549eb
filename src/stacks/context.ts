// What every builder of one cluster's stacks needs, worked out once.
import { eksZones } from "../facts/index.ts";
import type { Cluster, ClusterConfig, ConfigPath } from "../config/index.ts";
import { createBinder } from "./binder.ts";
import type { Binder } from "./binder.ts";
import type { DesiredStack, Known, StackCapability, StackKind } from "./desired.ts";
import { eksctlDefaultVersion, eksctlVersion, stackNames, tagKeys, toTags } from "./names.ts";
import type { Template } from "./template.ts";

/** eksctl's VPC when the file names none. */
const defaultVpcCidr = "192.168.0.0/16";

export interface Context {
  readonly config: ClusterConfig;
  /** The file before defaults, for the few places where eksctl's output depends on what was written. */
  readonly written: ClusterConfig;
  readonly known: Known;
  /** Cluster name. */
  readonly name: string;
  readonly region: string;
  readonly version: string;
  readonly clusterStack: string;
  readonly vpcCidr: string;
  /** Zones of the cluster, each once. */
  readonly zones: readonly string[];
  /** Zones in the order in which subnets are cut; the file may name one twice. */
  readonly cutZones: readonly string[];
  readonly withOidc: boolean;
  /** A binder for one more stack. */
  bind(): Binder;
}

/** Zones a file doesn't name: the region's first three, two in us-east-1, as many as eksctl picks. */
function defaultZones(region: string): string[] {
  const count = region === "us-east-1" ? 2 : 3;
  return eksZones(region)
    .slice(0, count)
    .map((zone) => zone.name);
}

/** The context of a cluster and of what is known of it. */
export function createContext({ config, written }: Cluster, known: Known): Context {
  const { name, region } = config.metadata;
  const vpcCidr = config.vpc?.cidr ?? defaultVpcCidr;
  const named = config.availabilityZones?.length ? config.availabilityZones : undefined;
  const cutZones = named ?? known.zones ?? defaultZones(region);
  return {
    config,
    written,
    known,
    name,
    region,
    version: config.metadata.version ?? eksctlDefaultVersion,
    clusterStack: stackNames.cluster(name),
    vpcCidr,
    zones: [...new Set(cutZones)],
    cutZones,
    withOidc: config.iam?.withOIDC === true,
    bind: () => createBinder(known, { region, vpcCidr, serviceCidr: config.kubernetesNetworkConfig?.serviceIPv4CIDR }),
  };
}

/** Parts of a stack that its builder chooses; the rest follows. */
export interface StackParts {
  readonly stackName: string;
  readonly kind: StackKind;
  readonly name: string;
  readonly capability?: StackCapability | undefined;
  /** Tags beyond those of every stack, in the order in which later ones win. */
  readonly tags: readonly (Readonly<Record<string, string>> | undefined)[];
  readonly template: Template;
  readonly source: readonly ConfigPath[];
  readonly binder: Binder;
  readonly dependsOn?: readonly string[];
}

/** A stack with what every stack of eksctl has: shared tags and termination protection. */
export function toStack(context: Context, parts: StackParts): DesiredStack {
  const { stackName, kind, name, capability, template, source, binder, dependsOn = [] } = parts;
  const shared = {
    [tagKeys.clusterName]: context.name,
    [tagKeys.oldClusterName]: context.name,
    [tagKeys.eksctlVersion]: eksctlVersion,
    ...context.config.metadata.tags,
  };
  return {
    stackName,
    kind,
    name,
    capabilities: capability ? [capability] : [],
    tags: toTags(shared, ...parts.tags),
    enableTerminationProtection: true,
    template,
    source,
    dependsOn,
    unresolved: [...binder.missing].sort(),
  };
}
