// What roles use of the frame.
export type { ChosenCluster } from "./cluster.ts";
export { chooseCluster, noCluster } from "./cluster.ts";
export type { RoleContext } from "./context.ts";
export type { EventInput, EventRecorder, EventSubject } from "./events.ts";
export type { FlagDefinition, FlagKind, FlagValues, GivenFlag } from "./flags.ts";
export { parseDuration, readFlags, splitFlags } from "./flags.ts";
export type { Check, Health } from "./health.ts";
export type { Informer, InformerChange } from "./informer.ts";
export { objectKey, openInformer } from "./informer.ts";
export type { LogFields, Logger, LogLevel } from "./log.ts";
export { openLog, redact } from "./log.ts";
export type { Counter, Gauge, Histogram, Metrics } from "./metrics.ts";
export { openMetrics } from "./metrics.ts";
export type {
  IamStatement,
  ListenerDefinition,
  ListenPlace,
  PrintDefinition,
  RbacRule,
  Requeue,
  RoleDefinition,
  VolumeDefinition,
  WatchDefinition,
  WebhookDefinition,
  WorkloadDefinition,
} from "./role.ts";
export { defineRole } from "./role.ts";
export type { Listener, ServingCertificate } from "./server/listener.ts";
export { openListener } from "./server/listener.ts";
export { watchCertificateFiles } from "./tls-files.ts";
export type { ClientCertificate, RouteDefinition, ServedAnswer, ServedRequest } from "./server/route.ts";
export { watchFile } from "./watched-file.ts";
