// Where the clock meets the stacks: one timer per move of a resource.
import type { Context, TimerDefinition } from "../../../core/index.ts";
import { defineTimer } from "../../../core/index.ts";
import { subjectOf } from "./events.ts";
import { pump } from "./phases.ts";
import { runStep } from "./steps.ts";

/** Virtual seconds that CloudFormation itself takes before it begins with a resource. */
const overhead = 1;

export const stepTimer: TimerDefinition<{ stackId: string; key: string }> = defineTimer(
  "cloudformation/step",
  ({ stackId, key }, ctx) => {
    const again = runStep(ctx, stackId, key);
    if (again !== undefined) ctx.schedule(stepTimer, again, subjectOf(stackId), { stackId, key });
    proceed(ctx, stackId);
  },
);

/** Starts the steps of a stack's operation that may go now. */
export function proceed(ctx: Context, stackId: string): void {
  for (const key of pump(ctx, stackId)) ctx.schedule(stepTimer, overhead, subjectOf(stackId), { stackId, key });
}
