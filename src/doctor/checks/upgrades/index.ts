// Versions, add-ons, APIs that go, and what stops a drain.
import type { Check } from "../../check.ts";
import { addonHealth } from "./addon-health.ts";
import { addonVersion } from "./addon-version.ts";
import { blockingBudget } from "./blocking-budget.ts";
import { budgetWithoutPods } from "./budget-without-pods.ts";
import { containerSocket } from "./container-socket.ts";
import { failingWebhooks } from "./failing-webhooks.ts";
import { groupBehind } from "./group-behind.ts";
import { keyUnusable } from "./key-unusable.ts";
import { kubeProxySkew } from "./kube-proxy-skew.ts";
import { kubeletSkew } from "./kubelet-skew.ts";
import { lostReferences } from "./lost-references.ts";
import { minReadySeconds } from "./min-ready-seconds.ts";
import { misconfigurationInsights } from "./misconfiguration-insights.ts";
import { noGracePeriod } from "./no-grace-period.ts";
import { noRehearsal } from "./no-rehearsal.ts";
import { oldCni } from "./old-cni.ts";
import { oldLoadBalancerController } from "./old-load-balancer-controller.ts";
import { podSecurityPolicies } from "./pod-security-policies.ts";
import { readinessInsights } from "./readiness-insights.ts";
import { removedApis } from "./removed-apis.ts";
import { rollbackWindow } from "./rollback-window.ts";
import { severalBudgets } from "./several-budgets.ts";
import { supportPolicy } from "./support-policy.ts";
import { toleratesEverything } from "./tolerates-everything.ts";
import { vcpuQuota } from "./vcpu-quota.ts";
import { versionSupport } from "./version-support.ts";

/** Checks of the area, by id. */
export const upgradesChecks: readonly Check[] = [
  versionSupport,
  supportPolicy,
  kubeletSkew,
  groupBehind,
  addonVersion,
  addonHealth,
  removedApis,
  readinessInsights,
  misconfigurationInsights,
  blockingBudget,
  severalBudgets,
  budgetWithoutPods,
  toleratesEverything,
  kubeProxySkew,
  vcpuQuota,
  containerSocket,
  podSecurityPolicies,
  failingWebhooks,
  minReadySeconds,
  noGracePeriod,
  oldCni,
  rollbackWindow,
  oldLoadBalancerController,
  noRehearsal,
  keyUnusable,
  lostReferences,
];
