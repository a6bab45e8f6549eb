// S3 as far as templates, policies and test data need it: buckets, objects, listings, multipart uploads. With versions.
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { aclOperations } from "./operations/acls.ts";
import { bucketOperations } from "./operations/buckets.ts";
import { deletionOperations } from "./operations/deletions.ts";
import { listingOperations } from "./operations/listing.ts";
import { objectTaggingOperations } from "./operations/object-tagging.ts";
import { objectOperations } from "./operations/objects.ts";
import { policyStatusOperations } from "./operations/policy-status.ts";
import { settingOperations } from "./operations/settings.ts";
import { uploadOperations } from "./operations/uploads.ts";
import { versionListingOperations } from "./operations/version-listing.ts";
import { bucketPolicy } from "./policy.ts";

export const s3: ServiceDefinition = defineService({
  id: "s3",
  iamPrefix: "s3",
  operations: {
    ...bucketOperations,
    ...aclOperations,
    ...deletionOperations,
    ...objectTaggingOperations,
    ...versionListingOperations,
    ...policyStatusOperations,
    ...settingOperations,
    ...objectOperations,
    ...listingOperations,
    ...uploadOperations,
  },
  resourcePolicy: bucketPolicy,
});
