// An AWS account on this machine. `createSandbox` is the door; everything behind it is in aws/.
export type { AccessExplanation, AccessGuard, AccessMode } from "./aws/access/index.ts";
export type { ClockMode, Principal } from "./aws/core/index.ts";
export { AwsError, Cloud, NotEmulatedError, Store } from "./aws/core/index.ts";
export type { AdminOptions, SandboxStatus } from "./admin.ts";
export { adminEndpoints } from "./admin.ts";
export type { ServiceCoverage } from "./aws/coverage.ts";
export { sandboxCoverage } from "./aws/coverage.ts";
export type { CallEffect, FaultRule, Faults, ListedFault, ResourceEffect } from "./aws/faults.ts";
export type { SdkRequest, SdkRequestHandler, SdkResponse } from "./aws/gateway/in-process.ts";
export type { TrailRow } from "./aws/trail.ts";
export { cloudTrailRecord } from "./aws/trail.ts";
export type { DaemonOptions } from "./daemon.ts";
export {
  adminCall,
  daemonStatus,
  defaultStateFolder,
  parseClock,
  resetState,
  serveSandbox,
  startDaemon,
  proxyVariables,
  stopDaemon,
  toolVariables,
} from "./daemon.ts";
export type { ExecOptions } from "./exec/run.ts";
export { execAsPod } from "./exec/run.ts";
export { kubernetesCodes, sandboxCodes } from "./errors.ts";
export type { AssetOptions, AssetProgress, AssetSource, CachedAssets, KubeAssets } from "./kube/assets/index.ts";
export { builtMinors, defaultMinor, findAssets, installAssets, listAssets, removeAssets } from "./kube/assets/index.ts";
export type { ListedQuota } from "./quotas.ts";
export { sandboxQuotas } from "./quotas.ts";
export type { CredentialMode, Sandbox, SandboxClientConfig, SandboxCredentials, SandboxOptions } from "./sandbox.ts";
export { createSandbox, foreignVariables } from "./sandbox.ts";
