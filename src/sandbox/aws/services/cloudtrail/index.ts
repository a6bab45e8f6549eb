// CloudTrail: the event history of the account, as every sandbox keeps it, and trails without their files. Event data stores are not
// emulated.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { lookupOperations } from "./operations/lookup.ts";
import { trailOperations } from "./operations/trails.ts";

export const cloudtrail: ServiceDefinition = defineService({
  id: "cloudtrail",
  iamPrefix: "cloudtrail",
  operations: { ...lookupOperations, ...trailOperations },
});
