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
import { minReadySeconds } from "./min-ready-seconds.ts";
import { misconfigurationInsights } from "./misconfiguration-insights.ts";
import { noGracePeriod } from "./no-grace-period.ts";
import { oldCni } from "./old-cni.ts";
import { oldLoadBalancerController } from "./old-load-balancer-controller.ts";
import { readinessInsights } from "./readiness-insights.ts";
import { removedApis } from "./removed-apis.ts";
import { severalBudgets } from "./several-budgets.ts";
import { supportPolicy } from "./support-policy.ts";
import { toleratesEverything } from "./tolerates-everything.ts";
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
  containerSocket,
  failingWebhooks,
  minReadySeconds,
  noGracePeriod,
  oldCni,
  oldLoadBalancerController,
  keyUnusable,
];
