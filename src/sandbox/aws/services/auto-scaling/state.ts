// Tables of Auto Scaling.
import type { LifecycleHookSpecification, MixedInstancesPolicy } from "@aws-sdk/client-auto-scaling";
import type { TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface GroupTag {
  key: string;
  value: string;
  propagate: boolean;
}

/** The template as it was named: `$Latest` stays `$Latest`. */
export interface TemplateReference {
  id: string;
  name: string;
  version: string;
}

export interface Group {
  name: string;
  arn: string;
  template?: TemplateReference;
  mixed?: MixedInstancesPolicy;
  configuration?: string;
  min: number;
  max: number;
  desired: number;
  cooldown: number;
  zones: readonly string[];
  subnets: readonly string[];
  healthCheckType: string;
  healthCheckGrace: number;
  createdAt: number;
  suspended: readonly string[];
  /** When each process was suspended. */
  suspendedAt?: Readonly<Record<string, number>>;
  metrics: readonly string[];
  tags: readonly GroupTag[];
  terminationPolicies: readonly string[];
  protectNew: boolean;
  serviceLinkedRole: string;
  capacityRebalance: boolean;
  targetGroups: readonly string[];
  loadBalancers: readonly string[];
  maxInstanceLifetime?: number;
  placementGroup?: string;
  context?: string;
  instanceWarmup?: number;
  maintenance?: { least: number; most: number };
  deleting: boolean;
  /** Launches that failed since the last that worked: AWS waits longer after each. */
  failures: number;
  /** What changed the desired capacity last, as the causes of its activities begin. */
  why?: string;
  /** When the desired capacity was last changed: cooldowns count from here. */
  scaledAt?: number;
}

export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "Terminating"
  | "Terminating:Wait"
  | "Standby";

export interface GroupInstance {
  id: string;
  group: string;
  type: string;
  zone: string;
  weight: number;
  spot: boolean;
  state: LifecycleState;
  health: "Healthy" | "Unhealthy";
  protected: boolean;
  template?: TemplateReference;
  configuration?: string;
  since: number;
  /** The one that goes when this one is in service: until then this one doesn't count. */
  replaces?: { id: string; cause: string };
  /** Lifecycle hooks that still have to say a word. */
  waits?: readonly { hook: string; timer: string; token: string }[];
}

export interface Activity {
  id: string;
  group: string;
  description: string;
  cause: string;
  startedAt: number;
  endedAt?: number;
  status: "InProgress" | "Successful" | "Failed" | "Cancelled";
  message?: string;
  details: { subnet?: string; zone?: string };
  /** Keeps activities of one moment in order. */
  order: number;
}

export interface Hook extends LifecycleHookSpecification {
  group: string;
}

export interface Policy {
  name: string;
  group: string;
  arn: string;
  /** PutScalingPolicy's input as sent. */
  input: Readonly<Record<string, unknown>>;
}

export interface ScheduledAction {
  name: string;
  group: string;
  arn: string;
  startAt?: number;
  endAt?: number;
  /** Five fields of cron. */
  recurrence?: string;
  timeZone?: string;
  min?: number;
  max?: number;
  desired?: number;
  /** Epoch ms at which it acts next. */
  nextAt: number;
}

export interface Configuration {
  name: string;
  arn: string;
  createdAt: number;
  /** CreateLaunchConfiguration's input as sent. */
  input: Readonly<Record<string, unknown>>;
}

export interface Refresh {
  id: string;
  group: string;
  status: "Pending" | "InProgress" | "Successful" | "Cancelled" | "Failed";
  startedAt: number;
  endedAt?: number;
  /** Instances still to be replaced. */
  old: readonly string[];
  total: number;
  minHealthy: number;
  /** Preferences as sent. */
  preferences?: Readonly<Record<string, unknown>>;
  reason?: string;
}

export const groups: TableDefinition<Group> = defineTable<Group>("auto-scaling/groups");
export const groupInstances: TableDefinition<GroupInstance> = defineTable<GroupInstance>("auto-scaling/instances", {
  indexes: { group: (row) => row.group },
});
export const activities: TableDefinition<Activity> = defineTable<Activity>("auto-scaling/activities", {
  indexes: { group: (row) => row.group },
});
/** Rows by `group/name`. */
export const hooks: TableDefinition<Hook> = defineTable<Hook>("auto-scaling/hooks", {
  indexes: { group: (row) => row.group },
});
/** Rows by `group/name`. */
export const policies: TableDefinition<Policy> = defineTable<Policy>("auto-scaling/policies", {
  indexes: { group: (row) => row.group },
});
/** Rows by `group/name`. */
export const scheduledActions: TableDefinition<ScheduledAction> = defineTable<ScheduledAction>(
  "auto-scaling/scheduled-actions",
  { indexes: { group: (row) => row.group } },
);
export const configurations: TableDefinition<Configuration> = defineTable<Configuration>("auto-scaling/configurations");
export const refreshes: TableDefinition<Refresh> = defineTable<Refresh>("auto-scaling/refreshes", {
  indexes: { group: (row) => row.group },
});
