// STS: who is calling, and sessions of roles. The smallest service; a good one to copy.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { identityOperations } from "./operations/identity.ts";

export const sts: ServiceDefinition = defineService({
  id: "sts",
  iamPrefix: "sts",
  operations: { ...identityOperations },
});
