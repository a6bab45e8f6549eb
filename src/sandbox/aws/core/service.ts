// The contract of an emulated service. A service sees parsed input, returns output objects shaped like the API's, and
// never sees HTTP, XML or JSON. Every operation is one atomic, synchronous step; all waiting lives in the clock.
import type { Ids } from "./ids.ts";
import type { Principal } from "./principal.ts";
import type { Table, TableDefinition } from "./table.ts";

/** The Kubernetes clusters behind emulated EKS clusters. */
export interface KubernetesPort {
  /** Address of a cluster's API server, `https://127.0.0.1:PORT`. */
  endpoint(cluster: { account: string; region: string; name: string }): string | undefined;
  /** What is wrong with an add-on's objects in a cluster that runs; undefined when nothing is, or nobody knows. */
  addonIssue?(
    cluster: { account: string; region: string; name: string },
    addon: string,
  ): KubernetesAddonIssue | undefined;
  /** Instances of a managed node group whose kubelets a running cluster shuts out. */
  shutOut?(cluster: { account: string; region: string; name: string }, group: string): readonly string[];
  /**
   * Empties nodes as EKS does before their instances end. It goes on by itself, in wall time; whoever wants to know how far
   * it is asks again.
   *
   * @returns undefined when no control plane runs there: then there is nothing to empty
   */
  drainNodes?(
    cluster: { account: string; region: string; name: string },
    request: KubernetesDrainRequest,
  ): KubernetesDrain | undefined;
  /** Nodes whose emptying was given up take pods again. */
  restoreNodes?(cluster: { account: string; region: string; name: string }, instances: readonly string[]): void;
}

/** Nodes to be emptied, by the ids of their instances. */
export interface KubernetesDrainRequest {
  /** These have pods evicted. */
  empty: readonly string[];
  /** These get no new pods meanwhile. */
  cordon?: readonly string[];
  /** Nothing begins before the nodes of these are Ready. */
  after?: readonly string[];
  /** Pods are deleted where a budget forbids to evict them. */
  force?: boolean;
}

/** How far it is. */
export interface KubernetesDrain {
  /** Names of the nodes that aren't empty yet. */
  nodes: readonly string[];
  /** Instances whose nodes aren't Ready yet, of those that it waits for. */
  joining: readonly string[];
  /** Something still moves; the clock is held as long (see `Clock.hold`). False: only time or somebody's help goes on. */
  busy: boolean;
}

/** An add-on's trouble; with `failed` its objects weren't applied. */
export interface KubernetesAddonIssue {
  code: "InsufficientNumberOfReplicas" | "ConfigurationConflict";
  message: string;
  failed?: "create" | "update";
}

