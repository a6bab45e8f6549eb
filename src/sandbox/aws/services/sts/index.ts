// STS: who is calling, and sessions of roles and users.
// https://docs.aws.amazon.com/STS/latest/APIReference/
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { assumeRoleOperations } from "./operations/assume-role.ts";
import { identityOperations } from "./operations/identity.ts";
import { tokenOperations } from "./operations/tokens.ts";
import { webIdentityOperations } from "./operations/web-identity.ts";

export const sts: ServiceDefinition = defineService({
  id: "sts",
  iamPrefix: "sts",
  operations: { ...identityOperations, ...assumeRoleOperations, ...webIdentityOperations, ...tokenOperations },
});
