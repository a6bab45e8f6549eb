// All operations of IAM, by family.
import type { Operation } from "../../../core/index.ts";
import { accessKeyOperations } from "./access-keys.ts";
import { accountDetailOperations } from "./account-details.ts";
import { accountOperations } from "./account.ts";
import { boundaryOperations } from "./boundaries.ts";
import { entityPolicyOperations } from "./entity-policies.ts";
import { credentialReportOperations } from "./credential-report.ts";
import { emptyListOperations } from "./empty-lists.ts";
import { groupOperations } from "./groups.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { managedPolicyOperations } from "./managed-policies.ts";
import { oidcProviderOperations } from "./oidc-providers.ts";
import { roleOperations } from "./roles.ts";
import { serviceLinkedRoleOperations } from "./service-linked-roles.ts";
import { simulationOperations } from "./simulate.ts";
import { tagOperations } from "./tags.ts";
import { userOperations } from "./users.ts";

export const iamOperations: Readonly<Record<string, Operation>> = {
  ...roleOperations,
  ...userOperations,
  ...groupOperations,
  ...managedPolicyOperations,
  ...entityPolicyOperations,
  ...boundaryOperations,
  ...tagOperations,
  ...instanceProfileOperations,
  ...oidcProviderOperations,
  ...accessKeyOperations,
  ...serviceLinkedRoleOperations,
  ...accountOperations,
  ...accountDetailOperations,
  ...simulationOperations,
  ...credentialReportOperations,
  ...emptyListOperations,
};
