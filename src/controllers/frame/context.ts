// What a role is handed when it starts: everything it may touch.
import type { Aws, OpenOptions } from "../../aws/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import type { EventRecorder } from "./events.ts";
import type { FlagValues } from "./flags.ts";
import type { Health } from "./health.ts";
import type { Informer } from "./informer.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** The world of a running role. */
export interface RoleContext {
  /** Name of the role. */
  readonly role: string;
  readonly flags: FlagValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The cluster's API. @throws LotseError `controllers/no-cluster` where the role was started without one */
  readonly kube: Kube;
  /** By the names of the role's watches. */
  informer<T extends KubeObject>(watch: string): Informer<T>;
  /** The door to AWS in the role's region (`--region`, AWS_REGION), with the SDK's chain of credentials. */
  aws(options?: Partial<OpenOptions>): Aws;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly events: EventRecorder;
  readonly health: Health;
  /** Namespace that the role runs in. */
  readonly namespace: string;
  /** Of this instance: the pod's name, or the host's. */
  readonly instance: string;
  /** What `prepare` returned. */
  readonly state: unknown;
  /** Asks for a key to be reconciled, now or after so many milliseconds. */
  enqueue(key: string, after?: number): void;
  /** Aborted when the role has to stop; what is in flight may end. */
  readonly signal: AbortSignal;
}
