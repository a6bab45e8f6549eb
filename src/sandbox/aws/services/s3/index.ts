// S3 as far as templates, policies and test data need it: buckets, objects, listings, multipart uploads. Without versions.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { bucketOperations } from "./operations/buckets.ts";
import { listingOperations } from "./operations/listing.ts";
import { objectOperations } from "./operations/objects.ts";
import { settingOperations } from "./operations/settings.ts";
import { uploadOperations } from "./operations/uploads.ts";
import { bucketPolicy } from "./policy.ts";

export const s3: ServiceDefinition = defineService({
  id: "s3",
  iamPrefix: "s3",
  operations: {
    ...bucketOperations,
    ...settingOperations,
    ...objectOperations,
    ...listingOperations,
    ...uploadOperations,
  },
  resourcePolicy: bucketPolicy,
});
