// The emulated CloudWatch Logs: groups, streams, events. Queries, filters to metrics and subscriptions aren't here.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { groupName } from "./lookup.ts";
import { groupOperations } from "./operations/groups.ts";
import { streamOperations } from "./operations/streams.ts";
import { groups } from "./state.ts";

export const logs: ServiceDefinition = defineService({
  id: "cloudwatch-logs",
  iamPrefix: "logs",
  operations: { ...groupOperations, ...streamOperations },
  resourceTags: (arn, ctx) => ctx.table(groups).get(groupName(arn.split(":log-stream:")[0]))?.tags,
});
