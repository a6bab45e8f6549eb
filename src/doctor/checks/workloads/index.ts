// What runs: replicas, probes, requests, rights.
import type { Check } from "../../check.ts";
import { addedCapabilities } from "./added-capabilities.ts";
import { autoscalerTarget } from "./autoscaler-target.ts";
import { barePods } from "./bare-pods.ts";
import { corednsAlone } from "./coredns-alone.ts";
import { cronJobs } from "./cron-jobs.ts";
import { defaultNamespace } from "./default-namespace.ts";
import { dockerHub } from "./docker-hub.ts";
import { floatingImage } from "./floating-image.ts";
import { hostAccess } from "./host-access.ts";
import { hostNamespaces } from "./host-namespaces.ts";
import { missingReferences } from "./missing-references.ts";
import { mutableTags } from "./mutable-tags.ts";
import { noBudget } from "./no-budget.ts";
import { noLiveness } from "./no-liveness.ts";
import { noMetricsServer } from "./no-metrics-server.ts";
import { noPodSecurity } from "./no-pod-security.ts";
import { noPreStop } from "./no-pre-stop.ts";
import { noPriority } from "./no-priority.ts";
import { noQuota } from "./no-quota.ts";
import { noReadiness } from "./no-readiness.ts";
import { noRequests } from "./no-requests.ts";
import { noSeccomp } from "./no-seccomp.ts";
import { noSpread } from "./no-spread.ts";
import { oneReplica } from "./one-replica.ts";
import { openRegistry } from "./open-registry.ts";
import { passwordInConfig } from "./password-in-config.ts";
import { privilegeEscalation } from "./privilege-escalation.ts";
import { privileged } from "./privileged.ts";
import { runsAsRoot } from "./runs-as-root.ts";
import { secretsInEnv } from "./secrets-in-env.ts";
import { staleImages } from "./stale-images.ts";
import { unhealthyPods } from "./unhealthy-pods.ts";
import { unscannedImages } from "./unscanned-images.ts";
import { unusedObjects } from "./unused-objects.ts";
import { writableRoot } from "./writable-root.ts";
import { wrongArchitecture } from "./wrong-architecture.ts";

/** Checks of the area, by id. */
export const workloadsChecks: readonly Check[] = [
  dockerHub,
  unscannedImages,
  mutableTags,
  openRegistry,
  wrongArchitecture,
  oneReplica,
  noBudget,
  noSpread,
  noReadiness,
  noLiveness,
  noRequests,
  floatingImage,
  barePods,
  privileged,
  hostNamespaces,
  privilegeEscalation,
  runsAsRoot,
  addedCapabilities,
  writableRoot,
  hostAccess,
  secretsInEnv,
  passwordInConfig,
  noQuota,
  noPodSecurity,
  defaultNamespace,
  autoscalerTarget,
  noMetricsServer,
  unhealthyPods,
  missingReferences,
  unusedObjects,
  cronJobs,
  noPriority,
  noSeccomp,
  staleImages,
  noPreStop,
  corednsAlone,
];
