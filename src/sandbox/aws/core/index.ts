// The kernel of the emulated cloud: what a service is made of.
export { AwsError, NotEmulatedError } from "./errors.ts";
export type { Credential, Principal } from "./principal.ts";
export { servicePrincipal } from "./principal.ts";
export type {
  Context,
  KubernetesAddonIssue,
  KubernetesDrain,
  KubernetesDrainRequest,
  KubernetesPort,
  Operation,
  Permission,
  Quota,
  ResourceFault,
  ResourceFaultKind,
  ResourcePolicy,
  Sent,
  ServiceDefinition,
  TimerDefinition,
} from "./service.ts";
export { defineService, defineTimer, operation } from "./service.ts";
export type { TableDefinition } from "./table.ts";
export { defineTable, Table } from "./table.ts";
export { inOnePiece, isLasting, lasting } from "./lasting.ts";
export type { Change } from "./store.ts";
export { Store } from "./store.ts";
export { Ids, Random, SerialIds } from "./ids.ts";
export type { Clock, ClockMode } from "./clock.ts";
export { calendarSubject } from "./clock.ts";
export type { Call, CloudOptions, Guards } from "./cloud.ts";
export { Cloud, partitionOf } from "./cloud.ts";
