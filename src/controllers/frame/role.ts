// What a role is: one object that says what it watches, what it may do, how it is started and how it is installed. The
// process that runs it (run.ts), its manifests (../manifests) and its page of the reference are all read from it.
import type { Resource } from "../../kube/index.ts";
import type { RoleContext } from "./context.ts";
import type { FlagDefinition, FlagValues } from "./flags.ts";
import type { ServingCertificate } from "./server/listener.ts";
import type { RouteDefinition } from "./server/route.ts";

/** A kind that a role keeps a copy of. The manifests allow it to get, list and watch it. */
export interface WatchDefinition {
  /** Under which `context.informers` has it, and `enqueue` sees it. */
  name: string;
  resource: Resource;
  /** One namespace, `own` for the one the role runs in; all of them by default. */
  namespace?: string;
  labelSelector?: string;
  /** `spec.nodeName=…` follows from a flag. */
  fieldSelector?: string | ((flags: FlagValues) => string);
  /** Keeps only what is needed of each object, with these flags: 10,000 whole pods are 60 MB. */
  slim?: (object: never, flags: FlagValues) => object;
  /** Look-ups besides by name: index name → keys of an object. */
  indexes?: Readonly<Record<string, (object: never) => readonly string[]>>;
  /** Whether `reconcile` is called for its objects, and under which keys; default `namespace/name`. */
  enqueue?: (object: never) => readonly string[];
  /** Seconds after which `reconcile` is called for every object again, changed or not; never by default. */
  resync?: number;
  /** False: a server that doesn't serve this kind (a CRD that isn't installed) isn't waited for. */
  required?: boolean;
}

/** Something a role may do in the cluster, besides reading what it watches. */
export interface RbacRule {
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
  verbs: readonly string[];
  /** Where: one namespace, `own` for the role's; the whole cluster by default. */
  namespace?: string;
}

/** A statement of the IAM policy that a role's service account needs. */
export interface IamStatement {
  Sid: string;
  Effect: "Allow";
  Action: readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An admission webhook that the role answers (admissionregistration.k8s.io/v1), as its configuration is written. */
export interface WebhookDefinition {
  kind: "mutating" | "validating";
  /** Fully qualified: `iam-for-pods.amazonaws.com`. */
  name: string;
  path: string;
  rules: readonly {
    apiGroups: readonly string[];
    apiVersions: readonly string[];
    resources: readonly string[];
    operations: readonly string[];
    scope?: "Namespaced" | "Cluster" | "*";
  }[];
  failurePolicy: "Ignore" | "Fail";
  timeoutSeconds?: number;
  reinvocationPolicy?: "Never" | "IfNeeded";
  namespaceSelector?: object;
  objectSelector?: object;
  matchConditions?: readonly { name: string; expression: string }[];
}

/** A folder or file that a role's container sees. */
export interface VolumeDefinition {
  name: string;
  mountPath: string;
  readOnly?: boolean;
  source: object;
}

/** How a role runs in a cluster. Not-root, a read-only root file system and no capabilities are what everybody gets. */
export interface WorkloadDefinition {
  kind: "Deployment" | "DaemonSet";
  /** Of a Deployment; more than one gets a disruption budget. */
  replicas?: number;
  hostNetwork?: boolean;
  /** On nodes of a self-managed control plane. */
  controlPlane?: boolean;
  /** Tolerates every taint: for what each node needs. */
  everywhere?: boolean;
  /** Capabilities that it can't do without. */
  capabilities?: readonly string[];
  /** Runs as user 0: for what has to change the node's packet filter. */
  root?: boolean;
  priorityClass?: string;
  volumes?: readonly VolumeDefinition[];
  resources: { cpu: string; memory: string; memoryLimit: string };
  /** Flags of the container, besides those that the frame writes. */
  arguments?: readonly string[];
}

/** The port that a role's routes are served on. */
export interface ListenerDefinition {
  port: number;
  /** `own` is made and rotated by the frame, in a Secret; `role` comes from the role's `listenOn`. */
  certificate: "own" | "role" | "none";
  /** Asks clients for certificates; what they mean is the role's to judge. */
  clientCertificates?: boolean;
  /** Address to listen on; all by default. */
  address?: string;
  /** A Service in front of it, on this port. */
  servicePort?: number;
}

/**
 * A role. At least one of `reconcile`, `serve` and `run` says what it does; with more than one, all of them go on beside
 * each other.
 */
export interface RoleDefinition {
  /** `pod-identity-webhook`. */
  readonly name: string;
  /** One sentence, for lists. */
  readonly title: string;
  readonly flags: readonly FlagDefinition[];
  readonly watches: readonly WatchDefinition[];
  readonly rbac: readonly RbacRule[];
  readonly iam?: readonly IamStatement[];
  readonly workload: WorkloadDefinition;
  readonly listener?: ListenerDefinition;
  readonly webhooks?: readonly WebhookDefinition[];
  /** Writes Events (`context.events`): the manifests allow it to, anywhere. */
  readonly events?: boolean;
  /** Objects besides the derived ones, for manifests: a CRD, a ConfigMap with an example. */
  readonly extraObjects?: (options: { namespace: string }) => readonly object[];
  /** False: works without a Kubernetes API server, and is started without one. */
  readonly needsCluster?: boolean;
  /** Of `/healthz`, `/readyz` and `/metrics`, where it isn't 8080. */
  readonly probePort?: number;
  /** Only one instance reconciles and runs at a time, by a Lease; `serve` goes on in all of them. */
  readonly leaderElection?: boolean;
  /** Once before anything else: reads files, makes what the others share. What it returns is `context.state`. */
  readonly prepare?: (context: RoleContext) => Promise<unknown>;
  /** Brings one key of the watches' objects in order; what it throws is tried again, later each time. */
  readonly reconcile?: (key: string, context: RoleContext) => Promise<Requeue | void>;
  /** The routes of the role's listener. */
  readonly serve?: (context: RoleContext) => Promise<readonly RouteDefinition[]>;
  /** Where to listen and with which certificate, for roles that read that from a file of their own. */
  readonly listenOn?: (context: RoleContext) => Promise<ListenPlace>;
  /** What can be printed instead of running: `lotse controller NAME --print WHAT`. */
  readonly prints?: readonly PrintDefinition[];
  /** Anything else that goes on until `context.signal` is aborted; ending earlier ends the process. */
  readonly run?: (context: RoleContext) => Promise<void>;
}

/** Where a role listens. */
export interface ListenPlace {
  port?: number;
  address?: string;
  certificate?: ServingCertificate;
}

/** Something that a role prints: a manifest of another kind, flags of an API server. */
export interface PrintDefinition {
  name: string;
  title: string;
  text(flags: FlagValues, env: Readonly<Record<string, string | undefined>>): string;
}

/** Asks for the same key again. */
export interface Requeue {
  /** Milliseconds. */
  after: number;
}

/** Declares a role. */
export function defineRole(definition: RoleDefinition): RoleDefinition {
  return Object.freeze(definition);
}