/** What an operation may use. Made by the cloud for one call; `as` gives the same for another principal. */
export interface Context {
  readonly account: string;
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov` … of the region. */
  readonly partition: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly ids: Ids;
  /** Virtual time, epoch milliseconds. */
  now(): number;
  /** Rows of a table here, or in another account or region. */
  table<Row extends object>(
    definition: TableDefinition<Row>,
    place?: { account?: string; region?: string },
  ): Table<Row>;
  /**
   * Calls another operation in process, as the same principal: policies, faults and the trail apply as to any call.
   *
   * @param service id of the service definition, e.g. `ec2`
   * @example const { Vpc } = ctx.call<CreateVpcResult>("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
   */
  call<Output = Record<string, unknown>>(service: string, operation: string, input: object): Output;
  /** Runs `body`; when it throws, what it changed is undone, whatever its caller then makes of the error. */
  attempt<T>(body: () => T): T;
  /** The same context for someone else, in another region when asked. */
  as(principal: Principal, place?: { account?: string; region?: string }): Context;
  /** Lets `timer` ring after so many virtual seconds; returns an id for {@link cancel}. */
  schedule<Payload extends object>(
    timer: TimerDefinition<Payload>,
    seconds: number,
    subject: string,
    payload: Payload,
  ): string;
  cancel(timerId: string): void;
  /**
   * Says that this call reads `subject`; in `poll` mode the clock moves to its next event (see `Clock.observe`), unless
   * this call was made by another operation or by a timer. Returns true when something happened.
   */
  observe(subject: string): boolean;
  /** True while a timer with this subject is waiting. */
  pending(subject: string): boolean;
  /** The injected fault that applies here, if any: services ask for the kinds that they can show. */
  fault(kind: ResourceFaultKind, facts: Record<string, string>): ResourceFault | undefined;
  /** Undefined when the sandbox runs no Kubernetes. */
  readonly kubernetes: KubernetesPort | undefined;
  /** How much the account may have, by a name of {@link ServiceDefinition.quotas}. */
  quota(name: string): number;
  /** True when the caller may do `action` on `resource`; never throws. The trust of a role: see `iam`. */
  allowed(action: string, resource: string, conditions?: Permission["conditions"]): boolean;
}

/**
 * A request whose required members are there, as the wire has made sure: the SDK's types say `string | undefined` for
 * them.
 */
export type Sent<Request> = {
  [Key in keyof Request]: Record<never, never> extends Pick<Request, Key> ? Request[Key] : NonNullable<Request[Key]>;
};

/** Faults that happen to resources rather than to calls. */
export type ResourceFaultKind = "capacity" | "failAt" | "stuck" | "unsupportedZone";

export interface ResourceFault {
  id: string;
  message?: string;
  /** `failAt`: virtual seconds until the resource fails. */
  seconds?: number;
}

/** One check of the caller's permissions. */
export interface Permission {
  /** `ec2:CreateVpc`. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
  /** Condition keys of this call beyond the global ones, e.g. `iam:PassedToService`. */
  conditions?: Record<string, string | readonly string[]>;
}

/** An operation of the API, under the API's own name. */
export interface Operation<Input = never, Output = unknown> {
  run(input: Input, ctx: Context): Output;
  /** What the caller needs; default: `<iam prefix>:<operation>` on `*`. An empty array asks for nothing. */
  permissions?(input: Input, ctx: Context): readonly Permission[];
  /** Default: true for names that begin with Describe, List, Get, Lookup, Head. */
  readOnly?: boolean;
  /** May be called without credentials (AssumeRoleWithWebIdentity). */
  anonymous?: boolean;
  /** A botocore waiter polls this: in `poll` mode one read takes the resource to its end state. */
  waiter?: boolean;
}

/** A step that happens later. `kind` is `service/what`, unique; payloads must survive JSON. */
export interface TimerDefinition<Payload extends object = never> {
  kind: string;
  run(payload: Payload, ctx: Context): void;
}

/** The policy that hangs on a resource. */
export interface ResourcePolicy {
  /** JSON text. */
  document: string;
  /** Account that owns the resource. */
  account: string;
  /** Nobody gets in without it, not even its own account: keys, and the trust policies of roles. */
  mustAllow?: boolean;
}

/** A limit that AWS sets; a sandbox may be made with another. */
export interface Quota {
  /** AWS's own. */
  default: number;
  /** What there can be so many of, for lists: `VPCs in a region`. */
  of: string;
}

export interface ServiceDefinition {
  /** Name of the schema file and of the room: `ec2`, `eks`, `cloudformation`, `auto-scaling` … */
  id: string;
  /** Prefix of its IAM actions: `ec2`, `autoscaling`, `logs` … */
  iamPrefix: string;
  /** Operations by API name; whatever of the schema is not here answers "not emulated". */
  operations: Readonly<Record<string, Operation>>;
  timers?: readonly TimerDefinition[];
  /** Limits that can be changed, by names that no other service uses: `vpcs`, `nodegroupsPerCluster` … */
  quotas?: Readonly<Record<string, Quota>>;
  /** Policy that hangs on the resource of a permission; undefined when it has none. Asked for every such check. */
  resourcePolicy?(permission: Permission, ctx: Context): ResourcePolicy | undefined;
  /** Tags of one of its resources, for `aws:ResourceTag/…` in policies. Asked only when a policy looks at them. */
  resourceTags?(arn: string, ctx: Context): Readonly<Record<string, string>> | undefined;
  /** Called once for an account and region before its first call there: default VPC, service defaults. */
  seed?(ctx: Context): void;
}

/**
 * Gives an operation its types; `run` alone may be passed.
 *
 * @example CreateVpc: operation<CreateVpcRequest, CreateVpcResult>((input, ctx) => …)
 */
export function operation<Input, Output>(
  definition: Operation<Input, Output> | Operation<Input, Output>["run"],
): Operation {
  const full = typeof definition === "function" ? { run: definition } : definition;
  return Object.freeze(full) as unknown as Operation;
}

/** Declares a timer. */
export function defineTimer<Payload extends object>(
  kind: string,
  run: (payload: Payload, ctx: Context) => void,
): TimerDefinition<Payload> {
  return Object.freeze({ kind, run });
}

/** Declares a service. */
export function defineService(definition: ServiceDefinition): ServiceDefinition {
  return Object.freeze(definition);
}
