// AWS Identity and Access Management. Global: its tables belong to the account, whatever the region of a call.
// https://docs.aws.amazon.com/IAM/latest/APIReference/
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { iamOperations } from "./operations/index.ts";
import { withPermissions } from "./permissions.ts";
import { iamQuotas } from "./quotas.ts";
import { tagsOf, trustOf } from "./resources.ts";

export const iam: ServiceDefinition = defineService({
  id: "iam",
  iamPrefix: "iam",
  operations: Object.fromEntries(
    Object.entries(iamOperations).map(([name, operation]) => [name, withPermissions(name, operation)]),
  ),
  quotas: iamQuotas,
  resourcePolicy: trustOf,
  resourceTags: tagsOf,
});
