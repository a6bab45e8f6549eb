// The emulated Systems Manager: the Parameter Store, with AWS's public parameters for machine images.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { readOperations } from "./operations/read.ts";
import { writeOperations } from "./operations/write.ts";

export const ssm: ServiceDefinition = defineService({
  id: "ssm",
  iamPrefix: "ssm",
  operations: { ...readOperations, ...writeOperations },
});
