// AWS CloudFormation, emulated: a template engine whose resource types call the sandbox's own services.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { stepTimer } from "./executor/timers.ts";
import { changeSetOperations, changeSetPlanned } from "./operations/change-sets.ts";
import { describeOperations } from "./operations/describe.ts";
import { driftDetected, driftOperations } from "./operations/drift.ts";
import { lifecycleOperations } from "./operations/lifecycle.ts";
import { templateOperations } from "./operations/templates.ts";

export const cloudFormation: ServiceDefinition = defineService({
  id: "cloudformation",
  iamPrefix: "cloudformation",
  operations: {
    ...changeSetOperations,
    ...describeOperations,
    ...driftOperations,
    ...lifecycleOperations,
    ...templateOperations,
  },
  timers: [stepTimer, changeSetPlanned, driftDetected],
});
