// The emulated Key Management Service: keys that really encrypt, aliases, policies, grants, deletion.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { keyPolicy } from "./grant-policy.ts";
import { aliasOperations } from "./operations/aliases.ts";
import { cryptographyOperations } from "./operations/cryptography.ts";
import { grantOperations } from "./operations/grants.ts";
import { keyDeleted, keyOperations } from "./operations/keys.ts";
import { keys } from "./state.ts";

export const kms: ServiceDefinition = defineService({
  id: "kms",
  iamPrefix: "kms",
  timers: [keyDeleted],
  operations: { ...aliasOperations, ...cryptographyOperations, ...grantOperations, ...keyOperations },
  resourcePolicy: keyPolicy,
  resourceTags: (arn, ctx) => ctx.table(keys).get(arn.split(":key/")[1] ?? "")?.tags,
});
