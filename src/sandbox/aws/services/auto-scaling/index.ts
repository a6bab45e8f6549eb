// Amazon EC2 Auto Scaling: groups that really start instances in the emulated EC2, and keep their number.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { accountOperations } from "./operations/account.ts";
import { groupOperations } from "./operations/groups.ts";
import { instanceRefreshOperations, refreshTimers } from "./operations/instance-refresh.ts";
import { instanceOperations } from "./operations/instances.ts";
import { launchConfigurationOperations } from "./operations/launch-configurations.ts";
import { lifecycleHookOperations } from "./operations/lifecycle-hooks.ts";
import { policyOperations } from "./operations/policies.ts";
import { scheduledActionOperations, scheduleTimers } from "./operations/scheduled-actions.ts";
import { settingOperations } from "./operations/settings.ts";
import { reconcileTimers } from "./reconcile.ts";

export const autoScaling: ServiceDefinition = defineService({
  id: "auto-scaling",
  iamPrefix: "autoscaling",
  operations: {
    ...accountOperations,
    ...groupOperations,
    ...instanceOperations,
    ...instanceRefreshOperations,
    ...launchConfigurationOperations,
    ...lifecycleHookOperations,
    ...policyOperations,
    ...scheduledActionOperations,
    ...settingOperations,
  },
  timers: [...reconcileTimers, ...refreshTimers, ...scheduleTimers],
});
