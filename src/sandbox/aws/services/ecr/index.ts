// ECR: repositories, their settings and policies, how the registry is scanned. Images aren't emulated: nothing can be pushed or pulled.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { policyOperations } from "./operations/policies.ts";
import { repositoryOperations } from "./operations/repositories.ts";
import { repositories } from "./state.ts";

export const ecr: ServiceDefinition = defineService({
  id: "ecr",
  iamPrefix: "ecr",
  operations: { ...repositoryOperations, ...policyOperations },
  resourceTags: (arn, ctx) => ctx.table(repositories).get(arn.split(":repository/")[1] ?? "")?.tags,
});
